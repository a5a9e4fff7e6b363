"""Certificates of tokens that people keep: an administrator uploads one, or a paired computer sends
those it found and an administrator looks at them. The node has the certificate and nothing else."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from adapters.signing.certificates import read_facts
from adapters.signing.roots import is_authority, read_bundle
from domain.errors import Invalid, Refusal
from domain.permissions import DELEGATES
from domain.roles import LEADERS, Role
from models.agencies import Appointment
from models.signing import CertificateBinding, KeyBackend, SigningRole
from services.signing.bindings import Holder, bind
from services.signing.materials import Material
from services.unit_of_work import Work

MOST_OFFERED = 10
KNOWN = "certificate-already-bound"


def bind_token(
    work: Work,
    role: SigningRole,
    *,
    certificate: bytes,
    person_id: int | None = None,
    agency_id: int | None = None,
    confirmed: bool = True,
) -> CertificateBinding:
    """Binds the certificate (PEM or DER) of a token; unless `confirmed`, it signs nothing yet.

    Raises Invalid("certificate-broken") and what `bind` refuses.
    """
    material = Material(KeyBackend.TOKEN, b"", bare=_certificate(certificate))
    holder = Holder(role, person_id, agency_id)
    return bind(work, holder, material, confirmed=confirmed)


def _certificate(file: bytes) -> bytes:
    """The owner's certificate in a file that may hold its issuers too."""
    owners = [der for der in read_bundle(file) if not is_authority(der)]
    if len(owners) != 1:
        raise Invalid("certificate-broken", field="file")
    return owners[0]


def offer(work: Work, person_id: int, certificates: Sequence[bytes]) -> list[tuple[str, str]]:
    """What a newly paired computer found on its token: each that fits the person, or the agency
    whose clerk the person is, waits for an administrator from now on. Gives each one's subject and
    why it is not taken, as a refusal's code."""
    return [_offer(work, person_id, der) for der in certificates[:MOST_OFFERED]]


def _offer(work: Work, person_id: int, der: bytes) -> tuple[str, str]:
    subject = ""
    try:
        facts = read_facts(der)
        subject = facts.subject_name
        role = SigningRole.SEAL if facts.is_agency else SigningRole.LEADER
        holder = _holder(work, person_id, role, subject)
        bind_token(work, role, certificate=der, confirmed=False, **holder)
    except Refusal as refusal:
        return subject, refusal.code
    return subject, ""


def _holder(work: Work, person_id: int, role: SigningRole, subject: str) -> dict:
    query = (
        select(Appointment)
        .where(Appointment.person_id == person_id)
        .options(joinedload(Appointment.agency))
    )
    held = [each for each in work.session.scalars(query) if each.holds_on(work.office.today())]
    if role == SigningRole.LEADER and any(each.role in LEADERS | DELEGATES for each in held):
        return {"person_id": person_id}
    agencies = {each.agency_id for each in held if each.role == Role.CLERK}
    if role == SigningRole.SEAL and len(agencies) == 1:
        return {"agency_id": agencies.pop()}
    raise Invalid("certificate-not-yours", subject=subject)
