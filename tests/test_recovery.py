"""State comes out of the log: what was decided stands, what was not is decided again, and nothing else matters."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from days import Day, Unit, logged, played, rows_of, run_of_the_day, written
from facts import DAY, NEXT_DAY, at, raised, tick

from eventlog.day import path_of
from eventlog.store import Reader, Writer
from kis_actors.cores import CORES
from kis_actors.day_files import open_day
from kis_actors.messages import (
    AlertDecided,
    Event,
    LinkLost,
    LinkOpened,
    LinkReleased,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    Record,
    RunEnded,
    StateCarried,
)
from kis_actors.recovery import Undecided, day_file, rebuilt_from, records_in
from kis_actors.turn import Core, hears, take_turn

# --- a core that only remembers, to see in which order things count


def evolve(state: list[str], event: Event) -> list[str]:
    return [*state, f"{type(event).__name__} {event.link}"]


def decide(state: list[str], record: Record) -> tuple[Event, ...]:
    return (LinkReleased(link=record.seq),) if isinstance(record.event, LinkOpened) else ()


SCRIBE = Core(name="scribe", listens=(LinkOpened, LinkLost), state=list, evolve=evolve, decide=decide)
OPENED, LOST = ("socket", 0, LinkOpened(link=7)), ("socket", 0, LinkLost(link=7, reason=""))
ENDED = ("app", 0, RunEnded(reason=""))


def decided(cause: int, link: int | None = None) -> tuple[str, int, Event]:
    """What the scribe says to record `cause`; another `link` is not what it would say today."""
    return "scribe", cause, LinkReleased(link=cause if link is None else link)


def rebuilt(tmp_path, *said):
    return rebuilt_from(written(tmp_path, logged(*said)), (SCRIBE,))


def test_a_decision_counts_right_after_its_cause(tmp_path):
    states = rebuilt(tmp_path, OPENED, LOST, decided(1)).states
    assert states["scribe"] == ["LinkOpened 7", "LinkReleased 1", "LinkLost 7"]


def test_an_undecided_turn_is_decided_again(tmp_path):
    undecided = rebuilt(tmp_path, OPENED, decided(1), OPENED).undecided
    assert undecided == (Undecided("scribe", (LinkReleased(link=3),), 3),)


def test_what_is_decided_again_counts_too(tmp_path):
    states = rebuilt(tmp_path, OPENED, LOST).states
    assert states["scribe"] == ["LinkOpened 7", "LinkReleased 1", "LinkLost 7"]


def test_a_recorded_decision_stands_against_today_s_code(tmp_path):
    assert rebuilt(tmp_path, OPENED, decided(1, 99)).states["scribe"] == ["LinkOpened 7", "LinkReleased 99"]


def test_a_turn_before_a_recorded_decision_is_over(tmp_path):
    assert rebuilt(tmp_path, OPENED, OPENED, decided(2)).undecided == ()


def test_a_turn_before_a_clean_end_is_over(tmp_path):
    assert rebuilt(tmp_path, OPENED, ENDED).undecided == ()


def test_a_turn_after_a_clean_end_is_decided_again(tmp_path):
    assert [missing.cause for missing in rebuilt(tmp_path, OPENED, ENDED, OPENED).undecided] == [3]


def test_recovery_knows_the_last_record(tmp_path):
    assert rebuilt(tmp_path, OPENED, LOST).last_seq == 2


def test_an_empty_log_is_a_fresh_start(tmp_path):
    assert rebuilt(tmp_path).states == {"scribe": []}


def test_a_carried_state_is_where_an_actor_begins(tmp_path):
    carried = StateCarried(actor="scribe", state=msgspec.Raw(b'["before"]'))
    states = rebuilt(tmp_path, ("carried", 0, carried), LOST).states
    assert states["scribe"] == ["before", "LinkLost 7"]


# --- the five cores over a day


def folded(units: Iterable[Unit]) -> tuple[dict[str, Any], list[Undecided]]:
    """The states by taking every turn in order, and the decisions that are not among `units`."""
    records = [record for unit in units for record in unit]
    known = {(record.stream, record.cause) for record in records}
    states: dict[str, Any] = {core.name: core.state() for core in CORES}
    missing = []
    for record in records:
        for core in CORES:
            if hears(core, record):
                states[core.name], made = take_turn(core, states[core.name], record)
                if made and (core.name, record.seq) not in known:
                    missing.append(Undecided(core.name, made, record.seq))
    return states, missing


@pytest.mark.parametrize("seed", range(3))
def test_the_state_is_the_fold_after_every_unit(tmp_path, seed):
    units = played(seed).units
    path = written(tmp_path, [])
    writer = Writer(path, "normal")
    for count, unit in enumerate(units, start=1):
        writer.append(rows_of(unit))
        rebuilt = rebuilt_from(path, CORES)
        assert (rebuilt.states, list(rebuilt.undecided)) == folded(units[:count]), f"after {count} units"
    writer.close()


def test_the_state_is_what_the_actors_had(tmp_path):
    day = played(seed=4)
    assert rebuilt_from(written(tmp_path, day.units), CORES).states == day.states


def test_recovering_twice_gives_the_same_state(tmp_path):
    path = written(tmp_path, played(seed=5).units[:60])
    assert rebuilt_from(path, CORES) == rebuilt_from(path, CORES)


# --- messages in doubt


def day_that_asks() -> Day:
    """One alert, asked of two channels, which have not answered."""
    day = Day(seed=1, has_answers=False)
    day.observe("app", run_of_the_day())
    day.observe("signal", raised())
    day.settle()
    return day


def answer(day: Day, channel: str, outcome: type[NotifySent | NotifyUnknown], **said: str) -> None:
    """What came of the first request to `channel`."""
    record = next(one for one in day.records if isinstance(one.event, NotifyRequested) and one.event.channel == channel)
    answered = outcome(alert_id=record.event.alert_id, channel=channel, attempt=1, **said)
    day.observe("channel", answered, cause=record.seq)
    day.settle()


def doubts(tmp_path: Path, day: Day, opened: date = DAY) -> list[tuple[str, int]]:
    """What a start finds in doubt after `day`: channel and attempt."""
    written(tmp_path, day.units)
    return doubts_again(tmp_path, opened)


def doubts_again(tmp_path: Path, opened: date) -> list[tuple[str, int]]:
    return [(asked.channel, asked.attempt) for asked in open_day(tmp_path, opened, CORES, "normal").in_doubt]


def test_a_question_without_outcome_is_in_doubt(tmp_path):
    assert doubts(tmp_path, day_that_asks()) == [("log", 1), ("telegram", 1)]


def test_a_question_with_an_outcome_is_not_in_doubt(tmp_path):
    day = day_that_asks()
    answer(day, "log", NotifySent)
    assert doubts(tmp_path, day) == [("telegram", 1)]


def test_only_the_last_attempt_is_in_doubt(tmp_path):
    day = day_that_asks()
    answer(day, "log", NotifySent)
    answer(day, "telegram", NotifyUnknown, reason="")
    day.tick("08:45:01")
    assert doubts(tmp_path, day) == [("telegram", 2)]


def test_what_is_asked_only_now_is_not_in_doubt(tmp_path):
    said = [("app", 0, run_of_the_day()), ("signal", 0, raised())]
    written(tmp_path, logged(*said, at_each=at("10:00:00")))
    opening = open_day(tmp_path, DAY, CORES, "normal")
    late = [event for missing in opening.undecided for event in missing.events]
    assert sum(isinstance(event, NotifyRequested) for event in late) == 2
    assert opening.in_doubt == ()


# --- from one day to the next


def test_the_first_day_ever_starts_fresh(tmp_path):
    opening = open_day(tmp_path, DAY, CORES, "normal")
    assert opening.states == {core.name: core.state() for core in CORES}


def test_a_day_under_way_is_continued(tmp_path):
    day = played(seed=6)
    path = written(tmp_path, day.units)
    opening = open_day(tmp_path, DAY, CORES, "normal")
    assert (opening.path, opening.states) == (path, day.states)


def test_a_new_day_starts_from_the_day_before(tmp_path):
    day = played(seed=7)
    written(tmp_path, day.units)
    opening = open_day(tmp_path, NEXT_DAY, CORES, "normal")
    assert (opening.path, opening.states) == (path_of(tmp_path, NEXT_DAY), day.states)


def test_a_new_file_opens_with_every_state(tmp_path):
    written(tmp_path, played(seed=7).units)
    path = open_day(tmp_path, NEXT_DAY, CORES, "normal").path
    assert [record.event.actor for record in records_in(path)] == [core.name for core in CORES]


def test_a_new_file_replays_alone(tmp_path):
    day = played(seed=7)
    before = written(tmp_path, day.units)
    path = open_day(tmp_path, NEXT_DAY, CORES, "normal").path
    before.unlink()
    assert rebuilt_from(path, CORES).states == day.states


def test_seqs_run_on_in_a_new_file(tmp_path):
    day = played(seed=7)
    written(tmp_path, day.units)
    path = open_day(tmp_path, NEXT_DAY, CORES, "normal").path
    assert next(records_in(path)).seq == len(day.records) + 1


def test_the_chain_runs_on_in_a_new_file(tmp_path):
    before = written(tmp_path, played(seed=7).units)
    path = path_of(tmp_path, NEXT_DAY)
    with Reader(before) as reader:
        last_seq, chain = reader.last_commit()
    Writer.create(path, day=NEXT_DAY.isoformat(), last_seq=last_seq, chain=chain, durability="normal").close()
    with Reader(path) as reader:
        assert reader.last_commit() == (last_seq, chain)


def test_days_without_a_run_are_skipped(tmp_path):
    day = played(seed=7)
    written(tmp_path, day.units)
    assert open_day(tmp_path, DAY + timedelta(days=9), CORES, "normal").states == day.states


def test_late_decisions_go_into_their_own_day(tmp_path):
    path = written(tmp_path, logged(OPENED))
    open_day(tmp_path, NEXT_DAY, (SCRIBE,), "normal")
    assert [record.event for record in records_in(path)] == [LinkOpened(link=7), LinkReleased(link=1)]


def test_late_decisions_are_not_made_again(tmp_path):
    written(tmp_path, logged(OPENED))
    opening = open_day(tmp_path, NEXT_DAY, (SCRIBE,), "normal")
    assert (opening.undecided, opening.states["scribe"]) == ((), ["LinkOpened 7", "LinkReleased 1"])


def test_doubts_of_the_day_before_are_carried(tmp_path):
    assert doubts(tmp_path, day_that_asks(), NEXT_DAY) == [("log", 1), ("telegram", 1)]


class Killed(Exception):
    """Stands for kill -9."""


def die(*_: object) -> None:
    raise Killed


def test_a_kill_during_the_carry_over_loses_no_state(tmp_path, monkeypatch):
    day = played(seed=7)
    written(tmp_path, day.units)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Writer, "append", die)
        open_day(tmp_path, NEXT_DAY, CORES, "normal")
    assert open_day(tmp_path, NEXT_DAY, CORES, "normal").states == day.states


def test_a_kill_before_the_first_run_loses_no_doubt(tmp_path):
    before = doubts(tmp_path, day_that_asks(), NEXT_DAY)
    assert doubts_again(tmp_path, NEXT_DAY) == before


def test_a_day_without_a_file_names_those_there_are(tmp_path):
    written(tmp_path, [])
    with pytest.raises(FileNotFoundError, match="days there: 2026-11-20"):
        day_file(tmp_path, NEXT_DAY)


# --- a kill between question and outcome


def test_a_message_in_doubt_is_repeated_after_a_kill(tmp_path):
    day = day_that_asks()
    written(tmp_path, day.units)
    day.observe("app", run_of_the_day(open_day(tmp_path, DAY, CORES, "normal").in_doubt))
    day.tick("08:45:01")
    asked_again = [record.event for record in day.records if isinstance(record.event, NotifyRequested)][2:]
    assert [(ask.channel, ask.attempt) for ask in asked_again] == [("log", 2), ("telegram", 2)]


def test_an_alert_is_decided_once_over_a_kill(tmp_path):
    said = [("app", 0, run_of_the_day()), ("clock", 0, tick("10:00:00")), ("signal", 0, raised())]
    path = written(tmp_path, logged(*said, at_each=at("10:00:00")))
    alerts = [event for missing in rebuilt_from(path, CORES).undecided for event in missing.events]
    assert [type(event) for event in alerts].count(AlertDecided) == 1
