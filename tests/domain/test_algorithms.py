"""The dated table of algorithms."""

from datetime import date

import pytest

from domain.algorithms import BER, DIGESTS, Grade, of_digest, of_key


@pytest.mark.parametrize(
    ("name", "on", "grade"),
    [
        ("sha1", date(2012, 1, 1), Grade.SOUND),
        ("sha1", date(2025, 1, 15), Grade.LEGACY),
        ("sha1", date(2030, 12, 31), Grade.LEGACY),
        ("sha1", date(2031, 1, 1), Grade.REFUSED),
        ("md5", date(2009, 1, 1), Grade.REFUSED),
        ("SHA-256", date(2050, 1, 1), Grade.SOUND),
        ("whirlpool", date(2026, 1, 1), Grade.REFUSED),
    ],
)
def test_a_digest_is_judged_by_the_day(name, on, grade):
    assert of_digest(name).grade(on) is grade


@pytest.mark.parametrize(
    ("kind", "bits", "on", "grade"),
    [
        ("rsa", 1024, date(2012, 1, 1), Grade.LEGACY),
        ("rsa", 1024, date(2020, 1, 1), Grade.REFUSED),
        ("rsa", 2048, date(2030, 12, 31), Grade.SOUND),
        ("rsa", 2048, date(2033, 1, 1), Grade.LEGACY),
        ("rsa", 2048, date(2036, 1, 1), Grade.REFUSED),
        ("rsa", 3072, date(2060, 1, 1), Grade.SOUND),
        ("rsa", 512, date(2000, 1, 1), Grade.REFUSED),
        ("ec", 256, date(2040, 1, 1), Grade.SOUND),
        ("ec", 160, date(2005, 1, 1), Grade.REFUSED),
        ("dsa", 1024, date(2020, 1, 1), Grade.REFUSED),
    ],
)
def test_a_key_is_judged_by_kind_size_and_day(kind, bits, on, grade):
    assert of_key(kind, bits).grade(on) is grade


def test_ber_is_tolerated_as_long_as_sha1():
    assert BER.grade(date(2030, 12, 31)) is Grade.LEGACY
    assert BER.grade(date(2031, 1, 1)) is Grade.REFUSED


def test_every_term_names_its_source():
    assert all(term.source for term in DIGESTS.values())
