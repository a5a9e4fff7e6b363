"""The key by which this node signs receipts: made once, its private half sealed under the node key;
and the public keys that others have published."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters import receipts
from adapters.sealing import seal, unseal
from domain.errors import Invalid, NotFound
from models.receipts import ReceiptKey
from services.office import Office
from services.unit_of_work import Work

CONTEXT = "receipt-key"
HEX_DIGITS = 64
MOST_KEYS = 20  # of one owner: who publishes more is not to be believed any more


@dataclass(frozen=True)
class Signer:
    key_id: str
    public: str
    private: bytes


def signer(work: Work) -> Signer:
    """This node's key, made at its first use. Raises SealBroken."""
    row = _own(work.session) or _make(work)
    private = unseal(row.private_sealed, work.office.settings.node_key, CONTEXT)
    return Signer(row.key_id, row.public, private)


def own(office: Office) -> ReceiptKey | None:
    """The public half, for pages; None while no receipt was given yet."""
    return _own(office.session())


def _own(session: Session) -> ReceiptKey | None:
    return session.scalars(select(ReceiptKey).where(ReceiptKey.is_own)).one_or_none()


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


def learn(work: Work, owner: str, publics: Iterable[str]) -> bool:
    """Keeps the keys that `owner` publishes; true where one is new though others were known."""
    known = {row.key_id for row in of_owner(work.session, owner)}
    others, added = bool(known), False
    for public in publics:
        key_id = _checked(public)
        if key_id in known or len(known) >= MOST_KEYS:
            continue
        known.add(key_id)
        row = ReceiptKey(owner=owner, key_id=key_id, public=public, created_at=work.now)
        work.session.add(row)
        work.audit("exchange:receipt_key", row, key_id=key_id, owner=owner, changed=others)
        added = True
    return added and others


def _checked(public: str) -> str:
    """The id of a key; raises Invalid("receipt-key-malformed")."""
    try:
        if len(public) != HEX_DIGITS:
            raise ValueError
        return receipts.key_id(public)
    except ValueError:
        raise Invalid("receipt-key-malformed") from None


def of_owner(session: Session, owner: str) -> list[ReceiptKey]:
    keys = select(ReceiptKey).where(ReceiptKey.owner == owner, ReceiptKey.is_own.is_(None))
    return list(session.scalars(keys.order_by(ReceiptKey.id)))


def check(session: Session, owner: str, text: str) -> tuple[receipts.Facts, str]:
    """What a receipt says and what is wrong with it, if anything: its key is not one that `owner`
    published, or the signature is not that key's. Raises Invalid("receipt-unreadable")."""
    said = receipts.read(text)
    keys = {row.key_id: row.public for row in of_owner(session, owner)}
    public = keys.get(str(said.get("key_id")))
    if public is None:
        return said, "receipt-key-unknown"
    try:
        receipts.verify(text, public)
    except Invalid as refusal:
        return said, refusal.code
    return said, ""


def pem(key: ReceiptKey) -> str:
    """The public key as other programs read it."""
    return receipts.pem(key.public)
