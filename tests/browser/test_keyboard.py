"""Without a mouse: a paper document registered, a list worked through, a mistake found."""

import pytest

from tests.conftest import SHARED

pytestmark = pytest.mark.browser
NAME = """(() => {
  const { labels, innerText } = document.activeElement;
  return labels?.length ? labels[0].innerText : innerText;
})()"""
SUMMONED = "document.activeElement.matches('[data-error-summary]')"
SCAN = SHARED / "documents" / "t_2025-01-08_11-TB-UBND.pdf"


def tab_to(clerk, name: str) -> None:
    """Presses Tab until the control with this name has the focus."""
    for _turn in range(100):
        clerk.keys("Tab")
        if clerk.page.evaluate(NAME).strip().startswith(name):
            return
    raise AssertionError(f"Tab never comes to {name}")


@pytest.mark.skipif(not SCAN.exists(), reason="the shared documents are not here")
def test_a_paper_document_is_registered_by_keyboard_with_what_the_scan_says(hall):
    clerk = hall.person("bs.vanthu")
    clerk.open("/incoming/new")
    tab_to(clerk, "Tệp quét")
    clerk.focused().set_input_files(SCAN)  # the window that asks for it is the system's
    tab_to(clerk, "Đọc tệp và điền giúp")
    clerk.keys("Enter")
    clerk.page.locator(".scan").first.wait_for()
    assert clerk.page.get_by_label("Ký hiệu").input_value() == "TB-UBND"
    assert clerk.page.get_by_label("Trích yếu").input_value()
    tab_to(clerk, "Ngày văn bản")
    clerk.page.keyboard.type("02022025")  # the same whatever order day and month have
    assert clerk.focused().input_value() == "2025-02-02"
    tab_to(clerk, "Vào sổ")
    clerk.keys("Enter")
    clerk.sees("Đã vào sổ")


def papers(story, *subjects: str) -> None:
    """Paper documents in the register of Bình Sơn, not yet submitted to the leader."""
    clerk = story.person("bs.vanthu")
    for number, subject in enumerate(subjects, 1):
        page = clerk.open("/incoming/new")
        clerk.submit(
            page,
            "/incoming/new",
            issuer_name="Sở Nội vụ",
            document_number=str(number),
            notation=f"SNV-{subject[-4:]}",
            issued_date="2026-11-02",
            subject=subject,
            director="",
        )


def test_after_acting_on_a_row_the_next_row_has_the_focus(hall, story):
    papers(story, "Giấy mời họp một", "Giấy mời họp hai", "Giấy mời họp baa")
    clerk = hall.person("bs.vanthu")
    clerk.open("/incoming/?state=all")
    first = clerk.row("Trình Chủ tịch")
    after = first.locator("xpath=following-sibling::tr[1]")
    next_id = after.get_attribute("id")
    button = first.get_by_role("button")
    button.focus()
    clerk.keys("Enter")
    clerk.until_script_says(f"document.activeElement.closest('tr')?.id === '{next_id}'")


def test_a_refused_form_puts_the_focus_on_the_summary_of_its_errors(hall):
    clerk = hall.person("bs.vanthu")
    clerk.expected = {422}
    clerk.open("/incoming/new")
    clerk.press("Vào sổ")
    clerk.until_script_says(SUMMONED)
    clerk.page.locator(":focus a").first.click()
    assert clerk.focused().get_attribute("aria-invalid") == "true"


def test_letters_after_g_lead_to_the_lists_and_are_letters_while_typing(hall):
    clerk = hall.person("bs.vanthu")
    clerk.open("/")
    clerk.keys("g", "d")
    clerk.page.wait_for_url("**/incoming/")
    clerk.keys("/", "g", "d")
    assert clerk.focused().input_value() == "gd"
    assert clerk.address == "/incoming/"
