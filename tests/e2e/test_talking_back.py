"""People write to the bot while a real daemon watches a simulated morning; it is killed in the middle of the talk."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest
from world import WAIT_S, World, stop, world

SNOOZED, PRESSED = "011170", "247540"
"""The first crosses -8 % after 09:08, when the second daemon should be there; the second some minutes earlier."""
STRANGER = 1


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A morning until 09:10, with two runs of the daemon."""
    with world(tmp_path_factory.mktemp("talk"), speed=40) as around:
        around.telegram.say(f"/snooze {SNOOZED} until close")  # before its price is known to anybody
        daemon = around.start()
        around.wait_for("SubscribeConfirmed", 5)
        for text in ("/help", "/near", "/subs", "/pin 196170", "/why 196170"):
            around.telegram.say(text)
        around.telegram.say("/pause", user=STRANGER)
        wait(around, lambda: len(around.records("CommandAccepted")) == 6)
        os.kill(daemon.pid, signal.SIGKILL)
        daemon.wait()
        around.telegram.say("/status")
        daemon = around.start()
        wait(around, lambda: any(PRESSED in text and text.startswith("[") for text in around.telegram.texts))
        around.telegram.press(button(around, PRESSED, "오늘 그만"))
        around.telegram.say("/wihy 196170")
        around.wait_for("AlertSuppressed", 1)
        wait(around, lambda: bool(around.telegram.presses))
        stop(daemon)
        yield around


def wait(around: World, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < deadline, f"not within {WAIT_S} s; the daemon said:\n{around.said()}"
        time.sleep(0.1)


def button(around: World, code: str, label: str) -> str:
    """What the button under the alert of `code` says."""
    texts = [text for text in around.telegram.keyboards if f"({code}," in text]
    (data,) = (one["callback_data"] for one in around.telegram.keyboards[texts[0]] if one["text"] == label)
    return data


def replies(around: World) -> list[str]:
    return [one.event.text for one in around.records("NotifyRequested") if one.event.kind == "reply"]


def test_every_update_is_taken_once_though_the_daemon_was_killed(talked):
    taken = [one.event.update_id for one in talked.records("CommandReceived")]
    assert (taken, len(set(taken))) == (sorted(taken), 9)


def test_a_stranger_gets_silence(talked):
    assert not any(str(STRANGER) == one.event.person and one.event.text == "/pause" for one in talked.records(
        "CommandReceived"))  # fmt: skip
    assert len(talked.records("CommandReceived")) == len(talked.telegram.said) - 1


def test_every_command_is_answered_and_a_wrong_one_helpfully(talked):
    answered = [one.event.alert_id for one in talked.records("NotifyRequested") if one.event.kind == "reply"]
    assert len(dict.fromkeys(answered)) == 9
    assert any(text.startswith("모르는 명령입니다: /wihy\n혹시: why") for text in talked.telegram.texts)


def test_the_answers_arrive_in_the_chat(talked):
    assert all(any(reply in text for text in talked.telegram.texts) for reply in replies(talked))
    assert any("\n2. " in text and "실시간" in text for text in talked.telegram.texts)  # it may be a repeat, marked


def test_a_snoozed_code_is_not_told_after_the_restart(talked):
    suppressed = [(one.event.code, one.event.reason) for one in talked.records("AlertSuppressed")]
    assert suppressed == [(SNOOZED, "snoozed until the close")]
    assert not any(one.event.signal.code == SNOOZED for one in talked.records("AlertDecided"))


def test_a_pressed_button_is_answered_and_counts(talked):
    (accepted,) = (one.event for one in talked.records("CommandAccepted") if one.event.press_id)
    assert (accepted.name, accepted.code, accepted.until) == ("snooze", PRESSED, None)
    assert talked.telegram.presses == [accepted.press_id]


def test_the_state_shows_the_ranking_the_pins_and_what_is_quiet(talked):
    state = json.loads(talked.command("state", "--json").stdout)
    assert list(state["near"][0]) == ["code", "score", "rule", "distance", "disparity", "price_won", "place"]
    assert (state["pins"], state["quiet"]["snoozed"]) == (["196170"], {SNOOZED: None, PRESSED: None})


def test_the_talk_replays(talked):
    assert "identical" in talked.command("replay").stdout


def test_why_says_what_kept_a_code_from_being_told(talked):
    said = json.loads(talked.command("why", SNOOZED, "--json").stdout)
    assert [one["what"] for one in said["happened"]] == ["signal", "not told"]
    assert said["gates"]["quiet"] == said["happened"][1]["reason"] == "snoozed until the close"
    assert said["rules"][0]["value"] < said["rules"][0]["threshold"] == -0.08


def test_why_takes_a_name_and_any_moment(talked):
    moment = talked.records("ScanRequested")[0].at.isoformat()
    early = talked.command("why", "카카오", "--at", moment).stdout.splitlines()
    assert early[1] == "카카오 (035720, KOSPI)"
    assert not any(" seq " in line for line in early)


def test_why_of_an_unknown_code_says_what_was_perhaps_meant(talked):
    asked = talked.command("why", "035721")
    assert (asked.returncode, "perhaps: 035720 카카오" in asked.stderr) == (2, True)
