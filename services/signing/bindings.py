"""Which certificate a person signs with as leader, and an agency as its seal: taking one in, and
finding the one in use. The key rests sealed under PIN and node key; nothing here can open it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.signing.certificates import CertificateFacts, check_usable, read_facts
from adapters.signing.keys import certificate_of, seal_key
from domain.errors import Invalid
from domain.text import fold
from models.agencies import Person
from models.signing import CertificateBinding, SigningRole
from services.unit_of_work import Work

# A seal made with a person's certificate would say that the person signed twice.
WRONG_KIND = {SigningRole.LEADER: "agency", SigningRole.SEAL: "person"}
MOST_P12 = 256 * 1024


def bind_p12(
    work: Work,
    role: SigningRole,
    *,
    p12: bytes,
    passphrase: str,
    pin: str,
    person_id: int | None = None,
    agency_id: int | None = None,
) -> CertificateBinding:
    """Takes in a PKCS#12 file; from now on the person (LEADER) or agency (SEAL) signs with it.

    Raises what `seal_key` refuses, "p12-too-large", "certificate-expired", "certificate-key-usage",
    "certificate-not-person", "certificate-not-agency", "certificate-already-bound",
    "certificate-name-differs".
    """
    if len(p12) > MOST_P12:
        raise Invalid("p12-too-large", field="file", limit=MOST_P12 // 1024)
    sealed = seal_key(p12, passphrase, pin, work.office.settings.node_key)
    der = certificate_of(sealed)
    facts = read_facts(der)
    _check(work, role, facts)
    if person_id is not None:
        _check_name(work.session.get_one(Person, person_id), facts)
    binding = CertificateBinding(
        role=role,
        person_id=person_id,
        agency_id=agency_id,
        certificate=der,
        certificate_sha256=facts.sha256,
        subject=facts.subject_name,
        issuer=facts.issuer,
        valid_from=facts.valid_from,
        valid_to=facts.valid_to,
        key_sealed=sealed,
        confirmed_at=work.now,
        created_at=work.now,
    )
    work.session.add(binding)
    work.session.flush()
    holder = {"person_id": person_id, "holder_agency_id": agency_id}
    work.audit(
        "admin:certificate_bind", binding, role=role, certificate=facts.sha256,
        certificate_subject=facts.subject_name, **holder,
    )  # fmt: skip
    return binding


def _check(work: Work, role: SigningRole, facts: CertificateFacts) -> None:
    # A renewed certificate may be brought before its first day.
    check_usable(facts, max(work.now, facts.valid_from))
    if facts.kind == WRONG_KIND[role]:
        wanted = "person" if role == SigningRole.LEADER else "agency"
        raise Invalid(f"certificate-not-{wanted}", field="file", subject=facts.subject_name)
    bound = select(CertificateBinding.id).where(
        CertificateBinding.certificate_sha256 == facts.sha256,
        CertificateBinding.revoked_at.is_(None),
    )
    if work.session.scalar(bound.limit(1)):
        raise Invalid("certificate-already-bound", field="file", subject=facts.subject_name)


def _check_name(person: Person, facts: CertificateFacts) -> None:
    if fold(person.full_name) != fold(facts.subject_name):
        raise Invalid(
            "certificate-name-differs",
            field="file",
            subject=facts.subject_name,
            person=person.full_name,
        )


def current(
    session: Session,
    role: SigningRole,
    at: datetime,
    *,
    person_id: int | None = None,
    agency_id: int | None = None,
) -> CertificateBinding:
    """The newest usable binding of the holder at a time.

    Raises Invalid: "certificate-missing", or why the newest one cannot be used ("certificate-…").
    """
    holder = (
        CertificateBinding.person_id == person_id
        if role == SigningRole.LEADER
        else CertificateBinding.agency_id == agency_id
    )
    bindings = session.scalars(
        select(CertificateBinding)
        .where(CertificateBinding.role == role, holder)
        .order_by(CertificateBinding.id.desc())
    ).all()
    if not bindings:
        raise Invalid("certificate-missing", role=role)
    for binding in bindings:
        if not problem(binding, at):
            return binding
    check(bindings[0], at)
    raise AssertionError("a binding without a problem is usable")


def check(binding: CertificateBinding, at: datetime) -> None:
    """Raises Invalid with the code that `problem` gives."""
    code = problem(binding, at)
    if code:
        raise Invalid(
            code, subject=binding.subject, valid_from=binding.valid_from, valid_to=binding.valid_to
        )


def problem(binding: CertificateBinding, at: datetime) -> str:
    """Why this binding cannot sign at this time, as a refusal's code; empty when it can."""
    if binding.revoked_at is not None and binding.revoked_at <= at:
        return "certificate-revoked"
    if at < binding.valid_from:
        return "certificate-not-yet-valid"
    return "certificate-expired" if at > binding.valid_to else ""
