"""Numbers and dates as documents print them; working days over Tết and weekends."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.dates import date_line, local_date, read_day
from domain.deadlines import (
    USUAL_DAYS,
    add_working_days,
    is_working_day,
    proposed_deadline,
    working_days_between,
)
from domain.document_types import DOCUMENT_TYPES, document_type
from domain.errors import Invalid
from domain.numbering import notation, printed_number, reference

TET = frozenset(date(2026, 2, day) for day in range(16, 21))  # Monday to Friday
APRIL = frozenset({date(2026, 4, 30), date(2026, 5, 1)})


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 2, 13), 0, date(2026, 2, 13)),
        (date(2026, 2, 13), 1, date(2026, 2, 23)),  # Friday before Tết: the Monday after it
        (date(2026, 2, 12), 2, date(2026, 2, 23)),
        (date(2026, 2, 18), 1, date(2026, 2, 23)),  # arrived in the midst of Tết
        (date(2026, 4, 29), 1, date(2026, 5, 4)),
        (date(2026, 11, 20), 5, date(2026, 11, 27)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # arrived on a Saturday
    ],
)
def test_working_days_leave_out_tet_and_weekends(start, days, end):
    assert add_working_days(start, days, TET | APRIL) == end


def test_adding_and_counting_are_each_others_reverse():
    for offset in range(0, 400, 3):
        start = date(2026, 1, 1) + timedelta(days=offset)
        for days in (0, 1, 2, 5, 10):
            end = add_working_days(start, days, TET | APRIL)
            assert working_days_between(start, end, TET | APRIL) == days
            assert working_days_between(end, start, TET | APRIL) == -days
            assert days == 0 or is_working_day(end, TET | APRIL)


def test_a_proposed_deadline_is_the_senders_while_it_lies_ahead():
    friday = date(2026, 2, 13)
    assert proposed_deadline(friday, 0, date(2026, 3, 2), TET) == date(2026, 3, 2)
    assert proposed_deadline(friday, 0, friday, TET) == friday
    past = proposed_deadline(friday, 2, date(2026, 2, 1), TET)
    assert past == add_working_days(friday, USUAL_DAYS[2], TET) == date(2026, 2, 24)
    assert proposed_deadline(friday, 99, None, TET) == proposed_deadline(friday, 0, None, TET)


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (date(2026, 1, 5), "ngày 05 tháng 01 năm 2026"),
        (date(2026, 2, 28), "ngày 28 tháng 02 năm 2026"),
        (date(2026, 3, 9), "ngày 09 tháng 3 năm 2026"),
        (date(2026, 12, 31), "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_a_date_is_printed_as_the_decree_says(day, line):
    assert date_line(day) == line


def test_the_day_is_vietnams_not_greenwichs():
    assert local_date(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == date(2027, 1, 1)
    assert local_date(datetime(2026, 12, 31, 16, 59, tzinfo=UTC)) == date(2026, 12, 31)


def test_numbers_below_ten_get_a_leading_zero():
    assert [printed_number(n) for n in (1, 9, 10, 100, 1234)] == ["01", "09", "10", "100", "1234"]
    assert reference(5, "UBND-NV") == "05/UBND-NV"
    assert reference("05a", "QĐ-UBND") == "05a/QĐ-UBND"
    assert reference(12, "") == "12"


def test_a_notation_names_the_kind_or_for_a_letter_the_unit():
    assert notation("Quyết định", "UBND", "NV") == "QĐ-UBND"
    assert notation("Công văn", "UBND", "NV") == "UBND-NV"
    assert notation("Công văn", "UBND", "") == "UBND"


def test_kinds_of_document_are_29_found_with_and_without_accents():
    assert len(DOCUMENT_TYPES) == len({kind.name for kind in DOCUMENT_TYPES}) == 29
    assert document_type("quyet  dinh") is document_type("QUYẾT ĐỊNH")
    with pytest.raises(Invalid, match="document-type-unknown"):
        document_type("Bức thư")


@pytest.mark.parametrize("text", ["2026-11-02", "02/11/2026", "2/11/2026", " 02/11/2026 "])
def test_a_day_is_read_as_a_browser_sends_it_and_as_the_office_writes_it(text):
    assert read_day(text) == date(2026, 11, 2)


@pytest.mark.parametrize("text", ["", "31/11/2026", "11/2026", "2/11/26", "2026-13-01", "mai"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match=r"isoformat|out of range|month must"):
        read_day(text)
