"""Accounts of the systems that may call the axis: each has a secret, sealed under the node key and
shown once. While a secret is replaced the old one stays good for a week, so that a node can be
changed over without losing a call."""

import secrets
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import and_, bindparam, or_, select

from adapters.sealing import seal, unseal
from domain.errors import Conflict, Invalid, NotFound
from domain.roles import SYSTEM, Actor
from domain.text import nfc
from models.audit import AuditEntry
from models.hub import DirectoryEntry, HubAccount
from services.hub.access import require_manage, require_view
from services.office import Office
from services.unit_of_work import Work, transaction

ENTRIES_SHOWN = 30
OVERLAP = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=1)
NOTE_EVERY = timedelta(minutes=10)
SECRET_BYTES = 32
BY_SYSTEM_ID = select(HubAccount).where(HubAccount.system_id == bindparam("system_id"))
_counting = threading.Lock()
# By operation, since the last time they were noted, in this process.
_calls: dict[tuple[Path, int], Counter[str]] = {}


@dataclass(frozen=True)
class Page:
    """One account, the name of its agency, the latest entries about it or by it."""

    account: HubAccount
    name: str
    entries: Sequence[AuditEntry]


def page(office: Office, actor: Actor, account_id: int) -> Page:
    """Raises Forbidden, NotFound("not-found")."""
    require_view(actor)
    session = office.session()
    account = session.get(HubAccount, account_id)
    if account is None:
        raise NotFound("not-found")
    code = account.system_id
    about = and_(AuditEntry.subject_type == "hub_account", AuditEntry.subject_id == account_id)
    by_system = and_(AuditEntry.person_name == code, AuditEntry.tag.startswith("hub:"))
    newest = select(AuditEntry).where(or_(about, by_system)).order_by(AuditEntry.sequence.desc())
    name = session.scalar(select(DirectoryEntry.name).where(DirectoryEntry.code == code))
    return Page(account, name or code, session.scalars(newest.limit(ENTRIES_SHOWN)).all())


def create(office: Office, actor: Actor, system_id: str, node_name: str) -> tuple[int, str]:
    """Opens an account with a new secret; gives its id and the secret, the only time it is seen.

    Raises Forbidden, Invalid("account-agency-unknown"), Invalid("account-exists").
    """
    require_manage(actor)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction(office, actor) as work:
        return add(work, system_id, node_name, secret).id, secret


def add(work: Work, system_id: str, node_name: str, secret: str) -> HubAccount:
    """The account of an agency of the directory; its code is the system id."""
    code = nfc(system_id)
    known = select(DirectoryEntry.id).where(DirectoryEntry.code == code)
    if work.session.scalar(known) is None:
        raise Invalid("account-agency-unknown", field="system_id", recipient=code)
    if work.session.scalar(select(HubAccount.id).where(HubAccount.system_id == code)):
        raise Invalid("account-exists", field="system_id", recipient=code)
    account = HubAccount(
        system_id=code,
        node_name=nfc(node_name)[:500],
        secret_sealed=_sealed(work.office, code, secret),
        created_at=work.now,
    )
    work.session.add(account)
    work.session.flush()
    work.audit("hub:account_create", account, system_id=code)
    return account


def mark(account: HubAccount) -> str:
    """Which secret a page was drawn for: a second click on it must not make a third secret, for
    only two are good at a time and the system may still use the first."""
    return account.previous_until.isoformat() if account.previous_until else ""


def rotate(office: Office, actor: Actor, account_id: int, shown: str) -> tuple[str, str]:
    """A new secret; the present one stays good for OVERLAP. Gives the system id and the secret.
    `shown` is the `mark` of the page it was asked on.

    A second rotation within that time drops the oldest secret at once. Raises Forbidden, NotFound,
    Conflict("secret-rotated").
    """
    require_manage(actor)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction(office, actor) as work:
        account = _load(work, account_id)
        if shown != mark(account):
            raise Conflict("secret-rotated")
        account.previous_secret_sealed = account.secret_sealed
        account.previous_until = work.now + OVERLAP
        account.secret_sealed = _sealed(office, account.system_id, secret)
        work.audit("hub:secret_rotate", account, system_id=account.system_id)
        return account.system_id, secret


