"""The check character of unified social credit codes."""

from __future__ import annotations

import pytest

from identity import numbers


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        # Published numbers of two well-known institutions.
        ("91350100M000100Y43", "right"),
        ("91110000802100433B", "right"),
        ("91350100M000100Y44", "wrong"),
        ("12345678", "other"),
        ("9135010OM000100Y43", "other"),
        ("", "other"),
    ],
)
def test_check_character(number: str, verdict: str) -> None:
    assert numbers.check(number) == verdict
