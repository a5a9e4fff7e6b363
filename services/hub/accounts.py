"""Accounts of the systems that may call the axis: each has a secret, sealed under the node key and
shown once. While a secret is replaced the old one stays good for a week, so that a node can be
changed over without losing a call."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from adapters.sealing import seal, unseal
from domain.errors import Conflict, Invalid, NotFound
from domain.roles import SYSTEM, Actor
from domain.text import nfc
from models.hub import DirectoryEntry, HubAccount
from services.hub.access import require_manage
from services.office import Office
from services.unit_of_work import Work, transaction

OVERLAP = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=1)
SECRET_BYTES = 32


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


def find(office: Office, system_id: str) -> HubAccount | None:
    return office.session().scalar(select(HubAccount).where(HubAccount.system_id == system_id))


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


def touch(office: Office, account: HubAccount) -> None:
    """Notes that the system has called, at most once a minute: polling must stay cheap."""
    last = account.last_call_at
    if last is None or office.now() - last > TOUCH_EVERY:
        account_id = account.id
        with transaction(office, SYSTEM) as work:
            work.session.get(HubAccount, account_id).last_call_at = work.now


def _load(work: Work, account_id: int) -> HubAccount:
    account = work.session.get(HubAccount, account_id, with_for_update=True)
    if account is None:
        raise NotFound("not-found")
    return account


def _sealed(office: Office, system_id: str, secret: str) -> bytes:
    return seal(secret.encode(), office.settings.node_key, _context(system_id))


def _context(system_id: str) -> str:
    return f"hub-account:{system_id}"
