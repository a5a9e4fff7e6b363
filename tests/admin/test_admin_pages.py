"""The pages of the administration, as an administrator of the host agency and others meet them."""

import re
from io import BytesIO

import pytest
from lxml import html
from sqlalchemy import select

from adapters.signing.demo_images import seal_image
from adapters.typeset import font_bytes
from config import NodeRole
from demo import province
from models.agencies import Agency, Appointment, HubLink, Person, Unit
from tests.conftest import PASSWORD, make_node
from tests.visitor import Visitor

PAGES = (
    "/admin/people", "/admin/people?q=ngoc+anh&state=all", "/admin/people/new",
    "/admin/people/invite", "/admin/units", "/admin/agency", "/admin/agencies",
    "/admin/agencies/new", "/admin/hub-link", "/admin/audit", "/admin/time-authority",
)  # fmt: skip


@pytest.fixture
def node(tmp_path):
    return make_node(tmp_path / "sontinh", province.SON_TINH)


@pytest.fixture
def administrator(node):
    return Visitor(node, "st.quantri", PASSWORD)


def look(node, query):
    """The first row of a query, detached from any session."""
    with node.app_context():
        return node.extensions["office"].session().scalars(query).first()


def person(node, username) -> Person:
    return look(node, select(Person).where(Person.username == username))


def unit(node, notation, code="000.00.32.H48") -> int:
    return look(
        node, select(Unit).join(Agency).where(Agency.code == code, Unit.notation == notation)
    ).id


def newcomer(node, **changes) -> dict:
    typed = {
        "full_name": "Mạc Thị Quỳnh Giao",
        "username": "st.giao",
        "email": "",
        "telephone": "",
        "unit_id": unit(node, "NV"),
        "role": "officer",
        "title": "Chuyên viên",
        "since": "2026-01-01",
        "until": "",
    }
    return typed | changes


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_the_administration_holds(administrator, address):
    administrator.get(address)


@pytest.mark.parametrize("username", ["st.vanthu", "st.chutich"])
def test_only_administrators_come_in_and_the_refusal_names_the_right(node, username):
    page = Visitor(node, username, PASSWORD).get("/admin/people", status=403)
    assert "không có quyền quản trị người dùng" in page.text


def test_the_administrator_of_a_hub_has_the_same_pages(tmp_path):
    hub = make_node(tmp_path / "hub", province.HUB, role=NodeRole.HUB)
    visitor = Visitor(hub)
    visitor.submit(
        "/account/login",
        {"username": "hub.quantri", "password": PASSWORD},
        page="/account/login",
    )
    page = visitor.get("/admin/people")
    assert "Chế Minh Khoa" in page.text
    assert "Liên kết trục" not in page.text
    assert 'value="operator"' in visitor.get("/admin/people/new").text
    visitor.get("/admin/hub-link", status=404)
    visitor.get("/admin/audit")


def test_people_are_found_with_and_without_accents(administrator):
    for typed in ("Đinh Công Toàn", "dinh cong toan", "TOAN", "chuyen vien noi vu"):
        found = administrator.get("/admin/people?q=" + typed).text
        assert "Đinh Công Toàn" in found, typed
        assert "Trần Quang Vinh" not in found, typed
    assert "Không có người nào khớp" in administrator.get("/admin/people?q=xyz").text


def test_the_list_answers_htmx_with_the_list_alone(administrator):
    fragment = administrator.get("/admin/people?q=toan", **{"HX-Request": "true"}).text
    assert fragment.strip().startswith('<div id="list">')


