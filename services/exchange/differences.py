"""What does not fit between our packages, the hub's ledger and the receipts: by id and by hash."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, joinedload

from adapters.axis.records import LedgerRecord
from adapters.files import DamagedFile, FileStore
from domain.exchange_flow import TransportState
from domain.outgoing_flow import OutgoingState
from models.exchange import Direction, Dispatch, ExchangeMessage, MessageKind, Route
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument, Recipient
from models.receipts import Receipt, ReceiptRole
from services import directory
from services.exchange.hub_side import HubSide
from services.exchange.receipt_checks import NOT_YET

M = ExchangeMessage
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WITH_HUB = (TransportState.SENT, TransportState.DELIVERED)


@dataclass(frozen=True)
class Found:
    """One difference: its kind, the row it is about, what its words need."""

    kind: str
    subject_type: str = ""
    subject_id: int | None = None
    details: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """What is compared: finished from `since` on and before `cut`, as of `now`."""

    agency_id: int
    since: datetime
    cut: datetime
    now: datetime


class Comparison:
    """One agency's side, read once; `found` yields every difference."""

    def __init__(self, session: Session, files: FileStore, span: Span, side: HubSide) -> None:
        self.session, self.files, self.span, self.side = session, files, span, side
        self.sent = self._messages(Direction.OUT)
        self.received = self._messages(Direction.IN)
        self.dispatches = self._dispatches()
        self.receipts = self._receipts()
        self.signing_since = self._signing_since()

    @property
    def checked(self) -> dict[str, int]:
        return {
            "sent": len(self.sent),
            "received": len(self.received),
            "recipients": sum(map(len, self.dispatches.values())),
            "receipts": len(self.receipts),
        }

    def found(self) -> Iterator[Found]:
        if self.side.known:
            yield from self._against_hub()
        yield from self._receipt_faults()
        yield from self._within()

    def _messages(self, direction: Direction) -> Sequence[ExchangeMessage]:
        query = select(M).where(*self._in_span(), M.direction == direction)
        return self.session.scalars(query.order_by(M.id)).all()

    def _in_span(self) -> tuple[ColumnElement[bool], ...]:
        return (
            M.agency_id == self.span.agency_id,
            M.hub_doc_id.is_not(None),
            M.finished_at >= self.span.since,
            M.finished_at < self.span.cut,
        )

    def _dispatches(self) -> Mapping[int, list[Dispatch]]:
        query = select(Dispatch).join(M, M.id == Dispatch.message_id).where(*self._in_span())
        query = query.options(joinedload(Dispatch.document)).order_by(Dispatch.id)
        by_message: dict[int, list[Dispatch]] = {}
        for dispatch in self.session.scalars(query):
            by_message.setdefault(dispatch.message_id, []).append(dispatch)
        return by_message

    def _receipts(self) -> Mapping[tuple[int, str], Receipt]:
        query = select(Receipt).join(M, M.id == Receipt.message_id).where(*self._in_span())
        query = query.order_by(Receipt.id)
        return {(row.message_id, row.signer_code): row for row in self.session.scalars(query)}

    def _against_hub(self) -> Iterator[Found]:
        for message in self.sent:
            records = self.side.sent.get(message.hub_doc_id, [])
            if message.hub_doc_id in self.side.gone:
                yield _about(message, "missing-at-hub")
            elif records and records[0].content_sha256 != message.payload_sha256:
                yield _about(message, "other-bytes-at-hub")
            elif records:
                yield from self._recipients(message, records)
        yield from self._received_against_hub()
        yield from self._only_at_hub()

    def _received_against_hub(self) -> Iterator[Found]:
        for message in self.received:
            record = self.side.received.get(message.hub_doc_id)
            if message.hub_doc_id in self.side.gone:
                if not self._offered_anew(message):
                    yield _about(message, "received-not-at-hub")
            elif record and record.content_sha256 not in (None, message.payload_sha256):
                yield _about(message, "other-bytes-received")

    def _offered_anew(self, message: ExchangeMessage) -> bool:
        """A document that we gave back, sent again as the same bytes, has a new id at the hub."""
        return any(
            later.payload_sha256 == message.payload_sha256
            and later.id > message.id
            and later.hub_doc_id in self.side.received
            for later in self.received
        )

    def _recipients(
        self, message: ExchangeMessage, records: Sequence[LedgerRecord]
    ) -> Iterator[Found]:
        at_hub = {record.to_code: record for record in records}
        later = self._later_codes(message, at_hub)
        for dispatch in self.dispatches.get(message.id, ()):
            if dispatch.transport_state not in WITH_HUB:
                continue
            code = dispatch.recipient_code
            known = (each for each in (code, *later.get(code, ())) if each in at_hub)
            record = at_hub.get(next(known, code))
            if record is None:
                yield _of_recipient(dispatch, "recipient-not-at-hub")
            else:
                yield from self._recipient(message, dispatch, record)

    def _later_codes(
        self, message: ExchangeMessage, at_hub: Mapping
    ) -> Mapping[str, Sequence[str]]:
        """The hub knows an agency by its present code, we may have written the one before."""
        codes = {d.recipient_code for d in self.dispatches.get(message.id, ())} - at_hub.keys()
        return directory.later_codes(self.session, codes) if codes else {}

    def _recipient(
        self, message: ExchangeMessage, dispatch: Dispatch, record: LedgerRecord
    ) -> Iterator[Found]:
        state, long_ago = record.state, _before(record.finished, self.span.now - HOUR)
        if state == "DONE" and dispatch.transport_state == TransportState.SENT and long_ago:
            yield _of_recipient(dispatch, "delivered-not-noted")
        if state == "FAIL" and long_ago:
            yield _of_recipient(dispatch, "recipient-cannot-take")
        if state in ("INITIAL", "PROCESSING") and _before(record.created, self.span.now - DAY):
            yield _of_recipient(dispatch, "recipient-not-fetched")
        given = (message.id, record.to_code) in self.receipts
        if state == "DONE" and long_ago and not given and self._signs(record):
            yield _of_recipient(dispatch, "recipient-receipt-missing")

    def _signing_since(self) -> Mapping[str, str]:
        """When each recipient first took a package of ours with a receipt, by the hub's clock."""
        hub_ids = {message.id: message.hub_doc_id for message in self.sent}
        first: dict[str, str] = {}
        for message_id, code in self.receipts:
            for record in self.side.sent.get(hub_ids.get(message_id), ()):
                if code and record.to_code == code and record.finished:
                    first[code] = min(first.get(code, record.finished), record.finished)
        return first

    def _signs(self, record: LedgerRecord) -> bool:
        """Whether this recipient gave receipts already when it took the package."""
        first = self.signing_since.get(record.to_code)
        return first is not None and (record.finished or "") >= first

    def _only_at_hub(self) -> Iterator[Found]:
        ours = set(self.session.scalars(self._ids(Direction.OUT)))
        for doc_id, records in self.side.sent.items():
            if doc_id not in ours and _before(records[0].created, self.span.cut):
                waits = self._waits(records[0])
                yield _at_hub("answer-outstanding" if waits else "missing-here", records[0])
        taken = set(self.session.scalars(self._ids(Direction.IN)))
        for doc_id, record in self.side.received.items():
            if doc_id in taken:
                continue
            if record.state == "DONE" and _before(record.finished, self.span.cut):
                yield _at_hub("received-missing-here", record)
            elif record.state != "DONE" and _before(record.created, self.span.now - HOUR):
                yield _at_hub("not-fetched", record)

    def _ids(self, direction: Direction):
        return select(M.hub_doc_id).where(
            M.agency_id == self.span.agency_id,
            M.direction == direction,
            M.hub_doc_id.is_not(None),
        )

    def _waits(self, record: LedgerRecord) -> bool:
        """The hub has it; its answer has not come to us yet, and will with the next try."""
        query = select(M.id).where(
            M.agency_id == self.span.agency_id,
            M.direction == Direction.OUT,
            M.hub_doc_id.is_(None),
            M.payload_sha256 == record.content_sha256,
        )
        return self.session.scalar(query.limit(1)) is not None

    def _receipt_faults(self) -> Iterator[Found]:
        for row in self.receipts.values():
            if row.problem:
                kind = "receipt-open" if row.problem in NOT_YET else "receipt-invalid"
                details = {"problem": row.problem, "signer": row.signer_code}
                yield Found(kind, "exchange_message", row.message_id, details)
        first = min((r.created_at for r in self._hubs()), default=None)
        for message in self.sent:
            if first and message.finished_at >= first and (message.id, "") not in self.receipts:
                yield _about(message, "hub-receipt-missing")

    def _hubs(self) -> list[Receipt]:
        return [row for row in self.receipts.values() if row.role == ReceiptRole.HUB]

    def _within(self) -> Iterator[Found]:
        """What does not fit in our own books."""
        for message in (*self.sent, *self.received):
            if message.payload_sha256 and not self._is_whole(message.payload_sha256):
                yield _about(message, "package-file-damaged")
        yield from self._unanswered()
        yield from self._without_arrival()
        yield from self._without_dispatch()

    def _is_whole(self, sha256: str) -> bool:
        try:
            self.files.open(sha256).close()
        except (DamagedFile, OSError):
            return False
        return True

    def _unanswered(self) -> Iterator[Found]:
        for dispatches in self.dispatches.values():
            for each in dispatches:
                there = each.route == Route.HUB and each.delivered_at is not None
                if there and not each.business_state and each.delivered_at < self.span.now - DAY:
                    yield _of_recipient(each, "delivered-no-status")

    def _without_arrival(self) -> Iterator[Found]:
        query = select(M).where(
            *self._in_span(),
            M.direction == Direction.IN,
            M.kind == MessageKind.EDOC,
            M.state == TransportState.DELIVERED,
            ~exists().where(
                IncomingDocument.agency_id == M.agency_id,
                IncomingDocument.sender_code == M.peer_code,
                IncomingDocument.document_uid == M.document_uid,
            ),
        )
        for message in self.session.scalars(query):
            yield _about(message, "package-without-arrival")

    def _without_dispatch(self) -> Iterator[Found]:
        query = (
            select(Recipient.document_id, Recipient.name, OutgoingDocument.reference)
            .join(OutgoingDocument, OutgoingDocument.id == Recipient.document_id)
            .where(
                OutgoingDocument.agency_id == self.span.agency_id,
                OutgoingDocument.state == OutgoingState.DISPATCHED,
                OutgoingDocument.dispatched_at >= self.span.since,
                ~exists().where(
                    Dispatch.document_id == Recipient.document_id,
                    Dispatch.recipient_code == Recipient.code,
                ),
            )
        )
        for document_id, name, reference in self.session.execute(query):
            details = {"recipient": name, "document": reference}
            yield Found("recipient-without-dispatch", "outgoing_document", document_id, details)


def _about(message: ExchangeMessage, kind: str) -> Found:
    details = {"document": message.document_uid, "peer": message.peer_code}
    return Found(kind, "exchange_message", message.id, details)


def _of_recipient(dispatch: Dispatch, kind: str) -> Found:
    details = {"recipient": dispatch.recipient_name, "document": dispatch.document.reference}
    return Found(kind, "outgoing_document", dispatch.document_id, details)


def _at_hub(kind: str, record: LedgerRecord) -> Found:
    return Found(
        kind,
        details={
            "document": record.document_id or "",
            "doc_id": record.doc_id,
            "sender": record.from_code or "",
            "recipient": record.to_code or "",
            "sha256": record.content_sha256 or "",
        },
    )


def _before(text: str | None, moment: datetime) -> bool:
    try:
        return datetime.fromisoformat(text or "") < moment
    except (ValueError, TypeError):
        return False
