"""The agency's text block: where it stands, and what it does to files that others have signed."""

import pytest

from adapters.pdf import clear_corner, page_words
from adapters.signing.blocks import Block, manner_of, sign_block
from adapters.signing.validate import validate, validate_strict
from domain.enclosures import Manner
from domain.errors import Invalid
from tests.signing.altering import hybrid, page_turned
from tests.signing.conftest import AT, SHARED

LINES = ("Số: 12/QĐ-UBND", "Thời gian ký: 05-11-2026 09:30:00 +07:00")
REAL = SHARED / "documents"


@pytest.fixture
def signed_by_us(agency, font):
    block = Block(LINES, font)
    return lambda pdf: sign_block(pdf, agency, block, clear_corner(pdf, *block.size), at=AT)


@pytest.mark.parametrize("rotation", [0, 90, 270])
def test_the_block_is_upright_at_the_top_right_of_the_page_as_it_is_displayed(
    draft, signed_by_us, rotation
):
    words = page_words(signed_by_us(page_turned(draft, rotation, (30, 40))), 0)
    width, height = (595, 842) if rotation == 0 else (842, 595)
    block = {word.text: word.box for word in words if word.text in ("12/QĐ-UBND", "+07:00")}
    number, zone = block["12/QĐ-UBND"], block["+07:00"]
    assert 10 < number.bottom - zone.bottom < 14
    assert width - 60 < zone.left + zone.width < width - 20
    assert height - 60 < zone.bottom


@pytest.mark.skipif(not REAL.is_dir(), reason="shared documents are absent")
def test_signatures_in_a_real_document_are_worth_what_they_were(signed_by_us):
    scan = (REAL / "s_2025-01-15_299-UBND-TTHC.pdf").read_bytes()
    assert manner_of(scan) is Manner.ADDED
    before, after = validate(scan, (), AT), validate(signed_by_us(scan), (), AT)
    verdicts = {each.field: each.verdict for each in after.signatures}
    assert {each.field: each.verdict for each in before.signatures}.items() <= verdicts.items()
    assert after.signatures[-1].covers_whole_file


@pytest.mark.skipif(not REAL.is_dir(), reason="shared documents are absent")
def test_a_real_document_that_its_signers_closed_is_not_touched(signed_by_us):
    closed = (REAL / "t_2024-11-06_542-TB-UBND.pdf").read_bytes()
    assert manner_of(closed) is Manner.DETACHED
    with pytest.raises(Invalid, match="pdf-locked"):
        signed_by_us(closed)


def test_a_file_as_word_writes_it_is_signed_so_that_strict_readers_take_it(draft, signed_by_us):
    signed = signed_by_us(hybrid(draft))
    (mark,) = validate_strict(signed, ()).signatures
    assert mark.verdict.intact
    assert mark.covers_whole_file
