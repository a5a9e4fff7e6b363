"""Accepting a package: everything is checked before anything is kept, and a package goes to all of
its recipients or to none.

What a repeated package means (a client without an answer must send again, `axis.md` 3 and 8):
- same sender, same bytes: the same message. The answer is the same DocId; recipients that were not
  addressed before are added; one whose delivery had failed is offered it once more, and so, under a
  new id, is one who has refused it (status 02), once the sender knows that (`given_back`).
- same sender, same DocumentId, other bytes, both a new document (BussinessDocType 0): the second is
  welcome by recipients that have not got the first, failed to take it, or have given it back. To
  any other it would be a second document under the id of the first: refused loudly.
- revocations, updates and replacements bear the id of the document they are about, and statuses
  answer it many times: for them only the bytes count.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import structlog
from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from adapters.axis.errors import AxisRefusal
from adapters.files import Incoming, keep_all
from domain.errors import Conflict, Refusal, Unavailable
from domain.roles import SYSTEM, Actor
from models.exchange import MessageKind
from models.hub import Delivery, DeliveryState, DirectoryEntry, HubAccount, HubMessage
from services.audit_chain import about
from services.hub import forwarding, given_back, receipts, relaying, routing, tracing, waiting
from services.hub.envelope import Envelope, open_envelope
from services.hub.given_back import NEW_DOCUMENT
from services.hub.lookup import find_by_code, is_dissolved, is_early
from services.office import Office
from services.unit_of_work import Work, transaction

log = structlog.get_logger()
MEDIA_TYPE = "application/xml"
TRIES = 3
NAMED = 10  # of several wrong recipients so many are told
# Written out once: every package of the province comes by here.
MESSAGE, DELIVERY = HubMessage.__table__, Delivery.__table__
SAME_BYTES = select(MESSAGE).where(
    *(MESSAGE.c[name] == bindparam(name) for name in ("sender_code", "kind", "payload_sha256"))
)
ADD_MESSAGE = insert(MESSAGE).returning(*MESSAGE.c)
DELIVERIES = select(Delivery).where(Delivery.message_id == bindparam("message_id"))
LOCK_SENDER = (
    select(HubAccount.__table__.c.id)
    .where(HubAccount.__table__.c.system_id == bindparam("system_id"))
    .with_for_update()
)
OTHER_BYTES = (
    select(DELIVERY.c.recipient_code)
    .join(MESSAGE)
    .where(
        MESSAGE.c.sender_code == bindparam("sender_code"),
        MESSAGE.c.kind == MessageKind.EDOC,
        MESSAGE.c.document_uid == bindparam("document_uid"),
        MESSAGE.c.business_kind == NEW_DOCUMENT,
        MESSAGE.c.payload_sha256 != bindparam("payload_sha256"),
        DELIVERY.c.state != DeliveryState.FAIL,
    )
)


@dataclass(frozen=True)
class Accepted:
    """What the sender is told: the id of its package here, and the hub's receipt."""

    doc_id: str
    receipt: str


@dataclass(frozen=True)
class Came:
    """How a package came here if not from its sender's own system: brought by a system that serves
    the sender, or fetched over an uplink, with the digest that it had before our hop was added."""

    via_code: str = ""
    uplink_id: int | None = None
    original_sha256: str | None = None


@dataclass(frozen=True)
class Offer:
    """A package of which is not decided yet whether it is taken. `to` overrides the recipients in
    the package."""

    package: Incoming
    kind: str = ""
    to: Sequence[str] | None = None
    came: Came | None = None


@dataclass(frozen=True)
class _Checked:
    """An offer that may be taken: the recipients and how each was written."""

    package: Incoming
    came: Came
    envelope: Envelope
    entries: Mapping[str, DirectoryEntry | None]
    written: Mapping[str, str]


