"""Which certificate a person signs with as leader, and an agency as its seal: binding one, and
finding the one in use. The key rests sealed under PIN and node key; nothing here can open it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.signing.certificates import CertificateFacts, check_usable, read_facts
from adapters.signing.schemes import check_key
from domain.errors import Invalid
from domain.text import fold
from models.agencies import Person
from models.signing import CertificateBinding, SigningRole
from services.signing.materials import Material, take_in
from services.unit_of_work import Work

# A seal made with a person's certificate would say that the person signed twice.
WRONG_KIND = {SigningRole.LEADER: "agency", SigningRole.SEAL: "person"}


@dataclass(frozen=True)
class Holder:
    """Who is to sign: a person as leader, or an agency with its seal."""

    role: SigningRole
    person_id: int | None = None
    agency_id: int | None = None


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
    """Takes in a PKCS#12 file and binds it at once; refuses as `take_in` and `bind`."""
    upload = {"p12": p12, "passphrase": passphrase, "pin": pin}
    return bind(work, Holder(role, person_id, agency_id), take_in(work.office, upload))


def bind(
    work: Work, holder: Holder, material: Material, *, confirmed: bool = True
) -> CertificateBinding:
    """From now on (or once it is confirmed) the person (LEADER) or agency (SEAL) signs with it.

    Raises "certificate-expired", "certificate-key-usage", "certificate-not-person",
    "certificate-not-agency", "certificate-already-bound", "certificate-name-differs",
    "key-type-unsupported".
    """
    facts = read_facts(material.certificate)
    _check(work, holder.role, material.certificate, facts)
    if holder.person_id is not None:
        _check_name(work.session.get_one(Person, holder.person_id), facts)
    binding = CertificateBinding(
        role=holder.role,
        person_id=holder.person_id,
        agency_id=holder.agency_id,
        certificate=material.certificate,
        certificate_sha256=facts.sha256,
        subject=facts.subject_name,
        issuer=facts.issuer,
        valid_from=facts.valid_from,
        valid_to=facts.valid_to,
        backend=material.backend,
        parameters=dict(material.parameters),
        key_sealed=material.sealed,
        access_sealed=material.access_sealed,
        confirmed_at=work.now if confirmed else None,
        created_at=work.now,
    )
    work.session.add(binding)
    work.session.flush()
    work.audit(
        "admin:certificate_bind", binding, role=holder.role, certificate=facts.sha256,
        certificate_subject=facts.subject_name, person_id=holder.person_id,
        holder_agency_id=holder.agency_id, backend=material.backend,
    )  # fmt: skip
    return binding


def _check(work: Work, role: SigningRole, certificate: bytes, facts: CertificateFacts) -> None:
    # A renewed certificate may be brought before its first day.
    check_usable(facts, max(work.now, facts.valid_from))
    check_key(certificate)
    if facts.kind == WRONG_KIND[role]:
        wanted = "person" if role == SigningRole.LEADER else "agency"
        raise Invalid(f"certificate-not-{wanted}", field="file", subject=facts.subject_name)
    bound = select(CertificateBinding.id).where(
        CertificateBinding.certificate_sha256 == facts.sha256,
        CertificateBinding.revoked_at.is_(None),
        CertificateBinding.secret_refused_at.is_(None),
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
    """The newest usable binding of the holder at a time: a renewed certificate takes over on its
    first day, and the one before serves again where the new one is suspended or revoked.

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
    if binding.confirmed_at is None:
        return "certificate-unconfirmed"
    if binding.suspended_at is not None:
        return "certificate-suspended"
    if at < binding.valid_from:
        return "certificate-not-yet-valid"
    if at > binding.valid_to:
        return "certificate-expired"
    return "certificate-secret-refused" if binding.secret_refused_at is not None else ""


def note_refused(work: Work, binding: CertificateBinding, code: str) -> None:
    """The token or the service did not take its PIN: it is not tried again, or it would lock."""
    binding.secret_refused_at = work.now
    work.audit("signing:secret_refused", binding, code=code)
