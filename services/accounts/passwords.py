"""Passwords: Argon2id hashes, the shortest length, and one-time passwords an administrator hands
over."""

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import Invalid

HASHER = PasswordHasher()
LEAST = 10
MOST = 200
# Read aloud and typed once: no letter that looks like another one.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_absent: list[str] = []


def hash_password(password: str, field: str = "password") -> str:
    """Argon2id; refuses with Invalid("password-too-short") or ("password-too-long")."""
    if len(password) < LEAST:
        raise Invalid("password-too-short", field=field, least=LEAST)
    if len(password) > MOST:
        raise Invalid("password-too-long", field=field, most=MOST)
    return HASHER.hash(_one_form(password))


def password_matches(hashed: str | None, password: str) -> bool:
    """Whether it is the password; for nobody (None) it takes as long and says no."""
    try:
        return HASHER.verify(hashed or _hash_of_nobody(), _one_form(password)) and bool(hashed)
    except (VerificationError, InvalidHashError):
        return False


def one_time_password() -> str:
    """Sixteen characters in four groups, about 79 bits."""
    letters = [secrets.choice(ALPHABET) for _ in range(16)]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, 16, 4))


def _hash_of_nobody() -> str:
    if not _absent:
        _absent.append(HASHER.hash(secrets.token_hex(16)))
    return _absent[0]


def _one_form(password: str) -> str:
    # The same letters "ế" reach us composed or decomposed, depending on the keyboard.
    return unicodedata.normalize("NFC", password)