def test_a_new_account_shows_its_password_once_and_it_must_be_changed(node, administrator):
    answer = administrator.submit("/admin/people/new", newcomer(node))
    assert answer.status_code == 200
    password = re.search(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", answer.text).group()
    made = person(node, "st.giao")
    assert password not in administrator.get(f"/admin/people/{made.id}").text
    fresh = Visitor(node)
    fresh.submit(
        "/account/login", {"username": "st.giao", "password": password}, page="/account/login"
    )
    assert fresh.client.get("/").location == "/account/password"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"username": "st.vanthu"}, "đã có người dùng"),
        ({"username": "Có Dấu"}, "không dấu"),
        ({"unit_id": "0"}, "unit_id"),
        ({"role": "operator"}, "role"),
        ({"since": "32/13/2026"}, "22/11/2026"),
        ({"until": "2025-01-01"}, "đứng trước ngày bắt đầu (01/01/2026)"),
        ({"email": "thư"}, "ten@coquan.gov.vn"),
        ({"full_name": ""}, "Hãy điền ô này"),
    ],
)
def test_a_wrong_form_is_shown_again_with_what_was_typed(node, administrator, typed, said):
    answer = administrator.submit("/admin/people/new", newcomer(node, **typed))
    assert answer.status_code in (409, 422)
    assert said in answer.text
    assert "data-error-summary" in answer.text
    assert "Chuyên viên" in answer.text


def test_a_unit_of_another_agency_cannot_be_used(node, administrator):
    other = unit(node, "KT", "000.21.32.H48")
    answer = administrator.submit("/admin/people/new", newcomer(node, unit_id=other))
    assert answer.status_code == 422
    assert person(node, "st.giao") is None


@pytest.mark.parametrize("address", ["", "/edit"])
def test_people_of_other_agencies_do_not_exist(node, administrator, address):
    stranger = person(node, "st.th.chutich")
    administrator.get(f"/admin/people/{stranger.id}{address}", status=404)


@pytest.mark.parametrize(
    "deed",
    ["password", "active", "unlock", "sessions/end", "edit", "appointments"],
)
def test_nothing_can_be_done_to_people_of_other_agencies(node, administrator, deed):
    stranger = person(node, "st.th.chutich")
    answer = administrator.submit(f"/admin/people/{stranger.id}/{deed}", newcomer(node, active="0"))
    assert answer.status_code == 404
    assert person(node, "st.th.chutich").password_hash == stranger.password_hash
    assert person(node, "st.th.chutich").is_active


def test_shutting_an_account_signs_its_owner_out_at_once(node, administrator):
    clerk = Visitor(node, "st.vanthu", PASSWORD)
    at = f"/admin/people/{person(node, 'st.vanthu').id}"
    assert administrator.submit(at + "/active", {"active": "0"}).status_code == 303
    assert "Tài khoản đã khóa" in administrator.get(at).text
    assert clerk.client.get("/account/").status_code == 302
    administrator.submit(at + "/active", {"active": "1"})
    Visitor(node, "st.vanthu", PASSWORD)


def test_a_locked_login_is_shown_and_lifted(node, administrator):
    stranger = Visitor(node)
    for _ in range(5):
        stranger.submit(
            "/account/login",
            {"username": "st.vanthu", "password": "sai"},
            page="/account/login",
        )
    at = f"/admin/people/{person(node, 'st.vanthu').id}"
    assert "Tạm khóa đăng nhập đến" in administrator.get(at).text
    administrator.submit(at + "/unlock")
    Visitor(node, "st.vanthu", PASSWORD)


def test_the_last_administrator_stays(node, administrator):
    own = person(node, "st.quantri")
    answer = administrator.submit(f"/admin/people/{own.id}/active", {"active": "0"})
    assert answer.status_code == 409
    assert "quản trị viên cuối cùng" in answer.text
    held = look(node, select(Appointment).where(Appointment.person_id == own.id))
    ended = administrator.submit(
        f"/admin/people/{own.id}/appointments/{held.id}/end", {"last_day": "2026-01-01"}
    )
    assert ended.status_code == 409


