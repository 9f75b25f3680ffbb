"""What prices did after alerts: the first price in time, or that there is none, never one that nobody saw."""

from collections.abc import Iterable

import pytest
from facts import HYNIX, SAMSUNG, at, frame, opened, quotes_returned, raised, trade
from msgspec.structs import replace

from kis_actors.messages import AlertDecided, Event, Record
from kis_actors.outcomes import HORIZONS, Later, Outcome, Summary, outcome_of, prices_in, summaries, summed
from kis_actors.units import ns_of_instant

OPENED = opened()
FIVE, THIRTY, CLOSE = HORIZONS


def alert(time_of_day: str = "10:00:00", price_won: int = 10_000, rule: str = "disparity_threshold") -> AlertDecided:
    signal = replace(raised(SAMSUNG, rule=rule), price_won=price_won, observed_at=at(time_of_day))
    return AlertDecided(alert_id="1", signal=signal, decided_at=at(time_of_day))


def logged(*said: tuple[str, Event]) -> Iterable[Record]:
    """Events, each logged at a time of day."""
    for seq, (time_of_day, event) in enumerate(said, start=1):
        yield Record(seq=seq, stream="edge", cause=0, at_ns=ns_of_instant(at(time_of_day)), event=event)


def traded(time_of_day: str, price_won: int, **columns: str) -> tuple[str, Event]:
    return time_of_day, frame(trade(price_won, STCK_CNTG_HOUR=time_of_day.replace(":", ""), **columns))


def scanned(time_of_day: str, price_won: int, **columns: str) -> tuple[str, Event]:
    row = {"acml_vol": "1000", "hour_cls_code": "0"} | columns
    return time_of_day, quotes_returned({SAMSUNG: price_won, HYNIX: 1}, **row)


def later(*said: tuple[str, Event], of: AlertDecided | None = None, session: Event = OPENED) -> dict[str, Later]:
    """What came after an alert of 10:00:00, by horizon."""
    prices = prices_in(logged(("09:00:00", session), *said), [SAMSUNG])
    return {one.horizon: one for one in outcome_of(of or alert(), prices).later}


# --- some minutes later


def test_the_price_five_minutes_later_is_the_first_from_then_on():
    found = later(traded("10:04:59", 1), traded("10:05:03", 10_100), traded("10:05:04", 1))[FIVE]
    assert found == Later(FIVE, 10_100, at("10:05:03"), pytest.approx(0.01))


def test_a_price_of_that_very_second_counts():
    assert later(traded("10:05:00", 9_900))[FIVE].return_ratio == pytest.approx(-0.01)


def test_of_several_trades_in_a_second_the_last_counts():
    assert later(traded("10:05:00", 1), traded("10:05:00", 9_900))[FIVE].price_won == 9_900


def test_half_an_hour_later_is_another_price():
    found = later(traded("10:05:00", 9_900), traded("10:30:00", 10_200))
    assert (found[FIVE].price_won, found[THIRTY].price_won) == (9_900, 10_200)


@pytest.mark.parametrize(("time_of_day", "is_known"), [("10:07:00", True), ("10:07:01", False)])
def test_a_price_may_be_two_minutes_late(time_of_day, is_known):
    assert bool(later(traded(time_of_day, 9_900))[FIVE].price_won) == is_known


def test_no_price_in_time_is_unknown():
    assert later(traded("10:04:59", 1), traded("10:07:01", 1))[FIVE] == Later(FIVE, unknown="no price within 120 s")


def test_where_the_log_ends_too_soon_it_says_so():
    found = later(traded("10:04:59", 1))
    assert [one.unknown for one in found.values()] == ["no price in the log from then on"] * 3


def test_after_the_close_nothing_is_known():
    found = later(traded("15:30:10", 9_900), of=alert("15:27:00"))
    assert [found[FIVE].unknown, found[THIRTY].unknown] == ["after the close"] * 2


def test_without_a_session_nothing_is_known():
    prices = prices_in(logged(traded("10:05:00", 9_900)), [SAMSUNG])
    assert [one.unknown for one in outcome_of(alert(), prices).later] == ["no session then in the log"] * 3


# --- what is a price


def test_a_scan_s_price_counts_from_when_it_came():
    assert later(scanned("10:05:40", 9_900))[FIVE] == Later(FIVE, 9_900, at("10:05:40"), pytest.approx(-0.01))


