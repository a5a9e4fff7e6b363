"""A revocation with the document that revokes: one of the agency's own or a PDF; at the recipient
it lies beside the revoked document, and its signatures are judged."""

import io

import pypdfium2
import pytest
from sqlalchemy import select

from domain.errors import Invalid
from domain.incoming_flow import IncomingState
from models.changes import Change
from models.exchange import Direction, ExchangeMessage
from models.incoming import Paper
from models.outgoing import OutgoingDocument
from services.outgoing import Upload
from tests.conftest import PASSWORD
from tests.exchange.conftest import BINH_SON, SON_TINH, TINH_HA, arrivals, issue, send_one
from tests.exchange.test_changes import act
from tests.visitor import Visitor

REASON = "Ban hành sai thẩm quyền"


def pdf() -> bytes:
    made = pypdfium2.PdfDocument.new()
    made.new_page(595, 842)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def reference_of(node, document_id: int) -> str:
    return node.read(lambda s: s.get(OutgoingDocument, document_id).reference)


def test_an_issued_document_goes_along_and_lies_beside_the_revoked_one(world):
    sent = send_one(world.b, SON_TINH, [BINH_SON, TINH_HA])
    world.exchange()
    notice = issue(world.b, SON_TINH, [])
    reference = reference_of(world.b, notice)
    act(world.b, sent, "revoke", reason=REASON, notice=reference)
    world.exchange()
    name = f"{reference.replace('/', '-')}.pdf"
    for node, code, username in (
        (world.a, BINH_SON, "bs.vanthu"),
        (world.b, TINH_HA, "st.th.vanthu"),
    ):
        (document,) = arrivals(node, code)
        assert document.state == IncomingState.WITHDRAWN
        node.work({"inspect"})
        papers = node.all(Paper, Paper.document_id == document.id)
        issued = world.b.read(lambda s: s.get(OutgoingDocument, notice).issued_sha256)
        assert (papers[-1].sha256, papers[-1].file_name) == (issued, name)
        clerk = Visitor(node.app, username, PASSWORD)
        page = clerk.get(f"/incoming/{document.id}").text
        assert "Văn bản thu hồi:" in page
        assert name in page
        file = clerk.get(f"/documents/incoming/{document.id}/{issued}/file")
        assert file.data == world.b.office.files.read(issued)
    (package,) = world.a.all(
        ExchangeMessage,
        ExchangeMessage.direction == Direction.IN,
        ExchangeMessage.id.in_(select(Change.message_id)),
    )
    assert package.state == "delivered"
    page = Visitor(world.b.app, "st.vanthu", PASSWORD).get(f"/outgoing/{sent}").text
    assert f"/outgoing/{notice}" in page


def test_an_uploaded_pdf_goes_along_and_stays_with_the_sender(world):
    sent = send_one(world.b, SON_TINH, [BINH_SON])
    world.exchange()
    sender = Visitor(world.b.app, "st.vanthu", PASSWORD)
    page = f"/outgoing/{sent}"
    wrong = {"reason": REASON, "notice_file": (io.BytesIO(b"khong phai"), "thu hồi.docx")}
    refused = sender.submit(f"{page}/revoke", wrong, page=page)
    assert (refused.status_code, "không phải PDF" in refused.text) == (422, True)
    unknown = sender.submit(f"{page}/revoke", {"reason": REASON, "notice": "9/TB"}, page=page)
    assert (unknown.status_code, "mang số 9/TB" in unknown.text) == (422, True)
    right = {"reason": REASON, "notice_file": (io.BytesIO(pdf()), "thu hồi.pdf")}
    assert sender.submit(f"{page}/revoke", right, page=page).status_code == 303
    world.exchange()
    (ours,) = world.b.all(Change)
    (row,) = ours.notices
    assert f"{row['sha256']}/file" in sender.get(page).text
    file = f"/documents/outgoing/{sent}/{row['sha256']}/file"
    kept = sender.get(file, statements=16)  # it is noted in the audit chain, too
    assert kept.data == world.b.office.files.read(row["sha256"])
    (document,) = arrivals(world.a, BINH_SON)
    papers = world.a.all(Paper, Paper.document_id == document.id)
    assert papers[-1].file_name == "thu hồi.pdf"
    world.a.work({"inspect"})
    assert world.a.all(type(document))[0].verdict is not None


def test_only_issued_documents_of_the_agency_revoke_and_only_one_at_a_time(world):
    sent = send_one(world.b, SON_TINH, [TINH_HA])
    world.exchange()
    others = issue(world.b, TINH_HA, [], notation="UBND-TH", reference="07/UBND-TH")
    own = issue(world.b, SON_TINH, [])
    wrong = [
        ({"notice": reference_of(world.b, others)}, "notice-unknown"),
        ({"notice": reference_of(world.b, sent)}, "notice-unknown"),
        (
            {"notice": reference_of(world.b, own), "notice_file": Upload("a.pdf", pdf())},
            "notice-two",
        ),
        ({"notice_file": Upload("a.pdf", b"%PDF-1.7 hong")}, "pdf-broken"),
    ]
    for form, code in wrong:
        with pytest.raises(Invalid) as refused:
            act(world.b, sent, "revoke", reason=REASON, **form)
        assert refused.value.code == code
    assert world.b.all(Change) == []
