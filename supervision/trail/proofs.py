"""C2SP tlog-proof and the receipt made from it: proof that an entry stands in the trail, checked offline.
Pure.

A receipt is JSON {"format":"sunseal-receipt/1", "entry": base64 of the entry's bytes, "proof": the tlog-proof
text, "commitment": {"salt","value"}}; the last part is private and optional: it opens the digest inside the
entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from supervision.trail import blinding, checkpoints, merkle, notes
from supervision.trail.canonical import base64_bytes, base64_text, canonical, parse_canonical, parse_strict
from supervision.trail.faults import TrailError

FORMAT = "sunseal-receipt/1"
_HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Proof:
    """An inclusion proof with the signed checkpoint it leads to; `extra` is opaque and not authenticated."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def text(self) -> str:
        """Return the tlog-proof text."""
        lines = [_HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64_text(self.extra)}")
        lines += [f"index {self.index}", *(base64_text(each) for each in self.hashes), ""]
        return "\n".join(lines) + "\n" + self.checkpoint.decode()

    @classmethod
    def from_text(cls, text: str) -> Proof:
        """Read a tlog-proof strictly. Raises `TrailError` ``proof.malformed``."""
        head, separator, checkpoint = text.partition("\n\n")
        header, *lines = head.split("\n")
        extra = None
        try:
            if lines and lines[0].startswith("extra "):
                extra = base64_bytes(lines.pop(0).removeprefix("extra "))
            match = _INDEX.fullmatch(lines.pop(0))
            hashes = tuple(base64_bytes(line) for line in lines)
            data = checkpoint.encode()
        except (TrailError, IndexError, UnicodeEncodeError) as error:
            raise TrailError("proof.malformed") from error
        if header != _HEADER or not separator or match is None or len(hashes) > 64:
            raise TrailError("proof.malformed")
        if any(len(each) != merkle.HASH_SIZE for each in hashes):
            raise TrailError("proof.malformed")
        return cls(int(match[1]), hashes, data, extra)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that was read, and not yet believed."""

    entry: bytes
    proof: Proof
    private: dict[str, Any] | None = None

    def value(self) -> dict[str, Any]:
        """Return the receipt as a JSON value."""
        found: dict[str, Any] = {
            "format": FORMAT,
            "entry": base64_text(self.entry),
            "proof": self.proof.text(),
        }
        return found if self.private is None else {**found, "commitment": self.private}

    def data(self) -> bytes:
        """Return the bytes to save: canonical JSON."""
        return canonical(self.value())

    @classmethod
    def from_value(cls, value: Any) -> Receipt:
        """Read a JSON value strictly. Raises `TrailError` ``receipt.malformed`` or ``proof.malformed``."""
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            raise TrailError("receipt.malformed")
        private = value.get("commitment")
        names = {"format", "entry", "proof"} | ({"commitment"} if "commitment" in value else set())
        if set(value) != names or not isinstance(value["entry"], str) or not isinstance(value["proof"], str):
            raise TrailError("receipt.malformed")
        if "commitment" in value and (not isinstance(private, dict) or set(private) != {"salt", "value"}):
            raise TrailError("receipt.malformed")
        try:
            entry = base64_bytes(value["entry"])
        except TrailError as error:
            raise TrailError("receipt.malformed") from error
        return cls(entry, Proof.from_text(value["proof"]), private)

    @classmethod
    def from_data(cls, data: bytes) -> Receipt:
        """Read a saved receipt; spaces between values do no harm. Errors as in `from_value`."""
        try:
            return cls.from_value(parse_strict(data))
        except TrailError as error:
            raise (error if error.rule == "proof.malformed" else TrailError("receipt.malformed")) from error


@dataclass(frozen=True, slots=True)
class Status:
    """What a receipt is worth; the three words differ because their meanings do.

    - `intact`: the entry's bytes and the proof lead to the root that the checkpoint names, and what the
      private part reveals is what the entry commits to. Anyone can make an intact receipt.
    - `valid`: intact, and the checkpoint carries the signature of the log key that was given.
    - `trusted`: valid, and as many of the given witnesses cosigned the checkpoint as were demanded.

    `rule` names the first thing that failed, None if nothing did. `index`, `size`, `origin` and `entry` are
    only what the receipt claims unless it is valid. `reveals` says whether a private part opens the entry's
    digest.
    """

    intact: bool
    valid: bool
    trusted: bool
    rule: str | None = None
    origin: str = ""
    index: int = -1
    size: int = -1
    entry: Any = None
    reveals: bool = False
    witnessed: tuple[tuple[str, int], ...] = ()

    @property
    def word(self) -> str:
        """The strongest of ``trusted``, ``valid``, ``intact``, ``refused`` that holds."""
        if not self.intact:
            return "refused"
        return "trusted" if self.trusted else "valid" if self.valid else "intact"


def build(
    entry: bytes,
    index: int,
    hashes: Sequence[bytes],
    checkpoint: bytes,
    private: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the receipt of `entry` as a JSON value; `private` is what `Commitment.private` gave.

    It is read back before it leaves: a receipt that its owner could not use must not be handed out.
    """
    receipt = Receipt(entry, Proof(index, tuple(hashes), checkpoint), private)
    if not _intact(Receipt.from_value(receipt.value())).intact:
        raise TrailError("receipt.not_intact", index=index)
    return receipt.value()


