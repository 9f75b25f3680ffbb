"""KIS's word (chk-holiday) over the calendar: what it changes, and where the two disagree.

Must not know when KIS was asked. KIS tells open days only, never hours, so special hours stay ours.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.market.sessions import Calendar, SpecialHours, first_weekday_open, is_weekend, why_closed

CLOSED_BY_KIS = "closed, says KIS (chk-holiday)"


class Disagreement(Struct, frozen=True, kw_only=True):
    """A day that KIS and the calendar see otherwise; ours, theirs: open or closed, in words.

    is_ours_kept: the user's file speaks of the day, or it is at a weekend, when no venue opens.
    """

    day: date
    ours: str
    theirs: str
    is_ours_kept: bool


def disagreements(
    calendar: Calendar, opens: Mapping[date, bool], *, start: date, days: int = 31
) -> tuple[Disagreement, ...]:  # fmt: skip
    """Where `calendar`, without KIS's word in it yet, differs from `opens` in the `days` from `start` on, in order."""
    asked = (start + timedelta(days=ahead_days) for ahead_days in range(days))
    return tuple(_differing(calendar, opens, asked))


def overlaid(calendar: Calendar, opens: Mapping[date, bool]) -> Calendar:
    """`calendar` with KIS's word over it, but for weekends and what is fixed; the same again if nothing differs.

    If that moves the first trading day of a year, its hours move along.
    """
    differing = tuple(found for found in _differing(calendar, opens, sorted(opens)) if not found.is_ours_kept)
    if not differing:
        return calendar
    closures = dict(calendar.closures)
    for found in differing:
        if opens[found.day]:
            del closures[found.day]
        else:
            closures[found.day] = CLOSED_BY_KIS
    closures = dict(sorted(closures.items()))
    return replace(calendar, closures=closures, special=_special(calendar, closures))


def _differing(calendar: Calendar, opens: Mapping[date, bool], days: Iterable[date]) -> Iterator[Disagreement]:
    for day in days:
        why = why_closed(day, calendar)
        if day in opens and opens[day] == bool(why):
            yield Disagreement(
                day=day, ours=f"closed ({why})" if why else "open", theirs="open" if opens[day] else "closed",
                is_ours_kept=day in calendar.fixed or is_weekend(day),
            )  # fmt: skip


def _special(calendar: Calendar, closures: dict[date, str]) -> dict[date, SpecialHours]:
    """The special hours, those of a first trading day on what is the first one by `closures`."""
    moved: dict[date, SpecialHours] = {}
    for day, hours in calendar.special.items():
        is_first = day not in calendar.fixed and day == first_weekday_open(day.year, calendar.closures)
        moved.setdefault(first_weekday_open(day.year, closures) if is_first else day, hours)
    return moved | {day: hours for day, hours in calendar.special.items() if day in calendar.fixed}
