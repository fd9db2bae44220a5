"""Signed notes against the known answers of Go's sumdb note package, and the cosignatures of witnesses."""

from __future__ import annotations

import pytest

from supervision.trail import checkpoints, notes
from supervision.trail.faults import TrailError
from supervision.trail.notes import COSIGNATURE, Signer, Verifier

# From golang.org/x/mod/sumdb/note (BSD-3-Clause, © The Go Authors).
VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BLOB = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
LINE = f"\u2014 PeterNeumann {BLOB}\n"
NOTE = f"{TEXT}\n{LINE}".encode()


def test_the_known_note_opens_and_is_made_again() -> None:
    peter = Verifier.from_text(VERIFIER)
    assert peter.text() == VERIFIER
    opened = notes.open_note(NOTE, [peter])
    assert opened.text == TEXT
    assert opened.signers == (peter,)
    signer = Signer.from_text(SIGNER)
    assert signer.text() == SIGNER
    assert signer.verifier == peter
    assert notes.sign_note(TEXT, signer) == NOTE
    assert "AYEKFALV" not in repr(signer) and str(signer.seed) not in repr(signer)


def test_keys_of_other_implementations_are_read() -> None:
    for text in (
        ENOCH,
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6",
    ):
        assert Verifier.from_text(text).text() == text
    witness = Verifier.from_text("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")
    assert witness.kind == COSIGNATURE


def test_no_mangled_key_is_read() -> None:
    for at in range(len(VERIFIER)):
        for wrong in (
            VERIFIER[:at],
            VERIFIER[at + 1 :],
            VERIFIER[:at] + chr(ord(VERIFIER[at]) + 1) + VERIFIER[at + 1 :],
        ):
            with pytest.raises(TrailError, match=r"key\.malformed"):
                Verifier.from_text(wrong)
    for wrong in (
        VERIFIER + "\n",
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        VERIFIER.replace("c74f20a3", "C74F20A3"),
    ):
        with pytest.raises(TrailError, match=r"key\.malformed"):
            Verifier.from_text(wrong)


def test_unknown_signatures_are_ignored_and_known_ones_must_hold() -> None:
    peter, enoch = Verifier.from_text(VERIFIER), Verifier.from_text(ENOCH)
    with pytest.raises(TrailError, match=r"note\.unsigned"):
        notes.open_note(NOTE, [enoch])
    both = notes.sign_note(TEXT, Signer.from_text(SIGNER), Signer.generate("other.example"))
    assert notes.open_note(both, [peter, enoch]).signers == (peter,)
    with pytest.raises(TrailError, match=r"note\.signature_wrong"):
        notes.open_note(NOTE.replace(b"cryptography", b"cryptographY"), [peter])


def test_every_changed_bit_of_a_note_is_refused() -> None:
    peter = Verifier.from_text(VERIFIER)
    for at in range(len(NOTE)):
        for bit in range(8):
            wrong = bytearray(NOTE)
            wrong[at] ^= 1 << bit
            with pytest.raises(TrailError):
                notes.open_note(bytes(wrong), [peter])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT.encode(),
        TEXT.encode() + b"\n",
        NOTE[:-1],
        NOTE + b"\n",
        NOTE + b"x",
        NOTE.replace(b"\n\n", b"\n"),
        NOTE.replace(b"\n", b"\r\n"),
        NOTE.replace(b"If", b"\x00If"),
        NOTE.replace(b"If", b"\xff"),
        NOTE.replace("\u2014 ".encode(), b"- "),
        NOTE.replace(b"JnAM=", b"JnAN="),
        NOTE + LINE.encode(),
        NOTE + "\u2014 nobody AAAA\n".encode(),
        NOTE + "\u2014 no body AAAAAAAA\n".encode(),
        NOTE + "\u2014 no+body AAAAAAAA\n".encode(),
        NOTE + "".join(f"\u2014 n{each} AAAAAAAA\n" for each in range(100)).encode(),
    ],
)
def test_malformed_notes_are_refused(data: bytes) -> None:
    with pytest.raises(TrailError, match=r"note\.malformed"):
        notes.open_note(data, [Verifier.from_text(VERIFIER)])


