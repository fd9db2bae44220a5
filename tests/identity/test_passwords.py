"""Passwords: the floor, the hash, and the time that tells nothing."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher, extract_parameters

from foundation.errors import Refusal
from identity import passwords


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("short", "password.short"),
        ("elevenchars", "password.short"),
        ("x" * 201, "password.long"),
        ("Password1234", "password.common"),
        ("ＰＡＳＳＷＯＲＤ1234", "password.common"),
        ("ababababababab", "password.common"),
        ("zhou.xin.1234", "password.personal"),
    ],
)
def test_the_floor_refuses(password: str, rule: str) -> None:
    with pytest.raises(Refusal) as refused:
        passwords.check(password, email="zhou.xin@example.test")
    assert refused.value.rule == rule


def test_the_floor_knows_no_kinds_of_character() -> None:
    passwords.check("correct horse battery")
    passwords.check("明月松间照清泉石上流竹喧归")


def test_a_hash_is_argon2id_with_todays_parameters_and_a_salt_of_its_own() -> None:
    first, second = passwords.hashed("correct horse battery"), passwords.hashed("correct horse battery")
    assert first != second
    parameters = extract_parameters(first.text)
    assert parameters.type.name == "ID"
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2
    assert PasswordHasher().verify(first.text, "correct horse battery")
    assert passwords.is_right(first.text, "correct horse battery")
    assert not passwords.is_right(first.text, "correct horse battery ")


def test_the_same_password_typed_in_full_width_is_the_same() -> None:
    assert passwords.is_right(passwords.hashed("correct horse battery").text, "ｃｏｒｒｅｃｔ horse battery")


def test_a_weaker_hash_is_outdated() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024).hash("correct horse battery")
    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(passwords.hashed("correct horse battery").text)


def test_nobody_has_no_password_and_costs_the_same_time() -> None:
    stored = passwords.hashed("correct horse battery").text
    assert not passwords.is_right("", "\N{NULL}nobody")

    def work(text: str) -> float:
        began = time.process_time()
        passwords.is_right(text, "something else entirely")
        return time.process_time() - began

    # Work of the processor, not time on the wall, so that a busy machine does not decide.
    pairs = [(work(""), work(stored)) for _ in range(7)]
    assert 0.5 < min(pair[0] for pair in pairs) / min(pair[1] for pair in pairs) < 2


def test_a_broken_hash_opens_nothing() -> None:
    assert not passwords.is_right("not a hash", "correct horse battery")
