"""The stand-alone verifier: whatever is done to an export is refused, and what was done is named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from foundation.certificates import open_seal
from foundation.signing import sign_detached
from supervision.trail import (
    canonical,
    checkpoints,
    cms,
    export,
    layout,
    merkle,
    messages,
    notes,
    proofs,
    tiles,
    verify,
)
from supervision.trail.faults import TrailError

LOG = notes.Signer("log.example/sunseal", bytes(range(32)))
FORGER = notes.Signer("log.example/sunseal", bytes(32))
NOTICE = canonical.canonical({"format": "sunseal-notice/1", "kind": "tender", "ref": "N-2026-000001"})
RESULT = canonical.canonical({"ranking": ["B-1", "B-2"]})
PDF = b"%PDF-1.7 not really, but its digest counts"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def seal(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A certificate and a detached signature of the notice, both made by the `openssl` command."""
    folder = tmp_path_factory.mktemp("seal")
    (folder / "notice").write_bytes(NOTICE)
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
    ]
    run(folder, *made, "3650", "-subj", "/CN=seal", "-keyout", "key", "-out", "cert.pem")
    signing = ["openssl", "cms", "-sign", "-binary", "-in", "notice", "-signer", "cert.pem", "-inkey", "key"]
    run(folder, *signing, "-md", "sha256", "-outform", "DER", "-out", "p7s")
    return {"certificate": (folder / "cert.pem").read_bytes(), "p7s": (folder / "p7s").read_bytes()}


def run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def a_body(index: int, *, note: str = "", at: str = "") -> bytes:
    facts: dict[str, Any] = {"note": note}
    if index == 3:
        facts = {"notice": "N-2026-000001", "sha256": hashlib.sha256(NOTICE).hexdigest()}
    if index == 4:
        facts = {"notice": "N-2026-000001", "pdf": {"sha256": hashlib.sha256(PDF).hexdigest()}}
    if index == 5:
        facts = {"sha256": hashlib.sha256(RESULT).hexdigest()}
    entry = {
        "index": index,
        "at": at or f"2026-11-20T01:{index // 60 % 60:02}:{index % 60:02}.000000Z",
        "kind": "tender.publish",
        "actor": "account/1",
        "subject": "tender/T-2026-000123 采购",
        "facts": facts,
    }
    return canonical.canonical(entry)


def bodies_of(count: int) -> list[bytes]:
    return [a_body(index) for index in range(count)]


def signed_head(bodies: list[bytes], signer: notes.Signer = LOG) -> bytes:
    frontier = merkle.Frontier().extend(merkle.leaf_hash(body) for body in bodies)
    return checkpoints.sign(checkpoints.Checkpoint(signer.name, len(bodies), frontier.root()), signer)


