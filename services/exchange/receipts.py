"""Receipts at a node: given for what has come, kept for what was sent: the hub's with its answer,
the recipients' as the hub passes them on. Each is checked against the package it is for; what is
wrong with one is told to the clerks, and shown."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from adapters import receipts
from adapters.axis.client import AxisClient
from adapters.axis.records import ReceiptRecord
from domain import permissions
from domain.errors import Invalid, NotFound
from domain.permissions import Relation
from domain.roles import SYSTEM, Actor
from models.agencies import HubLink
from models.exchange import Direction, Dispatch, ExchangeMessage
from models.receipts import Receipt, ReceiptKey, ReceiptRole
from services import directory, receipt_keys
from services.exchange import links, transport
from services.office import Office
from services.unit_of_work import Work, transaction

SHOWN = 50
AWAITED = timedelta(hours=1)
UNKNOWN_KEY = "receipt-key-unknown"
UNKNOWN_MESSAGE = "receipt-message-unknown"
NOT_YET = {UNKNOWN_KEY, UNKNOWN_MESSAGE}  # nothing is wrong, something is not there yet
WRONG = "exchange:receipt_wrong"
Keys = dict[str, list[str]]  # by owner, as they were published


@dataclass(frozen=True)
class Line:
    """What a call over a line needs: whose it is and to which hub."""

    agency_id: int
    system_id: str
    endpoint: str

    @property
    def hub(self) -> str:
        return f"hub:{self.endpoint}"[:500]


def line_of(session: Session, agency_id: int) -> Line:
    link = links.of_agency(session, agency_id)
    return Line(agency_id, link.system_id, link.endpoint)


def give(work: Work, message: ExchangeMessage, size: int) -> None:
    """Our receipt for a package that is kept here now, in the same transaction; nothing where the
    hub would not pass it on."""
    link = links.of_agency(work.session, message.agency_id)
    if link is None or link.receipt_key_id in ("", links.NO_RECEIPTS):
        return
    key = receipt_keys.signer(work)
    work.session.flush()
    text = receipts.issue(
        {
            "role": ReceiptRole.RECIPIENT,
            "signer": link.system_id,
            "kind": message.kind,
            "sender": message.peer_code,
            "recipients": [link.system_id],
            "document_id": message.document_uid,
            "hub_doc_id": message.hub_doc_id,
            "payload_sha256": message.payload_sha256,
            "size": size,
            "at": work.now.isoformat(timespec="milliseconds"),
        },
        key.private,
    )
    work.session.add(
        Receipt(
            role=ReceiptRole.RECIPIENT,
            signer_code=link.system_id,
            sender_code=message.peer_code,
            document_uid=message.document_uid,
            hub_doc_id=message.hub_doc_id,
            payload_sha256=message.payload_sha256,
            key_id=key.key_id,
            text=text,
            message_id=message.id,
            agency_id=message.agency_id,
            created_at=work.now,
        )
    )


def given(office: Office, agency_id: int, hub_doc_id: str) -> str:
    """The receipt we gave for a package; empty if none."""
    query = (
        select(Receipt.text)
        .join(ExchangeMessage, ExchangeMessage.id == Receipt.message_id)
        .where(
            ExchangeMessage.agency_id == agency_id,
            ExchangeMessage.direction == Direction.IN,
            ExchangeMessage.hub_doc_id == hub_doc_id,
        )
    )
    return office.session().scalar(query.limit(1)) or ""


def unknown_keys(office: Office, axis: AxisClient, signed: Sequence[tuple[str, str]]) -> Keys:
    """Asks the hub for keys that we do not know yet; `signed` are pairs of a key's owner and a
    receipt. Raises AxisError."""
    asked: Keys = {}
    for owner, text in signed:
        if owner in asked or not text:
            continue
        if _unknown_key(office.session(), owner, text):
            code = "" if owner.startswith("hub:") else owner
            asked[owner] = [each.key for each in axis.receipt_keys(code) if each.key]
    office.session().rollback()
    return asked


def _unknown_key(session: Session, owner: str, text: str) -> bool:
    try:
        return receipt_keys.check(session, owner, text)[1] == UNKNOWN_KEY
    except Invalid:
        return False


def learn(work: Work, line: Line, keys: Keys) -> None:
    """Keeps published keys. A second key of one owner is told to people: whoever could change a key
    could sign in another's name."""
    for owner, publics in keys.items():
        try:
            changed = receipt_keys.learn(work, owner, publics)
        except Invalid:
            continue
        if changed:
            transport.tell_clerks(
                work,
                line.agency_id,
                "exchange:receipt_key",
                links.of_agency(work.session, line.agency_id),
                owner=owner,
            )


