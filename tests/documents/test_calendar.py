"""Vietnam's public holidays."""

from datetime import date

from adapters.calendar import public_holidays


def test_fixed_days_and_tet_are_holidays():
    days = public_holidays(2026)
    fixed = {date(2026, 1, 1), date(2026, 4, 30), date(2026, 5, 1), date(2026, 9, 2)}
    assert fixed <= days
    assert {date(2026, 2, day) for day in range(16, 21)} <= days  # Tết Bính Ngọ
    assert date(2026, 4, 26) in days  # Giỗ Tổ Hùng Vương, a Sunday


def test_a_holiday_on_a_weekend_is_given_back_on_the_next_working_day():
    assert date(2026, 4, 27) in public_holidays(2026)


def test_only_days_of_the_year_asked_for_are_given():
    assert {day.year for day in public_holidays(2027)} == {2027}
    assert date(2027, 3, 10) not in public_holidays(2027)
