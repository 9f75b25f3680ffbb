"""What `alerts --json` says became of each alert, whichever message told it."""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from days import written
from facts import DAY, at
from msgspec.structs import replace
from telling import BOTH, TELEGRAM, Person, busy_for, refused, run, sent, unanswered, unconnected, unknown

from kis_actors.cli import cli
from kis_actors.commands.deliveries import alerts_of
from kis_actors.messages import Event, Record, SettingsChanged
from kis_actors.units import ns_of_instant

SILENT = {**TELEGRAM, "telegram": {"enabled": True, "signal": "off"}}


class Logged(Person):
    """A person to be told, and the log of it."""

    def __init__(self, *args: Any, **notify: Any) -> None:
        self.records: list[Record] = []
        self.decided, self._seen = [], 0
        super().__init__(*args, **notify)

    def hear(self, event: Event) -> None:
        self._catch_up()
        self._log(event)
        super().hear(event)
        self._catch_up()

    def _catch_up(self) -> None:
        for _, one in self.decided[self._seen :]:
            self._log(one)
        self._seen = len(self.decided)

    def _log(self, event: Event) -> None:
        at_ns = ns_of_instant(self.now)
        self.records.append(Record(seq=len(self.records) + 1, stream="test", cause=0, at_ns=at_ns, event=event))

    def alerts(self):
        return alerts_of(self.records)

    def deliveries(self, channel: str = "telegram", *shown: str):
        """What is said of each alert on this channel."""
        found = [one for alert in self.alerts() for one in alert["deliveries"] if one["channel"] == channel]
        return [tuple(one[name] for name in shown or ("status", "attempts")) for one in found]


def told(answer=sent, **notify) -> Logged:
    return Logged(answers={"telegram": answer}, **{**BOTH, **notify})


def in_order(*answers):
    left = list(answers)
    return lambda asked: (left.pop(0) if len(left) > 1 else left[0])(asked)


# --- by its own message


@pytest.mark.parametrize(
    ("answer", "status", "attempts"),
    [
        (sent, "sent", 1),
        (unanswered, "pending", 1),
        (refused, "failed", 1),
        (unknown, "unknown", 2),
        (busy_for(30.0), "pending", 1),
        (in_order(busy_for(30.0), sent), "pending", 1),
        (in_order(unknown, sent), "sent", 2),
        (in_order(unknown, refused), "failed", 2),
    ],
)
def test_an_alert_is_told_by_its_own_message(answer, status, attempts):
    assert told(answer).signals(1).until("10:00:20").deliveries() == [(status, attempts)]


def test_a_second_try_counts():
    assert told(in_order(busy_for(30.0), sent)).signals(1).until("10:01:00").deliveries() == [("sent", 2)]


def test_each_channel_has_its_own_outcome():
    person = told(refused).signals(1)
    assert (person.deliveries("telegram"), person.deliveries("discord")) == ([("failed", 1)], [("sent", 1)])


def test_its_own_message_is_not_named():
    assert told().signals(1).deliveries("telegram", "told_in") == [("",)]


# --- by a digest


def burst(answer=sent, **notify) -> Logged:
    return told(answer, burst_alerts=1, **notify).signals(1, 2, 3)


def test_what_is_held_for_a_digest_is_pending():
    assert burst().deliveries() == [("sent", 1), ("pending", 0), ("pending", 0)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (sent, ("sent", 1)),
        (in_order(sent, refused), ("failed", 1)),
        (in_order(sent, unknown, sent), ("sent", 2)),
        (in_order(sent, busy_for(30.0), sent), ("sent", 2)),
        (in_order(sent, unanswered), ("pending", 1)),
    ],
)
def test_what_a_digest_told_is_told(answer, expected):
    assert burst(answer).until("10:02:00").deliveries() == [("sent", 1), expected, expected]


def test_the_digest_is_named():
    first, second, third = burst().until("10:02:00").deliveries("telegram", "told_in")
    assert first == ("",) and second == third and second[0].startswith("digest-")


def test_a_channel_switched_off_before_the_digest_is_suppressed():
    person = burst().until("10:00:10")
    person.hear(SettingsChanged(settings=run(**{**BOTH, "telegram": SILENT["telegram"]}).settings, difference=()))
    assert person.until("10:02:00").deliveries()[1:] == [("suppressed", 0)] * 2


# --- by a recap


def expired(**notify) -> Logged:
    """One message, and Telegram was not there while it was worth sending."""
    return told(unconnected, **notify).signals(1).until("10:30:00")


def test_what_expired_has_failed():
    assert [status for (status,) in expired().deliveries("telegram", "status")] == ["failed"]


def test_what_a_recap_told_is_told():
    person = expired()
    (tries,) = person.deliveries("telegram", "attempts")
    person.answers["telegram"] = sent
    status, attempts, told_in = person.signals(2).deliveries("telegram", "status", "attempts", "told_in")[0]
    assert (status, attempts, told_in[:6]) == ("sent", tries[0] + 1, "recap-")


def test_a_recap_under_way_is_pending():
    person = expired()
    person.answers["telegram"] = in_order(sent, unanswered)
    assert person.signals(2).deliveries("telegram", "status") == [("pending",), ("sent",)]


def test_a_recap_of_a_digest_tells_its_alerts():
    person = told(in_order(sent, unconnected), burst_alerts=1).signals(1, 2, 3).until("10:30:00")
    assert [status for (status,) in person.deliveries("telegram", "status")] == ["sent", "failed", "failed"]
    person.answers["telegram"] = sent
    assert person.signals(4).deliveries("telegram", "status") == [("sent",)] * 4


# --- nobody told


def test_a_channel_that_is_told_of_no_signals_is_suppressed():
    assert told(**SILENT).signals(1).deliveries() == [("suppressed", 0)]


def test_a_dry_run_suppresses_all_but_the_log():
    person = told()
    person.hear(replace(run(**{**BOTH, "log": {"enabled": True}}), dry_run=True))
    person.signals(1)
    assert [person.deliveries(name) for name in ("log", "telegram")] == [[("sent", 1)], [("suppressed", 0)]]


def test_settings_read_again_count():
    person = told()
    person.hear(SettingsChanged(settings=run(**SILENT).settings, difference=()))
    assert person.signals(1).deliveries() == [("suppressed", 0)]


def test_a_channel_that_is_off_is_not_listed():
    assert told(discord={"enabled": False}).signals(1).deliveries("discord") == []


# --- shown


def test_the_command_shows_them(tmp_path):
    person = burst().until("10:02:00")
    written(tmp_path / "var", [person.records])
    shown = CliRunner().invoke(cli, ["alerts", str(DAY), "--json", "--data-dir", str(tmp_path / "var")])
    deliveries = [json.loads(line)["deliveries"] for line in shown.stdout.splitlines()]
    assert [[one["status"] for one in each] for each in deliveries] == [["sent", "sent"]] * 3


def test_the_time_is_of_the_last_word():
    person = told(in_order(busy_for(30.0), sent)).signals(1)
    assert person.until("10:01:00").deliveries("telegram", "at") == [(at("10:00:30"),)]