def test_scans_and_trades_are_one_line():
    assert later(scanned("10:05:40", 9_900), traded("10:05:10", 9_800))[FIVE].price_won == 9_800


@pytest.mark.parametrize(
    "said",
    [
        traded("10:05:00", 9_900, HOUR_CLS_CODE="A"),
        scanned("10:05:00", 9_900, hour_cls_code="A"),
        scanned("10:05:00", 9_900, acml_vol="0"),
        scanned("10:05:00", 0),
        traded("10:05:00", 9_900, MKSC_SHRN_ISCD=HYNIX),
        ("10:05:00", frame(trade(9_900, STCK_PRPR="", STCK_CNTG_HOUR="100500"))),
        ("10:05:00", replace(frame(), text='{"header": {"tr_key": "005930"}}')),
    ],
)
def test_what_is_no_price_of_the_code_is_left_out(said):
    assert later(said)[FIVE].unknown


def test_a_code_that_was_never_seen_again_is_unknown():
    assert prices_in(logged(("09:00:00", OPENED)), [SAMSUNG]).of == {SAMSUNG: {}}


def test_no_codes_have_no_prices():
    assert prices_in(logged(("09:00:00", OPENED), traded("10:05:00", 9_900)), []).of == {}


# --- the close


def test_the_close_is_the_last_price_of_the_minutes_from_then_on():
    found = later(traded("15:19:59", 1), scanned("15:30:02", 2), traded("15:30:20", 9_900), traded("15:32:01", 3))
    assert found[CLOSE] == Later(CLOSE, 9_900, at("15:30:20"), pytest.approx(-0.01))


def test_the_last_price_before_the_close_is_not_the_close():
    found = later(traded("15:19:59", 9_900), traded("15:32:01", 1))[CLOSE]
    assert found == Later(CLOSE, unknown="no price at the close")


def test_the_close_is_that_of_the_regular_session():
    long = opened("08:00:00", "20:00:00", regular=("09:00:00", "15:30:00"))
    assert later(traded("15:30:20", 9_900), traded("20:00:01", 1), session=long)[CLOSE].price_won == 9_900


def test_after_the_regular_session_the_close_is_the_end_of_hours():
    long = opened("08:00:00", "20:00:00", regular=("09:00:00", "15:30:00"))
    assert later(traded("20:00:01", 9_900), session=long, of=alert("17:00:00"))[CLOSE].price_won == 9_900


@pytest.mark.parametrize(("time_of_day", "price_won"), [("10:00:00", 9_900), ("14:00:00", 9_800)])
def test_an_alert_belongs_to_the_session_it_came_in(time_of_day, price_won):
    morning, evening = opened("09:00:00", "12:00:00"), ("13:00:00", opened("13:00:00", "15:30:00"))
    said = (traded("12:00:10", 9_900), evening, traded("15:30:10", 9_800))
    assert later(*said, session=morning, of=alert(time_of_day))[CLOSE].price_won == price_won


# --- summed up


def outcomes(*returns: float | None, rule: str = "low") -> list[Outcome]:
    """Alerts of a rule, with the same return at every horizon; None for unknown."""
    return [
        Outcome(alert(rule=rule), tuple(Later(one, 1, at("10:05:00"), ratio) for one in HORIZONS))
        if ratio is not None
        else Outcome(alert(rule=rule), tuple(Later(one, unknown="no price") for one in HORIZONS))
        for ratio in returns
    ]


def test_returns_are_summed_up():
    (five, *_) = summaries(outcomes(0.01, -0.02, 0.0, 0.05, None))
    assert five == Summary("low", FIVE, 5, 4, pytest.approx(0.005), pytest.approx(0.01), -0.02, 0.05, 0.5)


def test_unknown_outcomes_have_no_figures():
    assert summaries(outcomes(None))[0] == Summary("low", FIVE, 1, 0)


def test_each_rule_has_its_own_figures():
    found = summaries([*outcomes(0.02, rule="b"), *outcomes(0.01, rule="a")])
    assert [(one.rule, one.horizon, one.mean) for one in found] == [
        (rule, horizon, ratio) for rule, ratio in (("a", 0.01), ("b", 0.02)) for horizon in HORIZONS
    ]


def test_no_alerts_are_summed_up_to_nothing():
    assert (summaries([]), summed("all", [])) == ((), tuple(Summary("all", one, 0, 0) for one in HORIZONS))