def test_a_position_is_given_and_ended(node, administrator):
    officer = person(node, "st.chuyenvien")
    at = f"/admin/people/{officer.id}"
    typed = newcomer(node, role="unit_head", title="Phụ trách phòng")
    assert administrator.submit(at + "/appointments", typed).status_code == 303
    assert administrator.submit(at + "/appointments", typed).status_code == 409
    assert "Phụ trách phòng" in administrator.get(at).text
    made = look(node, select(Appointment).where(Appointment.title == "Phụ trách phòng"))
    wrong = administrator.submit(f"{at}/appointments/{made.id}/end", {"last_day": "2020-01-01"})
    assert wrong.status_code == 422
    assert "(01/01/2026)" in wrong.text
    right = administrator.submit(f"{at}/appointments/{made.id}/end", {"last_day": "2026-01-02"})
    assert right.status_code == 303
    assert "đến hết 02/01/2026" in administrator.get(at).text


def test_an_account_of_another_agency_is_invited_but_not_taken_over(node, administrator):
    commune = person(node, "st.th.cv")
    typed = newcomer(node, username="st.th.cv")
    assert administrator.submit("/admin/people/invite", typed).status_code == 303
    at = f"/admin/people/{commune.id}"
    page = administrator.get(at).text
    assert "Ủy ban nhân dân xã Tịnh Hà quản trị" in page
    assert "Cấp lại mật khẩu" not in page.split("Việc quản trị")[1].split("</button>")[0]
    answer = administrator.submit(at + "/password")
    assert answer.status_code == 403
    assert "Ủy ban nhân dân xã Tịnh Hà" in answer.text
    assert person(node, "st.th.cv").password_hash == commune.password_hash


def test_units_are_added_renamed_hung_elsewhere_and_put_out_of_use(node, administrator):
    typed = {"name": "Tổ Một cửa", "notation": "TMC", "parent_id": unit(node, "VP")}
    assert administrator.submit("/admin/units", typed).status_code == 303
    again = administrator.submit("/admin/units", typed)
    assert again.status_code == 409
    assert "đã có đơn vị mang tên này" in again.text
    made = unit(node, "TMC")
    circle = {"name": "Văn phòng", "notation": "VP", "parent_id": made}
    answer = administrator.submit(f"/admin/units/{unit(node, 'VP')}", circle)
    assert "không thể trực thuộc" in answer.text
    full = administrator.submit(f"/admin/units/{unit(node, 'VP')}/active", {"active": "0"})
    assert full.status_code == 409
    assert "5 chức vụ đang giữ và 1 đơn vị con" in full.text
    assert administrator.submit(f"/admin/units/{made}/active", {"active": "0"}).status_code == 303
    assert "Ngừng hoạt động" in administrator.get("/admin/units").text


def test_a_unit_of_another_agency_does_not_exist(node, administrator):
    other = unit(node, "KT", "000.21.32.H48")
    administrator.get(f"/admin/units/{other}", status=404)
    typed = {"name": "Của tôi", "notation": "", "parent_id": 0}
    assert administrator.submit(f"/admin/units/{other}", typed).status_code == 404


def test_the_letterhead_is_edited_and_the_code_is_not(node, administrator):
    page = administrator.get("/admin/agency").text
    assert "000.00.32.H48" in page
    typed = {"name": "Ủy ban nhân dân huyện Sơn Tịnh", "notation": "UBND", "place": "Tịnh Hà",
             "superior_name": "ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI", "authority": "",
             "address": "", "email": "", "telephone": "", "code": "X"}  # fmt: skip
    assert administrator.submit("/admin/agency", typed).status_code == 303
    own = look(node, select(Agency).order_by(Agency.id))
    assert (own.place, own.code) == ("Tịnh Hà", "000.00.32.H48")
    assert administrator.submit("/admin/agency", typed | {"name": " "}).status_code == 422


