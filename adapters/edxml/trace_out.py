"""TraceHeaderList in the order in which the national library writes it: Bussiness, then hops."""

from datetime import date, datetime, time

from adapters.edxml.header_out import moment_text, staff_lines
from adapters.edxml.markup import Lines, branch, branch_if_any, leaf
from adapters.edxml.package import Business, BusinessKind, Hop, Package
from domain.dates import VIETNAM

_REASONS = {
    BusinessKind.NEW: "Văn bản điện tử mới",
    BusinessKind.REVOKE: "Thu hồi văn bản điện tử",
    BusinessKind.UPDATE: "Cập nhật văn bản điện tử",
    BusinessKind.REPLACE: "Văn bản thay thế",
}


def trace_list(package: Package) -> Lines:
    hops = package.trace or (Hop(package.sender.code, _midnight(package.issued_date)),)
    return branch("TraceHeaderList", [_business(package.business), *map(_hop, hops)])


def _business(business: Business) -> Lines:
    return branch(
        "Bussiness",
        [
            leaf("DocumentId", business.document_id),
            leaf("BussinessDocType", int(business.kind)),
            leaf("BussinessDocReason", business.reason or _REASONS[business.kind]),
            leaf("Paper", int(business.paper)),
            _changes(business),
            _replacements(business),
            staff_lines(business.staff),
        ],
    )


def _changes(business: Business) -> Lines:
    if not (business.data_changed or business.receivers_changed or business.receiver_changes):
        return []
    receivers = [
        branch(
            "Receiver",
            [leaf("OrganId", change.organ_code), leaf("ReceiverType", int(change.added))],
        )
        for change in business.receiver_changes
    ]
    flags = [
        leaf("DocumentInfo", int(business.data_changed)),
        leaf("DocumentReceiver", int(business.receivers_changed)),
    ]
    return branch("BussinessDocumentInfo", [*flags, branch_if_any("ReceiverList", receivers)])


def _replacements(business: Business) -> Lines:
    replaced = [
        branch(
            "ReplacementInfo",
            [
                leaf("DocumentId", entry.document_id),
                branch("OrganIdList", [leaf("OrganId", code) for code in entry.organ_codes]),
            ],
        )
        for entry in business.replacements
    ]
    return branch_if_any("ReplacementInfoList", replaced)


def _hop(hop: Hop) -> Lines:
    return branch(
        "TraceHeader", [leaf("OrganId", hop.organ_code), leaf("Timestamp", moment_text(hop.at))]
    )


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), VIETNAM) if day else None
