"""The pages of the entrance and of the person's own account."""

import pytest
from sqlalchemy import select

from blueprints.filters import moment
from demo import province
from models.agencies import Person
from tests.conftest import PASSWORD, make_node
from tests.visitor import Visitor

NEW = "một câu thật là dài"


@pytest.fixture
def node(tmp_path):
    """Outside of any application context, as a server is between two requests."""
    return make_node(tmp_path / "sontinh", province.SON_TINH)


@pytest.fixture
def clerk(node):
    return Visitor(node, "st.vanthu", PASSWORD)


def test_the_entrance_speaks_both_languages_and_shows_no_password(node):
    visitor = Visitor(node)
    page = visitor.get("/account/login?next=/account/")
    assert 'lang="vi"' in page.text
    assert "data-hold" in page.text
    answer = visitor.submit(
        "/account/login/language", {"language": "en", "next": "/account/"}, page="/account/login"
    )
    assert answer.location == "/account/login?next=/account/"
    assert '<html lang="en"' in visitor.get("/account/login").text


def test_after_a_wrong_password_the_name_stays_and_the_words_say_what_next(node):
    visitor = Visitor(node)
    answer = visitor.submit(
        "/account/login", {"username": "st.vanthu", "password": "sai"}, page="/account/login"
    )
    assert answer.status_code == 422
    assert 'value="st.vanthu"' in answer.text
    assert "không đúng" in answer.text
    assert "sai&#34;" not in answer.text


def test_a_locked_account_is_told_until_when_in_vietnams_time(node):
    visitor = Visitor(node)
    typed = {"username": "st.vanthu", "password": "sai-mat-khau"}
    for _ in range(5):
        visitor.submit("/account/login", typed, page="/account/login")
    answer = visitor.submit("/account/login", typed, page="/account/login")
    assert answer.status_code == 429
    with node.app_context():
        office = node.extensions["office"]
        until = (
            office.session()
            .scalars(select(Person.locked_until).where(Person.username == "st.vanthu"))
            .one()
        )
        assert f"tạm khóa đến {moment(until)}" in answer.text


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "///evil.example", "/\\evil.example", "https://evil.example",
     "/\t/evil.example", "javascript:alert(1)", "evil", ""],
)  # fmt: skip
def test_signing_in_never_leads_to_another_site(node, target):
    visitor = Visitor(node)
    answer = visitor.submit(
        "/account/login",
        {"username": "st.vanthu", "password": PASSWORD, "next": target},
        page="/account/login",
    )
    assert (answer.status_code, answer.location) == (303, "/")


def test_signing_in_leads_back_to_the_page_that_was_asked_for(node):
    visitor = Visitor(node)
    asked = visitor.client.get("/account/?x=1")
    assert asked.status_code == 302
    assert asked.location.endswith("next=/account/?x%3D1")
    visitor.get(asked.location)
    answer = visitor.submit(
        "/account/login",
        {"username": "st.vanthu", "password": PASSWORD, "next": "/account/?x=1"},
        page="/account/login",
    )
    assert answer.location == "/account/?x=1"


def test_a_form_sent_after_the_session_ended_is_handed_back_with_the_way_to_the_login(node):
    visitor = Visitor(node)
    token = visitor.token("/account/login")

    def send(**headers: str):
        return visitor.client.post(
            "/account/profile",
            data={
                "csrf_token": token,
                "form_token": "d165addb3d29",
                "full_name": "Tên vừa gõ",
                "password": "mat-khau-bi-mat",
            },
            headers={"Referer": "http://localhost/account/?x=1"} | headers,
        )

    answer = send()
    assert answer.status_code == 401
    assert "Tên vừa gõ" in answer.text
    assert "Họ và tên" in answer.text
    assert "mat-khau-bi-mat" not in answer.text
    assert "d165addb3d29" not in answer.text
    assert 'href="/account/?x=1"' in answer.text
    fragment = send(**{"HX-Request": "true"})  # what was typed is still on the page below
    assert fragment.headers["HX-Retarget"] == "#notices"
    assert "Bạn đã bị đăng xuất" in fragment.text
    assert "elsewhere" not in send(Referer="http://elsewhere.example/account/").text


