"""Messages about the daemon itself: so many an hour, the rest for the log alone; what must be known is never held."""

import pytest
from facts import DAY, started, three_ways, tick
from telling import BOTH, TELEGRAM, Person, run, signal_of

from kis_actors.actors.notify import CORE as NOTIFY
from kis_actors.messages import (
    AccountRefused,
    CodesUnquoted,
    DegradedModeEntered,
    DegradedModeLeft,
    OperatorSilenced,
    OperatorTold,
    SafeModeEntered,
    SafeModeLeft,
    SessionClosed,
    StreamGivenUp,
    UniverseRefused,
)

NEWS = UniverseRefused(reason="found 94 and 150")
OTHER = CodesUnquoted(codes=("005930",), scans=3)
ENTERED, LEFT = DegradedModeEntered(reason="no stream", interval_s=15.0), DegradedModeLeft()
REFUSED = AccountRefused(reason="test")
VITAL = [SafeModeEntered(reason="no answer", interval_s=120.0), SafeModeLeft(interval_s=60.0), REFUSED]


def hearing(*news, **notify) -> Person:
    """All at 10:00:00; three an hour may be told."""
    return also(Person(**{"operator_per_hour": 3, **notify}), *news)


def also(person: Person, *news) -> Person:
    for one in news:
        person.hear(one)
    return person


def given_up(number: int) -> StreamGivenUp:
    return StreamGivenUp(code=f"{number:06}", link=1)


def count(person: Person) -> tuple[int, int]:
    """Told, and silenced."""
    return len(person.all_of(OperatorTold)), len(person.all_of(OperatorSilenced))


# --- the budget


def test_the_whole_budget_is_told():
    assert count(hearing(*[NEWS] * 3)) == (3, 0)


def test_beyond_the_budget_the_log_alone_knows():
    person = hearing(*[NEWS] * 4)
    assert (count(person), len(person.times())) == ((3, 1), 3)


def test_what_is_silenced_is_said_once_each():
    person = hearing(*[NEWS] * 3, OTHER, given_up(1)).until("10:59:00")
    assert [one.kind for one in person.all_of(OperatorSilenced)] == ["CodesUnquoted", "StreamGivenUp 000001"]


def test_why_it_is_silenced_is_said():
    (silenced,) = hearing(*[NEWS] * 4).all_of(OperatorSilenced)
    reason = "3 messages within the hour already; this stands for all of its kind in the hour to come"
    assert silenced == OperatorSilenced(kind="UniverseRefused", reason=reason)


def test_how_many_is_a_setting():
    assert count(hearing(*[NEWS] * 9, operator_per_hour=7)) == (7, 1)


def test_the_usual_budget_is_twelve():
    assert count(hearing(*[NEWS] * 13, operator_per_hour=12)) == count(also(Person(), *[NEWS] * 13)) == (12, 1)


def test_all_topics_share_the_budget():
    assert count(hearing(NEWS, OTHER, given_up(1), given_up(2))) == (3, 1)


def test_two_channels_do_not_use_up_the_budget_twice():
    person = hearing(*[NEWS] * 3, **BOTH)
    assert (len(person.times()), len(person.times("discord"))) == (3, 3)


def test_alerts_are_told_beyond_the_budget():
    person = hearing(*[NEWS] * 5).signals(1)
    assert person.asked()[-1].kind == "signal"


def test_alerts_do_not_use_up_the_budget():
    assert count(also(hearing().signals(1, 2, 3, 4), *[NEWS] * 3)) == (3, 0)


def test_summaries_are_told_beyond_the_budget():
    assert hearing(*[NEWS] * 5, SessionClosed(day=DAY)).asked()[-1].kind == "summary"


# --- the hour


def test_the_budget_is_back_after_the_hour():
    person = hearing(*[NEWS] * 4).skip_to("11:00:00")
    assert count(also(person, *[NEWS] * 4)) == (6, 2)


def test_the_budget_is_not_back_a_second_sooner():
    assert count(also(hearing(*[NEWS] * 3).skip_to("10:59:59"), NEWS)) == (3, 1)


def test_the_budget_comes_back_as_it_was_used():
    person = also(hearing(NEWS).skip_to("10:30:00"), NEWS, NEWS).skip_to("11:00:00")
    assert count(also(person, NEWS, NEWS)) == (4, 1)


