"""The fields of a message header: organs, the document's own data, status data."""

from adapters.edxml.nodes import Node
from adapters.edxml.package import Organ, ReportedError, ResponseFor, Staff
from adapters.edxml.repairs import Repair

NO_CODE = {"", "null"}


def read_organ(node: Node) -> Organ:
    return Organ(
        code=node.text("OrganId"),
        name=node.text("OrganName"),
        in_charge=node.text("OrganizationInCharge"),
        address=node.text("OrganAdd"),
        email=node.text("Email"),
        telephone=node.text("Telephone"),
        fax=node.text("Fax"),
        website=node.text("Website"),
    )


def read_staff(node: Node) -> Staff:
    return Staff(
        department=node.text("Department"),
        name=node.text("Staff"),
        mobile=node.text("Mobile"),
        email=node.text("Email"),
        department_id=node.text("DepartmentId"),
        staff_id=node.text("StaffId"),
    )


def read_errors(header: Node) -> tuple[ReportedError, ...]:
    """What systems of the first versions report; later ones answer through the axis."""
    errors = [e for entries in header.all("ErrorList") for e in entries.all("Error")]
    read = (ReportedError(e.text("ErrCode"), e.text("ErrDescription")) for e in errors)
    return tuple(error for error in read if error.code or error.description)


def read_response_for(node: Node) -> ResponseFor:
    return ResponseFor(
        organ_code=node.text("OrganId"),
        reference=node.text("Code"),
        issued_date=node.day("PromulgationDate"),
        document_id=node.text("DocumentId"),
    )


def read_document(header: Node) -> dict:
    """The keyword arguments of a Package that stand in its MessageHeader."""
    recipients = (read_organ(node) for node in header.all("To"))
    fields = {
        "sender": read_organ(header.one("From")),
        "recipients": tuple(organ for organ in recipients if organ.code or organ.name),
        "content": header.text("Content"),
        "subject": header.text("Subject"),
        "due_date": header.day("DueDate"),
        "response_for": tuple(map(read_response_for, header.all("ResponseFor"))),
        "steering_type": header.integer("SteeringType"),
        "tasks": _tasks(header),
        "application_type": header.text("ApplicationType"),
        "immediate_response": header.flag("ImmediateResponseRequired"),
        "original_body": header.flag("OriginalBodyRequested"),
        "to_places": header.one("ToPlaces").texts("Place"),
    }
    fields |= _reference(header) | _kind(header) | _signer(header) | _other(header)
    return fields | {"document_id": _document_id(header, fields)}


def _tasks(header: Node) -> tuple[str, ...]:
    return tuple(code for node in header.all("ResponseForTask") for code in node.texts("TaskCode"))


def _reference(header: Node) -> dict:
    code, issue = header.one("Code"), header.one("PromulgationInfo")
    if not issue.text("PromulgationDate"):
        header.mend(Repair.MISSING, "PromulgationDate")
    return {
        "number": code.text("CodeNumber"),
        "notation": code.text("CodeNotation"),
        "place": issue.text("Place"),
        "issued_date": issue.day("PromulgationDate"),
    }


def _kind(header: Node) -> dict:
    kind = header.one("DocumentType")
    return {
        "type_code": kind.integer("Type"),
        "type_detail": kind.integer("TypeDetail"),
        "type_name": kind.text("TypeName"),
    }


def _signer(header: Node) -> dict:
    signer = header.one("SignerInfo")
    return {
        "competence": signer.text("Competence"),
        "signer_position": signer.text("Position"),
        "signer_name": signer.text("FullName"),
    }


def _other(header: Node) -> dict:
    other = header.one("OtherInfo")
    return {
        "priority": other.integer("Priority"),
        "sphere": other.text("SphereOfPromulgation"),
        "typer_notation": other.text("TyperNotation"),
        "copies": other.integer("PromulgationAmount", 1),
        "pages": other.integer("PageAmount", 1),
        "direction": other.flag("Direction"),
        "reply_fors": other.one("ReplyFors").all_text,
        "reference_codes": other.one("ReferenceCodes").all_text,
        "appendixes": other.one("Appendixes").texts("Appendix"),
    }


def _document_id(header: Node, fields: dict) -> str:
    """The id as given, else the human form `organ,date,number/notation`: the same at each reading,
    unlike the random one the national library makes up."""
    if given := header.text("DocumentId"):
        return given
    header.mend(Repair.MISSING, "DocumentId")
    day = fields["issued_date"]
    parts = fields["sender"].code, f"{day:%Y/%m/%d}" if day else ""
    return ",".join((*parts, f"{fields['number']}/{fields['notation']}"))
