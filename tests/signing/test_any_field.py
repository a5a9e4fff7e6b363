"""One more signature on any file: certified or approved, in a field of its own or a new one."""

from datetime import timedelta
from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from adapters.signing.appearance import draw_signature
from adapters.signing.pictures import read_picture
from adapters.signing.sign import sign_field
from adapters.signing.update import Wish
from adapters.signing.validate import validate_strict
from domain.errors import Invalid
from domain.places import Box
from domain.verdicts import Verdict
from tests.signing.conftest import AT

PLACE = Box(0, 400, 760, 150, 50)


@pytest.fixture(scope="module")
def sign(agency, signature_png):
    """`sign(pdf, name, …)` with the agency's key, the same picture everywhere."""

    def signed(pdf: bytes, field: str, place: Box | None = PLACE, **wish) -> bytes:
        def draw(update, found) -> None:
            draw_signature(update, found, read_picture(signature_png))

        return sign_field(pdf, agency, Wish(field, AT, **wish), draw, place=place)

    return signed


def test_a_file_without_fields_gets_one_and_its_signature(draft, sign, ca):
    signed = sign(draft, "Stamp")
    (found,) = validate_strict(signed, [ca.root_der]).signatures
    assert (found.verdict, found.field, found.covers_whole_file) == (Verdict.VALID, "Stamp", True)
    assert signed.startswith(draft)


def test_a_second_approval_leaves_the_first_one_whole(draft, sign, ca):
    twice = sign(sign(draft, "First"), "Second", Box(0, 100, 760, 150, 50))
    report = validate_strict(twice, [ca.root_der])
    assert [each.field for each in report.signatures] == ["First", "Second"]
    assert report.verdict is Verdict.VALID


def test_what_an_earlier_signature_forbids_is_refused(draft, signed, issued, sign):
    certified = sign(draft, "Stamp", certifies=MDPPerm.NO_CHANGES)
    refused = [
        (lambda: sign(certified, "More"), "pdf-locked"),
        (lambda: sign(signed, "More"), "pdf-locked"),  # no new field after certification
        (lambda: sign(issued, "More"), "pdf-locked"),
        (lambda: sign(signed, "Seal", None, certifies=MDPPerm.FILL_FORMS), "pdf-already-signed"),
        (lambda: sign(signed, "Leader", None), "pdf-already-signed"),
        (lambda: sign(draft, "Stamp", None), "field-missing"),
        (lambda: sign(signed, "Number"), "field-name-taken"),
    ]
    for attempt, code in refused:
        with pytest.raises(Invalid) as refusal:
            attempt()
        assert refusal.value.code == code


def test_a_signature_says_when_and_nothing_of_it_stands_in_the_cms(draft, sign):
    signature = PdfFileReader(BytesIO(sign(draft, "Stamp"))).embedded_signatures[0]
    assert signature.sig_object["/M"] == "D:20261105093000+07'00'"
    kinds = {each["type"].native for each in signature.signer_info["signed_attrs"]}
    assert kinds == {"content_type", "message_digest", "signing_certificate_v2"}
    assert signature.self_reported_timestamp == AT + timedelta(0)
