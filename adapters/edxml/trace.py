"""TraceHeaderList: the hops a package took and its Bussiness (the standard's own spelling), which
says whether it brings, revokes, updates or replaces a document."""

from adapters.edxml.header import NO_CODE, read_staff
from adapters.edxml.nodes import Node
from adapters.edxml.package import Business, BusinessKind, Hop, ReceiverChange, Replacement, Staff
from adapters.edxml.repairs import Repair

NAMES = ("Bussiness", "Business")


def read_trace(traces: Node) -> tuple[Hop, ...]:
    """The hops that name an organ; the axis itself adds some that do not."""
    hops = []
    for node in traces.all("TraceHeader"):
        code = node.text("OrganId")
        if code.lower() in NO_CODE:
            node.mend(Repair.JUNK_HOP, code)
        else:
            hops.append(Hop(code, node.moment("Timestamp")))
    return tuple(hops)


def read_business(header: Node) -> Business:
    """A package of the first versions has no Bussiness and brings a new document. One that stands
    beside its place is read all the same: a revocation must not be taken for a new document."""
    traces = header.one("TraceHeaderList")
    node = traces.one(*NAMES)
    if not node:
        node = header.one(*NAMES) or header.one("MessageHeader").one(*NAMES)
        if node:
            node.mend(Repair.MISPLACED, node.name)
    changes = node.all("BussinessDocumentInfo")
    people = [read_staff(each) for each in node.all("StaffInfo")]
    return Business(
        kind=_kind(node),
        reason=node.text("BussinessDocReason"),
        document_id=node.text("DocumentId"),
        paper=node.flag("Paper") or traces.flag("Paper"),
        data_changed=any(each.flag("DocumentInfo") for each in changes),
        receivers_changed=any(each.flag("DocumentReceiver") for each in changes),
        receiver_changes=_receiver_changes(changes),
        replacements=_replacements(node),
        staff=next((person for person in people if person != Staff()), Staff()),
    )


def _kind(node: Node) -> BusinessKind:
    number = node.integer("BussinessDocType")
    if number in set(BusinessKind):
        return BusinessKind(number)
    node.mend(Repair.UNKNOWN_BUSINESS, str(number))
    return BusinessKind.NEW


def _receiver_changes(changes: list[Node]) -> tuple[ReceiverChange, ...]:
    lists = [entries for each in changes for entries in each.all("ReceiverList")]
    receivers = [receiver for entries in lists for receiver in entries.all("Receiver")]
    return tuple(ReceiverChange(r.text("OrganId"), r.flag("ReceiverType")) for r in receivers)


def _replacements(node: Node) -> tuple[Replacement, ...]:
    infos = [
        i for entries in node.all("ReplacementInfoList") for i in entries.all("ReplacementInfo")
    ]
    return tuple(
        Replacement(info.text("DocumentId"), info.one("OrganIdList").texts("OrganId"))
        for info in infos
    )
