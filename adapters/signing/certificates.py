"""What a certificate says: whose it is, from whom, for how long, and whether it may sign now."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from asn1crypto import x509

from domain.errors import Invalid
from domain.text import fold

Kind = Literal["person", "agency", "unknown"]

# Either is enough: the government's certificates of the first generation carry nonRepudiation only.
SIGNING_USAGES = frozenset({"digital_signature", "non_repudiation"})

# No field of the certificates in use says "agency"; their names and identifiers do. An agency
# carries a tax or budget code (MST, MNS) or the name of an office, a person an identity number
# (CCCD, CMND, HC), a personal attribute, or a family name.
_AGENCY_IDS = ("MST:", "MNS:")
_PERSON_IDS = ("CCCD:", "CMND:", "CM:", "HC:")
_PERSON_ATTRIBUTES = frozenset({"given_name", "surname", "title", "name"})
_OFFICES = (
    "uy ban", "ubnd", "hoi dong", "hdnd", "van phong", "so ", "phong ", "ban quan ly",
    "ban to chuc", "bo ", "cuc ", "chi cuc", "tong cuc", "trung tam", "truong thpt", "truong thcs",
    "truong tieu hoc", "truong mam non", "truong dai hoc", "truong cao dang", "truong chinh tri",
    "dai hoc", "hoc vien", "benh vien", "vien ", "cong ty", "tong cong ty", "chi nhanh", "toa an",
    "thanh tra", "cong an", "doan thanh nien", "dang uy", "huyen uy", "tinh uy", "mat tran",
    "kho bac", "bao hiem",
)  # fmt: skip
_FAMILY_NAMES = {
    "nguyen", "tran", "le", "pham", "huynh", "hoang", "phan", "vu", "vo", "dang", "bui", "do", "ho",
    "ngo", "duong", "ly", "dinh", "trinh", "truong", "lam", "mai", "cao", "luong", "luu", "ha",
    "ta", "phung", "quach", "tong", "thai", "chau", "kieu", "la", "vuong", "trieu", "to", "tang",
    "nghiem", "dam", "bach", "dao", "luc", "nong", "be", "doan", "chu", "hua", "tieu", "ton",
    "giang", "quan", "thach", "son",
}  # fmt: skip


@dataclass(frozen=True)
class CertificateFacts:
    """The facts of one certificate. `serial` is in hexadecimal, times carry their zone."""

    subject_name: str
    organisation: str
    issuer: str
    serial: str
    sha256: str
    valid_from: datetime
    valid_to: datetime
    key_usage: tuple[str, ...]
    kind: Kind

    @property
    def is_agency(self) -> bool:
        return self.kind == "agency"


def read_facts(der: bytes) -> CertificateFacts:
    """The facts of a DER certificate; Invalid("certificate-broken") if it is none."""
    try:
        return facts_of(x509.Certificate.load(der, strict=True))
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid("certificate-broken") from error


def facts_of(certificate: x509.Certificate) -> CertificateFacts:
    return _facts(certificate.dump())


@lru_cache(maxsize=256)
def _facts(der: bytes) -> CertificateFacts:
    certificate = x509.Certificate.load(der)
    subject = _attributes(certificate.subject)
    issuer = _attributes(certificate.issuer)
    usage = certificate.key_usage_value
    return CertificateFacts(
        subject_name=_first(subject, "common_name") or _first(subject, "organization_name"),
        organisation=_first(subject, "organization_name"),
        issuer=_first(issuer, "common_name") or certificate.issuer.human_friendly,
        serial=f"{certificate.serial_number:x}",
        sha256=hashlib.sha256(certificate.dump()).hexdigest(),
        valid_from=certificate.not_valid_before,
        valid_to=certificate.not_valid_after,
        key_usage=tuple(sorted(usage.native)) if usage is not None else (),
        kind=_kind(subject),
    )


def check_usable(facts: CertificateFacts, at: datetime) -> None:
    """Refuses a certificate that may not sign at this time.

    "certificate-not-yet-valid", "certificate-expired" (NĐ 68/2024, Điều 31: the signer checks the
    own certificate first), "certificate-key-usage".
    """
    if at < facts.valid_from:
        raise Invalid("certificate-not-yet-valid", valid_from=facts.valid_from)
    if at > facts.valid_to:
        raise Invalid("certificate-expired", valid_to=facts.valid_to)
    if facts.key_usage and not SIGNING_USAGES.intersection(facts.key_usage):
        raise Invalid("certificate-key-usage", key_usage=", ".join(facts.key_usage))


def _attributes(name: x509.Name) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for rdn in name.chosen:
        for pair in rdn:
            found.setdefault(pair["type"].native, []).append(str(pair["value"].native))
    return found


def _first(attributes: dict[str, list[str]], name: str) -> str:
    return attributes.get(name, [""])[0]


def _kind(subject: dict[str, list[str]]) -> Kind:
    identifiers = [
        value.upper() for name in ("user_id", "serial_number") for value in subject.get(name, [])
    ]
    if any(value.startswith(_PERSON_IDS) for value in identifiers):
        return "person"
    if "organization_identifier" in subject:
        return "agency"
    if any(value.startswith(_AGENCY_IDS) for value in identifiers):
        return "agency"
    if _PERSON_ATTRIBUTES.intersection(subject):
        return "person"
    name, organisation = _first(subject, "common_name"), _first(subject, "organization_name")
    return _kind_by_name(fold(name), fold(organisation))


def _kind_by_name(name: str, organisation: str) -> Kind:
    if name and (name == organisation or name.startswith(_OFFICES)):
        return "agency"
    words = name.split()
    if 2 <= len(words) <= 6 and words[0] in _FAMILY_NAMES:
        return "person"
    return "unknown"
