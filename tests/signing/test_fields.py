"""Preparing a PDF: which files are fit, and where the places of a page really are."""

from dataclasses import replace
from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from adapters.signing.fields import prepare
from adapters.signing.finding import find_fields
from adapters.signing.geometry import PageFrame
from domain.errors import Invalid
from domain.places import Box
from tests.signing.altering import approve, encrypted, page_turned
from tests.signing.conftest import PLACES, SHARED, typeset


def refused(pdf: bytes, places=PLACES) -> str:
    with pytest.raises(Invalid) as refusal:
        prepare(pdf, places)
    return refusal.value.code


def test_a_prepared_file_has_our_four_fields_where_they_were_asked(prepared):
    fields = find_fields(PdfFileReader(BytesIO(prepared)))
    assert set(fields) == {"Number", "IssuedDate", "Leader", "Seal"}
    leader = fields["Leader"].box
    for side in ("left", "bottom", "width", "height"):
        assert getattr(leader, side) == pytest.approx(getattr(PLACES.leader, side), abs=0.01)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("unit", [1.0, 2.0])
def test_a_displayed_box_comes_back_from_its_stored_place(rotation, unit):
    frame = PageFrame((-30.0, 12.0, 565.0, 854.0), rotation, unit)
    box = Box(0, 40.0, 300.0, 120.0, 50.0)
    assert frame.to_displayed(frame.to_stored(box), 0) == box


def test_the_lower_left_corner_is_the_one_people_see():
    visible = (10.0, 20.0, 610.0, 820.0)
    corner = Box(0, 0.0, 0.0, 30.0, 10.0)
    assert PageFrame(visible, 0, 1.0).to_stored(corner) == (10, 20, 40, 30)
    assert PageFrame(visible, 90, 1.0).to_stored(corner) == (600, 20, 610, 50)
    assert PageFrame(visible, 180, 1.0).to_stored(corner) == (580, 810, 610, 820)
    assert PageFrame(visible, 270, 1.0).to_stored(corner) == (10, 790, 20, 820)


@pytest.mark.parametrize(
    "box",
    [
        Box(0, 500, 100, 200, 20),
        Box(0, 100, -30, 50, 20),
        Box(0, 100, 100, 0, 20),
        Box(7, 100, 100, 50, 20),
        Box(-1, 100, 100, 50, 20),
    ],
    ids=["too wide", "below", "no width", "no such page", "negative page"],
)
def test_a_place_that_is_not_on_the_page_is_refused(draft, box):
    assert refused(draft, replace(PLACES, leader=box)) == "place-outside-page"


def test_places_may_lie_on_different_pages():
    two = typeset('#set page(paper: "a4")\n#set text(font: "Liberation Serif")\nMột#pagebreak()Hai')
    places = replace(PLACES, leader=replace(PLACES.leader, page=1))
    places = replace(places, seal=replace(PLACES.seal, page=1))
    fields = find_fields(PdfFileReader(BytesIO(prepare(two, places))))
    assert [fields[name].box.page for name in ("Number", "Leader", "Seal")] == [0, 1, 1]


def test_an_empty_file_is_refused():
    assert refused(b"") == "pdf-empty"


@pytest.mark.parametrize("other", [b"PK\x03\x04 a Word file", b"<html>", bytes(5000)])
def test_what_is_no_pdf_is_refused(other):
    assert refused(other) == "pdf-not-pdf"


@pytest.mark.parametrize("keep", [20, 400, 3000, 20_000])
def test_a_file_cut_short_is_refused(draft, keep):
    assert refused(draft[:keep]) == "pdf-broken"


@pytest.mark.parametrize("password", ["", "bí mật"])
def test_an_encrypted_file_is_refused_even_if_it_opens_without_password(draft, password):
    assert refused(encrypted(draft, password)) == "pdf-encrypted"


def test_a_signed_file_is_refused(signed, issued, prepared, person):
    assert refused(signed) == "pdf-already-signed"
    assert refused(issued) == "pdf-locked"
    assert refused(approve(prepared, person, "Leader")) == "pdf-already-signed"


def test_a_real_signed_document_is_refused():
    path = SHARED / "documents" / "t_2025-01-08_11-TB-UBND.pdf"
    if not path.exists():
        pytest.skip("shared documents are not here")
    assert refused(path.read_bytes()) == "pdf-already-signed"


def test_a_file_with_fields_of_its_own_is_refused(prepared):
    assert refused(prepared) == "field-name-taken"
    assert (
        refused(
            prepared.replace(b"(Leader)", b"(Lender)")
            .replace(b"(Seal)", b"(Sail)")
            .replace(b"(Number)", b"(Nummer)")
            .replace(b"(IssuedDate)", b"(IssuedData)")
        )
        == "pdf-has-form"
    )


def test_a_page_turned_at_an_odd_angle_is_refused(draft):
    assert refused(page_turned(draft, 45, (0, 0))) == "pdf-broken"