def test_what_is_silenced_does_not_use_up_the_budget():
    person = also(hearing(*[NEWS] * 3).skip_to("10:59:00"), *[NEWS] * 9).skip_to("11:00:00")
    assert count(also(person, NEWS)) == (4, 1)


def test_news_that_was_silenced_is_told_when_it_comes_again():
    person = also(hearing(*[NEWS] * 3, given_up(1)).skip_to("11:00:00"), given_up(1))
    assert person.all_of(OperatorTold)[-1].kind == "StreamGivenUp 000001"


# --- a storm


def test_a_storm_is_said_to_be_silenced_once_an_hour():
    person = hearing(*[NEWS] * 3, *[NEWS, OTHER] * 200)
    assert [one.kind for one in person.all_of(OperatorSilenced)] == ["UniverseRefused", "CodesUnquoted"]


@pytest.mark.parametrize(("later", "silenced"), [("10:59:59", 1), ("11:00:00", 2)])
def test_what_goes_on_being_silenced_is_said_again_after_the_hour(later, silenced):
    """Told and silenced within the second in which three others were told, an hour apart."""
    person = hearing(*[OTHER] * 3, NEWS).skip_to(later)
    assert count(also(person, *VITAL, NEWS))[1] == silenced


def test_what_was_said_long_ago_is_forgotten():
    person = also(hearing(*[OTHER] * 3, NEWS, given_up(1)).skip_to("11:30:00"), *[OTHER] * 3, NEWS)
    assert list(person.state.operator.silenced) == ["UniverseRefused"]


def test_that_it_was_said_outlives_a_restart():
    assert count(hearing(*[NEWS] * 4, run(operator_per_hour=3), NEWS)) == (3, 1)


# --- what must be known


@pytest.mark.parametrize("news", VITAL, ids=lambda event: type(event).__name__)
def test_what_must_be_known_is_told_beyond_the_budget(news):
    assert count(hearing(*[NEWS] * 4, news, news)) == (5, 1)


def test_what_must_be_known_counts_too():
    assert count(hearing(*VITAL, NEWS)) == (3, 1)


def test_nobody_hears_the_end_of_what_they_were_not_told():
    assert count(hearing(*[NEWS] * 3, ENTERED, LEFT)) == (3, 1)


def test_an_end_that_was_silenced_is_told_the_next_time():
    person = also(hearing(NEWS, NEWS, ENTERED, LEFT).skip_to("11:00:00"), ENTERED, LEFT)
    assert person.all_of(OperatorTold)[-1].kind == "DegradedModeLeft"


# --- the same again


def test_the_same_trouble_does_not_use_up_the_budget():
    assert count(hearing(*[given_up(1)] * 20, given_up(2), given_up(3))) == (3, 0)


def test_a_trouble_of_another_code_is_news():
    assert count(hearing(given_up(1), given_up(2))) == (2, 0)


def test_a_trouble_that_goes_on_is_told_every_half_hour():
    person = also(hearing(given_up(1)).skip_to("10:29:59"), given_up(1)).skip_to("10:30:00")
    assert count(also(person, given_up(1), given_up(1))) == (2, 0)


# --- a restart


def test_the_budget_outlives_a_restart():
    assert count(hearing(*[NEWS] * 3, run(operator_per_hour=3), NEWS)) == (3, 1)


def test_a_greater_budget_counts_from_the_restart():
    assert count(hearing(*[NEWS] * 4, run(operator_per_hour=5), *[NEWS] * 3)) == (5, 1)


def test_a_trouble_told_before_a_restart_is_told_to_be_over():
    person = hearing(ENTERED, run(operator_per_hour=3), LEFT)
    assert [one.kind for one in person.all_of(OperatorTold)] == ["DegradedModeEntered", "DegradedModeLeft"]


def test_a_recovered_operator_is_as_it_was():
    heard = (*[NEWS] * 3, ENTERED, *VITAL, tick("11:00:00"), ENTERED, LEFT, signal_of(1), given_up(1), given_up(1))
    begins = started(notify={**TELEGRAM, "operator_per_hour": 3})
    lived, carried, rebuilt = three_ways(NOTIFY, begins, tick("10:00:00"), *heard)
    assert lived == carried == rebuilt