def accept(
    office: Office,
    sender: str,
    package: Incoming,
    kind: str = "",
    to: Sequence[str] | None = None,
    came: Came | None = None,
) -> Accepted:
    """Takes a package of the system `sender`; its bytes are kept for good only once all has been
    checked. One that `came` over an uplink may be of anybody who is not at home here.

    Raises AxisRefusal: axis-bad-edxml, axis-wrong-from, axis-loop, axis-no-recipient,
    axis-unknown-recipient, axis-recipient-dissolved, axis-recipient-early, axis-recipient-locked,
    axis-same-id-other-bytes; Unavailable.
    """
    (result,) = accept_all(office, sender, [Offer(package, kind, to, came)])
    if isinstance(result, Refusal):
        raise result
    return result


def accept_all(office: Office, sender: str, offers: Sequence[Offer]) -> list[Accepted | Refusal]:
    """As `accept`, for several: what became of each, in their order. All that are taken are written
    in one transaction."""
    results = [_attempted(Refusal, _looked_at, office, sender, offer) for offer in offers]
    checked = [each for each in results if isinstance(each, _Checked)]
    # The bytes reach the disk before the transaction: it must not hold the write lock for that.
    keep_all([each.package for each in checked])
    written = iter(_written(office, checked) if checked else ())
    return [next(written) if isinstance(each, _Checked) else each for each in results]


def _attempted(refusals: type[Refusal], step: Callable, *arguments: object):
    try:
        return step(*arguments)
    except refusals as refusal:
        return refusal


def _looked_at(office: Office, sender: str, offer: Offer) -> Accepted | _Checked:
    with offer.package.open() as source:
        envelope = open_envelope(source)
        came = offer.came or _brought_by(office, sender, envelope, source)
    _check_kind(offer.kind, envelope)
    entries, written = _entries(office, envelope.addressed if offer.to is None else offer.to)
    doc_id, on_the_way = _accepted_before(office, envelope, offer.package.sha256)
    # Only who is new to this message must be able to receive it: a call repeated because its
    # answer was lost stays accepted whatever has become of a recipient since.
    _check_open(office, [e for c, e in entries.items() if e and c not in on_the_way])
    if doc_id and all(forwarding.includes(on_the_way, *one) for one in written.items()):
        # A repeated call writes nothing, and gets the receipt of the first (law 6).
        return Accepted(doc_id, receipts.given(office, doc_id))
    return _Checked(offer.package, came, envelope, entries, written)


def _written(office: Office, checked: Sequence[_Checked]) -> list[Accepted | Refusal]:
    for _ in range(TRIES):
        try:
            with transaction(office, SYSTEM) as work:
                accepted = [_attempted(AxisRefusal, _write, work, each) for each in checked]
        except Conflict:
            continue  # another process accepted the same bytes in this moment: find them
        except Exception:
            if len(checked) == 1:
                raise
            log.exception("packages not accepted together")
            return [_written_alone(office, each) for each in checked]
        waiting.tell(office, {code for each in checked for code in each.entries})
        return accepted
    return [Unavailable("axis-busy") for _ in checked]


def _written_alone(office: Office, checked: _Checked) -> Accepted | Refusal:
    """Of several, so that a fault of ours with one does not keep the others out."""
    try:
        (result,) = _written(office, [checked])
    except Exception:
        log.exception("package not accepted", sender=checked.envelope.sender)
        return Unavailable("hub-error")
    return result


def _brought_by(office: Office, system_id: str, envelope: Envelope, source: BinaryIO) -> Came:
    if envelope.sender == system_id:
        return Came()
    if not routing.serves(office, system_id, envelope.sender):
        raise AxisRefusal("axis-wrong-from", sender=envelope.sender, system_id=system_id)
    tracing.refuse_loop(office, source)
    return Came(via_code=system_id)


def _check_kind(kind: str, envelope: Envelope) -> None:
    if kind and kind != envelope.kind:
        raise AxisRefusal("axis-bad-edxml", reason=f"messagetype {kind} khac noi dung tep")


