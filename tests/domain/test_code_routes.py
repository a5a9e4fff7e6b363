"""Patterns of codes, and which of several decides; where a code belongs."""

import pytest

from domain.code_routes import best, head_office, is_pattern, matches


@pytest.mark.parametrize("text", ["*", "H49", "H49*", "*.H49", "000.00.10.H49", "G22.1_a-b"])
def test_these_are_patterns(text):
    assert is_pattern(text)


@pytest.mark.parametrize(
    "text", ["", "**", "*a*", "a*b", "mã", "a b", ".", "x" * 36, "*" + "x" * 36]
)
def test_these_are_none(text):
    assert not is_pattern(text)


@pytest.mark.parametrize(
    ("pattern", "code", "fits"),
    [
        ("*", "H49", True),
        ("H49*", "H49.1", True),
        ("H49*", "XH49", False),
        ("*.H49", "000.00.10.H49", True),
        ("*.H49", "000.00.10.H491", False),
        ("H49", "H49", True),
        ("H49", "H49.1", False),
    ],
)
def test_a_pattern_fits_its_open_end(pattern, code, fits):
    assert matches(pattern, code) is fits


def test_the_pattern_that_says_most_decides():
    patterns = ["*", "H49*", "H49.1*", "H49.12"]
    assert best(patterns, "H49.12") == "H49.12"
    assert best(patterns, "H49.13") == "H49.1*"
    assert best(patterns, "H49.2") == "H49*"
    assert best(patterns, "G01") == "*"
    assert best(patterns[1:], "G01") is None
    assert best(["H49.12*", "H49.12"], "H49.12") == "H49.12"


@pytest.mark.parametrize(
    ("code", "head"),
    [
        ("000.21.31.H48", "000.00.00.H48"),
        ("000.00.00.G07", "000.00.00.G07"),
        ("H48.31.21", "H48"),
        ("A02", "A02"),
        ("TRUONG-A", "TRUONG-A"),
        ("1.21.31.H48", "1.21.31.H48"),
    ],
)
def test_a_code_names_its_province_or_ministry(code, head):
    assert head_office(code) == head
