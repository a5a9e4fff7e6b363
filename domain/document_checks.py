"""What the signatures of a document must be together, beyond each being good: a person's and the
agency's, in that order, of those whom the document names; and the agency's on each separate file.

Facts are those of `Report.to_json`. Only signatures that are whole count as present.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from domain.text import fold

Outcome = Literal["good", "warn", "bad"]
Facts = Mapping
_WHOLE = ("valid", "untrusted")
_WORDS = re.compile(r"[\W_]+")
_SHORT = {"ubnd": "uy ban nhan dan", "hdnd": "hoi dong nhan dan", "tp": "thanh pho"}
_SEALING = ("seal", "number", "date")


@dataclass(frozen=True)
class SignedFile:
    name: str
    signatures: Sequence[Facts]
    is_main: bool = False

    def whole(self, kind: str) -> list[Facts]:
        return [
            each for each in self.signatures if each["kind"] == kind and each["verdict"] in _WHOLE
        ]


@dataclass(frozen=True)
class Named:
    """Whom the document names: its agency in every spelling known, its signer and the position."""

    agencies: Sequence[str]
    signer: str = ""
    position: str = ""


@dataclass(frozen=True)
class Check:
    """`code` says what was asked, `outcome` how it came out, `detail` what the certificate says and
    `expected` what the document does, where they differ."""

    code: str
    outcome: Outcome
    detail: str = ""
    expected: str = ""


def checks(named: Named, files: Sequence[SignedFile]) -> list[Check]:
    main = next((each for each in files if each.is_main), None)
    if main is None:
        return []
    people, agencies = main.whole("person"), main.whole("agency")
    found = [
        Check("person-signed" if people else "person-missing", "good" if people else "warn"),
        Check("agency-signed" if agencies else "agency-missing", "good" if agencies else "warn"),
        *_order(main),
        *_signer(named, people),
        *_agency(named, agencies),
    ]
    return found + [_enclosure(each) for each in files if not each.is_main]


def sealed_first(main: SignedFile) -> bool:
    """Whether the agency's seal came before every person's signature, though a person signed: only
    a document that its leader has signed may be sealed (NĐ 30/2020, Điều 32, khoản 2, điểm d)."""
    kinds = [
        "person" if each["kind"] == "person" else "seal"
        for each in main.signatures
        if each["kind"] == "person" or _seals(each)
    ]
    return "person" in kinds and kinds[0] == "seal"


def other_signer(named: Named, people: Sequence[Facts]) -> str:
    """Who signed instead of the one the document names; empty where that is no matter."""
    if not named.signer or not people:
        return ""
    if any(same_person(named.signer, each["signer_name"]) for each in people):
        return ""
    return people[0]["signer_name"]


def same_person(one: str, other: str) -> bool:
    """Titles before a name do not count: one is the end of the other."""
    one, other = ("".join(f" {word}" for word in fold(each).split()) for each in (one, other))
    return bool(one and other) and (one.endswith(other) or other.endswith(one))


def same_agency(one: str, other: str) -> bool:
    """Whether two spellings can mean the same agency: one is part of the other."""
    one, other = _plain(one), _plain(other)
    return one.strip() != "" and other.strip() != "" and (one in other or other in one)


def _plain(name: str) -> str:
    words = (_SHORT.get(word, word) for word in _WORDS.split(fold(name)) if word)
    return f" {' '.join(words)} "


def _seals(facts: Facts) -> bool:
    return facts["kind"] == "agency" and facts.get("purpose") in _SEALING


def _order(main: SignedFile) -> list[Check]:
    if sealed_first(main):
        return [Check("sealed-first", "bad")]
    if main.whole("person") and main.whole("agency"):
        return [Check("order-right", "good")]
    return []


def _signer(named: Named, people: Sequence[Facts]) -> list[Check]:
    if not named.signer or not people:
        return []
    other = other_signer(named, people)
    if other:
        return [Check("signer-differs", "bad", other, named.signer)]
    signer = next(each for each in people if same_person(named.signer, each["signer_name"]))
    return [Check("signer-agrees", "good", named.signer), *_position(named.position, signer)]


def _position(position: str, signer: Facts) -> list[Check]:
    """Most certificates name no position; one that names another is worth a look."""
    held = signer.get("position", "")
    if not held or not position:
        return []
    agrees = fold(held) in fold(position) or fold(position) in fold(held)
    if agrees:
        return [Check("position-agrees", "good", held)]
    return [Check("position-differs", "warn", held, position)]


def _agency(named: Named, agencies: Sequence[Facts]) -> list[Check]:
    if not agencies or not any(named.agencies):
        return []
    names = [name for each in agencies for name in (each["signer_name"], each["organisation"])]
    if any(same_agency(name, known) for name in names for known in named.agencies):
        return [Check("agency-agrees", "good", named.agencies[0])]
    return [Check("agency-differs", "bad", names[0], named.agencies[0])]


def _enclosure(file: SignedFile) -> Check:
    """NĐ 30/2020, Phụ lục I, mục II, 8: the agency signs each separate file."""
    if file.whole("agency"):
        return Check("enclosure-signed", "good", file.name)
    return Check("enclosure-unsigned", "warn", file.name)