def _entries(
    office: Office, addressed: Iterable[str]
) -> tuple[dict[str, DirectoryEntry | None], dict[str, str]]:
    """The recipients by their present codes, each once, in the order given, those who took over
    among them; those that another axis knows need not be in our directory. And for each how the
    sender wrote it (`forwarding.written_as`)."""
    wanted = list(dict.fromkeys(code.strip() for code in addressed if code.strip()))
    if not wanted:
        raise AxisRefusal("axis-no-recipient")
    found = find_by_code(office, wanted)
    unknown = [code for code in wanted if code not in found]
    away = routing.elsewhere(office, unknown)
    _refuse_any("axis-unknown-recipient", [code for code in unknown if code not in away])
    goals = forwarding.followed(office, found)
    entries = {goals[c].code if c in goals else c: goals.get(c) for c in wanted}
    return entries, forwarding.written_as(wanted, goals)


def known(office: Office, codes: Sequence[str]) -> list[str]:
    """Those of the codes that a package can be sent to from here."""
    found = find_by_code(office, codes)
    away = routing.elsewhere(office, [code for code in codes if code not in found])
    return [code for code in codes if code in found or code in away]


def _check_open(office: Office, entries: Sequence[DirectoryEntry]) -> None:
    for entry in entries:
        if is_dissolved(entry, office.today()):
            heir = forwarding.heir(office, entry) or "khong co"
            raise AxisRefusal("axis-recipient-dissolved", recipient=entry.code, successor=heir)
        if is_early(entry, office.today()):
            since = f"{entry.valid_from:%d/%m/%Y}"
            raise AxisRefusal("axis-recipient-early", recipient=entry.code, since=since)
    _refuse_any("axis-recipient-locked", [entry.code for entry in entries if entry.is_locked])


def _refuse_any(refusal: str, codes: list[str]) -> None:
    if codes:
        more = f" (+{len(codes) - NAMED})" if len(codes) > NAMED else ""
        raise AxisRefusal(refusal, recipient=", ".join(codes[:NAMED]) + more)


def _accepted_before(office: Office, envelope: Envelope, sha256: str) -> tuple[str, dict[str, str]]:
    """The DocId of these bytes, if they are known, and the recipients that need nothing more, with
    how they were written."""
    session = office.session()
    message = _same_bytes(session, envelope.sender, envelope.kind, sha256)
    if message is None:
        return "", {}
    before = session.scalars(DELIVERIES, {"message_id": message.id})
    served = {d.recipient_code: d.addressed for d in before if d.state != DeliveryState.FAIL}
    returned = given_back.by(session, envelope, served)
    return message.doc_id, {c: written for c, written in served.items() if c not in returned}


def _same_bytes(session: Session, sender: str, kind: MessageKind, sha256: str) -> Row | None:
    values = {"sender_code": sender, "kind": kind, "payload_sha256": sha256}
    return session.execute(SAME_BYTES, values).one_or_none()


def _write(work: Work, checked: _Checked) -> Accepted:
    """Raises AxisRefusal before anything is written."""
    envelope, codes, sha256 = checked.envelope, checked.written, checked.package.sha256
    sender = envelope.sender
    work = replace(work, actor=Actor(name=sender))
    # One package of a sender at a time: two with the same id must not both come first.
    work.session.execute(LOCK_SENDER, {"system_id": sender})
    message = _same_bytes(work.session, sender, envelope.kind, sha256)
    _refuse_second_document(work, sender, envelope, codes, sha256)
    before = []
    if message is None:
        message = _new_message(work, checked.came, envelope, sha256, checked.package.size)
    else:
        before = work.session.scalars(DELIVERIES, {"message_id": message.id}).all()
    offered = _offer(work, envelope, message, before, codes)
    known = {delivery.recipient_code for delivery in before}
    if known.issuperset(codes):
        receipt = receipts.given(work.office, message.doc_id)
    else:
        receipt = receipts.give(work, message, known.union(codes))
    if offered:
        _keep(work, message, checked.package)
        relaying.send_on(work, message, offered)
        told = _told(envelope, message, offered)
        work.audit("hub:accept", about(HubMessage, message.id), **told)
    return Accepted(message.doc_id, receipt)