def keep_hubs(work: Work, message: ExchangeMessage, text: str, keys: Keys) -> None:
    """The hub's receipt for a message that it has now, in the transaction that notes so."""
    if not text:
        return
    line = line_of(work.session, message.agency_id)
    learn(work, line, keys)
    known = select(Receipt.id).where(Receipt.message_id == message.id, Receipt.text == text)
    if work.session.scalar(known.limit(1)) is None:
        row = _row(work, line, ReceiptRole.HUB, "", message.hub_doc_id, text)
        with work.session.no_autoflush:
            _judge(work, row, line, message)
    _adopt(work, line, message)


def _adopt(work: Work, line: Line, message: ExchangeMessage) -> None:
    """A recipient may have been quicker than the hub's answer to us."""
    early = select(Receipt).where(
        Receipt.hub_doc_id == message.hub_doc_id,
        Receipt.agency_id == line.agency_id,
        Receipt.message_id.is_(None),
    )
    for row in work.session.scalars(early).all():
        _judge(work, row, line, message)


def lacking() -> Select[tuple[int]]:
    """Dispatches that a recipient has taken from the hub without its receipt being here."""
    there = exists().where(
        Receipt.message_id == Dispatch.message_id, Receipt.signer_code == Dispatch.recipient_code
    )
    return (
        select(Dispatch.id)
        .join(ExchangeMessage, ExchangeMessage.id == Dispatch.message_id)
        .where(Dispatch.delivered_at.is_not(None), ~there)
    )


def due(office: Office, agency_ids: Collection[int]) -> set[int]:
    """Those of the agencies of whose packages one was taken lately without its receipt being here.
    Some give none: they are not asked about for ever, what comes late is found at night."""
    session = office.session()
    query = (
        lacking()
        .with_only_columns(ExchangeMessage.agency_id)
        .join(HubLink, HubLink.agency_id == ExchangeMessage.agency_id)
        .where(
            Dispatch.delivered_at > office.now() - AWAITED,
            ExchangeMessage.agency_id.in_(agency_ids),
            HubLink.receipt_key_id.not_in(("", links.NO_RECEIPTS)),
        )
        .distinct()
    )
    found = set(session.scalars(query))
    session.rollback()
    return found


def collect(office: Office, agency_id: int, axis: AxisClient) -> None:
    """Fetches what recipients have left at the hub for us since the last time. Raises AxisError."""
    session = office.session()
    line = line_of(session, agency_id)
    seen = session.scalar(select(HubLink.receipts_seen).where(HubLink.agency_id == agency_id))
    session.rollback()
    found = [r for r in axis.receipts(seen) if r.cursor and r.receipt and r.to_code]
    if not found:
        return
    keys = unknown_keys(office, axis, [(r.to_code, r.receipt) for r in found])
    with transaction(office, SYSTEM) as work:
        link = links.of_agency(work.session, agency_id)
        if link.receipts_seen != seen:
            return  # somebody else was here meanwhile
        learn(work, line, keys)
        for record in found:
            _keep_recipients(work, line, record)
        link.receipts_seen = max(record.cursor for record in found)


def _keep_recipients(work: Work, line: Line, record: ReceiptRecord) -> None:
    message = work.session.scalar(
        select(ExchangeMessage).where(
            ExchangeMessage.agency_id == line.agency_id,
            ExchangeMessage.direction == Direction.OUT,
            ExchangeMessage.hub_doc_id == record.doc_id,
        )
    )
    signer, doc_id = record.to_code[:35], (record.doc_id or "")[:100]
    row = _row(work, line, ReceiptRole.RECIPIENT, signer, doc_id, record.receipt)
    _judge(work, row, line, message)


def _row(work: Work, line: Line, role: ReceiptRole, signer: str, doc_id: str, text: str) -> Receipt:
    row = Receipt(
        role=role,
        signer_code=signer,
        sender_code=line.system_id,
        hub_doc_id=doc_id,
        text=text[: receipts.LONGEST],
        agency_id=line.agency_id,
        created_at=work.now,
    )
    work.session.add(row)
    return row


def _judge(work: Work, row: Receipt, line: Line, message: ExchangeMessage | None) -> None:
    """Notes what a receipt says and what is wrong with it."""
    owner = row.signer_code if row.role == ReceiptRole.RECIPIENT else line.hub
    try:
        said, problem = receipt_keys.check(work.session, owner, row.text)
    except Invalid as refusal:
        said, problem = {}, refusal.code
    row.key_id = str(said.get("key_id", ""))[:16]
    row.document_uid = str(said.get("document_id", ""))[:200]
    row.payload_sha256 = str(said.get("payload_sha256", ""))[:64]
    if message is not None:
        row.message_id = message.id
        problem = problem or _contradiction(work, row, said, line, message)
    row.problem = problem or ("" if message is not None else UNKNOWN_MESSAGE)
    if row.problem and row.problem not in NOT_YET:
        _tell(work, row, line)


