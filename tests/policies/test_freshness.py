"""Which trades and quotes may be judged at all."""

from typing import Any

import pytest
from facts import DAY, NEXT_DAY, at, frame, settings, trade
from hypothesis import given
from hypothesis import strategies as st

from kis_actors.kis.frames import Tick, frame_of
from kis_actors.kis.quotes import quote_of
from kis_actors.policies.freshness import MOMENTS_MAX, Regular, is_usable_quote, part_of, terms_of

REGULAR = Regular(at("09:00:00"), at("15:30:00"))
CLOSES_WON = (10_000,) * 25


def tick(**columns: str) -> Tick:
    (found,) = frame_of(frame(trade(**columns)).text).ticks
    return found


def is_judged(found: Tick, sections: dict[str, Any] | None = None, **context: Any) -> bool:
    usual = {"session_day": DAY, "regular": REGULAR, "now": at("10:00:00"), "is_safe": False}
    context = {**usual, **context}
    terms = terms_of(settings(**(sections or {})), context["session_day"], context["regular"])
    return bool(part_of(found, terms.moment_of(found.traded_s), terms, context["now"], is_safe=context["is_safe"]))


def usable(row: dict[str, str], flags: tuple[str, ...] = (), now: str = "10:00:00", **signal: object) -> bool:
    quote = quote_of({"inter_shrn_iscd": "005930", "inter2_prpr": "9000", "acml_vol": "5"} | row)
    assert quote is not None
    found = settings(monitor={"signal": signal})
    return is_usable_quote(quote, CLOSES_WON, flags, found, regular=REGULAR, now=at(now))


def test_a_regular_trade_is_judged():
    assert is_judged(tick())


def test_the_regular_session_includes_its_closing_print():
    assert REGULAR.has(at("15:31:00")) and not REGULAR.has(at("15:31:00.5"))
    assert REGULAR.has(at("09:00:00")) and not REGULAR.has(at("08:59:59"))


@pytest.mark.parametrize("hour_class", ["", "A", "B", "C", "D", "1"])
def test_only_one_time_class_is_of_trades(hour_class):
    assert not is_judged(tick(HOUR_CLS_CODE=hour_class))


def test_without_the_stream_in_use_no_trade_is_judged():
    assert not is_judged(tick(), {"monitor": {"signal": {"use_intraday": False}}})


def test_a_trade_of_another_day_is_not_judged():
    assert not is_judged(tick(BSOP_DATE="20261119"))
    assert not is_judged(tick(), session_day=NEXT_DAY)


def test_in_safe_mode_only_fresh_trades_are_judged():
    assert is_judged(tick(), is_safe=True, now=at("10:01:00"))
    assert not is_judged(tick(), is_safe=True, now=at("10:01:01"))
    assert not is_judged(tick(), is_safe=True, now=at("09:58:59"))


@pytest.mark.parametrize("columns", [{"MARKET_CLS_CODE": "3"}, {"STCK_CNTG_HOUR": "203000"}, {"BSOP_DATE": "20200101"}])
def test_always_open_judges_trades_of_any_time(columns):
    assert is_judged(tick(**columns), {"market": {"hours": "always"}})


@pytest.mark.parametrize(("time", "is_closing"), [("152959", 0), ("153000", 1), ("153100", 1), ("153101", 0)])
def test_the_close_price_class_is_the_closing_print_at_its_time(time, is_closing):
    assert is_judged(tick(STCK_CNTG_HOUR=time, MARKET_CLS_CODE="5")) == bool(is_closing)


def test_without_known_hours_the_class_alone_tells():
    assert is_judged(tick(), regular=None)
    assert not is_judged(tick(MARKET_CLS_CODE="5"), regular=None)


@pytest.mark.parametrize("row", [{}, {"hour_cls_code": "0"}, {"inter2_sdpr": "10000", "inter2_prdy_clpr": "10000"}])
def test_a_plain_quote_is_usable(row):
    assert usable(row)


@pytest.mark.parametrize(
    "row",
    [{"hour_cls_code": "A"}, {"hour_cls_code": "C"}, {"acml_vol": "0"}, {"acml_vol": ""},
     {"inter2_sdpr": "5000", "inter2_prdy_clpr": "10000"}],
)  # fmt: skip
def test_these_quotes_are_not_usable(row):
    assert not usable(row)


@pytest.mark.parametrize(("flags", "is_usable"), [(("ex",), False), (("par_change",), False), (("alarm",), True)])
def test_a_flag_of_a_new_basis_wants_a_base_price(flags, is_usable):
    assert usable({}, flags) == is_usable
    assert usable({"inter2_sdpr": "10000", "inter2_prdy_clpr": "10000"}, flags)


@pytest.mark.parametrize("now", ["08:59:59", "15:31:01"])
def test_quotes_are_of_the_regular_session(now):
    assert not usable({}, now=now) and usable({}, now=now, regular_only=False)


@given(seconds=st.integers(0, 86_399), market_class=st.sampled_from(["", "1", "2", "3", "5"]))
def test_a_judged_trade_is_of_the_regular_session(seconds, market_class):
    time = f"{seconds // 3600:02}{seconds // 60 % 60:02}{seconds % 60:02}"
    found = tick(STCK_CNTG_HOUR=time, MARKET_CLS_CODE=market_class)
    assert not is_judged(found) or ("090000" <= time <= "153100" and market_class not in ("1", "3"))


def test_no_more_stamps_are_remembered_than_there_is_room_for():
    terms = terms_of(settings(), DAY, REGULAR)
    opens_s = int(REGULAR.opens.timestamp())
    for second in range(opens_s, opens_s + 3 * MOMENTS_MAX):
        assert terms.moment_of(second).at.timestamp() == second
    assert len(terms.moments) <= MOMENTS_MAX