def verify(
    receipt: Receipt | dict[str, Any] | bytes,
    log_key: notes.Verifier | Iterable[notes.Verifier] | None = None,
    *,
    witnesses: Iterable[notes.Verifier] = (),
    required: int = 0,
) -> Status:
    """Judge a receipt; never raises for what stands in it. `log_key` must come from outside the receipt.

    Without a key the best word is ``intact``. `required` is the number of `witnesses` that must have
    cosigned.
    """
    try:
        if isinstance(receipt, bytes):
            receipt = Receipt.from_data(receipt)
        elif not isinstance(receipt, Receipt):
            receipt = Receipt.from_value(receipt)
        status = _intact(receipt)
    except TrailError as error:
        return Status(False, False, False, error.rule)
    if not status.intact or log_key is None:
        return status if status.rule else _with(status, rule="receipt.origin_not_checked")
    keys = [log_key] if isinstance(log_key, notes.Verifier) else list(log_key)
    try:
        signed = checkpoints.open_checkpoint(receipt.proof.checkpoint, keys, witnesses)
    except TrailError as error:
        return _with(status, rule=error.rule)
    # A key is a witness once, under however many names it was given.
    seen = {key.public: (key.name, moment) for key, moment in signed.witnessed}
    enough = len(seen) >= required
    return _with(
        status,
        valid=True,
        trusted=enough,
        rule=None if enough else "receipt.too_few_witnesses",
        witnessed=tuple(sorted(seen.values())),
    )


def _intact(receipt: Receipt) -> Status:
    proof = receipt.proof
    checkpoint = checkpoints.read(proof.checkpoint)
    entry, reveals, rule = None, False, None
    try:
        merkle.verify_inclusion(
            proof.index, checkpoint.size, merkle.leaf_hash(receipt.entry), proof.hashes, checkpoint.root
        )
        entry = parse_canonical(receipt.entry)
        if not isinstance(entry, dict) or entry.get("index") != proof.index:
            raise TrailError("receipt.index_differs")
        if receipt.private is not None:
            reveals = _reveals(entry.get("facts"), receipt.private)
            if not reveals:
                raise TrailError("receipt.commitment_differs")
    except TrailError as error:
        rule = error.rule
    return Status(
        rule is None, False, False, rule, checkpoint.origin, proof.index, checkpoint.size, entry, reveals
    )


def _reveals(facts: Any, private: dict[str, Any]) -> bool:
    if isinstance(facts, dict):
        return any(_reveals(each, private) for each in facts.values())
    if isinstance(facts, list):
        return any(_reveals(each, private) for each in facts)
    return (
        isinstance(facts, str)
        and len(facts) == 64
        and facts.isascii()
        and (blinding.is_opened_by(facts, private["salt"], private["value"]))
    )


def _with(status: Status, **changes: Any) -> Status:
    fields = {name: getattr(status, name) for name in Status.__slots__}
    return Status(**{**fields, **changes})
