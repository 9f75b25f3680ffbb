"""What is registered at KIS for each code, on which venue, and how many codes fit."""

import pytest
from facts import settings
from hypothesis import given
from hypothesis import strategies as st

from kis_actors.policies.registrations import (
    can_follow,
    code_of,
    feed_of,
    followed_max,
    key_of,
    registrations_max,
    registrations_of,
    trades_of,
)

CODE, OTHER = "0126Z0", "000660"


def with_hours(hours: str, **kis: object):
    return settings(market={"hours": hours}, kis=kis)


def feeds(hours: str, on_nxt: tuple[str, ...] | None, **kis: object) -> list[str]:
    return [feed_of(key) for key in registrations_of(CODE, with_hours(hours, **kis), on_nxt)]


def test_a_key_names_feed_and_code():
    key = key_of("H0STCNT0", CODE)
    assert (feed_of(key), code_of(key)) == ("H0STCNT0", CODE)


@pytest.mark.parametrize("on_nxt", [None, (), (CODE,)])
@pytest.mark.parametrize(("hours", "feed"), [("krx", "H0STCNT0"), ("always", "H0STCNT0"), ("nxt", "H0NXCNT0")])
def test_one_venue_has_one_feed_of_trades(hours, feed, on_nxt):
    assert feeds(hours, on_nxt) == [feed]


@pytest.mark.parametrize(
    ("on_nxt", "feed"), [(None, "H0STCNT0"), ((), "H0STCNT0"), ((OTHER,), "H0STCNT0"), ((CODE,), "H0UNCNT0")]
)
def test_unified_depends_on_the_code(on_nxt, feed):
    assert feeds("unified", on_nxt) == [feed]


@pytest.mark.parametrize(("hours", "venue"), [("krx", "ST"), ("nxt", "NX"), ("unified", "UN")])
def test_further_feeds_come_after_the_trades(hours, venue):
    wanted = [f"H0{venue}CNT0", f"H0{venue}MKO0", f"H0{venue}ASP0"]
    assert feeds(hours, (CODE,), ws_status=True, ws_quotes=True) == wanted


def test_the_trades_are_the_first_registration():
    unified = with_hours("unified", ws_status=True)
    assert trades_of(CODE, unified, (CODE,)) == registrations_of(CODE, unified, (CODE,))[0]


@pytest.mark.parametrize(
    ("hours", "on_nxt", "can"),
    [("nxt", None, True), ("nxt", (), False), ("nxt", (CODE,), True), ("unified", (), True), ("krx", (), True)],
)
def test_on_nxt_alone_only_its_codes_can_be_followed(hours, on_nxt, can):
    assert can_follow(CODE, with_hours(hours), on_nxt) == can


@given(
    most=st.integers(1, 40), subs=st.integers(1, 60), has_status=st.booleans(), has_quotes=st.booleans()
)  # fmt: skip
def test_no_settings_exceed_what_kis_allows(most, subs, has_status, has_quotes):
    kis = {"ws_registrations_max": most, "ws_status": has_status, "ws_quotes": has_quotes}
    found = settings(kis=kis, monitor={"max_ws_subs": subs})
    assert registrations_max(found) <= min(most, 40)
    assert followed_max(found) <= subs
