"""What we write, read by a model of the national clients' library: every field arrives, and nothing
makes it stumble."""

import re
from dataclasses import replace

import pytest
from hypothesis import given

from adapters.edxml.package import Attachment, Organ, Package, Staff, StatusMessage
from adapters.edxml.write import write_package, write_status
from tests.edxml.edxml_messages import (
    PDF,
    SAMPLES,
    full_package,
    message_xml,
    plain_package,
    plain_status,
    zip_of,
)
from tests.edxml.reference_reader import Read, Stumble, read
from tests.edxml.test_edxml_roundtrip import PROPERTY, packages, statuses


def said(text: object) -> str | None:
    """As a text of the message: blank texts are not written at all."""
    return str(text) if text not in ("", None) else None


def day(value) -> str | None:
    return value and value.isoformat().replace("-", "/")


def moment(value) -> str | None:
    return value and f"{day(value.date())} {value:%H:%M:%S}"


def organ(value: Organ, path: str = "") -> dict:
    names = {
        "OrganId": value.code,
        "OrganizationInCharge": value.in_charge,
        "OrganName": value.name,
        "OrganAdd": value.address,
        "Email": value.email,
        "Telephone": value.telephone,
        "Fax": value.fax,
        "Website": value.website,
    }
    return {path + name: said(text) for name, text in names.items()}


def staff(value: Staff) -> dict:
    names = {
        "Department": value.department,
        "DepartmentId": value.department_id,
        "Staff": value.name,
        "StaffId": value.staff_id,
        "Email": value.email,
        "Mobile": value.mobile,
    }
    return {f"StaffInfo/{name}": said(text) for name, text in names.items()}


def expected_of_document(package: Package) -> dict:
    business = package.business
    changes = business.data_changed or business.receivers_changed or business.receiver_changes
    return {
        **organ(package.sender, "From/"),
        "Code/CodeNumber": said(package.number),
        "Code/CodeNotation": said(package.notation),
        "SignerInfo/Competence": said(package.competence),
        "SignerInfo/Position": said(package.signer_position),
        "SignerInfo/FullName": said(package.signer_name),
        "DocumentId": said(package.document_id),
        "PromulgationInfo/Place": said(package.place),
        "PromulgationInfo/PromulgationDate": day(package.issued_date),
        "DocumentType/Type": str(package.type_code),
        "DocumentType/TypeDetail": str(package.type_detail),
        "DocumentType/TypeName": said(package.type_name),
        "Subject": said(package.subject),
        "Content": said(package.content),
        "DueDate": day(package.due_date),
        "SteeringType": str(package.steering_type),
        "ApplicationType": said(package.application_type),
        "Priority": str(package.priority),
        "PromulgationAmount": str(package.copies),
        "PageAmount": str(package.pages),
        "Direction": str(package.direction),
        "SphereOfPromulgation": said(package.sphere),
        "TyperNotation": said(package.typer_notation),
        "ReplyFors": said(package.reply_fors),
        "ReferenceCodes": said(package.reference_codes),
        "BussinessDocType": str(int(business.kind)),
        "BussinessDocReason": said(business.reason),
        "Paper": str(int(business.paper)),
        "Bussiness/DocumentId": said(business.document_id),
        "BussinessDocumentInfo/DocumentInfo": str(int(business.data_changed)) if changes else None,
        "BussinessDocumentInfo/DocumentReceiver": (
            str(int(business.receivers_changed)) if changes else None
        ),
        **staff(business.staff),
    }


@given(packages)
@PROPERTY
def test_every_field_of_a_document_arrives_in_the_reference_library(package):
    found = read(write_package(package))
    assert found.texts == expected_of_document(package)
    assert found.recipients == [organ(each) for each in package.recipients]
    assert found.answered == [
        {
            "OrganId": said(each.organ_code),
            "Code": said(each.reference),
            "DocumentId": said(each.document_id),
            "PromulgationDate": day(each.issued_date),
        }
        for each in package.response_for
    ]
    assert found.hops == [
        {"OrganId": hop.organ_code, "Timestamp": moment(hop.at)} for hop in package.trace
    ]
    assert found.lists == lists_of(package)
    assert found.files == [(file.name, file.data) for file in package.attachments]


