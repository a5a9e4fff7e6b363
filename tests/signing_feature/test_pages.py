"""The pages of signing, by a visitor without scripts and by htmx."""

import hashlib
import re
from io import BytesIO

import pytest
from sqlalchemy import select

from adapters.signing.demo_ca import DemoCA
from models.signing import CertificateBinding, SigningRequest, TrustRoot
from services.signing import trust
from tests.conftest import PASSWORD, PIN, demo_ca
from tests.visitor import Visitor


@pytest.fixture
def leader(node):
    return Visitor(node, "st.chutich", PASSWORD)


@pytest.fixture
def admin(node):
    return Visitor(node, "st.quantri", PASSWORD)


def request_id(journey) -> int:
    journey.look_anew()
    return journey.office.session().scalars(select(SigningRequest.id)).one()


def test_the_leader_sees_what_waits_then_what_is_being_signed_then_what_was(journey, leader):
    assert "Không có văn bản nào chờ tôi ký" in leader.get("/signing/").text
    doc = journey.submitted()
    assert doc.subject in leader.get("/signing/").text
    journey.approve(doc)
    assert "Theo dõi" in leader.get("/signing/").text
    journey.work()
    text = leader.get("/signing/").text
    assert "Đã ký trong 7 ngày qua" in text
    assert "Theo dõi" not in text


def test_the_deputy_does_not_see_what_waits_for_the_chairman(journey, node):
    doc = journey.submitted()
    deputy = Visitor(node, "st.phochutich", PASSWORD)
    assert doc.subject not in deputy.get("/signing/").text


def test_a_failed_signature_is_shown_with_reason_and_next_step(journey, leader):
    doc = journey.submitted()
    journey.approve(doc)
    journey.later(minutes=11)
    journey.work()
    text = leader.get("/signing/").text
    assert "Lệnh ký chỉ có hiệu lực 10 phút" in text
    text = leader.get(f"/outgoing/{doc.id}").text
    assert "Lệnh ký chỉ có hiệu lực 10 phút" in text


def test_the_status_asks_again_by_itself_and_less_and_less_often(journey, leader):
    journey.approve(journey.submitted())
    address = f"/signing/{request_id(journey)}/status"
    headers = {"HX-Request": "true"}
    for turn, pause in ((0, "2s"), (5, "5s"), (10, "10s"), (20, "30s")):
        text = leader.get(f"{address}?turn={turn}", **headers).text
        assert f"delay:{pause}" in text
        assert "có thể rời trang này" in text
        assert len(text) < 5000


