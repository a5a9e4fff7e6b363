"""None of the known attacks on signed PDFs ends in "valid": neither on a document that its leader
certified, nor on the issued one, nor on one with a plain approval signature."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.signing.validate import validate
from domain.errors import Refusal
from domain.verdicts import Verdict
from tests.signing import attacks
from tests.signing.altering import approve
from tests.signing.conftest import AT

NEXT_DAY = AT + timedelta(days=1)


def verdict(pdf: bytes, ca, at=NEXT_DAY) -> Verdict | None:
    try:
        return validate(pdf, [ca.root_der], at).verdict
    except Refusal:
        return Verdict.INCONCLUSIVE


@pytest.fixture(scope="module")
def approved(prepared, person):
    return approve(prepared, person, "Leader")


def test_what_is_attacked_is_valid_before(signed, issued, approved, ca):
    assert verdict(signed, ca) is Verdict.VALID
    assert verdict(issued, ca) is Verdict.VALID
    assert verdict(approved, ca, datetime.now(UTC)) is Verdict.VALID


@pytest.mark.parametrize("attack", attacks.ATTACKS)
def test_no_attack_leaves_a_document_valid(signed, issued, approved, ca, attack):
    change = attacks.ATTACKS[attack]
    found = {
        "certified": verdict(change(signed), ca),
        "issued": verdict(change(issued), ca),
        "approved": verdict(change(approved), ca, datetime.now(UTC)),
    }
    assert not [what for what, each in found.items() if each in (None, Verdict.VALID)], found


def test_a_signature_put_over_a_certified_document_is_a_change(signed, agency, ca):
    report = validate(attacks.signed_over(signed, agency), [ca.root_der], datetime.now(UTC))
    assert report.signatures[0].verdict is Verdict.MODIFIED


def test_a_signature_taken_from_another_document_is_not_taken(signed, approved, ca):
    stolen = held(approved, at=approved.index(b"/Contents <"))
    assert verdict(signed.replace(held(signed, signed.index(b"/Contents <")), stolen), ca) in (
        Verdict.MODIFIED,
        Verdict.BROKEN,
    )


def held(pdf: bytes, at: int) -> bytes:
    """The digits of a signature's contents, its value at their end included."""
    return pdf[at : at + len(b"/Contents <") + 2 * (int(pdf[at + 15 : at + 19], 16) + 4)]
