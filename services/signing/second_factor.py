"""The second factor of a person: an authenticator app whose code is asked for beside the PIN, where
an administrator demands it of a certificate. The secret rests under the node key."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters import one_time_codes
from adapters.sealing import seal, unseal
from domain import permissions
from domain.errors import Conflict, Invalid, NotFound
from domain.permissions import Relation
from domain.roles import Actor
from models.agencies import Person
from models.signing import SecondFactor
from services.accounts.passwords import password_matches
from services.admin import access
from services.office import Office
from services.unit_of_work import Work, transaction


def of(session: Session, person_id: int) -> SecondFactor | None:
    """The person's app once it is confirmed; None while codes cannot be asked for."""
    found = _row(session, person_id)
    return found if found is not None and found.confirmed_at else None


def start(office: Office, actor: Actor) -> str:
    """A new secret, told this once; codes count from `confirm` on. One that was never confirmed is
    replaced. Raises Conflict("second-factor-known")."""
    secret = one_time_codes.new_secret()
    sealed = seal(secret.encode(), office.settings.node_key, _context(actor.person_id))
    with transaction(office, actor) as work:
        found = _row(work.session, actor.person_id)
        if found is not None and found.confirmed_at:
            raise Conflict("second-factor-known")
        if found is None:
            found = SecondFactor(person_id=actor.person_id)
            work.session.add(found)
        found.secret_sealed, found.last_step, found.created_at = sealed, 0, work.now
    return secret


def confirm(office: Office, actor: Actor, code: str) -> None:
    """The app shows what we expect: from now on it counts. Raises Invalid("code-not-matching"),
    NotFound when none was started."""
    with transaction(office, actor) as work:
        found = _row(work.session, actor.person_id)
        if found is None or found.confirmed_at:
            raise NotFound("not-found")
        if not _take(work, found, code):
            raise Invalid("code-not-matching", field="code")
        found.confirmed_at = work.now
        work.audit("signing:second_factor_on", found)


def remove(office: Office, actor: Actor, password: str) -> None:
    """The person gives the app up, proving themselves by the password of the account.

    Raises Invalid("password-wrong"), NotFound.
    """
    known = office.session().get_one(Person, actor.person_id).password_hash
    if not password_matches(known, password):
        raise Invalid("password-wrong", field="password")
    with transaction(office, actor) as work:
        _forget(work, actor.person_id)


def reset(office: Office, actor: Actor, person_id: int) -> None:
    """An administrator takes away the app of somebody who lost the telephone.

    Raises Forbidden("not-allowed" | "person-elsewhere"), NotFound.
    """
    permissions.require(actor, "admin:people", {Relation.AGENCY})
    access.load_managed(office, actor, person_id)
    with transaction(office, actor) as work:
        _forget(work, person_id)


def take(work: Work, person_id: int, code: str) -> bool:
    """Whether this is the code of the person's app now, and for the first time."""
    found = _row(work.session, person_id, lock=True)
    return found is not None and found.confirmed_at is not None and _take(work, found, code)


def _take(work: Work, found: SecondFactor, code: str) -> bool:
    node_key = work.office.settings.node_key
    secret = unseal(found.secret_sealed, node_key, _context(found.person_id)).decode()
    step = one_time_codes.step_of(secret, code, work.now, after=found.last_step)
    if step is not None:
        found.last_step = step
    return step is not None


def _forget(work: Work, person_id: int) -> None:
    found = _row(work.session, person_id, lock=True)
    if found is None:
        raise NotFound("not-found")
    work.audit("signing:second_factor_off", found, holder=person_id)
    work.session.delete(found)


def _row(session: Session, person_id: int, lock: bool = False) -> SecondFactor | None:
    query = select(SecondFactor).where(SecondFactor.person_id == person_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def _context(person_id: int) -> str:
    return f"second-factor/{person_id}"
