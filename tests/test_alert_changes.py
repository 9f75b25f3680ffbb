"""Two lists of alerts side by side."""

from facts import DAY, HYNIX, SAMSUNG, at, raised
from msgspec.structs import replace

from kis_actors.alert_changes import alert_changes
from kis_actors.messages import AlertDecided


def alert(
    time_of_day: str = "09:31:07", code: str = SAMSUNG, price_won: int = 9_100, rule: str = "disparity_threshold"
) -> AlertDecided:
    seen_at = at(time_of_day, DAY)
    signal = replace(raised(code, rule=rule), price_won=price_won, observed_at=seen_at)
    return AlertDecided(alert_id=f"{code}-{time_of_day}", signal=signal, decided_at=seen_at)


def moved(before: list[AlertDecided], after: list[AlertDecided]) -> list[tuple[AlertDecided, AlertDecided]]:
    return [tuple(pair) for pair in alert_changes(before, after).moved]


NINE, TEN, ELEVEN, NOON = (alert(f"{hour:02}:00:00") for hour in (9, 10, 11, 12))


def test_equal_lists_have_changed_nothing():
    assert alert_changes([NINE, TEN], [NINE, TEN]) == ((), (), (), 2)


def test_a_new_alert_has_appeared():
    assert alert_changes([], [NINE]).appeared == (NINE,)


def test_an_alert_gone_has_vanished():
    assert alert_changes([NINE], []).vanished == (NINE,)


def test_an_alert_at_another_time_has_moved():
    assert alert_changes([NINE], [TEN]) == ((), (), ((NINE, TEN),), 0)


def test_an_alert_at_another_price_has_moved():
    other = alert("09:00:00", price_won=9_000)
    assert moved([NINE], [other]) == [(NINE, other)]


def test_the_first_of_two_may_vanish_and_the_second_stay():
    assert alert_changes([NINE, TEN], [TEN]) == ((), (NINE,), (), 1)


def test_no_alert_moves_past_one_that_stays():
    assert alert_changes([NINE, TEN], [TEN, ELEVEN]) == ((ELEVEN,), (NINE,), (), 1)


def test_of_more_alerts_that_are_gone_the_nearest_in_time_moved():
    soon = alert("11:59:00")
    assert alert_changes([NINE, TEN, NOON], [soon]) == ((), (NINE, TEN), ((NOON, soon),), 0)


def test_of_more_alerts_that_came_the_nearest_in_time_moved():
    soon = alert("09:59:00")
    assert alert_changes([TEN], [NINE, soon, NOON]) == ((NINE, NOON), (), ((TEN, soon),), 0)


def test_alerts_move_in_their_order():
    first, second = alert("09:05:00"), alert("10:05:00")
    assert moved([NINE, TEN], [first, second]) == [(NINE, first), (TEN, second)]


def test_alerts_are_told_apart_by_code():
    other = alert("09:00:00", code=HYNIX)
    assert alert_changes([NINE], [other]) == ((other,), (NINE,), (), 0)


def test_alerts_are_told_apart_by_rule():
    other = alert("09:00:00", rule="another")
    assert alert_changes([NINE], [other]) == ((other,), (NINE,), (), 0)


def test_changes_come_in_the_order_of_time():
    assert alert_changes([], [NOON, alert("10:00:00", code=HYNIX), NINE]).appeared[0] == NINE
