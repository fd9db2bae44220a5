"""The platform's wrapped identities and blinded owners: bound to their place, mute without the key."""

from __future__ import annotations

import os

import pytest

from bidding.seal.layers import new_identity
from bidding.seal.platform import keys_of, open_owner, owner_tag, seal_owner, unwrap_identity, wrap_identity
from foundation.errors import Refusal

KEYS = keys_of(bytes(range(32)))
PLACE = {"tender": "T-2026-000123", "lot": "1", "envelope": 1}


def test_wrap_and_unwrap() -> None:
    identity, recipient = new_identity()
    wrapped = wrap_identity(KEYS, identity, **PLACE)
    assert unwrap_identity(KEYS, wrapped, **PLACE, recipient=recipient) == identity
    assert identity.encode() not in wrapped and wrapped != wrap_identity(KEYS, identity, **PLACE)


@pytest.mark.parametrize("change", [{"tender": "T-2026-000124"}, {"lot": "2"}, {"envelope": 2}])
def test_a_wrapped_identity_opens_only_in_its_place(change: dict[str, object]) -> None:
    identity, recipient = new_identity()
    wrapped = wrap_identity(KEYS, identity, **PLACE)
    with pytest.raises(Refusal, match=r"^key.unwrap"):
        unwrap_identity(KEYS, wrapped, **PLACE | change, recipient=recipient)


def test_changed_bytes_other_keys_and_other_recipients() -> None:
    identity, recipient = new_identity()
    wrapped = wrap_identity(KEYS, identity, **PLACE)
    for at in range(0, len(wrapped), 7):
        changed = bytearray(wrapped)
        changed[at] ^= 1
        with pytest.raises(Refusal, match=r"^key.unwrap"):
            unwrap_identity(KEYS, bytes(changed), **PLACE, recipient=recipient)
    for short in (b"", wrapped[:20], wrapped[:-1]):
        with pytest.raises(Refusal, match=r"^key.unwrap"):
            unwrap_identity(KEYS, short, **PLACE, recipient=recipient)
    with pytest.raises(Refusal, match=r"^key.unwrap"):
        unwrap_identity(keys_of(os.urandom(32)), wrapped, **PLACE, recipient=recipient)
    with pytest.raises(Refusal, match=r"^key.other_recipient"):
        unwrap_identity(KEYS, wrapped, **PLACE, recipient=new_identity()[1])


def test_owner_tags_are_stable_within_a_lot_and_unrelated_across_lots() -> None:
    here = owner_tag(KEYS, tender="T-1", lot="1", organisation="O-7")
    assert here == owner_tag(KEYS, tender="T-1", lot="1", organisation="O-7") and len(here) == 64
    others = {
        owner_tag(KEYS, tender="T-1", lot="2", organisation="O-7"),
        owner_tag(KEYS, tender="T-2", lot="1", organisation="O-7"),
        owner_tag(KEYS, tender="T-1", lot="1", organisation="O-8"),
        owner_tag(KEYS, tender="T-1", lot="1O", organisation="-7"),
        owner_tag(keys_of(bytes(32)), tender="T-1", lot="1", organisation="O-7"),
    }
    assert len(others) == 5 and here not in others


def test_owners_are_blinded_whatever_their_name() -> None:
    reference = "0" * 32
    short = seal_owner(KEYS, {"organisation": "O-7", "name": "甲"}, reference=reference)
    long = seal_owner(KEYS, {"organisation": "O-7", "name": "示范家具有限公司" * 8}, reference=reference)
    assert len(short) == len(long) and "甲".encode() not in short
    assert open_owner(KEYS, short, reference=reference) == {"organisation": "O-7", "name": "甲"}
    with pytest.raises(Refusal, match=r"^key.unwrap"):
        open_owner(KEYS, short, reference="1" * 32)
    with pytest.raises(Refusal, match=r"^key.unwrap"):
        open_owner(keys_of(bytes(32)), short, reference=reference)


def test_the_key_encryption_key_has_32_bytes_and_is_not_shown() -> None:
    for size in (0, 16, 31, 33):
        with pytest.raises(Refusal, match=r"^key.kek"):
            keys_of(bytes(size))
    assert repr(KEYS) == "PlatformKeys()"
    assert len({KEYS.identity, KEYS.tag, KEYS.owner}) == 3
