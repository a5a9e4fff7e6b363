"""The hub's side of the axis: one door for every operation, `call`. It verifies the signature over
the received header text, does what was asked, and answers in JSON whatever happens."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.axis import reply, wire
from adapters.axis.body import CRLF, file_in, pieces_of
from adapters.axis.bundle import LONGEST_LIST, MOST_BYTES
from adapters.axis.errors import AxisRefusal, http_status
from adapters.axis.operations import OPERATIONS
from adapters.axis.records import Record
from adapters.edxml.kept import Kept
from domain.errors import Refusal, Unavailable
from models.exchange import MessageKind
from services.hub import (
    acceptance,
    accounts,
    audit_heads,
    bundles,
    deliveries,
    ledger,
    lookup,
    many,
    pace,
    receipts,
    refusing,
    registration,
)
from services.hub.records import head_record, received_item, sent_items
from services.office import Office

JSON = "application/json"
FILE = "application/octet-stream"
DIGEST = re.compile("[0-9a-f]{64}")
MOST_DIGITS = 18
SMALL_BODY = 1024 * 1024  # of whatever is no package

ReadHeader = Callable[[str], str | None]
ReadBody = Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class Answer:
    """What goes back: bytes, or so many of them by pieces; their media type, the HTTP status."""

    content: bytes | Iterator[bytes]
    media_type: str = JSON
    status: int = 200
    length: int | None = None


def call(office: Office, operation: str, header: ReadHeader, read_body: ReadBody) -> Answer:
    """Performs one call of a system. `header` gives a header's text as latin-1, as WSGI does; the
    body is read, piece by piece, only once the caller is known. A refusal becomes a FAIL, never an
    exception; what goes wrong with the body is the web server's exception."""
    try:
        return _perform(office, operation, header, read_body)
    except Refusal as refusal:
        return refused(refusal, operation)


def refused(refusal: Refusal, operation: str = "") -> Answer:
    content = reply.encode(reply.refused(refusal, operation))
    return Answer(content, status=http_status(refusal))


def failed(operation: str = "") -> Answer:
    """A fault of ours. 503 lets our own client try again; the SDK reads the JSON all the same."""
    return refused(Unavailable("hub-error"), operation)


def longest_body(office: Office, operation: str) -> int:
    """How many bytes a caller may send."""
    if operation == "sendEdoc":
        return office.settings.max_package + len(CRLF)
    return LONGEST_LIST + MOST_BYTES if operation == "sendMany" else SMALL_BODY


def too_large(office: Office, operation: str = "") -> Answer:
    reason = f"lon hon {longest_body(office, operation) // 1024 // 1024} MB"
    return refused(AxisRefusal("axis-file-failed", reason=reason), operation)


def unknown(operation: str) -> Answer:
    return refused(AxisRefusal("axis-unknown-operation", operation=operation[:50]))


def _perform(office: Office, operation: str, header: ReadHeader, read_body: ReadBody) -> Answer:
    if operation not in OPERATIONS:
        return unknown(operation)
    verified = _verified(office, operation, header)
    if operation in _PACKAGES:
        return _PACKAGES[operation](office, verified)
    if operation in _WITH_BODY:
        return Answer(reply.encode(_WITH_BODY[operation](office, verified, read_body)))
    if operation in _FOR_MANY:
        return Answer(reply.encode(_FOR_MANY[operation](office, verified, header)))
    if operation in _LONG_LISTS:
        return Answer(reply.encode_listing(_LONG_LISTS[operation](office, verified)))
    return Answer(reply.encode(_ANSWERS[operation](office, verified)))


