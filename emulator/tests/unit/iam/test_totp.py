"""Codes of virtual MFA devices, with the values of RFC 6238."""

from __future__ import annotations

import base64

import pytest

from localstack_host.services.iam import totp

# Appendix B, with the key of the SHA-1 tests; here the last six of eight digits.
SEED = base64.b32encode(b"12345678901234567890").decode()
CODES = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


@pytest.mark.parametrize(("at", "code"), CODES.items())
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    assert totp.code(SEED, at) == code[-totp.DIGITS :]


@pytest.mark.parametrize(("late", "good"), [(0, True), (-60, True), (60, True), (-90, False)])
def test_a_clock_may_differ_a_little(late: int, good: bool) -> None:
    now = 1234567890
    assert totp.is_code(SEED, totp.code(SEED, now + late), now) is good


@pytest.mark.parametrize("given", ["", "000000", "89005924", "abcdef", "\u0669\u0669\u0669"])
def test_another_text_is_no_code(given: str) -> None:
    assert not totp.is_code(SEED, given, 1234567890)


def test_two_codes_must_follow_each_other() -> None:
    now = 1234567890
    first, second, third = (totp.code(SEED, now + late) for late in (0, 30, 60))
    assert totp.are_consecutive(SEED, (first, second), now)
    assert totp.are_consecutive(SEED, (second, third), now)
    assert not totp.are_consecutive(SEED, (first, third), now)
    assert not totp.are_consecutive(SEED, (second, first), now)
    assert not totp.are_consecutive(SEED, (first, first), now)
