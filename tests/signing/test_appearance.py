"""What people see: rendered pages, measured in the pixels of signature, seal, number and date."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from adapters.signing.appearance import centred, seal_box
from adapters.signing.fields import prepare
from adapters.signing.lettering import VIETNAMESE, check_font
from adapters.signing.pictures import read_picture
from adapters.signing.sign import issue, sign_leader
from domain.errors import Invalid
from domain.places import POINTS_PER_MM, Box
from tests.signing.altering import page_turned
from tests.signing.conftest import AT, LETTER, PLACES, SEAL_MM, typeset

pdfium = pytest.importorskip("pypdfium2")
SCALE = 4


def rendered(pdf: bytes, page: int = 0) -> Image.Image:
    document = pdfium.PdfDocument(pdf)
    document.init_forms()
    return document[page].render(scale=SCALE).to_pil().convert("RGB")


def ink(image: Image.Image, colour: str) -> tuple[float, float, float, float]:
    """Left, bottom, right, top in points of what is drawn in a colour, as displayed."""
    red, _, blue = image.split()
    strong, weak = {"red": (red, blue), "blue": (blue, red)}[colour]
    mask = ImageChops.subtract(strong, weak).point(lambda value: 255 if value > 60 else 0)
    left, top, right, bottom = mask.getbbox()
    height = image.height
    return left / SCALE, (height - bottom) / SCALE, right / SCALE, (height - top) / SCALE


def black(image: Image.Image, box: Box) -> Image.Image:
    """The part of a page inside a displayed box, grey."""
    area = (box.left, image.height / SCALE - box.bottom - box.height, box.left + box.width)
    corners = (*area, image.height / SCALE - box.bottom)
    return image.crop([round(corner * SCALE) for corner in corners]).convert("L")


@pytest.fixture(scope="module")
def page(issued):
    return rendered(issued)


def test_the_seal_has_its_real_size_in_millimetres(page):
    left, bottom, right, top = ink(page, "red")
    assert (right - left) / POINTS_PER_MM == pytest.approx(SEAL_MM, abs=0.4)
    assert (top - bottom) / POINTS_PER_MM == pytest.approx(SEAL_MM, abs=0.4)


def test_the_seal_covers_a_third_of_the_signature_on_its_left(page, signed):
    _, bottom, seal_right, top = ink(page, "red")
    left, low, right, high = ink(rendered(signed), "blue")
    assert 0.30 <= (seal_right - left) / (right - left) <= 0.36
    assert (bottom + top) / 2 == pytest.approx((low + high) / 2, abs=2)


@pytest.mark.parametrize("aspect", [0.6, 1.0, 2.1, 5.0])
def test_the_third_holds_whatever_the_shape_of_the_signature(aspect):
    room = Box(0, 200, 100, 220, 130)
    signature = centred(Box(0, 340, 120, 140, 70), aspect)
    seal = seal_box(room, signature, 102, 102)
    share = (seal.left + seal.width - signature.left) / signature.width
    assert share == pytest.approx(1 / 3)


def test_a_seal_placed_elsewhere_by_hand_stays_where_it_was_placed():
    room = Box(0, 50, 400, 120, 120)
    seal = seal_box(room, Box(0, 340, 120, 140, 70), 102, 102)
    assert (seal.left, seal.bottom) == (59, 409)


def test_the_signature_is_in_the_middle_of_its_place_with_its_own_shape(signed, signature_png):
    left, bottom, right, top = ink(rendered(signed), "blue")
    place = PLACES.leader
    assert (left + right) / 2 == pytest.approx(place.left + place.width / 2, abs=1)
    assert (bottom + top) / 2 == pytest.approx(place.bottom + place.height / 2, abs=1)
    aspect = read_picture(signature_png).aspect
    assert (right - left) / (top - bottom) == pytest.approx(aspect, rel=0.03)


def test_number_and_date_appear_only_with_the_seal(page, signed):
    before = rendered(signed)
    for place in (PLACES.number, PLACES.date):
        assert black(before, place).getextrema()[0] > 200
        assert black(page, place).getextrema()[0] < 60


def test_what_is_printed_under_the_date_does_not_shine_through(
    page, person, agency, signature_png, issuing
):
    """An uploaded draft has "ngày … tháng … năm" printed where the date comes."""
    printed = LETTER.replace("[_Bình Sơn,_]", "[_Bình Sơn, ngày #h(20pt) tháng #h(20pt) năm 2026_]")
    assert printed != LETTER
    draft = typeset(printed)
    assert black(rendered(draft), PLACES.date).getextrema()[0] < 60
    signed = sign_leader(
        prepare(draft, PLACES), person, signature_png, signer_name="Đặng Thị Ngọc Ánh", at=AT
    )
    covered = black(rendered(issue(signed, agency, **issuing)), PLACES.date)
    assert ink_of(covered) == pytest.approx(ink_of(black(page, PLACES.date)), rel=0.1)


def ink_of(image: Image.Image) -> int:
    """How many pixels are dark."""
    return sum(image.histogram()[:128])


def test_the_date_is_as_wide_as_the_same_words_set_by_typst(page):
    words = "ngày 05 tháng 11 năm 2026"
    set_by_typst = rendered(
        typeset(
            "#set page(width: 400pt, height: 60pt, margin: 10pt)\n"
            f'#set text(font: "Liberation Serif", size: 13pt, style: "italic")\n{words}'
        )
    )
    expected = ImageChops.invert(set_by_typst.convert("L")).getbbox()
    found = ImageChops.invert(black(page, PLACES.date)).getbbox()
    assert found[2] - found[0] == pytest.approx(expected[2] - expected[0], abs=0.03 * expected[2])


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_on_a_rotated_page_everything_stands_upright_at_its_displayed_place(
    draft, person, agency, signature_png, issuing, rotation
):
    raised = {name: replace(getattr(PLACES, name), bottom=520) for name in ("number", "date")}
    places = replace(PLACES, **raised)
    turned = prepare(page_turned(draft, rotation, (-50, 70)), places)
    signed = sign_leader(turned, person, signature_png, signer_name="A", at=AT)
    left, bottom, right, top = ink(rendered(issue(signed, agency, **issuing)), "red")
    assert left == pytest.approx(PLACES.seal.left, abs=12)
    assert bottom == pytest.approx(PLACES.seal.bottom, abs=3)
    assert right - left == pytest.approx(top - bottom, abs=1)
    upright = ink(rendered(signed), "blue")
    assert upright[2] - upright[0] > upright[3] - upright[1]


def png(mode: str, colour, size=(40, 20)) -> bytes:
    output = BytesIO()
    Image.new(mode, size, colour).save(output, "PNG")
    return output.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "image-broken"),
        (b"\x89PNG\r\n\x1a\n broken", "image-broken"),
        (png("RGB", "blue"), "image-not-transparent"),
        (png("RGBA", (0, 0, 255, 0)), "image-empty"),
        (png("1", 0, (6000, 6000)), "image-too-large"),
    ],
)
def test_a_picture_that_is_not_a_fair_transparent_png_is_refused(data, code):
    with pytest.raises(Invalid) as refusal:
        read_picture(data)
    assert refusal.value.code == code


def test_the_letters_of_vietnamese_are_134_and_the_house_font_has_them_all(font, italic):
    assert len(set(VIETNAMESE)) == 134
    check_font(font)
    check_font(italic)