def set_locked(office: Office, actor: Actor, account_id: int, locked: bool) -> None:
    """Shuts the axis for a system, or opens it again; its deliveries wait meanwhile.

    Raises Forbidden, NotFound, Conflict("wrong-state") where it is so already.
    """
    require_manage(actor)
    with transaction(office, actor) as work:
        account = _load(work, account_id)
        if account.is_locked == locked:
            raise Conflict("wrong-state")
        account.is_locked = locked
        work.audit("hub:account_lock", account, system_id=account.system_id, locked=locked)


def set_may_register(office: Office, actor: Actor, account_id: int, allowed: bool) -> None:
    """Whether the system may itself enter and delete agencies below its own (registerAgency).

    Raises Forbidden, NotFound, Conflict("wrong-state") where it is so already.
    """
    require_manage(actor)
    with transaction(office, actor) as work:
        account = _load(work, account_id)
        if account.may_register == allowed:
            raise Conflict("wrong-state")
        account.may_register = allowed
        work.audit("hub:account_right", account, system_id=account.system_id, allowed=allowed)


def drop_previous(office: Office, actor: Actor, account_id: int) -> None:
    """Ends the overlap of a rotation at once: the old secret has become known to others.

    Raises Forbidden, NotFound, Conflict("wrong-state") where there is none.
    """
    require_manage(actor)
    with transaction(office, actor) as work:
        account = _load(work, account_id)
        if account.previous_until is None or account.previous_until <= work.now:
            raise Conflict("wrong-state")
        account.previous_secret_sealed, account.previous_until = None, work.now
        work.audit("hub:secret_drop", account, system_id=account.system_id)


def find(office: Office, system_id: str) -> HubAccount | None:
    return office.session().scalar(BY_SYSTEM_ID, {"system_id": system_id})


def find_all(office: Office, codes: Sequence[str]) -> Sequence[HubAccount]:
    query = select(HubAccount).where(HubAccount.system_id.in_(codes))
    return office.session().scalars(query).all()


def secrets_of(office: Office, account: HubAccount | None) -> list[str]:
    """The secrets that are good now: one, or two during a change-over; none for nobody."""
    if account is None:
        return []
    sealed = [account.secret_sealed]
    if account.previous_secret_sealed and account.previous_until > office.now():
        sealed.append(account.previous_secret_sealed)
    key, context = office.settings.node_key, _context(account.system_id)
    return [unseal(each, key, context).decode() for each in sealed]


def touch(office: Office, account: HubAccount, operation: str) -> None:
    """Counts a call and notes that the system has called, at most once a minute: polling must stay
    cheap."""
    last, key = account.last_call_at, (office.settings.data_dir, account.id)
    with _counting:
        _calls.setdefault(key, Counter())[operation] += 1
    if last is None or office.now() - last > TOUCH_EVERY:
        with _counting:
            calls = _calls.pop(key, Counter())
        with transaction(office, SYSTEM) as work:
            called = work.session.get(HubAccount, key[1], with_for_update=True)
            called.calls += calls.total()
            called.recent_calls = dict(Counter(called.recent_calls) + calls)
            _tell_of_hours_before(work, called)
            called.last_call_at = work.now


def _tell_of_hours_before(work: Work, account: HubAccount) -> None:
    """Every call is in the audit chain: one that did something as an entry of its own, and all of
    them by number and operation, at a system's first call of an hour. An entry for each poll would
    be millions a year."""
    last = account.last_call_at
    if last is not None and _hour(last) < _hour(work.now):
        told = {"calls": account.calls, "operations": account.recent_calls}
        work.audit("hub:calls", account, system_id=account.system_id, **told)
        account.recent_calls = {}


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def note_refused(office: Office, known: Mapping[str, HubAccount | None], code: str) -> None:
    """Somebody who names a known system was refused at the door. One such call in NOTE_EVERY stands
    in the audit chain: whoever has no secret must not be able to fill it."""
    for account in filter(None, known.values()):
        last = account.last_refused_at
        if last is None or office.now() - last > NOTE_EVERY:
            with transaction(office, Actor(name=account.system_id)) as work:
                refused = work.session.get(HubAccount, account.id, with_for_update=True)
                refused.last_refused_at = work.now
                work.audit("hub:call_refused", refused, system_id=refused.system_id, refusal=code)


def _load(work: Work, account_id: int) -> HubAccount:
    account = work.session.get(HubAccount, account_id, with_for_update=True)
    if account is None:
        raise NotFound("not-found")
    return account


def _sealed(office: Office, system_id: str, secret: str) -> bytes:
    return seal(secret.encode(), office.settings.node_key, _context(system_id))


def _context(system_id: str) -> str:
    return f"hub-account:{system_id}"
