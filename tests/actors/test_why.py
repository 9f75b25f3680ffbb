"""Why a code did or did not alert, as SignalActor explains it."""

import pytest
from facts import (
    HYNIX,
    OPENED,
    SAMSUNG,
    at,
    frame,
    level_closes,
    opened,
    quotes_returned,
    started,
    tick,
    trade,
    universe,
)
from story import Story, given

from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.actors.signal import explained
from kis_actors.messages import CommandAccepted, Event, ReplyGiven, SessionClosed, SubscribeConfirmed

ABOVE, BELOW, BACK = 9_300, 9_100, 9_200


def watching(*facts: Event, rules: dict[str, object] | None = None, language: str = "en", **signal: object) -> Story:
    """10:00:00 of a session; 005930 and 000660 have level averages of 10,000 won; 005930 is streamed."""
    run = started(monitor={"rules": rules or {}, "signal": signal}, notify={"language": language})
    known = (universe(SAMSUNG, HYNIX), OPENED, level_closes(SAMSUNG), level_closes(HYNIX), tick("10:00:00"))
    return given(SIGNAL, run, *known, SubscribeConfirmed(code=SAMSUNG, link=1), *facts)


def why(story: Story, code: str = SAMSUNG) -> list[str]:
    asked = CommandAccepted(update_id=7, person="1", chat="2", name="why", code=code)
    (said,) = story.when(asked).then_of(ReplyGiven)
    assert (said.update_id, said.chat, said.code) == (7, "2", code)
    return said.text.splitlines()


def verdicts(story: Story, code: str = SAMSUNG) -> list[str]:
    return [one.verdict for one in explained(story.state, code).standings]


def test_a_code_above_the_line_is_so_far_from_it():
    assert why(watching(frame(trade(ABOVE)))) == [
        f"name of {SAMSUNG} ({SAMSUNG}, KOSPI)", "9,300 won (-1.50%) · 10:00:00 trade", "streamed",
        "· disparity below threshold: -6.74% (threshold -8.00%, 1.26% to go) not met",
    ]  # fmt: skip


def test_it_is_said_in_korean():
    assert why(watching(frame(trade(ABOVE)), language="ko")) == [
        f"name of {SAMSUNG} ({SAMSUNG}, KOSPI)", "9,300원 (-1.50%) · 10:00:00 체결", "실시간 구독 중",
        "· 이격도 하회: -6.74% (기준 -8.00%, 1.26% 남음) 미충족",
    ]  # fmt: skip


def test_a_scanned_code_is_known_by_scans_only():
    lines = why(watching(quotes_returned({HYNIX: ABOVE}, acml_vol="1")), HYNIX)
    assert lines[1:3] == ["9,300 won (+0.00%) · 10:00:00 scan", "scans only"]


def test_nothing_seen_is_said_so():
    unjudged = "· disparity below threshold: no price judged yet"
    assert why(watching())[1:] == ["no price seen today", "streamed", unjudged]


@pytest.mark.parametrize(
    ("prices", "verdict"), [((ABOVE,), "far"), ((BELOW,), "told"), ((BELOW, BACK), "rearming"), ((BELOW, ABOVE), "far")]
)
def test_what_keeps_the_line_from_counting(prices, verdict):
    assert verdicts(watching(*(frame(trade(price)) for price in prices))) == [verdict]


def test_too_few_closes_cannot_be_measured():
    assert verdicts(watching(level_closes(SAMSUNG, count=3), frame(trade(BELOW)))) == ["unmeasured"]


def test_what_must_hold_for_a_while_says_how_long_it_has():
    rules = {"fall": {"rule": "breakout", "of": "previous_low", "for_sec": 30}}
    low = level_closes(SAMSUNG)
    facts = (type(low)(code=SAMSUNG, day=low.day, closes_won=low.closes_won, high_won=9_900, low_won=9_800),)
    story = watching(*facts, frame(trade(9_700)), rules=rules).when(tick("10:00:12"), at=at("10:00:12"))
    assert verdicts(story) == ["far", "holding"]
    assert why(story)[-1].endswith("met, not yet for long enough 12/30s")


def test_a_price_outside_the_regular_session_is_not_judged():
    rules = {"fall": {"rule": "rapid_fall", "session": "regular"}}
    late = opened(closes="18:00:00", regular=("09:00:00", "09:30:00"))
    story = watching(late, frame(trade(BELOW)), rules=rules, regular_only=False)
    assert verdicts(story) == ["told", "session"]


def test_too_little_turnover_is_said():
    rules = {"fall": {"rule": "rapid_fall", "min_turnover_won": 10**12}}
    assert verdicts(watching(frame(trade(BELOW)), rules=rules))[1] == "turnover"


def test_after_the_close_nothing_is_judged():
    lines = why(watching(frame(trade(ABOVE)), SessionClosed(day=OPENED.day)))
    assert "no session: nothing is judged" in lines


def test_a_rule_for_other_codes_is_not_listed():
    rules = {"fall": {"rule": "rapid_fall", "codes": [HYNIX]}}
    assert [one.name for one in explained(watching(rules=rules).state, SAMSUNG).standings] == ["disparity_threshold"]


def test_other_commands_are_none_of_its_business():
    watching().when(CommandAccepted(update_id=7, person="1", chat="", name="near")).then()