def test_the_form_token_of_before_is_worth_nothing_after_signing_in(node):
    visitor = Visitor(node)
    before = visitor.token("/account/login")
    visitor.sign_in("st.vanthu", PASSWORD)
    answer = visitor.client.post("/account/sessions/end-others", data={"csrf_token": before})
    assert answer.status_code == 422


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(node):
    answer = Visitor(node).client.get("/account/login")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_one_sees_where_one_is_signed_in_and_ends_the_others(node, clerk):
    other = Visitor(node, "st.vanthu", PASSWORD)
    page = clerk.get("/account/")
    assert page.text.count('/end"') == 1
    assert "Phiên này" in page.text
    assert clerk.submit("/account/sessions/end-others").status_code == 303
    assert other.client.get("/account/").status_code == 302
    assert "Đã kết thúc 1 phiên" in clerk.get("/account/").text


def test_a_password_is_changed_on_its_page(node, clerk):
    wrong = clerk.submit(
        "/account/password", {"current": "sai", "password": NEW, "again": NEW + "!"}
    )
    assert wrong.status_code == 422
    assert "chưa giống nhau" in wrong.text
    right = clerk.submit("/account/password", {"current": PASSWORD, "password": NEW, "again": NEW})
    assert right.status_code == 303
    assert "Đã đổi mật khẩu" in clerk.get("/account/").text
    Visitor(node, "st.vanthu", NEW)


def test_whoever_comes_in_with_a_one_time_password_must_choose_their_own_first(node, clerk):
    with node.app_context():
        session = node.extensions["office"].session()
        person = session.scalars(select(Person).where(Person.username == "st.vanthu")).one()
        person.must_change_password = True
        session.commit()
    answer = clerk.client.get("/account/")
    assert (answer.status_code, answer.location) == (303, "/account/password")
    fragment = clerk.client.get("/account/", headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"] == "/account/password"
    assert "mật khẩu dùng một lần" in clerk.get("/account/password").text
    clerk.submit(
        "/account/password",
        {"current": PASSWORD, "password": NEW, "again": NEW},
        page="/account/password",
    )
    clerk.get("/account/")


def test_the_menu_offers_the_other_appointments_and_switches_to_them(node):
    head = Visitor(node, "st.truongphong", PASSWORD)
    page = head.get("/account/")
    assert "Chuyển sang: Trưởng phòng, Phòng Nội vụ huyện Sơn Tịnh" in page.text
    action = page.text.split('action="/account/appointment?')[1].split('"')[0]
    assert head.submit("/account/appointment?" + action).status_code == 303
    assert "Chuyển sang: Trưởng phòng, Ủy ban nhân dân huyện Sơn Tịnh" in head.get("/account/").text


def test_the_language_of_the_pages_is_the_persons(node, clerk):
    assert clerk.submit("/account/language", {"language": "en"}).status_code == 303
    assert '<html lang="en"' in clerk.get("/account/").text
    again = Visitor(node, "st.vanthu", PASSWORD)
    assert '<html lang="en"' in again.get("/account/").text


def test_wrong_contact_details_are_shown_again_as_typed(clerk):
    answer = clerk.submit("/account/profile", {"email": "chi tại cơ quan", "telephone": "0255"})
    assert answer.status_code == 422
    assert 'value="chi tại cơ quan"' in answer.text


def test_signing_out_ends_the_session_itself(node, clerk):
    cookie = clerk.client.get_cookie(node.config["SESSION_COOKIE_NAME"]).value
    assert clerk.submit("/account/logout").status_code == 303
    thief = node.test_client()
    thief.set_cookie(node.config["SESSION_COOKIE_NAME"], cookie)
    assert thief.get("/account/").status_code == 302
