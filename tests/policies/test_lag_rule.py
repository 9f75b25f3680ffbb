"""How many codes may be followed while processing lags."""

import pytest
from facts import at

from kis_actors.policies.lag import Lag

NOW = at("10:00:00")
MOST = 20


def due(lag: Lag, when: str, *, has_lagged: bool = False) -> int:
    return lag.due(at(when), MOST, has_lagged=has_lagged)[0]


def lagging(limit: int, seen: str = "10:00:00") -> Lag:
    """Limited at 10:00:00, and lagging at `seen`."""
    return Lag().limited(limit, NOW).seen(at(seen))


def test_usually_all_may_be_followed():
    assert (Lag().limit_of(MOST), due(Lag(), "10:00:00")) == (MOST, MOST)


@pytest.mark.parametrize(("most", "half"), [(20, 10), (13, 6), (2, 1), (1, 1)])
def test_lag_halves_them(most, half):
    assert Lag().seen(NOW).due(NOW, most, has_lagged=True) == (half, most)


@pytest.mark.parametrize(("when", "limit"), [("10:00:09", 10), ("10:00:10", 5)])
def test_it_halves_every_ten_seconds(when, limit):
    assert due(lagging(10, when), when, has_lagged=True) == limit


@pytest.mark.parametrize(("when", "limit"), [("10:00:59", 5), ("10:01:00", 10), ("10:59:00", 10)])
def test_it_doubles_after_a_minute(when, limit):
    assert due(lagging(5), when) == limit


def test_it_doubles_a_minute_after_the_last_lag():
    assert (due(lagging(5, "10:00:30"), "10:01:29"), due(lagging(5, "10:00:30"), "10:01:30")) == (5, 10)


def test_it_doubles_once_a_minute():
    lag = lagging(5).limited(10, at("10:01:00"))
    assert (due(lag, "10:01:59"), due(lag, "10:02:00")) == (10, 20)


@pytest.mark.parametrize("limit", [11, 19])
def test_it_never_exceeds_the_most(limit):
    assert due(lagging(limit), "10:01:00") == MOST


def test_a_limit_above_the_most_is_none():
    assert Lag(limit=40).limit_of(MOST) == MOST


def test_all_of_them_are_not_changed_again():
    assert lagging(MOST).due(at("10:05:00"), MOST, has_lagged=False) == (MOST, MOST)
