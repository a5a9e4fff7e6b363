"""Hurried and interrupted people: the second press, the second tab, the lost session."""

import pytest

from demo.story import ASKING, BINH_SON

pytestmark = pytest.mark.browser
SUMMONED = "document.activeElement.matches('[data-error-summary]')"


def test_a_double_press_on_approve_asks_for_one_signature(hall, province, awaiting):
    leader = hall.person("st.chutich")
    leader.open(awaiting)
    leader.fill("Mã PIN ký số", province.secrets.pin)
    leader.asked.clear()
    leader.page.get_by_role("button", name="Duyệt và ký số").dblclick()
    leader.sees("Đã ký, chờ cấp số")
    assert len([each for each in leader.asked if each.startswith("POST")]) == 1
    assert leader.page.locator(".timeline").get_by_text("Duyệt và ký văn bản").count() == 1


def test_a_second_tab_keeps_what_was_typed_and_says_who_was_first(hall, story):
    officer = hall.person("st.chuyenvien")
    draft = story.person("st.chuyenvien")
    page = draft.submit(
        draft.open("/outgoing/new"), "/outgoing/new", recipients=(BINH_SON,), **ASKING
    )
    address = f"/outgoing/{page.url.rsplit('/', 1)[-1]}/edit"
    officer.expected = {409}
    officer.open(address)
    first, officer.page = officer.page, officer.new_tab()
    officer.open(address)
    officer.fill("Trích yếu", "V/v đã sửa ở cửa sổ thứ hai")
    officer.press("Lưu và xem bản trình bày")
    officer.sees("Trình duyệt")
    officer.page = first
    officer.fill("Trích yếu", "V/v sửa ở cửa sổ thứ nhất")
    officer.press("Lưu và xem bản trình bày")
    officer.until_script_says(SUMMONED)
    assert officer.page.get_by_label("Trích yếu").input_value() == "V/v sửa ở cửa sổ thứ nhất"
    officer.press("Lưu và xem bản trình bày")
    officer.sees("Trình duyệt")


def test_a_session_lost_while_typing_costs_only_the_way_back(hall, province):
    officer = hall.person("st.chuyenvien", anew=True)
    officer.open("/outgoing/new")
    officer.until_script_says("window.htmx?.version")
    officer.fill("Trích yếu", "V/v nội dung gõ dở")
    officer.fill("Nội dung văn bản", "Đoạn thứ nhất.\nĐoạn thứ hai.")
    officer.expected = {422}
    officer.window.clear_cookies()
    officer.press("Lưu và xem bản trình bày")
    officer.sees("Đoạn thứ hai.")
    officer.page.get_by_role("link", name="Tải lại trang").click()
    officer.page.wait_for_url("**/account/login**")
    officer.fill("Tên đăng nhập", "st.chuyenvien")
    officer.fill("Mật khẩu", province.secrets.password)
    officer.press("Đăng nhập")
    officer.page.wait_for_url("**/outgoing/new")
    officer.sees("Đã lấy lại nội dung đang soạn dở")
    assert officer.page.get_by_label("Trích yếu").input_value() == "V/v nội dung gõ dở"
    assert "Đoạn thứ hai." in officer.page.get_by_label("Nội dung văn bản").input_value()