def _verified(office: Office, operation: str, header: ReadHeader) -> wire.Call:
    callers = {}

    def secrets_of(system_id: str) -> list[str]:
        callers[system_id] = accounts.find(office, system_id)
        return accounts.secrets_of(office, callers[system_id])

    try:
        verified = wire.verify(header, secrets_of, operation)
        _check_stamp(office, verified)
        account = callers[verified.system_id]
        if account.is_locked:
            raise AxisRefusal("axis-sender-locked", system_id=verified.system_id)
    except AxisRefusal as refusal:
        accounts.note_refused(office, callers, refusal.code)
        raise
    accounts.touch(office, account, operation)
    pace.check(office, verified.system_id)
    return verified


def _check_stamp(office: Office, call: wire.Call) -> None:
    """A captured call cannot be repeated for ever, where the hub's operator wants it so. The stamp
    bears no zone: a day more does not matter."""
    days, at = office.settings.stamp_days, call.stamped_at
    if days and (at is None or abs(office.now() - at) > timedelta(days=days)):
        raise AxisRefusal("axis-stamp-old", days=days)


def _send(office: Office, call: wire.Call, read_body: ReadBody) -> reply.Reply:
    with refusing.noted(office, call.system_id):
        sender = call.arguments.get("from", "")
        if sender != call.system_id:
            raise AxisRefusal("axis-wrong-from", sender=sender, system_id=call.system_id)
        kind, to = _kind(call, default=""), call.recipients
        office.session().rollback()  # nothing stays open while bytes travel
        with office.files.incoming() as package:
            package.write(file_in(read_body(), call.arguments.get("hash-file")))
            accepted = acceptance.accept(office, sender, package, kind, to)
        return reply.accepted(accepted.doc_id, accepted.receipt)


def _send_many(office: Office, call: wire.Call, read_body: ReadBody) -> reply.Reply:
    with refusing.noted(office, call.system_id):
        return bundles.send(office, call, read_body())


def _register(office: Office, call: wire.Call, read_body: ReadBody) -> reply.Reply:
    with refusing.noted(office, call.system_id):
        registration.register(office, call.system_id, b"".join(read_body()))
    return reply.done()


def _delete(office: Office, call: wire.Call) -> reply.Reply:
    with refusing.noted(office, call.system_id):
        registration.delete(office, call.system_id, call.arguments.get("AgencyCode", ""))
    return reply.done()


def _kind(call: wire.Call, default: str = MessageKind.EDOC) -> str:
    kind = call.arguments.get("messagetype", "").strip().lower() or default
    if kind and kind not in set(MessageKind):
        raise AxisRefusal("axis-bad-arguments", argument="messagetype")
    return kind


def _doc_id(call: wire.Call) -> str:
    doc_id = call.arguments.get("docId", "").strip()
    if not doc_id:
        raise AxisRefusal("axis-bad-arguments", argument="docId")
    return doc_id


def _in_json(office: Office, call: wire.Call) -> Answer:
    length, pieces = reply.document(_package(office, call))
    return Answer(pieces, length=length)


def _as_it_is(office: Office, call: wire.Call) -> Answer:
    package = _package(office, call)
    return Answer(pieces_of(package), FILE, length=package.size)


def _many(office: Office, call: wire.Call) -> Answer:
    bundle = bundles.fetch(office, call)
    return Answer(bundle.pieces(), FILE, length=bundle.size)


def _package(office: Office, call: wire.Call) -> Kept:
    return deliveries.fetch(office, call.system_id, _doc_id(call))


def _received(office: Office, call: wire.Call) -> reply.Reply:
    waiting = deliveries.waiting(office, call.system_id, MessageKind(_kind(call)))
    return reply.listing(received_item(delivery) for delivery in waiting)


def _sent(office: Office, call: wire.Call) -> reply.Reply:
    # A message is found by its id alone: the kind may be a left-over of an earlier call.
    doc_id, kind = call.arguments.get("docId", "").strip(), MessageKind(_kind(call))
    found = deliveries.sent(office, call.system_id, kind, doc_id)
    return reply.listing(item for delivery in found for item in sent_items(delivery))