def an_export(
    folder: Path,
    seal: dict[str, bytes],
    bodies: list[bytes],
    *,
    signer: notes.Signer = LOG,
    earlier: Iterable[int] = (6,),
    files: dict[str, bytes] | None = None,
) -> Path:
    usual = {
        "notices/N-2026-000001.json": NOTICE,
        "notices/N-2026-000001.p7s": seal["p7s"],
        "notices/N-2026-000001.pdf": PDF,
        "evaluations/T-2026-000123-1.json": RESULT,
        "certificates/seal.pem": seal["certificate"],
    }
    export.write(
        folder,
        origin=signer.name,
        log_signer=signer,
        entries=bodies,
        files=(files if files is not None else usual).items(),
        checkpoints=[signed_head(bodies[:size], signer) for size in earlier],
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    return folder


def a_receipt(bodies: list[bytes], index: int) -> bytes:
    tree = tiles.MemoryTree(b"".join(merkle.leaf_hash(body) for body in bodies))
    hashes = merkle.inclusion_proof(index, len(bodies), tree.reader().node)
    return proofs.Receipt.from_value(proofs.build(bodies[index], index, hashes, signed_head(bodies))).data()


def judged(folder: Path, **given: Any) -> verify.Report:
    return verify.verify(folder, [LOG.verifier], **given)


def told(report: verify.Report) -> list[str]:
    return [verify.sentence(each, "en") for each in report.findings]


@pytest.fixture
def small(tmp_path: Path, seal: dict[str, bytes]) -> Path:
    return an_export(tmp_path / "export", seal, bodies_of(20))


@pytest.fixture
def large(tmp_path: Path, seal: dict[str, bytes]) -> Path:
    return an_export(tmp_path / "export", seal, bodies_of(600), earlier=(6, 256, 300))


def test_an_untouched_export_is_intact(small: Path) -> None:
    report = judged(small)
    assert told(report) == []
    assert (report.verdict, report.origin, report.size) == ("trusted", LOG.name, 20)
    assert verify.verify(small).verdict == "unchecked"
    receipt = a_receipt(bodies_of(20), 17)
    given = {"receipts": [("receipt.json", receipt)], "checkpoints": [("kept", signed_head(bodies_of(9)))]}
    assert judged(small, **given).verdict == "trusted"


def test_sizes_at_the_edges_of_tiles(tmp_path: Path, seal: dict[str, bytes]) -> None:
    for size in (0, 1, 255, 256, 257, 600):
        folder = an_export(
            tmp_path / str(size), seal, bodies_of(size), earlier=(), files={} if size < 6 else None
        )
        report = judged(folder)
        assert report.size == size
        # Small trails name a notice whose file this export lacks.
        assert report.is_intact or size < 6, told(report)


def test_another_key_is_not_the_origin(tmp_path: Path, seal: dict[str, bytes]) -> None:
    forged = an_export(tmp_path / "forged", seal, bodies_of(20), signer=FORGER)
    assert verify.verify(forged).verdict == "unchecked"
    assert told(judged(forged))[0] == "no signature is by the log's key"


def every_file(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_every_changed_byte_of_every_file_is_refused(tmp_path: Path, seal: dict[str, bytes]) -> None:
    folder = an_export(tmp_path / "export", seal, bodies_of(8))
    tried = 0
    for path in every_file(folder):
        before = path.read_bytes()
        # Every byte of what binds the rest; of the others, whose digests it holds, every seventh.
        step = 1 if path.name in layout.REQUIRED and path.name != layout.MANIFEST else 7
        for at in range(0, len(before), step):
            wrong = bytearray(before)
            wrong[at] ^= 1 << at % 8
            path.write_bytes(wrong)
            assert not judged(folder).is_intact, (path, at)
            assert not verify.verify(folder).is_intact, (path, at)
            tried += 1
        path.write_bytes(before)
    assert tried > 1_000
    assert judged(folder).is_intact


def test_spaces_line_ends_and_lengths_count(small: Path) -> None:
    for path in every_file(small):
        before = path.read_bytes()
        for wrong in (
            before + b"\n",
            before + b" ",
            before[:-1],
            b" " + before,
            before.replace(b"\n", b"\r\n"),
            b"",
        ):
            if wrong == before:
                continue
            path.write_bytes(wrong)
            assert not judged(small).is_intact, path
        path.write_bytes(before)


def test_every_deleted_and_every_added_file_is_refused(small: Path) -> None:
    for path in every_file(small):
        before = path.read_bytes()
        path.unlink()
        report = judged(small)
        assert not report.is_intact
        assert f"{path.relative_to(small).as_posix()} is missing" in told(report)
        path.write_bytes(before)
    names = ["x", "notices/N-9.json", "tile/0/001", "tile/9/000", "checkpoints/7", "checkpoint ", ".hidden/x"]
    for name in [*names, "notices/a b.json", "README.md"]:
        path = small / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")
        assert any(name in each for each in told(judged(small))), name
        path.unlink()
    (small / ".hidden").rmdir()
    (small / "tile" / "9").rmdir()
    (small / "empty").mkdir()
    assert told(judged(small)) == ["empty/: nothing may lie there"]
    (small / "empty").rmdir()
    assert judged(small).is_intact
    (small / "checkpoint").rename(small.parent / "moved")
    os.symlink(small.parent / "moved", small / "checkpoint")
    assert "checkpoint: nothing may lie there" in told(judged(small))


def rewrite(folder: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change the entries of the first bundle and leave everything else as it is."""
    path = next((folder / "tile" / "entries").rglob("000*"))
    path = path if path.is_file() else next(path.iterdir())
    bodies, _ = tiles.unpack_entries(path.read_bytes())
    path.write_bytes(tiles.pack_entries(change(bodies)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda b: [*b[:17], a_body(17, note="x"), *b[18:]], "entry 17 changed"),
        (lambda b: [*b[:17], b[18], b[17], *b[19:]], "entries 17 and 18 stand in each other's place"),
        (lambda b: [*b[:2], b[9], *b[3:9], b[2], *b[10:]], "entries 2 and 9 stand in each other's place"),
        (lambda b: [*b[:17], *b[18:]], "entry 17 missing"),
        (lambda b: [*b[:7], *b[12:]], "entries 7\u201311 missing"),
        (lambda b: b[:-1], "entry {last} missing"),
        (lambda b: [*b[:17], a_body(99), *b[17:]], "entry 17 added"),
        (lambda b: [*b[:17], b[3], *b[17:]], "entry 17 added"),
        (lambda b: [*b[:5], *b[6:11], b[5], *b[11:]], "entry 5 was moved to place 10"),
        (lambda b: [*b[:3], a_body(3, note="y"), *b[4:9], *b[10:]], "entry 9 missing"),
    ],
)
def test_what_was_done_to_the_entries_is_named(
    small: Path, change: Callable[[list[bytes]], list[bytes]], sentence: str
) -> None:
    rewrite(small, change)
    report = judged(small)
    assert not report.is_intact
    assert sentence.format(last=19) in told(report)
    step = next(each for each in report.steps if each.name == "entries")
    assert step.ok is False


def test_it_is_named_in_a_trail_of_several_tiles(large: Path) -> None:
    assert judged(large).is_intact
    rewrite(large, lambda bodies: [*bodies[:200], *bodies[201:]])
    found = told(judged(large))
    assert "entry 200 missing" in found
    assert "the entry at place 200 calls itself 201" in found
    assert not any("changed" in each and each.startswith("entr") for each in found)


def test_a_deleted_bundle_names_its_entries(large: Path) -> None:
    (large / "tile" / "entries" / "001").unlink()
    assert "entries 256\u2013511 missing" in told(judged(large))


def test_a_wrong_length_is_named_as_unreadable(small: Path) -> None:
    path = small / "tile" / "entries" / "000.p" / "20"
    data = bytearray(path.read_bytes())
    bodies, _ = tiles.unpack_entries(bytes(data))
    start = sum(len(body) + 2 for body in bodies[:17])
    data[start] = 0xFF
    path.write_bytes(data)
    found = told(judged(small))
    assert "entries 17\u201319 cannot be read" in found


def test_a_changed_tile_of_hashes_does_not_accuse_the_entries(large: Path) -> None:
    for name in ("tile/0/001", "tile/1/000.p/2", "tile/0/002.p/88"):
        path = large / name
        before = path.read_bytes()
        path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
        found = told(judged(large))
        assert f"{name} does not belong to this tree" in found
        assert not any(each.startswith("entr") for each in found)
        path.write_bytes(before)


def resigned(tmp_path: Path, seal: dict[str, bytes], bodies: list[bytes], **more: Any) -> Path:
    """Rewrite everything and sign it again with the real key, earlier checkpoints too."""
    return an_export(tmp_path / "resigned", seal, bodies, **more)


def test_a_rewritten_trail_signed_with_the_real_key_is_caught_by_a_receipt(
    tmp_path: Path, seal: dict[str, bytes]
) -> None:
    bodies = bodies_of(20)
    receipt = a_receipt(bodies, 17)
    kept = signed_head(bodies[:18])
    folder = resigned(tmp_path, seal, [*bodies[:17], a_body(17, note="another price"), *bodies[18:]])
    # The export alone is flawless; only what was kept elsewhere can tell.
    assert judged(folder).verdict == "trusted"
    assert told(judged(folder, receipts=[("r.json", receipt)])) == [
        "r.json: entry 17 changed since the receipt"
    ]
    assert told(judged(folder, checkpoints=[("kept", kept)])) == [
        "kept: the first 18 entries are not those signed then; the trail was rewritten"
    ]


def test_a_receipt_of_another_entry_still_sees_the_rewriting(tmp_path: Path, seal: dict[str, bytes]) -> None:
    bodies = bodies_of(20)
    receipt = a_receipt(bodies, 2)
    folder = resigned(tmp_path, seal, [*bodies[:17], a_body(17, note="x"), *bodies[18:]])
    assert told(judged(folder, receipts=[("r", receipt)])) == [
        "r: the first 20 entries are not those signed then; the trail was rewritten"
    ]


def test_a_cut_off_end_is_caught_by_what_was_kept(tmp_path: Path, seal: dict[str, bytes]) -> None:
    bodies = bodies_of(20)
    folder = resigned(tmp_path, seal, bodies[:15])
    assert told(judged(folder, receipts=[("r", a_receipt(bodies, 17))])) == [
        "r: entry 17 missing from the trail"
    ]
    assert told(judged(folder, checkpoints=[("kept", signed_head(bodies))])) == [
        "kept: 20 entries were signed, 15 are here; the end was cut off"
    ]


@pytest.mark.parametrize(
    ("bodies", "sentence"),
    [
        (
            [*bodies_of(17), a_body(18), a_body(17), *bodies_of(20)[19:]],
            "the entry at place 17 calls itself 18",
        ),
        ([*bodies_of(17), *bodies_of(20)[18:]], "the entry at place 17 calls itself 18"),
        ([*bodies_of(17), a_body(17, at="2026-11-20T00:00:00.000000Z")], "entry 17: time runs backwards"),
        ([*bodies_of(17), a_body(17, at="2026-11-20 00:00:00")], "entry 17 malformed (entry.fields)"),
        ([*bodies_of(17), a_body(17) + b" "], "entry 17 malformed (json.not_canonical)"),
        ([*bodies_of(17), b"{}"], "entry 17 malformed (entry.fields)"),
        ([*bodies_of(17), b"\xff"], "entry 17 malformed (json.unreadable)"),
    ],
)
def test_a_signed_trail_must_be_in_order(
    tmp_path: Path, seal: dict[str, bytes], bodies: list[bytes], sentence: str
) -> None:
    assert sentence in told(judged(an_export(tmp_path / "export", seal, bodies)))


def test_forged_checkpoints_are_refused(small: Path, tmp_path: Path, seal: dict[str, bytes]) -> None:
    other = bodies_of(20)
    other[1] = a_body(1, note="x")
    (small / "checkpoint").write_bytes(signed_head(other, FORGER))
    assert "no signature is by the log's key" in told(judged(small))
    (small / "checkpoint").write_bytes(signed_head(bodies_of(19)))
    assert "manifest and checkpoint speak of different trees" in told(judged(small))
    folder = an_export(tmp_path / "second", seal, bodies_of(20))
    assert told(judged(folder, checkpoints=[("kept", signed_head(other, FORGER))])) == [
        "kept: not a checkpoint signed by this log (note.unsigned)"
    ]


def test_an_earlier_checkpoint_inside_must_fit(tmp_path: Path, seal: dict[str, bytes]) -> None:
    other = bodies_of(20)
    other[1] = a_body(1, note="x")
    folder = tmp_path / "export"
    export.write(
        folder,
        origin=LOG.name,
        log_signer=LOG,
        entries=bodies_of(3),
        files=[],
        checkpoints=[signed_head(other[:2])],
        created_at="2026-11-21T00:00:00.000000Z",
    )
    assert told(judged(folder)) == [
        "checkpoints/2: the first 2 entries are not those signed then; the trail was rewritten"
    ]


def test_documents_must_stand_in_the_trail_and_notices_bear_a_seal(
    tmp_path: Path, seal: dict[str, bytes]
) -> None:
    name, good = "notices/N-2026-000001", {"certificates/seal.pem": seal["certificate"]}
    whole = {**good, f"{name}.json": NOTICE, f"{name}.p7s": seal["p7s"]}
    cases: list[tuple[dict[str, bytes], str]] = [
        ({**whole, "notices/N-2.json": b"{}"}, "notices/N-2.json: no entry names this document"),
        ({**whole, "evaluations/E.json": b"{}"}, "evaluations/E.json: no entry names this document"),
        ({**whole, f"{name}.pdf": b"%PDF"}, f"{name}.pdf: no entry names this document"),
        ({**good, f"{name}.json": NOTICE}, "notice N-2026-000001 bears no seal"),
        (good, "notice N-2026-000001 stands in the trail and is not here"),
        ({f"{name}.json": NOTICE, f"{name}.p7s": seal["p7s"]}, "the seal is wrong (cms.unknown_signer)"),
        ({**whole, f"{name}.json": NOTICE + b" "}, "the seal is wrong (cms.digest_differs)"),
        ({**whole, f"{name}.p7s": seal["p7s"] + b"\0"}, "the seal is wrong (cms.malformed)"),
        ({**whole, f"{name}.p7s": seal["p7s"][:-1] + bytes([seal["p7s"][-1] ^ 1])}, "(cms.signature_wrong)"),
        ({**whole, "certificates/x.pem": b"nothing"}, "certificates/x.pem is no certificate"),
    ]
    for number, (files, sentence) in enumerate(cases):
        folder = an_export(tmp_path / str(number), seal, bodies_of(8), files=files)
        assert any(sentence in each for each in told(judged(folder))), (sentence, told(judged(folder)))
    assert judged(an_export(tmp_path / "whole", seal, bodies_of(8), files=whole)).is_intact


def test_every_changed_byte_of_a_seal_is_refused(seal: dict[str, bytes]) -> None:
    certificate = x509.load_pem_x509_certificate(seal["certificate"])
    assert cms.verify_detached(seal["p7s"], NOTICE, [certificate]) == certificate
    # Certificates that travel inside are not signed and not used; all that is used must be bound.
    embedded = certificate.public_bytes(Encoding.DER)
    start = seal["p7s"].index(embedded)
    for at in (*range(start), *range(start + len(embedded), len(seal["p7s"]))):
        wrong = bytearray(seal["p7s"])
        wrong[at] ^= 1
        with pytest.raises(TrailError, match=r"cms\."):
            cms.verify_detached(bytes(wrong), NOTICE, [certificate])


def test_the_platforms_own_seal_is_accepted(tmp_path: Path, seal: dict[str, bytes]) -> None:
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    ours = open_seal(tmp_path / "seal", now=moment)
    files = {
        "notices/N-2026-000001.json": NOTICE,
        "notices/N-2026-000001.p7s": sign_detached(NOTICE, ours, moment),
        "certificates/chain.pem": ours.chain[0].public_bytes(Encoding.PEM) + ours.root_pem.encode(),
    }
    assert told(judged(an_export(tmp_path / "export", seal, bodies_of(8), files=files))) == []


def command(*arguments: str | Path, where: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "supervision.trail.verify", *map(str, arguments)],
        cwd=where,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_speaks_three_languages_and_has_three_exit_codes(small: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(f"# the log's key, from the gazette\n{LOG.verifier.text()}\n")
    done = command(small, "--log-key", key)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Verdict: intact, origin trusted")
    assert len(done.stdout.splitlines()) == 11
    done = command(small)
    assert done.returncode == 0
    assert "Verdict: intact, origin not checked" in done.stdout
    (tmp_path / "receipt.json").write_bytes(a_receipt(bodies_of(20), 4))
    (tmp_path / "kept").write_bytes(signed_head(bodies_of(4)))
    more = ("--receipt", tmp_path / "receipt.json", "--checkpoint", tmp_path / "kept")
    done = command(small, "--log-key", key, *more, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["verdict"], report["size"]) == (0, "trusted", 20)
    assert [step["number"] for step in report["steps"]] == list(range(1, 11))
    rewrite(small, lambda bodies: [*bodies[:17], *bodies[18:]])
    done = command(small, "--log-key", key, "--lang", "zh-CN")
    assert done.returncode == 1
    assert "缺少第 17 条记录" in done.stdout
    assert "结论: 拒绝" in done.stdout
    assert "缺少第 17 筆紀錄" in command(small, "--lang", "zh-TW").stdout
    none = tmp_path / "none"
    wrongs: list[tuple[Any, ...]] = [(none,), (small, "--receipt", none), (small, "--lang", "fr"), ()]
    wrongs += [(small, "--log-key", none), (small, "--log-key", small / "manifest.json")]
    for wrong in wrongs:
        done = command(*wrong)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


def test_it_needs_only_the_standard_library_and_cryptography(small: Path, tmp_path: Path) -> None:
    """Run a copy of the pure files where nothing else can be imported."""
    alone = tmp_path / "alone"
    source = ROOT / "supervision" / "trail"
    (alone / "supervision" / "trail").mkdir(parents=True)
    wanted = {
        "verify",
        "inspection",
        "messages",
        "compare",
        "cms",
        "canonical",
        "checkpoints",
        "faults",
        "layout",
    }
    for name in wanted | {"merkle", "notes", "proofs", "blinding", "tiles"}:
        shutil.copy(source / f"{name}.py", alone / "supervision" / "trail")
    names = "import sys, json; before = set(sys.modules); from supervision.trail import verify; "
    names += "verify.main(sys.argv[1:]); found = {each.split('.')[0] for each in set(sys.modules) - before}; "
    names += "print(json.dumps(sorted(found - sys.stdlib_module_names)))"
    done = subprocess.run(
        [sys.executable, "-c", names, str(small)], cwd=alone, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert {each for each in found if not each.startswith("_")} <= {"cryptography", "supervision"}
    assert "origin not checked" in done.stdout


def test_every_sentence_exists_in_three_languages() -> None:
    for table in (messages.STEPS, messages.VERDICTS, messages.WORDS, messages.COUNTS, messages.FINDINGS):
        for key, sentences in table.items():
            fields = [sorted(part.split("}")[0] for part in each.split("{")[1:]) for each in sentences]
            assert len(sentences) == 3 and all(sentences) and fields[0] == fields[1] == fields[2], key


def test_every_rule_that_can_be_found_has_a_sentence() -> None:
    source = (ROOT / "supervision" / "trail" / "inspection.py").read_text()
    source += (ROOT / "supervision" / "trail" / "compare.py").read_text()
    rules = {part.split('"')[0] for call in ('Finding("', 'spans("') for part in source.split(call)[1:]}
    assert len(rules) > 20
    assert rules <= set(messages.FINDINGS)


def test_a_files_name_cannot_move_the_cursor(small: Path) -> None:
    (small / "\x1b[2J").write_bytes(b"")
    assert "\\x1b[2J: nothing may lie there" in told(judged(small))


def test_the_writer_refuses_what_the_verifier_would(tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "origin": LOG.name,
        "log_signer": LOG,
        "entries": bodies_of(3),
        "checkpoints": [],
    }
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    for files in (
        [("../x", b"")],
        [("readme", b"")],
        [("manifest.json", b"")],
        [("notices/a.json", b"")] * 2,
    ):
        with pytest.raises(TrailError, match=r"export\.path"):
            export.write(tmp_path / "export", files=files, created_at=moment, **given)
    with pytest.raises(TrailError, match=r"export\.checkpoint_differs"):
        head = signed_head(bodies_of(2))
        export.write(tmp_path / "export", files=[], created_at=moment, checkpoint=head, **given)
    assert list(tmp_path.iterdir()) == []
    export.write(tmp_path / "export", files=[], created_at=moment, **given)
    with pytest.raises(TrailError, match=r"export\.exists"):
        export.write(tmp_path / "export", files=[], created_at=moment, **given)