def test_what_another_saved_meanwhile_is_not_overwritten_unseen(node, administrator):
    of_person = person(node, "st.chuyenvien").id
    of_unit = unit(node, "NV")
    cases = {
        "/admin/agency": {"name": "Tên A", "notation": "UBND", "place": "Sơn Tịnh"},
        f"/admin/people/{of_person}/edit": {"full_name": "Tên A"},
        f"/admin/units/{of_unit}": {"name": "Tên A", "notation": "NV", "parent_id": "0"},
    }
    for address, typed in cases.items():
        page = administrator.get(address).text
        drawn = {"seen": re.search(r'name="seen" value="(\w+)"', page).group(1)}
        assert administrator.submit(address, typed | drawn, page=address).status_code == 303
        late = administrator.submit(
            address, typed | drawn | {"full_name": "Tên B", "name": "Tên B"}
        )
        assert late.status_code == 409, address
        assert "Tên B" in late.text
        again = {"seen": re.search(r'name="seen" value="(\w+)"', late.text).group(1)}
        assert administrator.submit(address, typed | again, page=address).status_code == 303


@pytest.mark.parametrize("endpoint", ["http://[::1", "http://x:99999/axis", "truc.vn", "ftp://x"])
def test_an_address_that_is_none_is_refused(administrator, endpoint):
    typed = {"endpoint": endpoint, "system_id": "000.00.32.H48", "secret": "bi-mat"}
    administrator.get("/admin/hub-link")
    assert administrator.submit("/admin/hub-link", typed).status_code == 422


def test_two_administrators_at_the_hub_link_and_the_seal_do_not_overwrite_each_other(
    node, administrator
):
    def drawn(page: str, form: str) -> dict:
        tree = html.fromstring(page)
        return {"seen": tree.xpath(f"//form[@action='{form}']//input[@name='seen']/@value")[0]}

    link = {"endpoint": "https://truc.example/axis", "system_id": "000.00.32.H48"}
    first = drawn(administrator.get("/admin/hub-link").text, "/admin/hub-link")
    sent = link | {"secret": "bi-mat"} | first
    assert administrator.submit("/admin/hub-link", sent).status_code == 303
    seen = drawn(administrator.get("/admin/hub-link").text, "/admin/hub-link")
    moved = link | {"endpoint": "https://truc2.example/axis"} | seen
    assert administrator.submit("/admin/hub-link", moved).status_code == 303
    late = administrator.submit("/admin/hub-link", link | {"endpoint": "https://t3.vn/a"} | seen)
    assert late.status_code == 409
    assert "https://t3.vn/a" in late.text
    seen = drawn(administrator.get("/admin/agency").text, "/admin/agency/seal")
    png = seal_image("HUYỆN SƠN TỊNH", "TỈNH QUẢNG NGÃI", font_bytes("Bold"))

    def seal(size: str):
        sent = {"image": (BytesIO(png), "dau.png"), "seal_mm": size} | seen
        return administrator.submit("/admin/agency/seal", sent)

    assert seal("36").status_code == 303
    assert seal("35").status_code == 409


def test_a_seal_must_be_a_transparent_picture_of_a_real_size(node, administrator):
    def upload(data: bytes, size: str):
        return administrator.submit(
            "/admin/agency/seal", {"image": (BytesIO(data), "dau.png"), "seal_mm": size}
        )

    administrator.get("/admin/agency/seal.png", status=404)
    assert upload(b"", "36").status_code == 422
    assert upload(b"not a picture", "36").status_code == 422
    png = seal_image("HUYỆN SƠN TỊNH", "TỈNH QUẢNG NGÃI", font_bytes("Bold"))
    assert "10 đến 60 mm" in upload(png, "360").text
    assert upload(png, "36").status_code == 303
    assert administrator.get("/admin/agency/seal.png").data == png
    administrator.get("/admin/agency")


