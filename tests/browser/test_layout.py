"""Where things stand on the screen: nothing is drawn over what it leads to, numbers are whole, and
a row that was acted on moves the counts around it."""

import pytest

from demo.story import ASKING
from tests.browser.conftest import DESK, PHONE
from tests.conftest import SHARED

pytestmark = pytest.mark.browser
SCAN = SHARED / "documents" / "s_2025-09-11_2576-QD-BGDDT.pdf"
CUT = "all => all.filter(each => each.scrollWidth > each.clientWidth).map(each => each.id)"
LINES = "all => new Set(all.map(each => Math.round(each.getBoundingClientRect().top))).size"


def overlap(one, other) -> bool:
    """Whether two parts of the page cover each other, as far as both are in the window."""
    a, b = one.bounding_box(), other.bounding_box()
    return not (
        a["x"] + a["width"] <= b["x"]
        or b["x"] + b["width"] <= a["x"]
        or a["y"] + a["height"] <= b["y"]
        or b["y"] + b["height"] <= a["y"]
    )


@pytest.fixture(scope="module")
def reviewed(story) -> str:
    """A draft that waits for the head of its unit."""
    officer = story.person("st.chuyenvien")
    draft = officer.submit(officer.open("/outgoing/new"), "/outgoing/new", **ASKING)
    officer.submit(draft, "/submit")
    return draft.url.removeprefix(str(officer.http.base_url))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_comment_stands_below_the_button_it_goes_with(hall, reviewed, size):
    head = hall.person("st.truongphong", size=size)
    head.open(reviewed)
    comment = head.page.locator("summary", has_text="Kèm ý kiến")
    assert not overlap(head.page.get_by_role("button", name="Đồng ý nội dung"), comment)


def test_the_way_to_the_form_never_covers_it(hall, story, awaiting):
    """In sight while the pages are, gone where the form is, also after a refusal."""
    leader = hall.person("st.chutich", size=PHONE)
    leader.open(awaiting)
    way, form = leader.page.locator(".jump"), leader.page.locator("#viec .card.todo").first
    assert way.bounding_box()["y"] < PHONE[1]
    leader.page.mouse.wheel(0, 200)
    assert way.bounding_box()["y"] < PHONE[1]
    way.click()
    leader.until_script_says("scrollY > 300")
    assert not overlap(way, form)
    leader.expected.add(422)
    leader.fill("Mã PIN ký số", "000000")
    leader.press("Duyệt và ký số")
    leader.sees("PIN")
    form.scroll_into_view_if_needed()
    assert not overlap(way, form)


@pytest.mark.skipif(not SCAN.exists(), reason="the shared documents are not here")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_numbers_of_a_place_are_whole_and_on_one_line(hall, size):
    officer = hall.person("st.chuyenvien", size=size)
    officer.open("/outgoing/new")
    officer.fill("Trích yếu", "V/v đặt vị trí")
    officer.page.get_by_label("Tải lên tệp PDF hoặc Word").check()
    officer.page.get_by_label("Tệp dự thảo").set_input_files(SCAN)
    officer.press("Lưu và xem bản trình bày")
    officer.page.locator(".viewer").wait_for()
    officer.open(officer.address + "/places")
    officer.fill("Cách trái", "101.8")
    numbers = officer.page.locator(".measures input")
    assert numbers.evaluate_all(CUT) == []
    assert officer.page.locator(".measures").first.locator("input").evaluate_all(LINES) == 1


def test_a_row_that_was_acted_on_moves_the_counts_around_it(hall, story):
    """Two arrivals: after the first is accepted in the list, tabs and menu say one less."""
    for subject in ("V/v đếm thứ nhất", "V/v đếm thứ hai"):
        address = story.draft("st", ASKING | {"subject": subject}, ("000.00.31.H48",))
        story.approve("st", address)
        story.issue("st", address)
    clerk = hall.person("bs.vanthu")
    clerk.open("/incoming/?state=arrived")
    row = clerk.row("V/v đếm thứ hai")
    clerk.until("both checked", lambda: row.get_by_role("button").count() == 1)
    menu, tab = clerk.page.locator("nav.main a[aria-current]"), clerk.page.locator(".tabs a").first
    before = [int(each.locator(".count").first.inner_text()) for each in (menu, tab)]
    row.get_by_role("button").click()
    clerk.page.locator("#notices", has_text="Đã vào sổ với số đến").wait_for()
    shown = [each.locator(".count").first for each in (menu, tab)]
    after = [int(each.inner_text()) if each.count() else 0 for each in shown]
    assert after == [count - 1 for count in before]
    assert clerk.page.locator("#list .tabs a[aria-current]").count() == 1
