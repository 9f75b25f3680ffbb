"""Alerts arrive as promised: a real daemon, and a Telegram and a Discord that misbehave and count.

One story is told once, over kills and restarts; each test looks at one side of what the two channels saw of it.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

import pytest
from fakes import (
    Fake,
    Fault,
    Said,
    Try,
    cut_after_accepting,
    error_after_accepting,
    never_taken,
    refusal,
    slow,
    too_many,
)
from post import CHANNELS, COOLDOWN_S, REPEATED, Post, alert_of, is_marked, post
from world import stop

from eventlog.store import Reader

REFUSALS = (400, 403, 404)
BUSY_S, LONG_BUSY_S = 30.0, 120.0
"""Seconds of the simulated clock for which a channel wants to be left alone."""


class Told(NamedTuple):
    """The story's surroundings at its end, and the alerts that a certain thing was done to.

    quiet_seq: up to here in the log, everything had its last outcome.
    """

    post: Post
    hung: str
    unconnected: str
    held_at_stop: str
    waiting_at_stop: str
    waiting_at_kill: str
    quiet_seq: int
    exits: tuple[int, ...]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with post(tmp_path_factory.mktemp("arrivals")) as around:
        daemon = around.start()
        troubles = _troubles(around)
        daemon, waiting = _killed(around, daemon)
        daemon, held, busy, first = _stopped(around, daemon)
        quiet_seq = _quiet(around)
        exits = (first, stop(daemon))
        yield Told(around, *troubles, held, busy, waiting, quiet_seq, exits)


# --- the story


def _is_done(fake: Fake) -> bool:
    return not fake.faults


def _troubles(around: Post) -> tuple[str, str]:
    """Everything a channel can do to a message while the daemon lives."""
    telegram, discord = around.fakes.values()
    for channel in CHANNELS:
        _until_taken(around, channel, 1)
    empty = Said(200, {"id": "9"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "90"})
    telegram.faults += [too_many(BUSY_S), error_after_accepting(500), refusal(403), cut_after_accepting(), refusal(400)]
    discord.faults += [Fault(Said(429, b"<html>", {"Retry-After": "30"})), Fault(empty, is_taken=True)]
    discord.faults += [cut_after_accepting(), refusal(404), error_after_accepting(503), refusal(400)]
    for channel, fake in around.fakes.items():
        around.until(partial(_is_done, fake), "every fault done", channel)
        _until_taken(around, channel, 1)
    return _hang(around), _unconnected(around)


def _hang(around: Post) -> str:
    """Telegram keeps silent until the daemon gives up; Discord goes on."""
    hung = _soon(around, "telegram", slow())()
    _until_taken(around, "discord", 2)
    around.until(lambda: len(around.tries("telegram")[hung]) == 2, "the repeat of what hung")
    return hung


def _unconnected(around: Post) -> str:
    """Nobody listens for some time; an alert that Telegram has not seen at all."""
    telegram = around.fakes["telegram"]
    place = telegram.refuse()
    around.wait_until(lambda: bool(_unseen(around)), "a message without a connection")
    alert_id = _unseen(around)[0]
    telegram.accept(place)
    around.until(lambda: alert_id in around.tries("telegram"), "what found no connection")
    return alert_id


def _unseen(around: Post) -> list[str]:
    failed = [data for _, _, data in around.rows("NotifyFailed") if data["channel"] == "telegram"]
    return [data["alert_id"] for data in failed if data["alert_id"] not in around.tries("telegram")]


def _killed(around: Post, daemon: "subprocess.Popen[str]") -> tuple["subprocess.Popen[str]", str]:
    """kill -9 between request and outcome: before it is taken, after, in a repeat, in a wait, and about its answer."""
    telegram, discord = around.fakes.values()
    for held in (_soon(around, "telegram", never_taken()), _soon(around, "discord", slow())):
        held()
    daemon = _again(around, daemon)
    around.wait_until(lambda: all(around.is_settled(*key) for key in around.doubted), "the repeats")
    telegram.faults += [cut_after_accepting(), slow()._replace(beginning=REPEATED)]
    around.until(lambda: not telegram.faults, "a repeat held")
    waiting = _soon(around, "discord", too_many(LONG_BUSY_S))()
    around.wait_until(lambda: around.states()[waiting, "discord"] == "failed", "a wait that is in the log")
    known = len(discord.too_soon)
    daemon = _again(around, daemon)
    around.wait_until(lambda: around.is_settled(waiting, "discord"), "what waited")
    del discord.too_soon[known:]  # the next run does not know how long the channel itself wants to rest
    _until_taken(around, "telegram", 1)
    return _again(around, daemon), waiting


def _again(around: Post, daemon: "subprocess.Popen[str]") -> "subprocess.Popen[str]":
    """After kill -9."""
    around.kill(daemon)
    for fake in around.fakes.values():
        fake.let_go()
    return around.start()


def _stopped(around: Post, daemon: "subprocess.Popen[str]") -> tuple["subprocess.Popen[str]", str, str, int]:
    """SIGTERM while one message is under way and another waits."""
    around.wait_until(lambda: all(around.is_settled(*key) for key in around.doubted), "the repeats")
    busy = _soon(around, "discord", too_many(BUSY_S))()
    held = _soon(around, "telegram", slow())()
    daemon.terminate()
    time.sleep(0.5)
    around.fakes["telegram"].let_go()
    status = daemon.wait(timeout=20)
    return around.start(), held, busy, status


def _quiet(around: Post) -> int:
    """Waits until nothing is under way or waits, and says up to where in the log."""
    for channel in CHANNELS:
        _until_taken(around, channel, 2)
    around.wait_until(around.is_quiet, "a quiet moment")
    decided = [seq for seq, _, _ in around.rows("AlertDecided")]
    around.wait_until(around.is_quiet, "a quiet moment")
    return decided[-1]


def _soon(around: Post, channel: str, fault: Fault) -> Callable[[], str]:
    """Does `fault` to the channel's next message; waits, when called, until it is done, and says to which alert."""
    fake, status = around.fakes[channel], fault.said.status if fault.said else 0
    before = len(fake.tries)
    fake.faults.append(fault)

    def done() -> str:
        around.until(lambda: any(one.status == status for one in fake.tries[before:]), f"{status}", channel)
        return next(alert_of(one.text) for one in fake.tries[before:] if one.status == status)

    return done