def _keep(work: Work, message: Row, package: Incoming) -> None:
    """The bytes are there already, unless they were taken away in this moment, their time being
    over: under the sender's lock nobody does that any more (services/hub/retention.py)."""
    if message.payload_removed_at is not None:
        again = update(MESSAGE).where(MESSAGE.c.id == message.id).values(payload_removed_at=None)
        work.session.execute(again)
    if not work.office.files.exists(message.payload_sha256):
        package.keep()
    work.record_file(message.payload_sha256, package.size, MEDIA_TYPE)


def _told(envelope: Envelope, message: Row, offered: list[str]) -> dict:
    return {
        "doc_id": message.doc_id,
        "kind": envelope.kind,
        "document_uid": envelope.document_uid,
        "payload_sha256": message.payload_sha256,
        "recipients": offered,
    }


def _refuse_second_document(
    work: Work, sender: str, envelope: Envelope, codes: Iterable[str], sha256: str
) -> None:
    if envelope.kind != MessageKind.EDOC or envelope.business_kind != NEW_DOCUMENT:
        return
    same = {"sender_code": sender, "document_uid": envelope.document_uid}
    taken = work.session.scalars(OTHER_BYTES, same | {"payload_sha256": sha256})
    clash = set(codes).intersection(taken)
    if clash - given_back.by(work.session, envelope, clash):
        raise AxisRefusal("axis-same-id-other-bytes", doc_id=envelope.document_uid)


def _new_message(work: Work, came: Came, envelope: Envelope, sha256: str, size: int) -> Row:
    values = {
        "doc_id": str(uuid.uuid4()),
        "sender_code": envelope.sender,
        **vars(came),
        "kind": envelope.kind,
        "document_uid": envelope.document_uid,
        "business_kind": envelope.business_kind,
        "status_code": envelope.status_code,
        "subject": envelope.subject,
        "reference": envelope.reference,
        "urgency": envelope.urgency,
        "payload_sha256": sha256,
        "size": size,
        "search_text": envelope.search_text,
        "created_at": work.now,
    }
    return work.session.execute(ADD_MESSAGE, values).one()


def _offer(
    work: Work,
    envelope: Envelope,
    message: Row,
    before: Sequence[Delivery],
    codes: Mapping[str, str],
) -> list[str]:
    """Deliveries for those who have none, and a new try for those whose delivery failed or who gave
    the document back."""
    present = {delivery.recipient_code: delivery for delivery in before}
    returned = given_back.by(work.session, envelope, codes.keys() & present.keys())
    offered = []
    for code in codes.keys() & present.keys():
        delivery = present[code]
        delivery.addressed = forwarding.joined(delivery.addressed, codes[code], code)
        if delivery.state == DeliveryState.FAIL:
            offer_again(delivery)
            offered.append(code)
        elif code in returned:
            _offer_anew(work, delivery)
            offered.append(code)
    new = [code for code in codes if code not in present]
    if new:
        rows = [_new_delivery(work, message, code, codes[code]) for code in new]
        work.session.execute(insert(DELIVERY), rows)
    return [code for code in codes if code in {*offered, *new}]


def _new_delivery(work: Work, message: Row, code: str, written: str) -> dict:
    return {
        "doc_id": str(uuid.uuid4()),
        "message_id": message.id,
        "recipient_code": code,
        "addressed": written,
        "created_at": work.now,
    }


def _offer_anew(work: Work, delivery: Delivery) -> None:
    """Whoever has finished with an id does not look at it again."""
    offer_again(delivery)
    delivery.doc_id, delivery.created_at = str(uuid.uuid4()), work.now


def offer_again(delivery: Delivery) -> None:
    delivery.state = DeliveryState.INITIAL
    delivery.fetched_at = delivery.finished_at = None
