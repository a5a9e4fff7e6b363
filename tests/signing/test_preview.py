"""The picture before signing is the page after signing, and the seal covers a third of whatever
signature in whatever size."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from adapters import pdf
from adapters.signing.fields import prepare
from adapters.signing.preview import Look, as_signed
from adapters.signing.sign import issue, sign_leader
from domain.errors import Invalid
from domain.places import POINTS_PER_MM, Box
from domain.seals import FAIR_SHARE, seal_box
from tests.signing.altering import page_turned
from tests.signing.conftest import AT, PLACES
from tests.signing.test_appearance import ink, rendered


@pytest.fixture(scope="module")
def wished(issuing, signature_png) -> Look:
    """What `issuing` and the leader's picture will put on the page."""
    names = ("number", "date_text", "seal_png", "seal_mm", "font", "date_font")
    return Look(signature_png=signature_png, **{name: issuing[name] for name in names})


def the_same_picture(left: bytes, right: bytes) -> bool:
    return rendered(left).tobytes() == rendered(right).tobytes()


def test_the_preview_is_the_page_that_is_signed_later_to_the_pixel(
    prepared, signed, issued, wished
):
    before = as_signed(prepared, wished)
    assert before.missing == ()
    assert the_same_picture(before.pdf, issued)
    assert the_same_picture(as_signed(signed, wished).pdf, issued)
    assert not the_same_picture(signed, issued)
    assert pdf.page_image(before.pdf, 0) == pdf.page_image(issued, 0)


@pytest.mark.parametrize("rotation", [90, 270])
def test_on_a_turned_and_cropped_page_the_preview_tells_the_truth_too(
    draft, person, agency, signature_png, issuing, wished, rotation
):
    raised = {name: replace(getattr(PLACES, name), bottom=520) for name in ("number", "date")}
    turned = prepare(page_turned(draft, rotation, (-50, 70)), replace(PLACES, **raised))
    signed = sign_leader(turned, person, signature_png, signer_name="A", at=AT)
    assert the_same_picture(as_signed(turned, wished).pdf, issue(signed, agency, **issuing))


def picture(size: tuple[int, int], colour: tuple[int, int, int], rim: int = 7) -> bytes:
    """A transparent PNG with an ellipse from edge to edge."""
    image = Image.new("RGBA", (size[0] + 2 * rim, size[1] + 2 * rim))
    corners = (rim, rim, rim + size[0] - 1, rim + size[1] - 1)
    ImageDraw.Draw(image).ellipse(corners, fill=(*colour, 255))
    output = BytesIO()
    image.save(output, "PNG")
    return output.getvalue()


SIGNATURES = [(120, 300), (300, 300), (420, 200), (600, 100)]


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize(
    ("seal_mm", "seal"), [(20, (200, 200)), (36, (300, 300)), (50, (300, 200))]
)
def test_a_seal_of_any_size_covers_a_third_of_a_signature_of_any_shape(
    draft, wished, signature, seal_mm, seal
):
    places = replace(PLACES, seal=seal_box(PLACES.leader, seal_mm))
    look = replace(
        wished,
        seal_mm=seal_mm,
        signature_png=picture(signature, (20, 30, 200)),
        seal_png=picture(seal, (210, 20, 20)),
    )
    prepared = prepare(draft, places)
    left, _, right, _ = ink(rendered(as_signed(prepared, replace(look, seal_png=None)).pdf), "blue")
    shown = as_signed(prepared, look)
    seal_left, _, seal_right, _ = ink(rendered(shown.pdf), "red")
    assert (seal_right - seal_left) / POINTS_PER_MM == pytest.approx(seal_mm, abs=0.3)
    share = (seal_right - left) / (right - left)
    assert FAIR_SHARE[0] <= share <= FAIR_SHARE[1]
    assert shown.overlap == pytest.approx(share, abs=0.02)


def test_a_seal_put_elsewhere_is_told_by_what_it_covers(draft, wished):
    apart = replace(PLACES, seal=replace(PLACES.seal, left=40))
    assert as_signed(prepare(draft, apart), wished).overlap == 0
    beside = replace(PLACES, leader=replace(PLACES.leader, left=30), seal=Box(0, 0, 150, 106, 106))
    assert as_signed(prepare(draft, beside), wished).overlap > FAIR_SHARE[1]


def test_what_has_no_picture_yet_is_named_and_the_rest_is_shown(prepared, wished):
    without = as_signed(prepared, replace(wished, signature_png=None))
    assert (without.missing, without.overlap) == (("Leader", "Seal"), None)
    unsealed = as_signed(prepared, replace(wished, seal_png=None))
    assert unsealed.missing == ("Seal",)


def test_a_seal_without_room_is_told_before_anybody_signs(draft, wished):
    low = replace(PLACES.leader, bottom=5, height=30)
    places = replace(PLACES, leader=low, seal=seal_box(low, 36))
    with pytest.raises(Invalid) as refusal:
        as_signed(prepare(draft, places), wished)
    assert refusal.value.code == "seal-too-large"
