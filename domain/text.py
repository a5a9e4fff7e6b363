"""Vietnamese text: one normal form, and the folding that lets a search without accents find."""

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_STROKED_D = str.maketrans({"đ": "d", "Đ": "d", "Ð": "d", "ð": "d"})


def nfc(text: str) -> str:
    """Text as it is stored: Unicode NFC, no control characters, no blanks at the ends.

    Many files carry 'Ð' (U+00D0) where 'Đ' (U+0110) is meant.
    """
    return _CONTROL.sub("", unicodedata.normalize("NFC", text)).replace("Ð", "Đ").strip()


def initials(full_name: str) -> str:
    """As people initial a draft (ký nháy): the first letter of each word of the name."""
    return "".join(word[0].upper() for word in nfc(full_name).split())


def fold(text: str) -> str:
    """Lower case without accents and control characters, đ as d, blanks joined: what a search
    compares."""
    plain = _CONTROL.sub("", text).translate(_STROKED_D).lower()
    bare = unicodedata.normalize("NFD", plain)
    kept = "".join(char for char in bare if not unicodedata.combining(char))
    return " ".join(kept.split())


# Vietnamese order: letters first, tones only between words that are otherwise alike.
_ORDER = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {tone: place for place, tone in enumerate("\u0300\u0309\u0303\u0301\u0323", 1)}


def alphabetical(text: str) -> tuple:
    """The key that sorts by the Vietnamese alphabet: a ă â b c d đ e ê …, tones last."""
    parts = unicodedata.normalize("NFD", text.lower())
    bare = unicodedata.normalize("NFC", "".join(char for char in parts if char not in _TONES))
    tones = [_TONES.get(char, 0) for char in parts if not char.isascii() or char.isalpha()]
    # What is no letter stands before the letters: blanks, digits.
    return [(char in _ORDER, _ORDER.get(char, ord(char))) for char in bare], tones


def by_given_name(full_name: str) -> tuple:
    """The key that sorts people as lists of the field do: by the given name, which comes last."""
    words = full_name.split()
    return alphabetical(words[-1] if words else ""), alphabetical(full_name)
