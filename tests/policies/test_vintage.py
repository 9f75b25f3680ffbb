"""Of which day a quote is: what the closes tell, and what only time can."""

import pytest

from kis_actors.kis.quotes import Quote, quote_of
from kis_actors.policies.vintage import Looks, vintage_of

CLOSES_WON = (9_000, 9_900, 9_500)
FLAT_WON = (9_000, 9_500, 9_500)


def quote(price_won: int, previous_won: int | str, volume_shares: int = 5, code: str = "005930") -> Quote:
    row = {"inter_shrn_iscd": code, "inter2_prpr": str(price_won), "inter2_prdy_clpr": str(previous_won)}
    found = quote_of(row | {"acml_vol": str(volume_shares)})
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("price_won", "previous_won", "vintage"),
    [
        (9_500, 9_900, "outdated"),  # yesterday's price over yesterday's base
        (9_500, 9_500, "today"),  # unchanged so far
        (9_900, 9_500, "today"),
        (9_400, 9_900, "unknown"),  # perhaps after a correction of yesterday's close
        (9_400, 1_000, "unknown"),
        (9_400, "", "unknown"),
        (9_400, 0, "unknown"),
    ],
)
def test_two_closes_tell_the_day(price_won, previous_won, vintage):
    assert vintage_of(quote(price_won, previous_won), CLOSES_WON) == vintage


@pytest.mark.parametrize(("price_won", "vintage"), [(9_500, "unknown"), (9_499, "today"), (9_501, "today")])
def test_equal_closes_tell_only_of_another_price(price_won, vintage):
    assert vintage_of(quote(price_won, 9_500), FLAT_WON) == vintage


@pytest.mark.parametrize("closes_won", [(), (9_500,)])
def test_without_two_closes_nothing_is_told(closes_won):
    assert vintage_of(quote(9_500, 9_900), closes_won) == "unknown"


def test_two_closes_are_enough():
    assert vintage_of(quote(9_500, 9_900), CLOSES_WON[1:]) == "outdated"


def test_the_first_look_is_no_movement():
    looks = Looks()
    assert [looks.has_moved(quote(9_500, 9_500)) for _ in range(3)] == [False, False, False]


@pytest.mark.parametrize("moved", [quote(9_400, 9_500), quote(9_500, 9_500, 6)])
def test_another_price_or_volume_is_a_movement(moved):
    looks = Looks()
    looks.has_moved(quote(9_500, 9_500))
    assert looks.has_moved(moved)


def test_each_code_has_its_own_first_look():
    looks = Looks()
    looks.has_moved(quote(9_500, 9_500))
    assert not looks.has_moved(quote(9_400, 9_500, code="000660"))