def _contradiction(
    work: Work, row: Receipt, said: receipts.Facts, line: Line, message: ExchangeMessage
) -> str:
    """Where a receipt that is signed well is not one for this package."""
    if said.get("payload_sha256") != message.payload_sha256:
        return "receipt-other-bytes"
    expected = {"role": row.role, "sender": line.system_id, "document_id": message.document_uid}
    if row.role == ReceiptRole.RECIPIENT:
        expected["signer"] = row.signer_code
    else:
        expected["hub_doc_id"] = message.hub_doc_id
    if any(said.get(name) != value for name, value in expected.items()):
        return "receipt-other-facts"
    return "" if _names_all(work, row, said, message) else "receipt-recipient-missing"


def _names_all(work: Work, row: Receipt, said: receipts.Facts, message: ExchangeMessage) -> bool:
    """Whether the hub's receipt names everybody the package went to; it may know an agency by its
    present code where we wrote the former one, or have forwarded to a successor."""
    if row.role != ReceiptRole.HUB:
        return True
    sent = select(Dispatch.recipient_code).where(
        Dispatch.message_id == message.id, Dispatch.transport_state.not_in(transport.IN_TROUBLE)
    )
    named = said.get("recipients")
    missing = set(work.session.scalars(sent)) - set(named if isinstance(named, list) else ())
    if not missing:
        return True
    present = directory.present_codes(work.session, missing)
    return {present.get(code) for code in missing} <= set(named)


def _tell(work: Work, row: Receipt, line: Line) -> None:
    work.session.flush()
    work.audit(WRONG, row, problem=row.problem, hub_doc_id=row.hub_doc_id, signer=row.signer_code)
    message = work.session.get(ExchangeMessage, row.message_id) if row.message_id else None
    subject = message or links.of_agency(work.session, line.agency_id)
    transport.tell_clerks(work, line.agency_id, WRONG, subject, problem=row.problem)


def recheck(work: Work, agency_id: int, keys: Keys) -> None:
    """Judges once more what could not be judged before."""
    line = line_of(work.session, agency_id)
    learn(work, line, keys)
    for row in work.session.scalars(_undecided(agency_id)).all():
        message = work.session.get(ExchangeMessage, row.message_id) if row.message_id else None
        _judge(work, row, line, message)


def undecided(session: Session, line: Line) -> list[tuple[str, str]]:
    """Receipts whose key was not known, with the owner it must belong to."""
    return [
        (row.signer_code if row.role == ReceiptRole.RECIPIENT else line.hub, row.text)
        for row in session.scalars(_undecided(line.agency_id))
    ]


def _undecided(agency_id: int):
    return select(Receipt).where(Receipt.agency_id == agency_id, Receipt.problem.in_(NOT_YET))


def of_messages(office: Office, message_ids: set[int]) -> dict[tuple[int, str], Receipt]:
    """Receipts of messages by message and signer, as many as a page shows; the hub's newest comes
    first, under ""."""
    if not message_ids:
        return {}
    query = select(Receipt).where(Receipt.message_id.in_(message_ids))
    query = query.order_by(Receipt.role, Receipt.id).limit(SHOWN)
    return {(row.message_id, row.signer_code): row for row in office.session().scalars(query)}


def of_dispatches(office: Office, dispatches: Sequence[Dispatch]) -> dict[tuple[int, str], Receipt]:
    """As `of_messages`, for these recipients alone: a package may have a thousand."""
    messages = {each.message_id for each in dispatches if each.message_id}
    if not messages:
        return {}
    query = select(Receipt).where(
        Receipt.message_id.in_(messages),
        Receipt.signer_code.in_(["", *(each.recipient_code for each in dispatches)]),
    )
    rows = office.session().scalars(query.order_by(Receipt.id))
    return {(row.message_id, row.signer_code): row for row in rows}


def download(office: Office, actor: Actor, receipt_id: int) -> Receipt:
    """Raises Forbidden, NotFound."""
    permissions.require(actor, "exchange:view", {Relation.AGENCY})
    row = office.session().get(Receipt, receipt_id)
    if row is None or row.agency_id != actor.agency_id:
        raise NotFound("not-found")
    return row


def keys(office: Office, actor: Actor) -> Sequence[ReceiptKey]:
    """Every key this node knows, its own first. Raises Forbidden."""
    permissions.require(actor, "exchange:view", {Relation.AGENCY})
    query = select(ReceiptKey).order_by(ReceiptKey.is_own.is_(None), ReceiptKey.id)
    return office.session().scalars(query).all()


def key(office: Office, actor: Actor, key_id: int) -> ReceiptKey:
    """One key. Raises Forbidden, NotFound."""
    permissions.require(actor, "exchange:view", {Relation.AGENCY})
    return receipt_keys.load(office, key_id)