def lists_of(package: Package) -> dict:
    business = package.business
    return {
        "receivers": [f"{c.organ_code}={int(c.added)}" for c in business.receiver_changes],
        "replaced": [f"{r.document_id}={','.join(r.organ_codes)}" for r in business.replacements],
        "places": list(package.to_places),
        "tasks": list(package.tasks),
        "appendixes": list(package.appendixes),
    }


@given(statuses)
@PROPERTY
def test_every_field_of_a_status_arrives_in_the_reference_library(status):
    assert read(write_status(status)).texts == expected_of_status(status)


def expected_of_status(status: StatusMessage) -> dict:
    answered = status.response_for
    return {
        **organ(status.sender, "From/"),
        "ResponseFor/OrganId": said(answered.organ_code),
        "ResponseFor/Code": said(answered.reference),
        "ResponseFor/DocumentId": said(answered.document_id),
        "ResponseFor/PromulgationDate": day(answered.issued_date),
        **staff(status.staff),
        "StatusCode": status.code,
        "Description": said(status.description),
        "Timestamp": moment(status.at),
    }


@pytest.mark.parametrize(
    "name", ["a.pdf", "a.PDF", "a.doc", "a.docx", "a.xlsx", "a.xls", "a.jpg", "a.txt", "không đuôi"]
)
@pytest.mark.parametrize("data", [PDF, b"", zip_of(("a.pdf", PDF))], ids=["bytes", "empty", "zip"])
def test_every_kind_of_file_comes_out_as_it_went_in(name, data):
    sent = plain_package(attachments=(Attachment(name, data=data),))
    assert read(write_package(sent)).files == [(name, data)]


@pytest.mark.parametrize("name", ["hồ sơ.zip", "hồ sơ.ZIP"])
def test_an_archive_comes_out_whole(name):
    data = zip_of(("một.pdf", PDF), ("hai.pdf", PDF))
    sent = plain_package(attachments=(Attachment(name, data=data),))
    assert read(write_package(sent)).files == [("hồ sơ.zip", data)]


def test_the_least_we_can_write_is_enough():
    found = read(write_package(plain_package()))
    assert (found.texts["SteeringType"], found.texts["Content"]) == ("0", found.texts["Subject"])
    assert len(found.hops) == 1
    assert read(write_status(replace(plain_status(), at=None))).texts["StatusCode"] == "03"


def test_no_text_is_indented_and_no_element_is_empty_but_the_lists_consumers_iterate():
    for data in (write_package(full_package()), write_package(plain_package())):
        text = data.decode()
        assert not re.search(r">\s+[^\s<]", text)
        empty = set(re.findall(r"<([\w:]+) />", text))
        assert empty <= {
            "edXML:ToPlaces", "edXML:SignerInfo", "AttachmentEncoded",
        } | {'edXML:edXMLManifest'}  # fmt: skip


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no sample messages")
def test_the_model_reads_the_public_samples():
    for path in SAMPLES.glob("*.edxml"):
        assert isinstance(read(path.read_bytes()), Read)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: b"1212" + d, "prolog"),
        (lambda d: d.replace(b"QCVN_102_2016", b"QCVN_2"), "NullPointer"),
        (lambda d: d.replace(b"SteeringType>1<", b"SteeringType> 1<"), "NumberFormat"),
        (lambda d: d.replace(b"<edXML:MessageHeader", b"<MessageHeader").replace(
            b"</edXML:MessageHeader", b"</MessageHeader"), "literal|wants"),
        (lambda d: d.replace(b"<ContentId>cid:", b"<ContentId>"), "manifest"),
        (lambda d: d.replace(b"application/pdf", b"application/zip"), "none"),
        (lambda d: message_xml(), "edXML:"),
    ],
)  # fmt: skip
def test_the_model_stumbles_where_the_library_does(change, why):
    with pytest.raises(Stumble, match=why):
        read(change(write_package(full_package())))
