"""Stories of the morning before the market opens."""

from datetime import timedelta

from facts import DAY, SAMSUNG, holidays_returned, level_closes, started, tick, universe
from story import Story, given

from kis_actors.actors.scan import CORE as SCAN
from kis_actors.market.sessions import Calendar, SpecialHours
from kis_actors.messages import Event, HolidaysFailed, HolidaysRequested, RunStarted

MONDAY = DAY + timedelta(days=3)
HOLIDAY = Calendar(closures={DAY: "a holiday"})
LATE = Calendar(special={DAY: SpecialHours(opens="10:00", closes="16:30", source="CSAT")})
KIS_CLOSED, KIS_OPEN = holidays_returned({DAY: False}), holidays_returned({DAY: True})
KIS_FAILED = HolidaysFailed(reason="no answer")
ASKED = HolidaysRequested(day=DAY)


def asking(calendar: Calendar = Calendar(), **sections: dict[str, object]) -> RunStarted:
    """A start that asks KIS for its calendar."""
    return started(calendar, **{**sections, "market": {"ask_holidays": True, **sections.get("market", {})}})


def early(*facts: Event, run: RunStarted = started(), codes: tuple[str, ...] = (SAMSUNG,)) -> Story:
    """Seven o'clock; the universe was read as the run began, and needs no more averages."""
    return given(SCAN, run, universe(*codes), tick("07:00:00"), *map(level_closes, codes), *facts)


def asked_for_holidays(story: Story) -> int:
    """How often KIS's calendar was just asked for."""
    return len(story.then_of(HolidaysRequested))