def _until_taken(around: Post, channel: str, more: int) -> None:
    fake = around.fakes[channel]
    wanted = len(fake.taken) + more
    around.until(lambda: len(fake.taken) >= wanted, f"{more} more messages", channel)


# --- what every message keeps to


@pytest.fixture(params=CHANNELS)
def arrivals(request: pytest.FixtureRequest, told: Told) -> "Arrivals":
    return Arrivals(told.post, request.param)


class Arrivals(NamedTuple):
    """What one channel saw, alert by alert."""

    post: Post
    channel: str

    def tries(self) -> dict[str, list[Try]]:
        return self.post.tries(self.channel)

    def doubtful(self) -> set[str]:
        """Alerts of which the daemon cannot have known, once or more, whether they arrived."""
        killed = {alert_id for alert_id, channel in self.post.doubted if channel == self.channel}
        unsure = {alert_id for alert_id, tries in self.tries().items() if not all(one.is_certain for one in tries)}
        return killed | unsure

    def arrived(self) -> set[str]:
        return {alert_id for alert_id, tries in self.tries().items() if any(one.is_taken for one in tries)}

    def refused(self) -> set[str]:
        return {alert_id for alert_id, tries in self.tries().items() if tries[-1].status in REFUSALS}


def test_the_story_has_every_trouble_in_it(arrivals: Arrivals) -> None:
    statuses = {one.status for tries in arrivals.tries().values() for one in tries}
    assert statuses >= {0, 200, 400, 429} and statuses & {403, 404} and statuses & {500, 503}
    assert {channel for _, channel in arrivals.post.doubted} == set(CHANNELS)


def test_nothing_is_sent_without_a_durable_question(told: Told) -> None:
    assert told.post.unasked == []


def test_nobody_hears_of_what_was_not_decided(arrivals: Arrivals) -> None:
    decided = {data["alert_id"] for _, _, data in arrivals.post.rows("AlertDecided")}
    assert arrivals.tries().keys() <= decided


def test_every_alert_arrives_but_what_is_refused(arrivals: Arrivals, told: Told) -> None:
    decided = {data["alert_id"] for seq, _, data in arrivals.post.rows("AlertDecided") if seq <= told.quiet_seq}
    assert decided - arrivals.arrived() <= arrivals.refused()


def test_what_is_certain_arrives_once_and_unmarked(arrivals: Arrivals) -> None:
    for alert_id in arrivals.tries().keys() - arrivals.doubtful() - arrivals.refused():
        tries = arrivals.tries()[alert_id]
        assert [one.is_taken for one in tries if one.status != 429] == [True], (alert_id, tries)
        assert not any(map(is_marked, tries)), (alert_id, tries)


def test_what_is_in_doubt_arrives_twice_at_most_and_is_marked(arrivals: Arrivals) -> None:
    for alert_id in arrivals.doubtful():
        tries = arrivals.tries()[alert_id]
        taken = [is_marked(one) for one in tries if one.is_taken]
        assert taken in ([], [False], [True], [False, True]), (alert_id, tries)
        assert sorted(map(is_marked, tries)) == list(map(is_marked, tries)), (alert_id, tries)