def test_a_name_holds_no_space_and_no_plus() -> None:
    for name in ("", "a b", "a+b", "a\u3000b", "a\nb"):
        with pytest.raises(TrailError, match=r"key\.malformed"):
            Signer.generate(name)


def test_a_witness_cosigns_and_is_read_back() -> None:
    log, witness = Signer.generate("log.example"), Signer.generate("witness.example/w1", COSIGNATURE)
    signed = checkpoints.sign(checkpoints.Checkpoint("log.example", 5, bytes(32)), log)
    cosigned = notes.cosign(signed, witness, 1_679_315_147)
    opened = checkpoints.open_checkpoint(cosigned, [log.verifier], [witness.verifier])
    assert opened.witnessed == ((witness.verifier, 1_679_315_147),)
    # The witness's word alone is not the log's.
    with pytest.raises(TrailError, match=r"note\.unsigned"):
        checkpoints.open_checkpoint(cosigned, [], [witness.verifier])
    line = cosigned.split(b"\n")[-2]
    other_moment = notes.parse(cosigned).signatures[1]
    moved = notes.Signature(other_moment.name, other_moment.id, bytes(8) + other_moment.value[8:]).line()
    with pytest.raises(TrailError, match=r"note\.signature_wrong"):
        checkpoints.open_checkpoint(
            cosigned.replace(line + b"\n", moved.encode()), [log.verifier], [witness.verifier]
        )
    with pytest.raises(TrailError, match=r"key\.malformed"):
        notes.cosign(signed, log, 1)


# The example of C2SP tlog-cosignature, whose structure is public though its keys are not.
LOG_BLOB = "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8="
WITNESS_BLOB = (
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=="
)
EXAMPLE = f"""example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa {LOG_BLOB}
\u2014 witness.example.com/w1 {WITNESS_BLOB}
"""


def test_the_example_checkpoint_of_the_specification_is_read() -> None:
    checkpoint = checkpoints.read(EXAMPLE.encode())
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.text() == EXAMPLE.split("\n\n")[0] + "\n"
    value = notes.parse(EXAMPLE.encode()).signatures[1].value
    assert int.from_bytes(value[:8], "big") == 1_679_315_147
    assert len(value) == 72


ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        f"o\n1\n{ROOT}",
        f"\n1\n{ROOT}\n",
        f"o\n01\n{ROOT}\n",
        f"o\n-1\n{ROOT}\n",
        f"o\n+1\n{ROOT}\n",
        f"o\n1 \n{ROOT}\n",
        f"o\n\u0661\n{ROOT}\n",
        f"o\n1\n{ROOT[:-2]}J=\n",
        f"o\n1\n{ROOT[:-4]}\n",
        f"o\n1\n{ROOT}\n\n",
        f"o\n1\n{ROOT}\nmore\n",
    ],
)
def test_malformed_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(TrailError, match=r"checkpoint\.malformed"):
        checkpoints.parse(text)


def test_extension_lines_are_kept_only_where_allowed() -> None:
    text = f"o\n1\n{ROOT}\nmore\n"
    found = checkpoints.parse(text, extensions=True)
    assert found.extensions == ("more",)
    assert found.text() == text


def test_a_checkpoint_is_signed_by_the_key_named_like_its_origin() -> None:
    other = Signer.generate("other.example")
    checkpoint = checkpoints.Checkpoint("log.example", 1, bytes(32))
    with pytest.raises(TrailError, match=r"checkpoint\.wrong_key"):
        checkpoints.sign(checkpoint, other)
    with pytest.raises(TrailError, match=r"checkpoint\.wrong_key"):
        checkpoints.open_checkpoint(notes.sign_note(checkpoint.text(), other), [other.verifier])
