"""The vectors shared with the browser code: Python gives the same, and so do tools that are not ours."""

from __future__ import annotations

import hashlib
import io
import json
import math
import tarfile
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from bidding.seal.claims import parse_claims
from bidding.seal.keyrecord import KeyRecord, parse_key_record
from bidding.seal.layers import recipient_of
from bidding.seal.manifest import SealedFile, parse_manifest
from bidding.seal.offer import amount_of, complete, parse_offer, remarks_on
from bidding.seal.padding import is_padded, padded_key_record, padme, plaintext_size, sealed_size
from bidding.seal.payload import PayloadReader, header_of
from bidding.seal.terms import terms_of
from foundation.errors import Refusal
from tests.seal.builders import vectors

V = vectors()
TERMS = terms_of(V["notice"]["canonical"].encode(), "1")


def _named(cases: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(one, id=one["name"]) for one in cases]


@pytest.mark.parametrize("case", V["padme"], ids=lambda case: str(case["length"]))
def test_padme_follows_the_paper(case: dict[str, int]) -> None:
    length = case["length"]
    assert padme(length) == case["padded"]
    assert is_padded(case["padded"])
    if length >= 2:
        # PURBs, Algorithm 1, written out with the paper's own names.
        exponent = math.frexp(length)[1] - 1
        significant = math.floor(math.log2(exponent)) + 1 if exponent else 0
        last = 2 ** (exponent - significant)
        assert case["padded"] == math.ceil(length / last) * last
        assert case["padded"] <= length * 1.12 or length < 10


def test_padding_stays_a_multiple_of_a_block_and_never_exceeds_twelve_percent() -> None:
    for blocks in range(4, 40_000):
        padded = padme(512 * blocks)
        assert padded % 512 == 0
        assert 512 * blocks <= padded <= 512 * blocks * 1.12
        assert padme(padded) == padded


def test_sizes_of_age_files() -> None:
    for case in V["age_sizes"]:
        assert sealed_size(case["plaintext"]) == case["after_header"]
        assert plaintext_size(case["after_header"]) == case["plaintext"]
    for size in V["age_sizes_impossible"]:
        assert plaintext_size(size) is None


def test_key_record_lengths() -> None:
    for case in V["key_record_padded"]:
        assert padded_key_record(case["length"]) == case["padded"]


def test_the_notice_is_canonical() -> None:
    text = V["notice"]["canonical"].encode()
    assert rfc8785.dumps(V["notice"]["value"]) == text
    assert hashlib.sha256(text).hexdigest() == V["notice"]["sha256"] == TERMS.notice
    assert [{"name": x.name, "recipients": list(x.recipients)} for x in TERMS.layers] == V["notice"]["layers"]


