"""The message header's elements in the order in which the national library writes them."""

from collections.abc import Sequence
from datetime import date, datetime

from adapters.edxml.markup import Lines, branch, branch_if_any, leaf
from adapters.edxml.package import (
    Organ,
    Package,
    ReportedError,
    ResponseFor,
    Staff,
    StatusMessage,
)
from adapters.edxml.times import write_day, write_moment
from domain.errors import Invalid


def document_header(package: Package) -> Lines:
    if not package.recipients:
        raise Invalid("recipients-missing")
    return branch(
        "MessageHeader",
        [
            _organ("From", package.sender),
            *(_organ("To", recipient) for recipient in package.recipients),
            leaf("DocumentId", package.document_id),
            *_identity(package),
            leaf("Subject", package.subject),
            leaf("Content", package.content or package.subject),
            _signer(package),
            leaf("DueDate", _day(package.due_date)),
            _other(package),
            *(_response_for(answered) for answered in package.response_for),
            leaf("SteeringType", package.steering_type),
            branch_if_any("ResponseForTask", [leaf("TaskCode", task) for task in package.tasks]),
            leaf("ApplicationType", package.application_type),
            leaf("ImmediateResponseRequired", "true" if package.immediate_response else ""),
            leaf("OriginalBodyRequested", "true" if package.original_body else ""),
            branch("ToPlaces", [leaf("Place", place) for place in package.to_places]),
        ],
    )


def status_header(status: StatusMessage) -> Lines:
    return branch(
        "MessageHeader",
        [
            _organ("From", status.sender),
            _response_for(status.response_for),
            staff_lines(status.staff),
            leaf("StatusCode", status.code),
            leaf("Description", status.description),
            leaf("Timestamp", moment_text(status.at)),
        ],
    )


def _organ(tag: str, organ: Organ) -> Lines:
    return branch(
        tag,
        [
            leaf("OrganId", organ.code),
            leaf("OrganizationInCharge", organ.in_charge),
            leaf("OrganName", organ.name),
            leaf("OrganAdd", organ.address),
            leaf("Email", organ.email),
            leaf("Telephone", organ.telephone),
            leaf("Fax", organ.fax),
            leaf("Website", organ.website),
        ],
    )


def _identity(package: Package) -> list[Lines]:
    code = [leaf("CodeNumber", package.number), leaf("CodeNotation", package.notation)]
    issue = [leaf("Place", package.place), leaf("PromulgationDate", _day(package.issued_date))]
    kind = [
        leaf("Type", package.type_code),
        leaf("TypeDetail", package.type_detail),
        leaf("TypeName", package.type_name),
    ]
    return [
        branch("Code", code),
        branch("PromulgationInfo", issue),
        branch("DocumentType", kind),
    ]


def _signer(package: Package) -> Lines:
    fields = [
        leaf("Competence", package.competence),
        leaf("Position", package.signer_position),
        leaf("FullName", package.signer_name),
    ]
    return branch("SignerInfo", fields)


def _other(package: Package) -> Lines:
    appendixes = [leaf("Appendix", appendix) for appendix in package.appendixes]
    return branch(
        "OtherInfo",
        [
            leaf("Priority", package.priority),
            leaf("SphereOfPromulgation", package.sphere),
            leaf("TyperNotation", package.typer_notation),
            leaf("PromulgationAmount", package.copies),
            leaf("PageAmount", package.pages),
            leaf("ReplyFors", package.reply_fors),
            leaf("Direction", "true" if package.direction else "false"),
            leaf("ReferenceCodes", package.reference_codes),
            branch_if_any("Appendixes", appendixes),
        ],
    )


def _response_for(answered: ResponseFor) -> Lines:
    return branch(
        "ResponseFor",
        [
            leaf("OrganId", answered.organ_code),
            leaf("Code", answered.reference),
            leaf("DocumentId", answered.document_id),
            leaf("PromulgationDate", _day(answered.issued_date)),
        ],
    )


def staff_lines(staff: Staff) -> Lines:
    return branch_if_any(
        "StaffInfo",
        [
            leaf("Department", staff.department),
            leaf("DepartmentId", staff.department_id),
            leaf("Staff", staff.name),
            leaf("StaffId", staff.staff_id),
            leaf("Email", staff.email),
            leaf("Mobile", staff.mobile),
        ],
    )


def error_list(errors: Sequence[ReportedError]) -> Lines:
    """Written only when a message that brought one is passed on."""
    if not errors:
        return []
    entries = [
        branch("Error", [leaf("ErrCode", e.code), leaf("ErrDescription", e.description)])
        for e in errors
    ]
    return branch("ErrorList", entries, attributes=' version="1.0" highestSeverity="error"')


def _day(day: date | None) -> str:
    return write_day(day) if day else ""


def moment_text(at: datetime | None) -> str:
    return write_moment(at) if at else ""
