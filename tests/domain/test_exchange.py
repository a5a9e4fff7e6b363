"""Business statuses arrive doubled, skipped and in any order; whatever comes, nothing goes back.
All sequences up to four are tried."""

from itertools import permutations, product

import pytest

from domain.exchange_flow import PROGRESS, BusinessCode, merge

CODES = (*BusinessCode, "99", "")
OTHER_TALK = {"13", "15", "16", "99", ""}


def told(codes) -> str | None:
    state = None
    for code in codes:
        state = merge(state, code)
    return state


def rank(state: str | None) -> int:
    return -1 if state is None else PROGRESS.index(state)


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_no_sequence_moves_a_document_backwards(length):
    for codes in product(CODES, repeat=length):
        before, after = told(codes[:-1]), told(codes)
        if before == BusinessCode.REFUSED:
            assert after == BusinessCode.REFUSED, codes
        elif after != BusinessCode.REFUSED:
            assert rank(after) >= rank(before), codes


def test_progress_comes_to_the_same_in_any_order():
    for size in range(1, len(PROGRESS) + 1):
        for codes in permutations(PROGRESS, size):
            assert told(codes) == max(codes)


@pytest.mark.parametrize("code", CODES)
def test_a_status_told_twice_is_told_once(code):
    for before in (None, *PROGRESS, BusinessCode.REFUSED):
        once = merge(before, code)
        assert merge(once, code) == once


def test_a_refusal_is_final_and_comes_only_before_registration():
    for code in CODES:
        assert merge(BusinessCode.REFUSED, code) == BusinessCode.REFUSED
    refusable = {s for s in (None, *PROGRESS) if merge(s, "02") == BusinessCode.REFUSED}
    assert refusable == {None, BusinessCode.ARRIVED}


@pytest.mark.parametrize("code", sorted(OTHER_TALK))
def test_other_conversations_leave_the_state_alone(code):
    for before in (None, *PROGRESS, BusinessCode.REFUSED):
        assert merge(before, code) == before
