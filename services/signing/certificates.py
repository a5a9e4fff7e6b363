"""What an administrator does with certificates: binding, revoking and listing those of the own
agency and of the people whose accounts it manages."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from domain import permissions
from domain.errors import Conflict, NotFound
from domain.permissions import DELEGATES, Relation
from domain.roles import LEADERS, Actor
from domain.text import by_given_name
from models.agencies import Appointment, Person
from models.signing import CertificateBinding, SigningRole
from services.admin import access
from services.office import Office
from services.signing.bindings import Holder, bind
from services.signing.materials import take_in
from services.signing.token_bindings import bind_token
from services.unit_of_work import Work, transaction

ADMINISTER = "admin:people"


def bind_certificate(
    office: Office, actor: Actor, holder: str, upload: Mapping, *, confirmed: bool = True
) -> int:
    """The administrator's use case; `holder` is "agency" or the id of a leader of the own agency,
    `upload` is what `take_in` takes.

    Raises Forbidden("not-allowed" | "person-elsewhere"), NotFound and what `take_in` and `bind`
    refuse.
    """
    permissions.require(actor, ADMINISTER, {Relation.AGENCY})
    whose = _holder(office, actor, holder)
    material = take_in(office, upload)
    with transaction(office, actor) as work:
        return bind(work, whose, material, confirmed=confirmed).id


def bind_token_certificate(
    office: Office, actor: Actor, holder: str, certificate: bytes, *, confirmed: bool = True
) -> int:
    """The same for a token that its holder keeps: only its certificate comes here. Raises
    Invalid("certificate-broken") besides."""
    permissions.require(actor, ADMINISTER, {Relation.AGENCY})
    whose = asdict(_holder(office, actor, holder))
    with transaction(office, actor) as work:
        return bind_token(work, **whose, certificate=certificate, confirmed=confirmed).id


def _holder(office: Office, actor: Actor, holder: str) -> Holder:
    if holder == "agency":
        return Holder(SigningRole.SEAL, agency_id=actor.agency_id)
    people = {str(person.id): person for person in signers(office, actor)}
    if holder not in people:
        raise NotFound("not-found")
    # Only who manages the account: else a commune could put its key under the chairman's name.
    person_id = access.load_managed(office, actor, people[holder].id).id
    return Holder(SigningRole.LEADER, person_id=person_id)


def one(office: Office, actor: Actor, binding_id: int) -> tuple[CertificateBinding, str]:
    """A binding of the own agency or its people, with its holder's name; NotFound otherwise."""
    permissions.require(actor, ADMINISTER, {Relation.AGENCY})
    query = _own(actor).where(CertificateBinding.id == binding_id)
    binding = office.session().scalars(query).one_or_none()
    if binding is None:
        raise NotFound("not-found")
    if binding.person_id is None:
        return binding, actor.agency_name
    return binding, office.session().get_one(Person, binding.person_id).full_name


def confirm(office: Office, actor: Actor, binding_id: int) -> None:
    """It was looked at: from now on it signs. Raises Conflict("certificate-not-pending")."""
    with _changing(office, actor, binding_id) as (work, binding):
        if binding.confirmed_at is not None or binding.revoked_at is not None:
            raise Conflict("certificate-not-pending")
        binding.confirmed_at = work.now
        work.audit("admin:certificate_confirm", binding, certificate=binding.certificate_sha256)


def suspend(office: Office, actor: Actor, binding_id: int, reason: str = "") -> None:
    """It signs no more until it is resumed."""
    with _changing(office, actor, binding_id) as (work, binding):
        if binding.suspended_at is None and binding.revoked_at is None:
            binding.suspended_at = work.now
            details = {"certificate": binding.certificate_sha256, "reason": reason[:500]}
            work.audit("admin:certificate_suspend", binding, **details)


def resume(office: Office, actor: Actor, binding_id: int) -> None:
    with _changing(office, actor, binding_id) as (work, binding):
        if binding.suspended_at is not None:
            binding.suspended_at = None
            work.audit("admin:certificate_resume", binding, certificate=binding.certificate_sha256)


def demand_code(office: Office, actor: Actor, binding_id: int, demanded: bool) -> None:
    """Whether signing with it asks for the code of the person's own app as well."""
    with _changing(office, actor, binding_id) as (work, binding):
        if binding.demands_code != demanded:
            binding.demands_code = demanded
            work.audit("admin:certificate_code", binding, demanded=demanded)


def revoke(office: Office, actor: Actor, binding_id: int, reason: str = "") -> None:
    """The certificate signs no more from now on; what it signed stays as it is."""
    with _changing(office, actor, binding_id) as (work, binding):
        if binding.revoked_at is None:
            binding.revoked_at = work.now
            details = {"certificate": binding.certificate_sha256, "reason": reason[:500]}
            work.audit("admin:certificate_revoke", binding, **details)


@contextmanager
def _changing(
    office: Office, actor: Actor, binding_id: int
) -> Iterator[tuple[Work, CertificateBinding]]:
    """The binding under lock, for who manages its holder."""
    permissions.require(actor, ADMINISTER, {Relation.AGENCY})
    with transaction(office, actor) as work:
        query = _own(actor).where(CertificateBinding.id == binding_id).with_for_update()
        binding = work.session.scalars(query).one_or_none()
        if binding is None:
            raise NotFound("not-found")
        if binding.person_id is not None:
            access.load_managed(office, actor, binding.person_id)
        yield work, binding


def _managed(office: Office, actor: Actor, work: Work, binding_id: int) -> CertificateBinding:
    """A binding that the actor administers, locked; NotFound for any other."""
    permissions.require(actor, ADMINISTER, {Relation.AGENCY})
    query = _own(actor).where(CertificateBinding.id == binding_id).with_for_update()
    binding = work.session.scalars(query).one_or_none()
    if binding is None:
        raise NotFound("not-found")
    if binding.person_id is not None:
        access.load_managed(office, actor, binding.person_id)
    return binding


def listing(office: Office, actor: Actor) -> list[tuple[CertificateBinding, str]]:
    """Bindings of the own agency and its people with the holder's name, newest first."""
    permissions.require(actor, ADMINISTER, {Relation.AGENCY})
    session = office.session()
    names = {person.id: person.full_name for person in holders(session, actor)}
    bindings = session.scalars(_own(actor).order_by(CertificateBinding.id.desc())).all()
    return [(each, names.get(each.person_id, actor.agency_name)) for each in bindings]


def signers(office: Office, actor: Actor) -> list[Person]:
    """People of the own agency for whom a certificate can be bound, by name."""
    permissions.require(actor, ADMINISTER, {Relation.AGENCY})
    leads = _people_of(actor).where(Appointment.role.in_(LEADERS | DELEGATES))
    query = select(Person).where(Person.id.in_(leads), Person.is_active)
    return _by_name(office.session().scalars(query))


def holders(session: Session, actor: Actor) -> list[Person]:
    """People with an appointment in the actor's agency, present or past, by name."""
    query = select(Person).where(Person.id.in_(_people_of(actor)))
    return _by_name(session.scalars(query))


def _by_name(people: Iterable[Person]) -> list[Person]:
    return sorted(people, key=lambda person: by_given_name(person.full_name))


def _own(actor: Actor):
    return select(CertificateBinding).where(
        or_(
            CertificateBinding.agency_id == actor.agency_id,
            CertificateBinding.person_id.in_(_people_of(actor)),
        )
    )


def _people_of(actor: Actor):
    return select(Appointment.person_id).where(Appointment.agency_id == actor.agency_id)
