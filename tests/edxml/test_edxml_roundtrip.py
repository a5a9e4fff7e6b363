"""What is written is read back the same, whatever the fields say."""

from dataclasses import fields, replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.edxml.markup import clean
from adapters.edxml.media import UNKNOWN, media_type_of, plain_name
from adapters.edxml.package import (
    Attachment,
    Business,
    BusinessKind,
    Hop,
    Organ,
    Package,
    ReceiverChange,
    Replacement,
    ReportedError,
    ResponseFor,
    Staff,
    StatusMessage,
)
from adapters.edxml.read import read_message, read_package, read_status
from adapters.edxml.write import write_package, write_status
from domain.dates import VIETNAM
from tests.edxml.edxml_messages import full_package, plain_package, plain_status, zip_of

PROPERTY = settings(max_examples=120, deadline=None, database=None, derandomize=True)

blank = st.text(max_size=20).map(clean)
texts = blank.filter(bool)
codes = texts.filter(lambda text: text.lower() != "null")
counts = st.integers(0, 999_999_999)
days = st.dates(date(1900, 1, 1), date(9999, 12, 31))
maybe_days = st.none() | days
moments = st.datetimes(datetime(1980, 1, 1), datetime(9998, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0, fold=0, tzinfo=VIETNAM)
)
organs = st.builds(Organ, codes, *[blank] * 7)
staffs = st.builds(Staff, *[blank] * 6)
errors = st.builds(ReportedError, texts, blank)
responses = st.builds(ResponseFor, blank, blank, maybe_days, texts)
extensions = st.sampled_from(
    ["pdf", "doc", "docx", "txt", "xlsx", "jpg", "rar", "PDF", "jar", "epub", "kmz", "ZIP", "p7s"]
)
letters = st.text("aăâbđêôơ 0-9_().>/\\", min_size=1, max_size=12) | texts
names = st.builds("{}.{}".format, letters, extensions)


def attached(name: str, data: bytes, **facts: str) -> Attachment:
    """A PDF is read as whole only when it begins like one; what no table knows is what its producer
    calls it."""
    start = b"%PDF-1.7\n" if name.lower().endswith(".pdf") else b""
    kind = facts["mime_type"] if media_type_of(name) == UNKNOWN else ""
    return Attachment(name, kind, start + data, **facts)


attachments = st.builds(
    attached,
    name=names.map(plain_name).filter(lambda name: name.rpartition(".")[0]),
    data=st.binary(min_size=1, max_size=200).filter(lambda data: b"\xef\xbf\xbd" not in data),
    description=blank,
    content_id=st.uuids().map(str),
    field_name=blank,
    mime_type=st.sampled_from(["", "application/pdf", "text/plain"]),
)


def few(strategy):
    return st.lists(strategy, max_size=3).map(tuple)


businesses = st.builds(
    Business,
    kind=st.sampled_from(BusinessKind),
    reason=texts,
    document_id=blank,
    paper=st.booleans(),
    data_changed=st.booleans(),
    receivers_changed=st.booleans(),
    receiver_changes=few(st.builds(ReceiverChange, codes, st.booleans())),
    replacements=few(st.builds(Replacement, texts, few(texts))),
    staff=staffs,
)
packages = st.builds(
    Package,
    sender=organs,
    recipients=st.lists(organs, min_size=1, max_size=3).map(tuple),
    document_id=texts,
    number=blank,
    notation=blank,
    issued_date=days,
    subject=texts,
    place=blank,
    type_code=counts,
    type_detail=counts,
    type_name=blank,
    content=texts,
    competence=blank,
    signer_position=blank,
    signer_name=blank,
    due_date=maybe_days,
    priority=st.integers(0, 4),
    sphere=blank,
    typer_notation=blank,
    copies=counts,
    pages=counts,
    direction=st.booleans(),
    reply_fors=blank,
    reference_codes=blank,
    appendixes=few(texts),
    response_for=few(responses),
    steering_type=counts,
    tasks=few(texts),
    application_type=blank,
    immediate_response=st.booleans(),
    original_body=st.booleans(),
    to_places=few(texts),
    errors=few(errors),
    trace=st.lists(st.builds(Hop, codes, st.none() | moments), min_size=1, max_size=3).map(tuple),
    business=businesses,
    attachments=few(attachments),
)
statuses = st.builds(
    StatusMessage,
    organs,
    responses,
    staffs,
    st.sampled_from(["01", "02", "03", "04", "05", "06", "13", "15", "16"]),
    blank,
    st.none() | moments,
    errors=few(errors),
)


@given(packages)
@PROPERTY
def test_any_package_is_read_back_as_it_was_written(package):
    assert read_message(write_package(package)) == package


@given(st.text(max_size=30))
@PROPERTY
def test_a_name_is_made_plain_once_for_all(name):
    assert plain_name(plain_name(name)) == plain_name(name)


@pytest.mark.parametrize("name", ["a.jar", "sách.epub", "b.kmz", "c.odt", "d.p7s", "không đuôi"])
@pytest.mark.parametrize("entries", [1, 3])
def test_a_file_that_is_itself_a_zip_comes_back_whole(name, entries):
    data = zip_of(*((f"m/{number}.class", b"x" * number) for number in range(entries)))
    package = plain_package(attachments=(Attachment(name, data=data),))
    (attachment,) = read_package(write_package(package)).attachments
    assert (attachment.name, attachment.data, attachment.damaged) == (name, data, False)


@given(statuses)
@PROPERTY
def test_any_status_is_read_back_as_it_was_written(status):
    assert read_message(write_status(status)) == status


def test_no_field_is_left_out_of_the_property():
    """A field that is added to a message is to be written and read, or this fails."""
    read_only = {"repairs", "evidence", "damaged"}
    whole = full_package(), plain_status(), full_package().attachments[0], full_package().business
    for value in (*whole, plain_status().staff):
        for each in fields(value):
            assert each.name in read_only or getattr(value, each.name), (type(value), each.name)


@pytest.mark.parametrize("kind", BusinessKind)
def test_a_package_of_each_kind_with_every_field_set_comes_back_whole(kind):
    package = full_package(business=replace(full_package().business, kind=kind))
    assert read_package(write_package(package)) == package


@pytest.mark.parametrize("code", ["01", "02", "03", "04", "05", "06", "13", "15", "16"])
def test_a_status_of_each_code_comes_back_whole(code):
    assert read_status(write_status(plain_status(code=code))) == plain_status(code=code)


def test_a_package_with_every_field_set_comes_back_whole():
    assert read_package(write_package(full_package())) == full_package()


def test_a_status_comes_back_whole():
    assert read_status(write_status(plain_status())) == plain_status()


def test_a_plain_package_comes_back_with_the_blanks_that_were_filled():
    package = read_package(write_package(plain_package()))
    assert package.content == package.subject
    assert package.business == Business(reason="Văn bản điện tử mới")
    assert [hop.organ_code for hop in package.trace] == [package.sender.code]
    assert package.repairs == ()
