"""Receipts at the hub: the one it gives a sender for every package it has taken durably, those that
recipients leave for the sender, or that come from another hub (`above`), and the keys that sign
them."""

from collections.abc import Collection, Sequence

from sqlalchemy import Row, bindparam, func, insert, select

from adapters import receipts
from adapters.axis.errors import AxisRefusal
from adapters.axis.records import ReceiptKeyRecord, ReceiptRecord
from domain.errors import Invalid, NotFound
from domain.roles import Actor
from models.hub import Delivery, DeliveryState, HubMessage
from models.receipts import Receipt, ReceiptKey, ReceiptRole
from services import receipt_keys
from services.exchange import links
from services.hub.access import require_manage, require_view
from services.office import Office
from services.receipt_keys import Published
from services.unit_of_work import Work, transaction

LISTED = 500
SHOWN = 50
LONGEST = 4000  # of one recipient's receipt, which travels in a header
UPWARD = "receipt_up"
ROW = Receipt.__table__
ADD = insert(ROW)
OF_DELIVERY = select(ROW.c.id).where(ROW.c.delivery_id == bindparam("delivery_id")).limit(1)


def give(work: Work, message: Row, recipients: Collection[str]) -> str:
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
    signed = {"text": text, "key_id": key.key_id, "signer_code": ""}
    work.session.execute(ADD, _facts(work, message, ReceiptRole.HUB) | signed)
    return text


def given(office: Office, doc_id: str) -> str:
    """The hub's stored receipt for a message: a repeated call gets the same one (law 6)."""
    query = select(Receipt.text).where(
        Receipt.hub_doc_id == doc_id, Receipt.role == ReceiptRole.HUB
    )
    return office.session().scalar(query.order_by(Receipt.id.desc()).limit(1)) or ""


def take(work: Work, delivery: Delivery, text: str) -> None:
    """Keeps the receipt of a delivery's recipient for the sender, once; as `keep`. Raises
    AxisRefusal("axis-bad-arguments")."""
    if work.session.execute(OF_DELIVERY, {"delivery_id": delivery.id}).first() is None:
        if len(text) > LONGEST:
            raise AxisRefusal("axis-bad-arguments", argument="receipt")
        keep(work, delivery.message, delivery.recipient_code, text, delivery)


def keep(work: Work, message: HubMessage, code: str, text: str, delivery: Delivery | None) -> None:
    """Keeps a recipient's receipt for the sender; what is wrong with it is noted with it: a package
    that has arrived is not called lost because of its receipt. What came over an uplink has its
    sender there: the receipt goes after it."""
    # Its number is a cursor: whoever has seen a larger one asks for no smaller one.
    work.in_order()
    row = Receipt(
        **_facts(work, message, ReceiptRole.RECIPIENT),
        text=text[: receipts.LONGEST],
        signer_code=code[:35],
        delivery_id=delivery and delivery.id,
    )
    with work.session.no_autoflush:  # written once, judged
        work.session.add(row)
        _judge(work, row, message, delivery)
    if row.problem:
        about = {"system_id": code, "problem": row.problem}
        work.audit("hub:receipt_wrong", delivery or message, **about)
    if message.uplink_id is not None and delivery is not None:
        work.session.flush()
        work.enqueue(links.QUEUE, UPWARD, row.id)


def _judge(work: Work, row: Receipt, message: HubMessage, delivery: Delivery | None) -> None:
    try:
        said, problem = receipt_keys.check(work.session, row.signer_code, row.text)
    except Invalid as refusal:
        said, problem = {}, refusal.code
    row.key_id = str(said.get("key_id", ""))[:16]
    row.problem = problem or _contradiction(said, row.signer_code, message, delivery)


def _contradiction(
    said: receipts.Facts, code: str, message: HubMessage, delivery: Delivery | None
) -> str:
    """Where a receipt that is signed well says something else than we know. Behind another hub the
    package has other bytes and another id, for each hub adds its hop: the sender, who has read it,
    compares what it says."""
    expected = {"role": ReceiptRole.RECIPIENT, "signer": code}
    if delivery is None or delivery.via_code or delivery.relay_id:
        expected |= {"sender": message.sender_code, "document_id": message.document_uid}
    else:
        expected |= {"hub_doc_id": delivery.doc_id, "payload_sha256": message.payload_sha256}
    agree = all(said.get(name) == value for name, value in expected.items())
    return "" if agree else "receipt-other-facts"


