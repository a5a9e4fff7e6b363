"""Which algorithms of signatures are sound, tolerated or refused, and until when: one table.

An algorithm is judged on the day from which the signature is proven to exist: that of a trusted
time stamp, else the day of checking, since a claimed time proves nothing. "Legacy" is accepted with
a warning; after its last day it is refused, whatever was accepted before.

Sources. NIST: SP 800-131A Rev. 2 (2019), tables 2 and 8 (SHA-1, RSA-1024, curves under 224 bits),
its announcement of 15/12/2022 (SHA-1 to be gone by 31/12/2030), SP 800-57 Part 1 Rev. 5, table 4,
with IR 8547, table 2 (strength of 112 bits: deprecated after 2030, disallowed after 2035).
MD5: RFC 6151 (2011). DER: ISO 32000-1, 12.8.3.3, which RFC 5652 alone would let be BER. That SHA-1
and BER are tolerated at all is our decision: tokens of the government's first generation wrote both
still in 2025, and archives are full of them.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

END_OF_SHA1 = date(2030, 12, 31)
END_OF_112_BITS = date(2035, 12, 31)
NEVER_SOUND = date(1, 1, 1)


class Grade(StrEnum):
    SOUND = "sound"
    LEGACY = "legacy"  # accepted with a warning
    REFUSED = "refused"


@dataclass(frozen=True)
class Term:
    """`sound_until` and `legacy_until` are last days; None: no end is known."""

    sound_until: date | None
    legacy_until: date | None
    source: str

    def grade(self, on: date) -> Grade:
        if self.sound_until is None or on <= self.sound_until:
            return Grade.SOUND
        if self.legacy_until is None or on <= self.legacy_until:
            return Grade.LEGACY
        return Grade.REFUSED


_ENDLESS = Term(None, None, "NIST SP 800-131A Rev. 2, FIPS 180-4, FIPS 202")
_GONE = Term(NEVER_SOUND, NEVER_SOUND, "NIST SP 800-131A Rev. 2")

DIGESTS = {
    "md2": Term(NEVER_SOUND, NEVER_SOUND, "RFC 6149"),
    "md5": Term(NEVER_SOUND, NEVER_SOUND, "RFC 6151"),
    "sha1": Term(date(2013, 12, 31), END_OF_SHA1, "NIST SP 800-131A Rev. 2; NIST 15/12/2022"),
    "sha224": Term(date(2030, 12, 31), END_OF_112_BITS, "NIST SP 800-57 Rev. 5; IR 8547"),
    "sha256": _ENDLESS, "sha384": _ENDLESS, "sha512": _ENDLESS,
    "sha3_256": _ENDLESS, "sha3_384": _ENDLESS, "sha3_512": _ENDLESS,
}  # fmt: skip
# (kind of key, from so many bits), the largest first.
KEYS = (
    ("rsa", 3072, _ENDLESS),
    ("rsa", 2048, Term(date(2030, 12, 31), END_OF_112_BITS, "NIST SP 800-57 Rev. 5; IR 8547")),
    ("rsa", 1024, Term(date(2010, 12, 31), date(2013, 12, 31), "NIST SP 800-131A Rev. 2")),
    ("ec", 256, _ENDLESS),
    ("ec", 224, Term(date(2030, 12, 31), END_OF_112_BITS, "NIST SP 800-57 Rev. 5; IR 8547")),
    ("ed25519", 0, _ENDLESS),
    ("ed448", 0, _ENDLESS),
    ("dsa", 2048, Term(date(2023, 2, 3), END_OF_SHA1, "FIPS 186-5: only for old signatures")),
)
BER = Term(NEVER_SOUND, END_OF_SHA1, "ISO 32000-1, 12.8.3.3; ETSI EN 319 142-1, 4.1")


def of_digest(name: str) -> Term:
    """What is not in the table is refused."""
    return DIGESTS.get(name.lower().replace("-", ""), _GONE)


def of_key(kind: str, bits: int) -> Term:
    return next((term for name, least, term in KEYS if name == kind and bits >= least), _GONE)


def worse(grades: list[Grade]) -> Grade:
    for grade in (Grade.REFUSED, Grade.LEGACY):
        if grade in grades:
            return grade
    return Grade.SOUND
