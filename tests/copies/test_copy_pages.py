"""The pages of copies, as a browser without scripts sees them."""

import io

import pytest

from domain.copy_flow import CopyState
from tests.conftest import PASSWORD, PIN
from tests.signing.csc_server import running
from tests.signing_feature import holders
from tests.signing_feature.conftest import DRAFT
from tests.visitor import Visitor


@pytest.fixture
def visit(node):
    return lambda username: Visitor(node, username, PASSWORD)


def asked_form(desk, **changes) -> dict:
    return {
        "kind": "same",
        "medium": "electronic",
        "file": (io.BytesIO(desk.scan), "quét.pdf"),
        "original_reference": "15/QĐ-UBND",
        "original_date": "02/03/2026",
        "original_issuer": "Ủy ban nhân dân tỉnh",
        "original_subject": "Về việc phê duyệt kế hoạch",
        "signer_id": str(desk.actor("st.chanhvp").appointment_id),
        "copies": "1",
    } | changes


def test_a_copy_goes_its_way_by_the_pages_alone(desk, visit):
    officer, chief, clerk = visit("st.chuyenvien"), visit("st.chanhvp"), visit("st.vanthu")
    sent = officer.submit("/copies/new", asked_form(desk), page="/copies/new")
    where = sent.headers["Location"]
    copy_id = int(where.rpartition("/")[2])
    officer.get(where)
    digest = desk.now(copy_id).input_sha256
    assert digest in chief.get(where).text
    chief.submit(f"{where}/approve", {"digest": digest}, page=where)
    form = clerk.get(where).text
    assert "Mã PIN con dấu cơ quan" in form
    assert "Mã PIN ký số" not in form, "the key is the seal's, not the clerk's own"
    refused = clerk.submit(f"{where}/sign", {"pin": "111111"}, page=where)
    assert refused.status_code == 422
    clerk.submit(f"{where}/sign", {"pin": PIN}, page=where)
    assert "Đang ký số" in clerk.get(where).text
    clerk.get(f"{where}/status")
    desk.work()
    shown = clerk.get(where).text
    assert "01/SY-UBND" in shown
    output = desk.now(copy_id).output_sha256
    assert clerk.get(f"/documents/copy/{copy_id}/{output}/file").data.startswith(b"%PDF-")
    assert "01/SY-UBND" in clerk.get("/copies/").text
    assert "01/SY-UBND" in clerk.get("/registers/copies").text
    visit("st.truongphong").get(where, status=404)


def test_what_was_typed_stays_when_the_form_is_refused(desk, visit):
    officer = visit("st.chuyenvien")
    form = asked_form(desk, file=(io.BytesIO(b"khong phai"), "a.pdf"), note="gửi gấp")
    refused = officer.submit("/copies/new", form, page="/copies/new")
    assert refused.status_code == 422
    assert "gửi gấp" in refused.text
    missing = officer.submit("/copies/new", {"note": "thiếu"}, page="/copies/new")
    assert missing.status_code == 422
    assert "thiếu" in missing.text


def test_the_form_opened_from_a_document_says_what_may_become_of_it(desk, visit, journey):
    doc = journey.issued()
    shown = visit("st.vanthu").get(f"/copies/new?outgoing={doc.id}").text
    assert doc.reference in shown
    assert "Điều 25" in shown
    visit("st.vanthu").get("/copies/new?incoming=999", status=404)


def test_one_refuses_with_a_reason_and_the_other_cancels(desk, visit):
    copy_id = desk.asked()
    chief, officer = visit("st.chanhvp"), visit("st.chuyenvien")
    where = f"/copies/{copy_id}"
    assert chief.submit(f"{where}/refuse", {"reason": " "}, page=where).status_code == 422
    chief.submit(f"{where}/refuse", {"reason": "Không cần sao"}, page=where)
    assert "Không cần sao" in officer.get(where).text
    other = f"/copies/{desk.asked()}"
    officer.submit(f"{other}/cancel", page=other)
    assert "Đã hủy" in officer.get(other).text


def test_an_issued_copy_goes_out_with_a_document_as_the_agency_signed_it(desk, visit, journey):
    copy = desk.issued()
    officer = visit("st.chuyenvien")
    where = f"/outgoing/new?copy={copy.id}"
    assert copy.reference in officer.get(where).text
    form = DRAFT | {"signer_id": str(journey.leader.appointment_id), "source": "form"}
    sent = officer.submit("/outgoing/new", form | {"copy_id": str(copy.id)}, page=where)
    doc = journey.now(int(sent.headers["Location"].rpartition("/")[2]))
    (enclosure,) = doc.enclosures
    assert (enclosure.name, enclosure.sha256) == ("01-SY-UBND.pdf", copy.output_sha256)
    officer.get(f"/outgoing/new?copy={desk.asked()}", status=409)
    visit("st.truongphong").get(where, status=404)


def test_a_seal_at_a_signing_service_gets_its_code_from_the_copys_own_page(desk, visit, journey):
    copy_id = desk.approved()
    clerk, address = visit("st.vanthu"), f"/copies/{copy_id}"
    with running(holders.a_service_for_the_seal(desk.office)) as service:
        service.needs_otp, service.scal = True, "2"
        holders.bind_service(journey, service, PIN, holder="agency")
        assert "Gửi mã OTP cho tôi" in clerk.get(address).text
        assert clerk.submit("/signing/otp", {"back": address}, page=address).location == address
        form = {"version": desk.now(copy_id).version, "pin": PIN}
        refused = clerk.submit(f"{address}/sign", form, page=address)
        assert refused.status_code == 422
        assert 'aria-describedby="ky-ban-sao-otp' in refused.text
        sent = clerk.submit(f"{address}/sign", form | {"otp": service.otp}, page=address)
        assert sent.status_code == 303
        desk.work()
    assert desk.now(copy_id).state == CopyState.ISSUED


def test_after_the_code_was_sent_one_is_where_the_form_is_and_nowhere_else(desk, visit, journey):
    clerk = visit("st.vanthu")
    with running(holders.a_service_for_the_seal(desk.office)) as service:
        service.needs_otp = True
        holders.bind_service(journey, service, PIN, holder="agency")
        for back, place in (
            ("/batches/issue", "/batches/issue"), ("//evil.example/outgoing/1", "/signing/"),
            ("https://evil.example/copies/1", "/signing/"), ("/account/", "/signing/"),
            ("", "/signing/"),
        ):  # fmt: skip
            answer = clerk.submit("/signing/otp", {"back": back}, page="/signing/")
            assert answer.location == place, back