def judge_again(work: Work, code: str) -> None:
    """A key of this system has come: what could not be checked before it is checked now."""
    undecided = select(Receipt).where(
        Receipt.signer_code == code,
        Receipt.problem == "receipt-key-unknown",
        Receipt.hub_message_id.is_not(None),
    )
    for row in work.session.scalars(undecided).all():
        delivery = work.session.get(Delivery, row.delivery_id) if row.delivery_id else None
        _judge(work, row, work.session.get(HubMessage, row.hub_message_id), delivery)


def _facts(work: Work, message: HubMessage | Row, role: ReceiptRole) -> dict[str, object]:
    return {
        "role": role,
        "sender_code": message.sender_code,
        "document_uid": message.document_uid,
        "hub_doc_id": message.doc_id,
        "payload_sha256": message.payload_sha256,
        "hub_message_id": message.id,
        "created_at": work.now,
    }


def for_sender(office: Office, system_id: str, since: int) -> list[ReceiptRecord]:
    """getReceipts: recipients' receipts for what a system sent, those after `since`."""
    newest = office.session().scalar(select(func.max(Receipt.id))) or 0
    since = since if since <= newest else 0  # it knows what a restored backup forgot
    after = (Receipt.role == ReceiptRole.RECIPIENT, Receipt.id > since)
    own = select(Receipt).where(Receipt.sender_code == system_id, *after)
    served = select(Receipt).join(HubMessage, HubMessage.id == Receipt.hub_message_id)
    served = served.where(HubMessage.via_code == system_id, *after)
    # Two questions, for each has an index of its own; where one goes on, it is taken up again.
    found = {
        row.id: row
        for query in (own, served)
        for row in office.session().scalars(query.order_by(Receipt.id).limit(LISTED))
    }
    return [
        ReceiptRecord(cursor=r.id, doc_id=r.hub_doc_id, to_code=r.signer_code, receipt=r.text)
        for _, r in sorted(found.items())[:LISTED]
    ]


def lodge_key(office: Office, system_id: str, public: str) -> None:
    """lodgeReceiptKey. Raises AxisRefusal("axis-bad-arguments")."""
    try:
        with transaction(office, Actor(name=system_id)) as work:
            receipt_keys.succeed(work, system_id, public)
            judge_again(work, system_id)
    except Invalid:
        raise AxisRefusal("axis-bad-arguments", argument="key") from None


def learn_served(work: Work, code: str, public: str) -> None:
    """A key of a system behind another hub, as that hub knows it: of one of its many it does not
    say that it is the last. Raises AxisRefusal("axis-bad-arguments")."""
    try:
        if public not in {row.public for row in receipt_keys.of_owner(work.session, code)}:
            receipt_keys.learn(work, code, [Published(public)])
            judge_again(work, code)
    except Invalid:
        raise AxisRefusal("axis-bad-arguments", argument="key") from None


def keys(office: Office, code: str) -> list[ReceiptKeyRecord]:
    """getReceiptKeys: all keys of a system; without a code the hub's own."""
    rows = receipt_keys.of_owner(office.session(), code) if code else receipt_keys.all_own(office)
    return [
        ReceiptKeyRecord(
            code=code, key=row.public, valid_to=row.valid_to and row.valid_to.isoformat()
        )
        for row in rows
    ]


def rotate_key(office: Office, actor: Actor, shown: str, reason: str) -> None:
    """A new key for this hub; nodes fetch it with its first receipt. Raises Forbidden, and as
    `receipt_keys.rotate`."""
    require_manage(actor)
    with transaction(office, actor) as work:
        receipt_keys.rotate(work, shown, reason)


def known_keys(office: Office, actor: Actor) -> Sequence[ReceiptKey]:
    """Every key the hub knows, its own first. Raises Forbidden."""
    require_view(actor)
    own_first = (ReceiptKey.is_own.is_(None), ReceiptKey.owner != receipt_keys.OURS, ReceiptKey.id)
    return office.session().scalars(select(ReceiptKey).order_by(*own_first)).all()


def of_message(office: Office, message_id: int) -> dict[str, Receipt]:
    """The newest receipts of a message by who signed them; the hub's under ""."""
    newest = select(Receipt).where(Receipt.hub_message_id == message_id).order_by(Receipt.id.desc())
    found = office.session().scalars(newest.limit(SHOWN)).all()
    return {row.signer_code: row for row in reversed(found)}


def unsigned(office: Office, deliveries: Collection[Delivery]) -> set[int]:
    """Those of these deliveries that arrived behind an uplink without a receipt of their own."""
    away = {d.id for d in deliveries if d.relay_id and d.state == DeliveryState.DONE}
    query = select(Receipt.delivery_id).where(Receipt.delivery_id.in_(away))
    return away - set(office.session().scalars(query)) if away else away


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
