"""Number and date at the issue of a document: they run together, and never years back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from domain.errors import Invalid
from models.registers import Register
from services import outgoing
from tests.conftest import PIN


def issue(journey, doc, day: date, **form) -> None:
    sent = {"pin": PIN, "issued_date": day.isoformat(), "early": "1"} | form
    outgoing.perform(journey.office, journey.clerk, doc.id, "issue", sent)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1900, 1, 1)])
def test_no_register_is_opened_for_a_year_long_past(journey, day):
    doc = journey.signed()
    with pytest.raises(Invalid) as refused:
        issue(journey, doc, day)
    assert refused.value.code == "issued-too-old"
    assert journey.office.session().scalar(select(func.count()).select_from(Register)) == 0


def test_the_last_day_of_the_year_before_last_is_too_early(journey):
    doc, year = journey.signed(), journey.office.today().year
    with pytest.raises(Invalid) as refused:
        issue(journey, doc, date(year - 2, 12, 31))
    assert refused.value.code == "issued-too-old"
    issue(journey, doc, date(year - 1, 1, 1))
    assert journey.now(doc.id).issued_date == date(year - 1, 1, 1)


def test_a_date_does_not_go_back_behind_the_last_number(journey):
    if journey.office.today().timetuple().tm_yday < 3:
        journey.later(days=3)  # both days in one register
    today = journey.office.today()
    first, second = journey.signed(), journey.signed()
    issue(journey, first, today)
    with pytest.raises(Invalid) as refused:
        issue(journey, second, today - timedelta(days=1))
    assert refused.value.code == "issued-before-last"
    assert refused.value.fields["last"] == today
    issue(journey, second, today)
    assert journey.now(second.id).reference == "02/UBND-NV"


@pytest.mark.parametrize("wanted", ["0", "2", "7"])
def test_a_number_that_is_not_next_is_refused_for_that(journey, wanted):
    doc = journey.signed()
    with pytest.raises(Invalid) as refused:
        issue(journey, doc, journey.office.today(), number=wanted)
    assert (refused.value.code, refused.value.fields["next"]) == ("number-not-next", 1)
