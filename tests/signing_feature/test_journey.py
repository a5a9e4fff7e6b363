"""From the leader's approval to the issued file."""

import shutil
import subprocess

import pytest
from sqlalchemy import select

from adapters.signing.validate import validate_strict
from domain.outgoing_flow import OutgoingState
from domain.verdicts import Verdict
from models.audit import AuditEntry
from models.registers import RegisterEntry
from models.signing import Signature, SigningRequest, SigningState, TrustRoot


def test_a_document_is_signed_numbered_and_sealed_and_both_signatures_hold(journey):
    doc = journey.issued()
    assert doc.state == OutgoingState.ISSUED
    data = journey.office.files.read(doc.issued_sha256)
    roots = journey.office.session().scalars(select(TrustRoot.certificate)).all()
    leader, seal = validate_strict(data, roots, journey.office.now()).signatures
    assert (leader.verdict, seal.verdict) == (Verdict.VALID, Verdict.VALID)
    assert (leader.signer_name, leader.kind) == ("Trần Quang Vinh", "person")
    assert (seal.signer_name, seal.kind) == ("Ủy ban nhân dân huyện Sơn Tịnh", "agency")
    assert leader.later_changes == "form-filling"
    assert seal.covers_whole_file


def test_the_issued_file_begins_with_the_bytes_the_leader_was_shown(journey):
    doc = journey.issued()
    read = journey.office.files.read
    shown, signed = read(doc.prepared_sha256), read(doc.signed_sha256)
    assert signed.startswith(shown)
    assert read(doc.issued_sha256).startswith(signed)


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig (poppler-utils) not installed")
def test_poppler_finds_both_signatures_valid(journey, tmp_path):
    doc = journey.issued()
    path = tmp_path / "issued.pdf"
    path.write_bytes(journey.office.files.read(doc.issued_sha256))
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature Validation: Signature is Valid.") == 2
    assert "Total document signed" in said


def test_what_was_signed_is_kept_as_signatures_and_in_the_audit_chain(journey):
    doc = journey.issued()
    session = journey.office.session()
    rows = session.scalars(
        select(Signature).where(Signature.file_sha256 == doc.issued_sha256).order_by(Signature.id)
    ).all()
    assert [(row.field, row.verdict) for row in rows] == [("Leader", "valid"), ("Seal", "valid")]
    tags = list(session.scalars(select(AuditEntry.tag).order_by(AuditEntry.sequence)))
    assert tags[-1] == "outgoing:sealed"
    assert "outgoing:leader_signed" in tags


def test_authorisations_are_gone_once_they_are_used(journey):
    journey.issued()
    requests = journey.office.session().scalars(select(SigningRequest)).all()
    assert [request.state for request in requests] == [SigningState.DONE] * 2
    assert all(request.authorisation is None for request in requests)


def test_a_second_run_of_a_finished_request_changes_nothing(journey):
    doc = journey.signed()
    before = (doc.version, doc.signed_sha256)
    from domain.roles import SYSTEM
    from jobs.kinds import KINDS
    from services import outbox
    from services.outbox import Lease
    from services.unit_of_work import transaction

    request = journey.office.session().scalars(select(SigningRequest)).one()
    with transaction(journey.office, SYSTEM) as work:
        item = work.enqueue("signing", "sign", request.id)
    lease = outbox.claim(journey.office, item.id)
    assert isinstance(lease, Lease)
    KINDS["sign"](journey.office, lease)
    doc = journey.now(doc.id)
    assert (doc.version, doc.signed_sha256) == before


def test_the_number_given_is_the_number_printed(journey):
    doc = journey.issued()
    entry = journey.office.session().scalars(select(RegisterEntry)).one()
    assert (entry.number, doc.reference.split("/")[0]) == (1, "01")
    data = journey.office.files.read(doc.issued_sha256)
    from io import BytesIO

    from pyhanko.pdf_utils.reader import PdfFileReader

    fields = PdfFileReader(BytesIO(data)).root["/AcroForm"]["/Fields"]
    values = {str(each.get_object()["/T"]): each.get_object().get("/V") for each in fields}
    assert values["Number"] == "01"
    assert str(values["IssuedDate"]).startswith("ngày ")