@pytest.mark.parametrize("case", V["amounts"], ids=lambda case: f"{case['quantity']}x{case['unit_price']}")
def test_amounts_agree_with_the_decimal_module(case: dict[str, str]) -> None:
    quantity, price = Decimal(case["quantity"]), Decimal(case["unit_price"])
    with localcontext(prec=60):
        elsewhere = (quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert str(amount_of(quantity, price)) == case["amount"] == str(elsewhere)


def _fill(size: int, salt: int) -> bytes:
    return bytes((7 * at + salt) % 251 for at in range(size))


@pytest.mark.parametrize("case", _named(V["tars"]))
def test_payload_bytes_are_those_of_the_tarfile_module(case: dict[str, Any], tmp_path: Path) -> None:
    offer, sources, files = case["offer"].encode(), [], []
    for one in case["files"]:
        source = tmp_path / one["path"].replace("/", "-")
        source.write_bytes(_fill(one["size"], one["salt"]))
        sources.append(source)
        files.append(SealedFile(one["path"], "x", "", one["size"], one["sha256"]))
    reader = PayloadReader(offer, files, sources)
    ours = reader.read()
    assert (reader.size, reader.padded, len(ours)) == (case["size"], case["padded"], case["padded"])
    assert hashlib.sha256(ours).hexdigest() == case["sha256"]

    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        contents = [("offer.json", offer)]
        contents += [(f.path, source.read_bytes()) for f, source in zip(files, sources, strict=True)]
        for at, (name, data) in enumerate(contents):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            assert info.tobuf(tarfile.USTAR_FORMAT) == bytes.fromhex(case["headers"][at])
            assert header_of(name, len(data)).hex() == case["headers"][at]
            tar.addfile(info, io.BytesIO(data))
    theirs = stream.getvalue()
    assert ours[: case["size"]] == theirs[: case["size"]]
    assert not any(ours[case["size"] :])


@pytest.mark.parametrize("case", _named(V["manifests"]))
def test_manifests(case: dict[str, Any]) -> None:
    data = case["canonical"].encode()
    assert rfc8785.dumps(case["value"]) == data
    assert hashlib.sha256(data).hexdigest() == case["sha256"]
    assert parse_manifest(data).as_bytes() == data


@pytest.mark.parametrize("case", _named(V["manifests_refused"]))
def test_refused_manifests(case: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        parse_manifest(case["text"].encode())
    assert refused.value.rule == case["rule"]


@pytest.mark.parametrize("case", _named(V["offers"]["cases"]))
def test_offers_tell_all_problems_at_once(case: dict[str, Any]) -> None:
    data = json.dumps(case["offer"], ensure_ascii=False).encode()
    if not case["rules"]:
        offer = parse_offer(data, TERMS)
        assert str(offer.total) == case["offer"]["total"]
        return
    with pytest.raises(Refusal) as refused:
        parse_offer(data, TERMS)
    assert [one.rule for one in refused.value.reasons] == case["rules"]
    assert refused.value.rule == case["rules"][0]


@pytest.mark.parametrize("case", _named(V["remarks"]))
def test_remarks_are_for_the_panel(case: dict[str, Any]) -> None:
    offer = parse_offer(json.dumps(case["offer"]).encode(), TERMS)
    assert [one.rule for one in remarks_on(offer, TERMS)] == case["remarks"]


def test_complete_adds_only_what_follows() -> None:
    offer = next(one["offer"] for one in V["offers"]["cases"] if one["name"] == "right")
    parsed = parse_offer(json.dumps(offer).encode(), TERMS)
    draft = {name: offer[name] for name in ("items", "answers", "declarations")}
    for item in draft["items"]:
        del item["amount"]
    filled = complete(draft, TERMS, parsed.supplier, parsed.files)
    assert parse_offer(json.dumps(filled).encode(), TERMS) == parsed


def test_key_record() -> None:
    case = V["key_record"]
    assert recipient_of(case["identity"]) == case["recipient"]
    manifest = next(one for one in V["manifests"] if one["name"] == case["manifest"])["canonical"].encode()
    record = KeyRecord(case["identity"], manifest, None)
    assert record.as_bytes() == case["text"].encode() + b" " * (case["padded"] - case["length"])
    assert parse_key_record(record.as_bytes()) == record
    assert case["identity"] not in repr(record)
    signed = KeyRecord(case["identity"], manifest, b"\x30\x03")
    assert parse_key_record(signed.as_bytes()).signature == b"\x30\x03"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text + b" ",
        lambda text: text.replace(b"sunseal-key/1", b"sunseal-key/2"),
        lambda text: text.replace(b'"signature":null', b'"signature":""  '),
        lambda text: b"\n" + text[1:],
        lambda text: text.replace(b"AGE-SECRET-KEY-1", b"age-secret-key-1"),
        lambda text: b"[]".ljust(4096),
        lambda text: text.replace(b'"signature":null}', b'"signature":null,"x":1}').rstrip().ljust(len(text)),
    ],
)
def test_changed_key_records(change: Any) -> None:
    text = V["key_record"]["text"].encode().ljust(V["key_record"]["padded"])
    with pytest.raises(Refusal, match=r"^envelope\.(key_record|unknown_field)"):
        parse_key_record(change(text))


@pytest.mark.parametrize("case", _named(V["claims"]))
def test_claims(case: dict[str, Any]) -> None:
    if case["rule"] is None:
        assert parse_claims(case["claims"]).as_json() == case["claims"]
        assert parse_claims(json.dumps(case["claims"]).encode()).as_json() == case["claims"]
        return
    with pytest.raises(Refusal) as refused:
        parse_claims(case["claims"])
    assert refused.value.rule == case["rule"]


def test_claims_name_no_one() -> None:
    text = json.dumps(next(one["claims"] for one in V["claims"] if one["rule"] is None))
    assert "supplier" not in text and "name" not in text
