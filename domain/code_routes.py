"""Which way a code goes: patterns of codes, the most exact of which decides. Codes of 2016 are read
from the right (`000.21.31.H48`), those of 2020 from the left (`H48.31.21`; QĐ 20/2020/QĐ-TTg), so a
pattern may leave either end open: `H48*`, `*.H48`, `*`."""

import re
from collections.abc import Iterable

ANY = "*"
PATTERN = re.compile(r"\*|[0-9A-Za-z][0-9A-Za-z._-]{0,34}\*?|\*[0-9A-Za-z._-]{1,35}")


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