def _update(office: Office, call: wire.Call) -> reply.Reply:
    status = call.arguments.get("status", "")
    receipt = call.arguments.get("receipt", "")
    deliveries.acknowledge(office, call.system_id, _doc_id(call), status, receipt)
    return reply.done()


def _count_edocs(office: Office, call: wire.Call) -> reply.Reply:
    return reply.count(deliveries.count_waiting(office, call.system_id, MessageKind.EDOC))


def _count_statuses(office: Office, call: wire.Call) -> reply.Reply:
    return reply.count(deliveries.count_waiting(office, call.system_id, MessageKind.STATUS))


def _changes(office: Office, call: wire.Call) -> Iterator[Record]:
    return lookup.changes(office, _whole(call, "since"))


def _lodge_head(office: Office, call: wire.Call) -> reply.Reply:
    sequence, digest = _whole(call, "sequence"), call.arguments.get("hash", "")
    if not DIGEST.fullmatch(digest):
        raise AxisRefusal("axis-bad-arguments", argument="hash")
    audit_heads.lodge(office, call.system_id, sequence, digest)
    return reply.done()


def _whole(call: wire.Call, name: str) -> int:
    text = call.arguments.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise AxisRefusal("axis-bad-arguments", argument=name)
    return int(text)


def _heads(office: Office, call: wire.Call) -> reply.Reply:
    return reply.listing(map(head_record, audit_heads.lodged(office, call.system_id)))


def _lodge_key(office: Office, call: wire.Call) -> reply.Reply:
    receipts.lodge_key(office, call.system_id, call.arguments.get("key", ""))
    return reply.done()


def _keys(office: Office, call: wire.Call) -> reply.Reply:
    return reply.listing(receipts.keys(office, call.arguments.get("AgencyCode", "").strip()))


def _receipts(office: Office, call: wire.Call) -> reply.Reply:
    return reply.listing(receipts.for_sender(office, call.system_id, _whole(call, "since")))


def _pass_receipt(office: Office, call: wire.Call) -> reply.Reply:
    text, key = call.arguments.get("receipt", ""), call.arguments.get("key", "")
    deliveries.take_receipt(office, call.system_id, _doc_id(call), text, key)
    return reply.done()


def _ledger(office: Office, call: wire.Call) -> reply.Reply:
    try:
        start = datetime.fromisoformat(call.arguments.get("start", ""))
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
    except ValueError:
        raise AxisRefusal("axis-bad-arguments", argument="start") from None
    return reply.listing(ledger.entries(office, call.system_id, start, _whole(call, "since")))


_PACKAGES = {"getEdoc": _in_json, "downloadEdoc": _as_it_is, "fetchMany": _many}
_WITH_BODY = {
    "sendEdoc": _send,
    "sendMany": _send_many,
    "updateMany": lambda office, call, read_body: bundles.update(office, call, read_body()),
    "registerAgency": _register,
}
_FOR_MANY = {"pollReceived": many.received, "awaitReceived": many.awaited}
_LONG_LISTS: dict[str, Callable[[Office, wire.Call], Iterable[Record]]] = {
    "getAgenciesList": lambda office, _: lookup.agency_records(office),
    "getAgenciesListQD20": lambda office, _: lookup.agency_records(office),
    "getSynchronizeUnit": lambda office, _: lookup.unit_records(office),
    "getDirectoryChanges": _changes,
}
_ANSWERS: dict[str, Callable[[Office, wire.Call], reply.Reply]] = {
    "getReceivedEdocList": _received,
    "getSentEdocList": _sent,
    "updateStatus": _update,
    "countReceiveEdoc": _count_edocs,
    "countReceiveStatus": _count_statuses,
    "lodgeAuditHead": _lodge_head,
    "getAuditHeads": _heads,
    "lodgeReceiptKey": _lodge_key,
    "getReceiptKeys": _keys,
    "getReceipts": _receipts,
    "passReceipt": _pass_receipt,
    "getLedger": _ledger,
    "deleteAgency": _delete,
}
