"""A way to a root that was found once is not asked again, and never outlives what it rests on."""

from datetime import timedelta

import pytest

from adapters.signing import trust, ways
from adapters.signing.validate import validate_strict
from domain.verdicts import Verdict
from tests.signing.conftest import AT as CLAIMED

AT = CLAIMED + timedelta(hours=1)  # the seal comes some minutes after the leader


@pytest.fixture(autouse=True)
def nothing_known():
    ways._found.clear()


@pytest.fixture
def searches(monkeypatch):
    """How often a way was searched."""
    counted, search = [], trust._path

    def counting(*given):
        counted.append(given)
        return search(*given)

    monkeypatch.setattr(trust, "_path", counting)
    return counted


def test_a_way_is_searched_once_for_each_certificate(issued, ca, searches):
    first = validate_strict(issued, [ca.root_der], AT)
    asked = len(searches)
    again = validate_strict(issued, [ca.root_der], AT + timedelta(minutes=5))
    assert (asked, len(searches)) == (2, 2)
    assert first.verdict is again.verdict is Verdict.VALID
    assert first.signatures[0].chain == again.signatures[0].chain != ()


def test_a_root_that_is_trusted_no_more_ends_it(issued, ca):
    assert validate_strict(issued, [ca.root_der], AT).verdict is Verdict.VALID
    assert validate_strict(issued, [], AT).verdict is Verdict.UNTRUSTED


def test_certificates_that_have_expired_end_it(signed, ca, searches):
    assert validate_strict(signed, [ca.root_der]).verdict is Verdict.VALID
    (held,) = ways._found.values()
    ends = held.success_result.leaf.not_valid_after
    assert ways._holds(held, ends)
    assert not ways._holds(held, ends + timedelta(seconds=1))
    later = validate_strict(signed, [ca.root_der], ends + timedelta(days=1))
    assert later.verdict is Verdict.UNTRUSTED


def test_on_another_day_other_algorithms_count(signed, ca, searches):
    validate_strict(signed, [ca.root_der], AT)
    validate_strict(signed, [ca.root_der], AT + timedelta(days=1))
    assert len(searches) == 2


def test_a_way_that_was_not_found_is_searched_again(signed, searches):
    for _ in range(2):
        assert validate_strict(signed, [], AT).verdict is Verdict.UNTRUSTED
    assert len(searches) == 2


def test_what_is_remembered_stays_small(monkeypatch):
    monkeypatch.setattr(ways, "MOST", 2)
    for asked in range(5):
        ways.way(asked, AT, lambda: ways.CertvalidatorOperationResult(success_result=object()))
    assert len(ways._found) <= 2
