"""Receipts at a node: given for what has come, kept for what was sent: the hub's with its answer,
the recipients' as the hub passes them on. Each is checked against the package it is for; what is
wrong with one is told to the clerks, and shown."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import Session

from adapters import receipts
from adapters.axis.client import AxisClient
from adapters.axis.records import ReceiptKeyRecord, ReceiptRecord
from domain import permissions
from domain.errors import Invalid, NotFound
from domain.permissions import Relation
from domain.roles import SYSTEM, Actor
from models.agencies import HubLink
from models.exchange import Direction, Dispatch, ExchangeMessage
from models.receipts import Receipt, ReceiptKey, ReceiptRole
from services import receipt_keys
from services.exchange import contents, links, transport
from services.exchange.receipt_checks import NOT_YET, Line, judge
from services.office import Office
from services.receipt_keys import Published
from services.unit_of_work import Work, transaction

SHOWN = 50
AWAITED = timedelta(hours=1)
ROW = Receipt.__table__
KNOWN_OF_MESSAGE = (
    select(ROW.c.id)
    .where(ROW.c.message_id == bindparam("message_id"), ROW.c.text == bindparam("text"))
    .limit(1)
)
KNOWN_OF_LINE = (
    select(ROW.c.id)
    .where(*(ROW.c[name] == bindparam(name) for name in ("agency_id", "hub_doc_id", "text")))
    .limit(1)
)
EARLY = select(Receipt).where(
    Receipt.hub_doc_id == bindparam("hub_doc_id"),
    Receipt.agency_id == bindparam("agency_id"),
    Receipt.message_id.is_(None),
)
SENT, TAKEN = (
    select(ExchangeMessage).where(
        ExchangeMessage.agency_id == bindparam("agency_id"),
        ExchangeMessage.direction == direction,
        ExchangeMessage.hub_doc_id == bindparam("hub_doc_id"),
    )
    for direction in (Direction.OUT, Direction.IN)
)
GIVEN = (
    TAKEN.join(Receipt, Receipt.message_id == ExchangeMessage.id)
    .with_only_columns(Receipt.text)
    .limit(1)
)
Keys = dict[str, list[Published]]  # by owner


def line_of(session: Session, agency_id: int) -> Line:
    link = links.of_agency(session, agency_id)
    return Line(agency_id, link.system_id, link.endpoint)


def give(work: Work, message: ExchangeMessage, size: int, hops: int) -> str:
    """Our receipt for a package that is kept here now, in the same transaction; none where the hub
    would not pass it on. `hops`: the stations in its trace; with more than the sender's own the
    sender's bytes were others."""
    link = links.of_agency(work.session, message.agency_id)
    if link is None or link.receipt_key_id in ("", links.NO_RECEIPTS):
        return ""
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
            "content_sha256": message.content_sha256,
            "size": size,
            "hops": hops,
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
    return text


def given(office: Office, agency_id: int, hub_doc_id: str) -> str:
    """The receipt we gave for a package; empty if none."""
    values = {"agency_id": agency_id, "hub_doc_id": hub_doc_id}
    return office.session().scalar(GIVEN, values) or ""


def unknown_keys(office: Office, axis: AxisClient, signed: Sequence[tuple[str, str]]) -> Keys:
    """Asks the hub for keys that we do not know yet; `signed` are pairs of a key's owner and a
    receipt. Raises AxisError."""
    asked: Keys = {}
    for owner, text in signed:
        if owner in asked or not text:
            continue
        if _unknown_key(office.session(), owner, text):
            code = "" if owner.startswith("hub:") else owner
            asked[owner] = published(axis.receipt_keys(code))
    office.session().rollback()
    return asked


def published(records: Iterable[ReceiptKeyRecord]) -> list[Published]:
    return [Published(each.key, _moment(each.valid_to)) for each in records if each.key]


