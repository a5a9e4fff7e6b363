"""Receipts at the hub: the one it gives a sender for every package it has taken durably, those that
recipients leave for the sender, and the keys that sign them."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from adapters import receipts
from adapters.axis.errors import AxisRefusal
from adapters.axis.records import ReceiptKeyRecord, ReceiptRecord
from domain.errors import Invalid, NotFound
from domain.roles import Actor
from models.hub import Delivery, HubMessage
from models.receipts import Receipt, ReceiptKey, ReceiptRole
from services import receipt_keys
from services.hub.access import require_view
from services.office import Office
from services.unit_of_work import Work, transaction

LISTED = 500
SHOWN = 50
LONGEST = 4000  # of one recipient's receipt, which travels in a header


def give(work: Work, message: HubMessage, recipients: Collection[str]) -> None:
    """The hub's receipt, in the transaction that takes the package; a new one where recipients are
    added, for all of them."""
    key = receipt_keys.signer(work)
    text = receipts.issue(
        {
            "role": ReceiptRole.HUB,
            "signer": work.office.settings.node_name,
            "kind": message.kind,
            "sender": message.sender_code,
            "recipients": sorted(recipients),
            "document_id": message.document_uid,
            "hub_doc_id": message.doc_id,
            "payload_sha256": message.payload_sha256,
            "size": message.size,
            "at": work.now.isoformat(timespec="milliseconds"),
        },
        key.private,
    )
    work.session.add(
        _receipt(work, message, ReceiptRole.HUB, text=text, key_id=key.key_id, signer_code="")
    )


def given(office: Office, doc_id: str) -> str:
    """The hub's stored receipt for a message: a repeated call gets the same one (law 6)."""
    query = select(Receipt.text).where(
        Receipt.hub_doc_id == doc_id, Receipt.role == ReceiptRole.HUB
    )
    return office.session().scalar(query.order_by(Receipt.id.desc()).limit(1)) or ""


def take(work: Work, delivery: Delivery, text: str) -> None:
    """Keeps a recipient's receipt for the sender, once; what is wrong with it is noted with it: a
    package that has arrived is not called lost because of its receipt."""
    known = select(Receipt.id).where(Receipt.delivery_id == delivery.id)
    if work.session.scalar(known.limit(1)) is not None:
        return
    if len(text) > LONGEST:
        raise AxisRefusal("axis-bad-arguments", argument="receipt")
    code = delivery.recipient_code
    try:
        said, problem = receipt_keys.check(work.session, code, text)
    except Invalid as refusal:
        said, problem = {}, refusal.code
    row = _receipt(
        work,
        delivery.message,
        ReceiptRole.RECIPIENT,
        text=text,
        signer_code=code,
        delivery_id=delivery.id,
        key_id=str(said.get("key_id", ""))[:16],
        problem=problem or _contradiction(said, delivery),
    )
    work.session.add(row)
    if row.problem:
        work.audit("hub:receipt_wrong", delivery, system_id=code, problem=row.problem)


def _contradiction(said: receipts.Facts, delivery: Delivery) -> str:
    """Where a receipt that is signed well says something else than we know."""
    message = delivery.message
    expected = {
        "role": ReceiptRole.RECIPIENT,
        "signer": delivery.recipient_code,
        "hub_doc_id": delivery.doc_id,
        "payload_sha256": message.payload_sha256,
    }
    agree = all(said.get(name) == value for name, value in expected.items())
    return "" if agree else "receipt-other-facts"


def _receipt(work: Work, message: HubMessage, role: ReceiptRole, **facts: object) -> Receipt:
    return Receipt(
        role=role,
        sender_code=message.sender_code,
        document_uid=message.document_uid,
        hub_doc_id=message.doc_id,
        payload_sha256=message.payload_sha256,
        hub_message_id=message.id,
        created_at=work.now,
        **facts,
    )


def for_sender(office: Office, system_id: str, since: int) -> list[ReceiptRecord]:
    """getReceipts: recipients' receipts for what a system sent, those after `since`."""
    query = (
        select(Receipt)
        .where(
            Receipt.sender_code == system_id,
            Receipt.role == ReceiptRole.RECIPIENT,
            Receipt.id > since,
        )
        .order_by(Receipt.id)
        .limit(LISTED)
    )
    return [
        ReceiptRecord(cursor=r.id, doc_id=r.hub_doc_id, to_code=r.signer_code, receipt=r.text)
        for r in office.session().scalars(query)
    ]


def lodge_key(office: Office, system_id: str, public: str) -> None:
    """lodgeReceiptKey. Raises AxisRefusal("axis-bad-arguments")."""
    try:
        with transaction(office, Actor(name=system_id)) as work:
            receipt_keys.learn(work, system_id, [public])
    except Invalid:
        raise AxisRefusal("axis-bad-arguments", argument="key") from None


def keys(office: Office, code: str) -> list[ReceiptKeyRecord]:
    """getReceiptKeys: all keys of a system; without a code the hub's own."""
    if code:
        rows = receipt_keys.of_owner(office.session(), code)
    else:
        own = receipt_keys.own(office)
        rows = [own] if own else []
    return [ReceiptKeyRecord(code=code or "", key=row.public) for row in rows]


def known_keys(office: Office, actor: Actor) -> Sequence[ReceiptKey]:
    """Every key the hub knows, its own first. Raises Forbidden."""
    require_view(actor)
    return office.session().scalars(select(ReceiptKey).order_by(ReceiptKey.id)).all()


def of_message(office: Office, message_id: int) -> dict[str, Receipt]:
    """The newest receipts of a message by who signed them; the hub's under ""."""
    newest = select(Receipt).where(Receipt.hub_message_id == message_id).order_by(Receipt.id.desc())
    found = office.session().scalars(newest.limit(SHOWN)).all()
    return {row.signer_code: row for row in reversed(found)}


def download(office: Office, actor: Actor, receipt_id: int) -> Receipt:
    """Raises Forbidden, NotFound."""
    require_view(actor)
    row = office.session().get(Receipt, receipt_id)
    if row is None:
        raise NotFound("not-found")
    return row


def key(office: Office, actor: Actor, key_id: int) -> ReceiptKey:
    """One key. Raises Forbidden, NotFound."""
    require_view(actor)
    return receipt_keys.load(office, key_id)
