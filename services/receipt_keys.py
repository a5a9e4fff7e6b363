"""The key by which this node signs receipts: made at its first use, its private half sealed under
the node key, and replaced when an administrator asks for it; and the public keys that others have
published."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters import receipts
from adapters.sealing import seal, unseal
from domain.errors import Conflict, Invalid, NotFound
from domain.text import nfc
from models.receipts import ReceiptKey
from services.office import Office
from services.unit_of_work import Work

CONTEXT = "receipt-key"
OURS = ""  # the owner of our own keys
HEX_DIGITS = 64
MOST_KEYS = 100  # of one owner: who publishes more is not to be believed any more
SKEW = timedelta(hours=1)  # between the clocks of who signs and who publishes
KEY = ReceiptKey.__table__
OWN = select(ReceiptKey).where(ReceiptKey.is_own)
SIGNING = select(KEY.c.key_id, KEY.c.public, KEY.c.private_sealed).where(KEY.c.is_own)
OF_OWNER = (
    select(ReceiptKey)
    .where(ReceiptKey.owner == bindparam("owner"), ReceiptKey.is_own.is_(None))
    .order_by(ReceiptKey.id)
)


@dataclass(frozen=True)
class Published:
    """A public key as its owner, or a hub for it, publishes it: good until `valid_to`."""

    public: str
    valid_to: datetime | None = None


@dataclass(frozen=True)
class Signer:
    key_id: str
    public: str
    private: bytes


def signer(work: Work) -> Signer:
    """This node's key, made at its first use. Raises SealBroken."""
    row = work.session.execute(SIGNING).one_or_none() or _make(work)
    private = _opened(row.private_sealed, work.office.settings.node_key)
    return Signer(row.key_id, row.public, private)


@lru_cache(maxsize=4)
def _opened(sealed: bytes, node_key: bytes) -> bytes:
    """A rotated key is sealed anew, and so opened anew."""
    return unseal(sealed, node_key, CONTEXT)


def own(office: Office) -> ReceiptKey | None:
    """The public half, for pages; None while no receipt was given yet."""
    return _own(office.session())


def all_own(office: Office) -> list[ReceiptKey]:
    """This node's keys, those that were replaced among them."""
    session = office.session()
    present = _own(session)
    return [*of_owner(session, OURS), *([present] if present else [])]


def rotate(work: Work, shown: str, reason: str) -> None:
    """A new key for this node. Of the present one, which must be the one `shown` when it was asked
    for, only the public half stays, with the time until which it was good.

    Raises Invalid("required"), Conflict("receipt-key-rotated").
    """
    reason = nfc(reason)[:500]
    if not reason:
        raise Invalid("required", field="reason")
    query = select(ReceiptKey).where(ReceiptKey.is_own).with_for_update()
    former = work.session.scalars(query).one_or_none()
    if former is None or former.key_id != shown:
        raise Conflict("receipt-key-rotated")
    former.is_own, former.private_sealed, former.valid_to = None, None, work.now
    work.session.flush()
    row = _make(work)
    told = {"key_id": row.key_id, "former": former.key_id, "reason": reason}
    work.audit("exchange:receipt_key_rotate", row, **told)


def _own(session: Session) -> ReceiptKey | None:
    return session.scalars(OWN).one_or_none()


def _make(work: Work) -> ReceiptKey:
    """Two processes may both find none: one makes it, the other takes it."""
    private = receipts.new_key()
    public = receipts.public_key(private)
    row = ReceiptKey(
        key_id=receipts.key_id(public),
        public=public,
        private_sealed=seal(private, work.office.settings.node_key, CONTEXT),
        is_own=True,
        created_at=work.now,
    )
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError:
        return _own(work.session)
    work.audit("exchange:receipt_key", row, key_id=row.key_id, owner="")
    return row


def load(office: Office, row_id: int) -> ReceiptKey:
    """A key by its row. Raises NotFound."""
    row = office.session().get(ReceiptKey, row_id)
    if row is None:
        raise NotFound("not-found")
    return row


def learn(work: Work, owner: str, published: Iterable[Published]) -> bool:
    """Keeps the keys that `owner` publishes; true where one is new though others were known."""
    known = {row.key_id: row for row in of_owner(work.session, owner)}
    others, added = bool(known), False
    for key in published:
        key_id = _checked(key.public)
        row = known.get(key_id)
        if row is None and len(known) < MOST_KEYS:
            row = ReceiptKey(owner=owner, key_id=key_id, public=key.public, created_at=work.now)
            known[key_id], added = row, True
            work.session.add(row)
            work.audit("exchange:receipt_key", row, key_id=key_id, owner=owner, changed=others)
        if row is not None:
            row.valid_to = key.valid_to
    return added and others


def succeed(work: Work, owner: str, public: str) -> bool:
    """`owner` signs by this key from now on: those before it were good until now. As `learn`."""
    changed = learn(work, owner, [Published(public)])
    for row in of_owner(work.session, owner):
        if row.public != public and row.valid_to is None:
            row.valid_to = work.now
    return changed


def _checked(public: str) -> str:
    """The id of a key; raises Invalid("receipt-key-malformed")."""
    try:
        if len(public) != HEX_DIGITS:
            raise ValueError
        return receipts.key_id(public)
    except ValueError:
        raise Invalid("receipt-key-malformed") from None


def of_owner(session: Session, owner: str) -> list[ReceiptKey]:
    return list(session.scalars(OF_OWNER, {"owner": owner}))


def knows(session: Session, owner: str, text: str) -> bool:
    """Whether the key that a receipt names is one that `owner` published. Raises as `check`."""
    key_id = str(receipts.read(text).get("key_id"))
    return any(row.key_id == key_id for row in of_owner(session, owner))


def check(session: Session, owner: str, text: str) -> tuple[receipts.Facts, str]:
    """What a receipt says and what is wrong with it, if anything: its key is not one that `owner`
    published, the signature is not that key's, or it was given after the key had been replaced.
    Raises Invalid("receipt-unreadable")."""
    said = receipts.read(text)
    keys = {row.key_id: row for row in of_owner(session, owner)}
    key = keys.get(str(said.get("key_id")))
    if key is None:
        return said, "receipt-key-unknown"
    try:
        receipts.verify(text, key.public)
    except Invalid as refusal:
        return said, refusal.code
    return said, "" if _given_in_time(said, key) else "receipt-key-retired"


def _given_in_time(said: receipts.Facts, key: ReceiptKey) -> bool:
    if key.valid_to is None:
        return True
    try:
        return datetime.fromisoformat(str(said.get("at"))) <= key.valid_to + SKEW
    except (ValueError, TypeError):
        return False


def pem(key: ReceiptKey) -> str:
    """The public key as other programs read it."""
    return receipts.pem(key.public)
