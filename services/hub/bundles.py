"""Calls of a node for several packages at once (our extension, adapters/axis/bundle.py): sent,
fetched and acknowledged in one transaction each. What is refused of one part stops no other."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack

from adapters.axis import reply, wire
from adapters.axis.body import hash_matches
from adapters.axis.bundle import MOST_PARTS, BadBundle, Bundle, Opened, Part
from adapters.axis.errors import AxisRefusal, answer_for
from adapters.edxml.kept import Kept
from adapters.files import Incoming
from domain.errors import Refusal
from models.exchange import MessageKind
from services.hub import acceptance, deliveries, pace, refusing
from services.office import Office


def send(office: Office, call: wire.Call, body: Iterable[bytes]) -> reply.Reply:
    """sendMany: packages of the caller; an answer for each, in their order."""
    if call.arguments.get("from") != call.system_id:
        sender = call.arguments.get("from", "")
        raise AxisRefusal("axis-wrong-from", sender=sender, system_id=call.system_id)
    office.session().rollback()  # nothing stays open while bytes travel
    with ExitStack() as packages:
        results = _accepted(office, call, _opened(call, body), packages)
    refusing.note(office, call.system_id, [each for each in results if isinstance(each, Refusal)])
    return _answers(map(_taken, results))


def fetch(office: Office, call: wire.Call) -> Bundle:
    """fetchMany: the packages by their ids."""
    doc_ids = wire.texts(call.arguments.get("docIds", ""), "docIds")
    if not 0 < len(doc_ids) <= MOST_PARTS:
        raise AxisRefusal("axis-bad-arguments", argument="docIds")
    pace.check(office, call.system_id, len(doc_ids) - 1)
    found = deliveries.fetch_all(office, call.system_id, doc_ids)
    parts = [_handed_out(*each) for each in zip(doc_ids, found, strict=True)]
    return Bundle(parts, [each if isinstance(each, Kept) else None for each in found])


def update(office: Office, call: wire.Call, body: Iterable[bytes]) -> reply.Reply:
    """updateMany: what became of deliveries."""
    parts = _opened(call, body).parts
    pace.check(office, call.system_id, len(parts) - 1)
    words = [
        (_text(each, "docId"), _text(each, "status"), _text(each, "receipt")) for each in parts
    ]
    refusals = deliveries.acknowledge_all(office, call.system_id, words)
    return _answers({"ErrorCode": "0"} if each is None else _said(each) for each in refusals)


def _opened(call: wire.Call, body: Iterable[bytes]) -> Opened:
    """The bundle; its list is what the caller has signed."""
    try:
        opened = Opened(body)
    except BadBundle as bad:
        raise AxisRefusal("axis-file-failed", reason=str(bad)) from bad
    if not hash_matches(call.arguments.get("hash-file", ""), opened.digest):
        raise AxisRefusal("axis-hash-mismatch")
    return opened


def _accepted(
    office: Office, call: wire.Call, opened: Opened, packages: ExitStack
) -> list[acceptance.Accepted | Refusal]:
    pace.check(office, call.system_id, len(opened.parts) - 1)
    came: list[acceptance.Offer | Refusal] = []
    try:
        for part, content in opened.contents():
            came.append(_offer(part, content, packages.enter_context(office.files.incoming())))
    except BadBundle as bad:
        raise AxisRefusal("axis-file-failed", reason=str(bad)) from bad
    offers = [each for each in came if isinstance(each, acceptance.Offer)]
    results = iter(acceptance.accept_all(office, call.system_id, offers))
    return [next(results) if isinstance(each, acceptance.Offer) else each for each in came]


def _offer(
    part: Part, content: Iterator[bytes], package: Incoming
) -> acceptance.Offer | AxisRefusal:
    package.write(content)
    if not package.size:
        return AxisRefusal("axis-empty-file")
    if package.sha256 != part.get("sha256"):
        return AxisRefusal("axis-hash-mismatch")
    kind, to = part.get("messagetype"), part.get("to")
    if kind not in set(MessageKind):
        return AxisRefusal("axis-bad-arguments", argument="messagetype")
    if to is not None and not (isinstance(to, list) and all(map(wire.is_text, to))):
        return AxisRefusal("axis-bad-arguments", argument="to")
    return acceptance.Offer(package, str(kind), to)


def _text(part: Part, name: str) -> str:
    value = part.get(name, "")
    if not wire.is_text(value):
        raise AxisRefusal("axis-bad-arguments", argument=name)
    return str(value)


def _answers(answers: Iterable[Part]) -> reply.Reply:
    return reply.done() | {"data": list(answers)}


def _taken(result: acceptance.Accepted | Refusal) -> Part:
    if isinstance(result, Refusal):
        return _said(result)
    receipt = {"receipt": result.receipt} if result.receipt else {}
    return {"ErrorCode": "0", "DocId": result.doc_id, **receipt}


def _handed_out(doc_id: str, package: Kept | Refusal) -> Part:
    named = {"docId": doc_id}
    return named | (_said(package) if isinstance(package, Refusal) else {"sha256": package.sha256})


def _said(refusal: Refusal) -> Part:
    answer = answer_for(refusal)
    return {"ErrorCode": answer.code, "ErrorDesc": answer.desc}
