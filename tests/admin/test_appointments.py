"""Ending appointments: what ended stays ended."""

from datetime import date, timedelta

import pytest

from domain.errors import Conflict
from models.agencies import Appointment
from services.admin import appointments


def held(office, appointment_id: int) -> date | None:
    return office.session().get_one(Appointment, appointment_id, populate_existing=True).valid_to


@pytest.mark.parametrize("days", [-3, 0, 30])
def test_an_appointment_that_ended_is_not_revived_by_another_last_day(office, actor, days):
    administrator, officer = actor("st.quantri"), actor("st.chuyenvien").appointment_id
    today = office.today()
    appointments.end(office, administrator, officer, today - timedelta(days=1))
    with pytest.raises(Conflict) as refused:
        appointments.end(office, administrator, officer, today + timedelta(days=days))
    assert refused.value.code == "wrong-state"
    assert held(office, officer) == today - timedelta(days=1)


def test_a_last_day_still_to_come_can_be_moved(office, actor):
    administrator, officer = actor("st.quantri"), actor("st.chuyenvien").appointment_id
    today = office.today()
    for days in (0, 30, 10):
        appointments.end(office, administrator, officer, today + timedelta(days=days))
        assert held(office, officer) == today + timedelta(days=days)
