"""Placing by presets, arrows and millimetres, and the picture of the page as it will be signed."""

import io

import pytest
from lxml import html

from tests.conftest import find_actor
from tests.outgoing.test_outgoing_drafting import uploaded_letter
from tests.outgoing.test_outgoing_pages import form_fields, form_of
from tests.visitor import Visitor


@pytest.fixture
def placed(site) -> tuple[Visitor, str]:
    """An officer with an uploaded letter, and the address of its document."""
    officer = site.visit("st.chuyenvien")
    with site.inside():
        data = uploaded_letter(site.office, find_actor(site.office, "st.chuyenvien"))
    typed = form_fields(site, source="file", file=(io.BytesIO(data), "du-thao.pdf"))
    answer = officer.submit("/outgoing/new", typed, page="/outgoing/new")
    assert answer.status_code == 303, answer.text
    return officer, answer.headers["Location"]


def picture(officer: Visitor, page) -> bytes:
    image = html.fromstring(page.text).xpath("//figure/img/@src")[0]
    data = officer.get(image).data
    assert data[8:12] == b"WEBP"
    return data


def test_arrows_move_the_signature_with_its_seal_and_the_picture_follows(placed):
    officer, address = placed
    places = f"{address}/places"
    page = officer.get(places)
    assert "trùm 33% ảnh chữ ký" in page.text
    before = form_of(page, places)
    moved = officer.submit(places, before | {"intent": "move-right"}, page=places)
    after = form_of(moved, places)
    for name in ("leader", "seal"):
        assert float(after[f"{name}_left"]) == pytest.approx(float(before[f"{name}_left"]) + 1)
        assert after[f"{name}_top"] == before[f"{name}_top"]
    assert after["date_left"] == before["date_left"]
    assert picture(officer, moved) != picture(officer, page)
    alone = officer.submit(places, after | {"intent": "move-up", "moving": "date"}, page=places)
    assert float(form_of(alone, places)["date_top"]) == pytest.approx(float(before["date_top"]) - 1)


def test_frames_are_drawn_when_asked_for(placed):
    officer, address = placed
    places = f"{address}/places"
    page = officer.get(places)
    sent = form_of(page, places) | {"intent": "preview", "framed": "1"}
    framed = officer.submit(places, sent, page=places)
    assert "framed=1" in framed.text
    assert picture(officer, framed) != picture(officer, page)


def test_a_seal_off_its_third_is_told_and_one_press_puts_it_right(placed):
    officer, address = placed
    places = f"{address}/places"
    sent = form_of(officer.get(places), places)
    away = sent | {"intent": "preview", "seal_left": "40"}
    told = officer.submit(places, away, page=places)
    assert "Dấu phải trùm khoảng 1/3" in told.text
    put = officer.submit(places, form_of(told, places) | {"intent": "seal"}, page=places)
    assert "Dấu phải trùm khoảng 1/3" not in put.text


def test_what_has_no_room_for_the_seal_is_not_saved_and_nothing_typed_is_lost(placed):
    officer, address = placed
    places = f"{address}/places"
    sent = form_of(officer.get(places), places)
    low = sent | {"leader_top": "285", "leader_height": "10", "seal_top": "275"}
    low |= {"seal_height": "20"}
    refused = officer.submit(places, low | {"intent": "save"}, page=places)
    assert refused.status_code == 422
    assert "Con dấu lớn hơn chỗ dành cho nó" in refused.text
    assert form_of(refused, places)["leader_top"] == "285"
    picture(officer, refused)


def test_the_signed_page_is_shown_before_it_is_signed(placed):
    officer, address = placed
    page = officer.get(f"{address}/preview")
    assert "số dự kiến 01" in page.text
    picture(officer, page)
