"""Vietnam's public holidays, for deadlines counted in working days."""

from datetime import date
from functools import cache

import holidays


@cache
def public_holidays(year: int) -> frozenset[date]:
    """Days off in `year`: those of the Labour Code 2019, Article 112 (Tết by the lunar calendar)
    and the days in lieu of holidays that fall on a weekend. Swaps of single years that the
    Government decides later are the office's own data."""
    days = holidays.country_holidays("VN", years=range(year - 1, year + 2), observed=True)
    return frozenset(day for day in days if day.year == year)