def test_the_hosts_administrator_adds_an_agency_that_then_looks_after_itself(node, administrator):
    typed = {"code": "000.30.32.H48", "name": "Ủy ban nhân dân xã Tịnh Bắc", "notation": "UBND",
             "place": "Tịnh Bắc", "unit_name": "Văn phòng – Thống kê", "username": "st.tb.qt",
             "full_name": "Quách Thị Như Mai"}  # fmt: skip
    answer = administrator.submit("/admin/agencies/new", typed)
    assert answer.status_code == 200
    password = re.search(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", answer.text).group()
    assert "Tịnh Bắc" in administrator.get("/admin/agencies").text
    twin = administrator.submit("/admin/agencies/new", typed | {"username": "st.tb.qt2"})
    assert "đã có cơ quan mang mã đó" in twin.text

    own = Visitor(node)
    own.submit(
        "/account/login", {"username": "st.tb.qt", "password": password}, page="/account/login"
    )
    new = "một câu thật là dài"
    own.submit(
        "/account/password",
        {"current": password, "password": new, "again": new},
        page="/account/password",
    )
    page = own.get("/admin/people").text
    assert "Quách Thị Như Mai" in page
    assert "Trần Quang Vinh" not in page
    assert "Các cơ quan" not in page
    own.get("/admin/agencies", status=403)
    own.get("/admin/agencies/new", status=403)
    assert own.submit("/admin/agencies/new", typed).status_code == 403


def test_an_agency_without_an_administrator_is_sent_one(node, administrator):
    commune = look(node, select(Agency).where(Agency.code == "000.21.32.H48"))
    at = f"/admin/agencies/{commune.id}/administrator"
    wrong = administrator.submit(at, {"username": "st.vanthu", "full_name": "Ai Đó"})
    assert wrong.status_code == 409
    typed = {"username": "st.th.qt", "full_name": "Quách Thị Như Mai"}
    assert "st.th.qt" in administrator.submit(at, typed).text
    again = administrator.submit(at, typed | {"username": "st.th.qt2"})
    assert again.status_code == 409


def test_the_secret_of_the_hub_goes_in_sealed_and_never_comes_out(node, administrator):
    typed = {"endpoint": "https://truc.example/axis", "system_id": "000.00.32.H48"}
    assert "cần khóa bí mật" in administrator.submit("/admin/hub-link", typed).text
    wrong = administrator.submit("/admin/hub-link", typed | {"endpoint": "file:///etc/passwd"})
    assert wrong.status_code == 422
    secret = "khoa-bi-mat-cua-truc"
    assert administrator.submit("/admin/hub-link", typed | {"secret": secret}).status_code == 303
    sealed = look(node, select(HubLink)).secret_sealed
    assert secret.encode() not in sealed
    assert secret not in administrator.get("/admin/hub-link").text
    changed = typed | {"endpoint": "https://truc2.example/axis"}
    assert administrator.submit("/admin/hub-link", changed).status_code == 303
    kept = look(node, select(HubLink))
    assert (kept.endpoint, kept.secret_sealed) == ("https://truc2.example/axis", sealed)


def test_the_audit_page_tells_what_was_done_and_verifies_the_chain(node, administrator):
    administrator.submit("/admin/people/new", newcomer(node))
    made = person(node, "st.giao")
    page = administrator.get(f"/admin/audit?person={made.id}").text
    assert "Tạo tài khoản" in page
    assert "Cử vào chức vụ" not in page.split("<tbody>")[1]
    only = administrator.get("/admin/audit?tag=account:login").text.split("<tbody>")[1]
    assert "Đăng nhập" in only
    assert "Tạo tài khoản" not in only
    assert "Không có mục nào" in administrator.get("/admin/audit?until=2020-01-01").text
    assert "nguyên vẹn" in administrator.submit("/admin/audit/verify").text


def test_the_audit_page_shows_nothing_of_other_agencies(node, administrator):
    Visitor(node, "st.th.vanthu", PASSWORD)
    assert "Vũ Thị Thanh Trúc" not in administrator.get("/admin/audit").text
    Visitor(node, "st.vanthu", PASSWORD)
    assert "Nguyễn Thị Hồng Vân" in administrator.get("/admin/audit").text


def test_a_chain_that_was_tampered_with_is_said_so(node, administrator):
    from sqlalchemy import text

    with node.app_context():
        session = node.extensions["office"].session()
        session.execute(text("UPDATE audit_entry SET person_name = 'Ai khác' WHERE sequence = 3"))
        session.commit()
    page = administrator.submit("/admin/audit/verify").text
    assert "Mục 3: nội dung đã bị sửa" in page