def test_the_status_stops_asking_and_has_the_page_reloaded_at_the_end(journey, leader):
    doc = journey.submitted()
    journey.approve(doc)
    journey.work()
    address = f"/signing/{request_id(journey)}/status"
    answer = leader.get(address, **{"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
    assert "data-poll" not in answer.text
    page = leader.get(address)
    assert "HX-Refresh" not in page.headers
    assert f"/outgoing/{doc.id}" in page.text


def test_the_status_of_another_agencies_signature_does_not_exist(journey, node):
    journey.approve(journey.submitted())
    stranger = Visitor(node, "st.th.chutich", PASSWORD)
    stranger.get(f"/signing/{request_id(journey)}/status", status=404)
    stranger.get("/signing/999/status", status=404)


def upload(visitor, **changes):
    p12 = demo_ca().issue_person(
        "Trần Quang Vinh", title="Chủ tịch", organisation="UBND huyện Sơn Tịnh",
        passphrase="của tệp", at=changes.pop("at"),
    )  # fmt: skip
    form = {
        "file": (BytesIO(p12), "khoa.p12"),
        "passphrase": "của tệp",
        "pin": PIN,
        "pin_again": PIN,
    }
    address = "/signing/certificates/new/pkcs12"
    return visitor.submit(address, form | changes, page=address)


def test_the_administrator_binds_and_revokes_a_certificate(journey, admin):
    person = str(journey.leader.person_id)
    assert upload(admin, holder=person, at=journey.office.now()).status_code == 303
    page = admin.get("/signing/certificates").text
    assert page.count("Trần Quang Vinh") > 2
    assert "Chờ đưa vào sử dụng" in page
    journey.look_anew()
    query = select(CertificateBinding.id).order_by(CertificateBinding.id.desc())
    newest = journey.office.session().scalars(query).first()
    page = admin.get(f"/signing/certificates/{newest}").text
    assert "CA của các bài kiểm tra" in page
    assert "chưa đến gốc tin cậy" not in page
    steps = {
        "confirm": "Đang dùng", "suspend": "Tạm ngưng", "resume": "Đang dùng", "revoke": "Đã gỡ",
    }  # fmt: skip
    for step, state in steps.items():
        address = f"/signing/certificates/{newest}/{step}"
        answer = admin.submit(address, {"reason": "Mất khóa"}, page="/signing/certificates")
        assert answer.status_code == 303
        assert f">{state}</span>" in admin.get(f"/signing/certificates/{newest}").text
    assert "Đã gỡ" in admin.get("/signing/certificates").text


def test_a_refused_certificate_is_explained_and_no_secret_comes_back(journey, admin):
    answer = upload(
        admin, holder="agency", at=journey.office.now(), passphrase="mật-khẩu-lạ", pin="97531864",
        pin_again="97531864",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "sai mật khẩu của tệp" in answer.text
    assert "mật-khẩu-lạ" not in answer.text
    assert "97531864" not in answer.text
    answer = upload(admin, holder="agency", at=journey.office.now(), pin_again="111111")
    assert "Hai lần nhập PIN không giống nhau" in answer.text


def test_the_administrator_trusts_a_root_by_its_fingerprint(journey, admin):
    ca = DemoCA.create("CA mới", journey.office.now())
    form = {"file": (BytesIO(ca.root_der), "goc.der")}
    preview = admin.submit("/signing/roots", form, page="/signing/roots").text
    query = select(TrustRoot).where(TrustRoot.subject == "CA mới")
    journey.look_anew()
    assert journey.office.session().scalars(query).all() == []  # uploading alone trusts nobody
    sha256 = hashlib.sha256(ca.root_der).hexdigest()
    grouped = " ".join(sha256[at : at + 4].upper() for at in range(0, 64, 4))
    assert grouped in preview
    bundle = re.search(r'name="bundle" value="([^"]+)"', preview)[1]
    kept = {"bundle": bundle, f"purpose-{sha256}": "both"}
    nothing = admin.submit("/signing/roots/chosen", kept, page="/signing/roots")
    assert nothing.status_code == 422
    assert "Chưa chứng thư nào được đánh dấu" in nothing.text
    taken = admin.submit("/signing/roots/chosen", kept | {"chosen": sha256}, page="/signing/roots")
    assert taken.status_code == 303
    assert grouped in admin.get("/signing/roots").text
    journey.look_anew()
    root = journey.office.session().scalars(query).one()
    for state in ("suspended", "active", "removed"):
        there = f"/signing/roots/{root.id}/{state}"
        assert admin.submit(there, {"reason": ""}, page="/signing/roots").status_code == 422
        assert admin.submit(there, {"reason": "thử"}, page="/signing/roots").status_code == 303
    journey.look_anew()
    assert ca.root_der not in trust.roots(journey.office.session())


@pytest.mark.parametrize("address", ["/signing/certificates", "/signing/roots"])
def test_only_administrators_see_certificates_and_roots(leader, address):
    leader.get(address, status=403)


def test_a_form_sent_too_late_gives_back_what_was_typed_but_no_secret(journey, admin):
    typed = {"reason": "vì lý do", "pin": "97531864", "pin_again": "97531864", "again": "mật-khẩu"}
    answer = admin.client.post(
        "/signing/certificates/new/pkcs12", data=typed | {"csrf_token": "cũ"}
    )
    assert answer.status_code == 422
    assert "vì lý do" in answer.text
    assert "97531864" not in answer.text
    assert "mật-khẩu" not in answer.text


def test_the_leader_changes_the_pin_on_a_page_that_never_shows_it(journey, leader):
    assert "Đổi PIN" in leader.get("/signing/").text
    form = {"pin": "86420975", "pin_new": "97531864", "pin_again": "97531864"}
    answer = leader.submit("/signing/pin", form, page="/signing/pin")
    assert answer.status_code == 422
    assert "PIN không đúng; còn 4 lần thử" in answer.text
    assert "97531864" not in answer.text
    answer = leader.submit("/signing/pin", form | {"pin": PIN}, page="/signing/pin")
    assert answer.status_code == 303
