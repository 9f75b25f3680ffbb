"""The calendar against another one, over eleven years; every difference is known, and who is right."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from kis_actors.market.calendar import calendar_for
from kis_actors.market.sessions import is_weekend, why_closed

SHIPPED = (Path(__file__).parents[2] / "config" / "market.yaml").read_text("utf-8")

CLOSED = {
    2016: "0101 0208 0209 0210 0301 0413 0505 0506 0606 0815 0914 0915 0916 1003 1230",
    2017: "0127 0130 0301 0501 0503 0505 0509 0606 0815 1002 1003 1004 1005 1006 1009 1225 1229",
    2018: "0101 0215 0216 0301 0501 0507 0522 0606 0613 0815 0924 0925 0926 1003 1009 1225 1231",
    2019: "0101 0204 0205 0206 0301 0501 0506 0606 0815 0912 0913 1003 1009 1225 1231",
    2020: "0101 0124 0127 0415 0430 0501 0505 0817 0930 1001 1002 1009 1225 1231",
    2021: "0101 0211 0212 0301 0505 0519 0816 0920 0921 0922 1004 1011 1231",
    2022: "0131 0201 0202 0301 0309 0505 0601 0606 0815 0909 0912 1003 1010 1230",
    2023: "0123 0124 0301 0501 0505 0529 0606 0815 0928 0929 1002 1003 1009 1225 1229",
    2024: "0101 0209 0212 0301 0410 0501 0506 0515 0606 0815 0916 0917 0918 1001 1003 1009 1225 1231",
    2025: "0101 0127 0128 0129 0130 0303 0501 0505 0506 0603 0606 0815 1003 1006 1007 1008 1009 1225 1231",
    2026: "0101 0216 0217 0218 0302 0501 0505 0525 0817 0924 0925 1005 1009 1225 1231",
}
"""The weekdays on which KRX is closed by exchange_calendars 4.13.2, which is older than the news of the days below."""

CLOSED_BESIDES = {
    date(2026, 6, 3): "local elections; KRX was closed",
    date(2026, 7, 17): "Constitution Day, a holiday again by a law of January 2026; KRX was closed",
}


@pytest.mark.parametrize("year", CLOSED)
def test_another_calendar_has_the_same_closures_but_those_known(year: int):
    calendar = calendar_for([year], SHIPPED)
    theirs = [date(year, int(day[:2]), int(day[2:])) for day in CLOSED[year].split()]
    besides = [day for day in CLOSED_BESIDES if day.year == year]
    days = (date(year, 1, 1) + timedelta(days=ahead) for ahead in range(366))
    ours = [day for day in days if day.year == year and not is_weekend(day) and why_closed(day, calendar)]
    assert ours == sorted([*theirs, *besides])
