"""Placing the fields of an uploaded file by keyboard: the picture follows, the focus stays."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_every_page import faults
from tests.signing.conftest import typeset

pytestmark = pytest.mark.browser
SHOWN = "document.querySelector('#place-pages img').src"
LOADED = "document.querySelector('#place-pages img').complete"


@pytest.fixture
def placing(hall, tmp_path):
    return drafted(hall, tmp_path)


def drafted(hall, tmp_path, cosigner: str = ""):
    """The drafter at the page of places of a file in which none could be found."""
    path = tmp_path / "cong-van.pdf"
    path.write_bytes(typeset('#set page(paper: "a4")\nMột trang không có chỗ ký.'))
    clerk = hall.person("st.chuyenvien")
    clerk.open("/outgoing/new")
    if cosigner:
        clerk.unfold("Thêm người cùng ký")
        choice = clerk.page.locator("#cosigner_2")
        wanted = choice.locator("option", has_text=cosigner).get_attribute("value")
        choice.select_option(wanted)
    clerk.page.get_by_label("Tải lên tệp PDF hoặc Word").check()
    clerk.fill("Trích yếu", "V/v thử phím mũi tên")
    clerk.page.locator("#file").set_input_files(path)
    clerk.press("Lưu và xem bản trình bày")
    clerk.sees("Không tìm thấy chỗ ghi số")
    clerk.page.get_by_role("link", name="Đặt vị trí", exact=True).first.click()
    clerk.page.locator("#place-keys").wait_for()
    return clerk


def test_arrow_keys_move_the_signature_with_its_seal_and_the_picture_follows(placing):
    page = placing.page
    placing.until_script_says(LOADED)
    before = {n: float(page.locator(f"#{n}").input_value()) for n in ("leader_left", "seal_left")}
    shown = page.evaluate(SHOWN)
    page.locator("#place-keys").focus()
    placing.keys("ArrowRight", "ArrowRight", "Shift+ArrowLeft")
    placing.until_script_says(f"{SHOWN} !== {shown!r} && {LOADED}")
    for name, value in before.items():
        assert float(page.locator(f"#{name}").input_value()) == value - 4
    assert page.evaluate("document.activeElement.id") == "place-keys"
    placing.press("Lưu vị trí")
    placing.sees("Đã đặt vị trí các ô.")
    page.get_by_role("link", name="Xem trước bản ký", exact=True).first.click()
    placing.sees("Hình vẽ đúng như trang sau khi ký")


def test_arrow_keys_move_the_signature_of_a_further_leader_and_nothing_else(hall, tmp_path):
    """By keyboard alone: the place is chosen, moved on the picture, saved, and there again."""
    clerk = drafted(hall, tmp_path, cosigner="Phó Chủ tịch")
    page = clerk.page
    measures = [
        f"{name}_{way}" for name in ("leader", "leader2", "seal") for way in ("left", "top")
    ]

    def placed() -> dict[str, float]:
        return {each: float(page.locator(f"#{each}").input_value()) for each in measures}

    before = placed()
    page.locator("#moving").focus()
    for _option in range(page.locator("#moving option").count()):
        if page.locator("#moving").input_value() == "leader2":
            break
        clerk.keys("ArrowDown")
    assert page.locator("#moving").input_value() == "leader2"
    clerk.until_script_says(LOADED)
    shown = page.evaluate(SHOWN)
    page.locator("#place-keys").focus()
    clerk.keys("ArrowLeft", "ArrowLeft", "Shift+ArrowUp", "ArrowDown")
    clerk.until_script_says(f"{SHOWN} !== {shown!r} && {LOADED}")
    moved = before | {
        "leader2_left": before["leader2_left"] - 1, "leader2_top": before["leader2_top"] - 4.5,
    }  # fmt: skip
    assert placed() == moved
    assert page.evaluate("document.activeElement.id") == "place-keys"
    assert page.locator("#moving").input_value() == "leader2"
    page.locator("button[value=save]").focus()
    clerk.keys("Enter")
    clerk.sees("Đã đặt vị trí các ô.")
    page.get_by_role("link", name="Đặt vị trí", exact=True).first.click()
    page.locator("#place-keys").wait_for()
    assert placed() == moved


def test_the_page_is_accessible_on_desk_and_phone(placing):
    placing.page.evaluate(AXE_SCRIPT)
    for width, height in (DESK, PHONE):
        placing.page.set_viewport_size({"width": width, "height": height})
        placing.fits()
        placing.troubles += faults(placing, width)
