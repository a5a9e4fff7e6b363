"""What codes say of where they belong. Codes of 2016 are read from the right (`000.21.31.H48`),
those of 2020 from the left (`H48.31.21`; QĐ 20/2020/QĐ-TTg). Which way a code goes: patterns, the
most exact of which decides; either end may be left open: `H48*`, `*.H48`, `*`."""

import re
from collections.abc import Iterable

ANY = "*"
PATTERN = re.compile(r"\*|[0-9A-Za-z][0-9A-Za-z._-]{0,34}\*?|\*[0-9A-Za-z._-]{1,35}")

OF_2016 = re.compile(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.([A-Z][0-9]{2})")
OF_2020 = re.compile(r"([A-Z][0-9]{2})(\.[0-9]{2,3})*")


def head_office(code: str) -> str:
    """The code of the province or ministry to which a code belongs, in the same form; the code
    itself where it is of neither form."""
    if found := OF_2016.fullmatch(code):
        return f"000.00.00.{found[1]}"
    found = OF_2020.fullmatch(code)
    return found[1] if found else code


def is_pattern(text: str) -> bool:
    return PATTERN.fullmatch(text) is not None


def matches(pattern: str, code: str) -> bool:
    if pattern.endswith(ANY):
        return code.startswith(pattern[:-1])
    if pattern.startswith(ANY):
        return code.endswith(pattern[1:])
    return code == pattern


def best(patterns: Iterable[str], code: str) -> str | None:
    """The pattern that says most about the code: the whole code first, then the longest."""
    found = [pattern for pattern in patterns if matches(pattern, code)]
    return max(found, key=lambda p: (ANY not in p, len(p), p), default=None)