def _moment(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _unknown_key(session: Session, owner: str, text: str) -> bool:
    try:
        return not receipt_keys.knows(session, owner, text)
    except Invalid:
        return False


def learn(work: Work, line: Line, keys: Keys) -> None:
    """Keeps published keys. A second key of one owner is told to people: whoever could change a key
    could sign in another's name."""
    for owner, given_out in keys.items():
        try:
            changed = receipt_keys.learn(work, owner, given_out)
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


def keep_hubs(work: Work, line: Line, message: ExchangeMessage, text: str, keys: Keys) -> None:
    """The hub's receipt for a message that it has now, in the transaction that notes so."""
    if not text:
        return
    learn(work, line, keys)
    known = {"message_id": message.id, "text": text}
    if work.session.execute(KNOWN_OF_MESSAGE, known).first() is None:
        row = _row(work, line, ReceiptRole.HUB, "", message.hub_doc_id, text)
        with work.session.no_autoflush:
            judge(work, row, line, message)
    _adopt(work, line, message)


def _adopt(work: Work, line: Line, message: ExchangeMessage) -> None:
    """A recipient may have been quicker than the hub's answer to us."""
    values = {"hub_doc_id": message.hub_doc_id, "agency_id": line.agency_id}
    for row in work.session.scalars(EARLY, values).all():
        judge(work, row, line, message)


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


def is_overdue(office: Office, dispatch: Dispatch) -> bool:
    """Whether the recipient's receipt should be here, if it gives any."""
    there = dispatch.delivered_at
    return there is not None and there < office.now() - AWAITED


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
    _note_contents(office, line, found)
    with transaction(office, SYSTEM) as work:
        link = links.of_agency(work.session, agency_id)
        if link.receipts_seen != seen:
            return  # somebody else was here meanwhile
        learn(work, line, keys)
        for record in found:
            _keep_recipients(work, line, record)
        link.receipts_seen = max(record.cursor for record in found)


def _note_contents(office: Office, line: Line, found: Sequence[ReceiptRecord]) -> None:
    """Behind another hub a package has other bytes, for each hub adds its hop: what it says is
    compared, and must be known for that."""
    said = defaultdict(list)
    for record in found:
        said[record.doc_id].append(_facts(record.receipt))
    query = select(ExchangeMessage.id, ExchangeMessage.hub_doc_id, ExchangeMessage.payload_sha256)
    unread = query.where(
        ExchangeMessage.agency_id == line.agency_id,
        ExchangeMessage.direction == Direction.OUT,
        ExchangeMessage.hub_doc_id.in_(said),
        ExchangeMessage.content_sha256.is_(None),
    )
    rows = office.session().execute(unread).all()
    office.session().rollback()
    for message_id, doc_id, payload_sha256 in rows:
        others = [each for each in said[doc_id] if each.get("payload_sha256") != payload_sha256]
        if any(each.get("content_sha256") for each in others):
            contents.note(office, message_id)


def _facts(text: str) -> receipts.Facts:
    try:
        return receipts.read(text)
    except Invalid:
        return {}


def _keep_recipients(work: Work, line: Line, record: ReceiptRecord) -> None:
    of = {"agency_id": line.agency_id, "hub_doc_id": record.doc_id}
    message = work.session.scalar(SENT, of)
    signer, doc_id = record.to_code[:35], (record.doc_id or "")[:100]
    text = record.receipt[: receipts.LONGEST]
    known = {"agency_id": line.agency_id, "hub_doc_id": doc_id, "text": text}
    if work.session.execute(KNOWN_OF_LINE, known).first() is not None:
        return  # a hub that was restored tells all of them anew
    row = _row(work, line, ReceiptRole.RECIPIENT, signer, doc_id, record.receipt)
    with work.session.no_autoflush:
        judge(work, row, line, message)


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


def rotate_key(office: Office, actor: Actor, shown: str, reason: str) -> None:
    """A new key for this node; each hub has it with the next poll, which is due now, before the
    first receipt is signed by it. Raises Forbidden, and as `receipt_keys.rotate`."""
    permissions.require(actor, "exchange:rotate_key", {Relation.AGENCY})
    with transaction(office, actor) as work:
        receipt_keys.rotate(work, shown, reason)
        links.poll_soon(work)


def recheck(work: Work, agency_id: int, keys: Keys) -> None:
    """Judges once more what could not be judged before."""
    line = line_of(work.session, agency_id)
    learn(work, line, keys)
    for row in work.session.scalars(_undecided(agency_id)).all():
        message = work.session.get(ExchangeMessage, row.message_id) if row.message_id else None
        judge(work, row, line, message)


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
    own_first = (ReceiptKey.is_own.is_(None), ReceiptKey.owner != receipt_keys.OURS, ReceiptKey.id)
    query = select(ReceiptKey).order_by(*own_first)
    return office.session().scalars(query).all()


def key(office: Office, actor: Actor, key_id: int) -> ReceiptKey:
    """One key. Raises Forbidden, NotFound."""
    permissions.require(actor, "exchange:view", {Relation.AGENCY})
    return receipt_keys.load(office, key_id)