def test_a_repeat_in_doubt_is_the_last_word(arrivals: Arrivals) -> None:
    for tries in arrivals.tries().values():
        unsure = [number for number, one in enumerate(tries) if is_marked(one) and not one.is_certain]
        assert unsure in ([], [len(tries) - 1]), tries


def test_the_mark_stands_over_the_same_text(arrivals: Arrivals) -> None:
    for tries in arrivals.tries().values():
        assert len({one.text.removeprefix(f"{REPEATED}\n") for one in tries}) == 1, tries


def test_a_refusal_is_the_last_word(arrivals: Arrivals) -> None:
    for tries in arrivals.tries().values():
        assert not any(one.status in REFUSALS for one in tries[:-1]), tries


def test_nobody_is_asked_sooner_than_he_said(told: Told) -> None:
    assert [fake.too_soon for fake in told.post.fakes.values()] == [[], []]


def test_nothing_is_left_open(told: Told) -> None:
    assert "pending" not in told.post.states().values()


# --- single moments


def test_a_silent_channel_holds_up_nobody(told: Told) -> None:
    rows = told.post.rows("NotifyRequested", "NotifyUnknown", "NotifySent", "ClockTicked", "AlertDecided")
    of_hung = [(kind, seq) for seq, kind, data in rows if data.get("alert_id") == told.hung]
    asked = next(seq for kind, seq in of_hung if kind == "NotifyRequested")
    unknown = next(seq for kind, seq in of_hung if kind == "NotifyUnknown")
    meanwhile = [(kind, data.get("channel")) for seq, kind, data in rows if asked < seq < unknown]
    assert ("NotifySent", "discord") in meanwhile
    assert meanwhile.count(("ClockTicked", None)) >= 10 and ("AlertDecided", None) in meanwhile
    assert ("NotifySent", "telegram") not in meanwhile


def test_what_hung_is_repeated_once(told: Told) -> None:
    assert [is_marked(one) for one in told.post.tries("telegram")[told.hung]] == [False, True]


def test_what_finds_no_connection_arrives_once_it_is_there(told: Told) -> None:
    tries = told.post.tries("telegram")[told.unconnected]
    assert [(one.is_taken, is_marked(one)) for one in tries] == [(True, False)]


def test_what_waits_is_not_asked_sooner_after_a_kill(told: Told) -> None:
    first, *others = told.post.tries("discord")[told.waiting_at_kill]
    assert (first.status, [(one.is_taken, is_marked(one)) for one in others]) == (429, [(True, False)])
    assert (others[0].came_s - first.came_s) * told.post.speed >= LONG_BUSY_S


def test_a_clean_end_repeats_nothing(told: Told) -> None:
    held, busy = told.post.tries("telegram")[told.held_at_stop], told.post.tries("discord")[told.waiting_at_stop]
    assert [(one.is_taken, is_marked(one)) for one in held] == [(True, False)]
    assert [(one.is_taken, is_marked(one)) for one in busy if one.status != 429] == [(True, False)]
    assert told.exits == (0, 0)


def test_the_cooldown_holds_over_restarts(told: Told) -> None:
    rows = told.post.rows("AlertDecided", "AlertSuppressed", "RunStarted")
    last: dict[str, tuple[datetime, int]] = {}
    runs, held = 0, set()
    for _, kind, data in rows:
        runs += kind == "RunStarted"
        if kind == "AlertSuppressed":
            held.add(runs - last[data["code"]][1])
        elif kind == "AlertDecided":
            code, at = data["signal"]["code"], datetime.fromisoformat(data["decided_at"])
            assert code not in last or (at - last[code][0]).total_seconds() >= COOLDOWN_S
            last[code] = at, runs
    assert max(held) >= 1, "no cooldown was put to the test by a restart"


def test_the_log_agrees_with_what_arrived(arrivals: Arrivals) -> None:
    states = arrivals.post.states().items()
    sent = {alert_id for (alert_id, channel), state in states if (channel, state) == (arrivals.channel, "sent")}
    assert sent <= arrivals.arrived()


def test_the_command_agrees_with_what_arrived(told: Told) -> None:
    shown = [json.loads(line) for line in told.post.command("alerts", "--json").stdout.splitlines()]
    said = {(alert["alert_id"], one["channel"]): one for alert in shown for one in alert["deliveries"]}
    for channel in CHANNELS:
        arrivals = Arrivals(told.post, channel)
        sent = {alert_id for (alert_id, name), one in said.items() if (name, one["status"]) == (channel, "sent")}
        assert sent <= arrivals.arrived() and len(sent) > len(shown) / 2
        failed = {alert_id for (alert_id, name), one in said.items() if (name, one["status"]) == (channel, "failed")}
        assert failed == arrivals.refused()


def test_the_story_replays_byte_for_byte(told: Told) -> None:
    replayed = told.post.command("replay")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    with Reader(told.post.day_file()) as reader:
        assert reader.check() is None
