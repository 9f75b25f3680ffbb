"""NotifyActor's core: whom to tell, once; and what to do when nobody knows whether it arrived."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from facts import HYNIX, NOW, SAMSUNG, at, raised, settings, started, tick
from msgspec.structs import replace
from story import Story, given

from kis_actors.actors.notify import CORE as NOTIFY
from kis_actors.messages import (
    AlertDecided,
    AlertSuppressed,
    Event,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
)
from kis_actors.policies.loudness import channels_of
from kis_actors.texts import alert_text

BOTH = {"telegram": {"enabled": True}, "discord": {"enabled": True}}
ALERT_ID = "005930-7"
TEXT = alert_text(raised(), ALERT_ID, ma_days=25, language="ko")
ALERT = AlertDecided(alert_id=ALERT_ID, signal=raised(), decided_at=NOW)
REPEAT_LINE = "재전송 (앞선 전송 확인 안 됨)"


@dataclass(frozen=True)
class Question:
    """A NotifyRequested and its possible outcomes."""

    channel: str = "telegram"
    attempt: int = 1
    text: str = TEXT

    def asked(self) -> NotifyRequested:
        return NotifyRequested(
            alert_id=ALERT_ID, channel=self.channel, attempt=self.attempt, text=self.text,
            until=NOW + timedelta(minutes=10), is_repeat=self.attempt == 2,
        )  # fmt: skip

    def sent(self) -> NotifySent:
        return NotifySent(alert_id=ALERT_ID, channel=self.channel, attempt=self.attempt)

    def failed(self) -> NotifyFailed:
        return NotifyFailed(alert_id=ALERT_ID, channel=self.channel, attempt=self.attempt, reason="HTTP 400")

    def unknown(self, reason: str = "no answer in time") -> NotifyUnknown:
        return NotifyUnknown(alert_id=ALERT_ID, channel=self.channel, attempt=self.attempt, reason=reason)


FIRST = Question()
REPEAT = Question(attempt=2, text=f"{REPEAT_LINE}\n{TEXT}")
DIED = "the daemon ended between request and answer"


def alerted(*facts: Event, **monitor: object) -> Story:
    """One alert, decided at 10:00:00 and told."""
    began = started(monitor=monitor, notify={"telegram": {"enabled": True}})
    return given(NOTIFY, began, tick("10:00:00"), ALERT, *facts)


def asking(*facts: Event) -> Story:
    """A question to Telegram that has no outcome yet."""
    return alerted(FIRST.asked(), *facts)


# --- which signals become alerts


def test_a_signal_becomes_an_alert_and_a_question():
    story = given(NOTIFY, started())
    story.when(raised(), seq=7, at=NOW).then(ALERT, Question("log").asked())


def test_the_log_takes_the_instant_not_the_trade():
    decided = given(NOTIFY, started()).when(raised(), at=at("10:00:03")).then_of(AlertDecided)
    assert [alert.decided_at for alert in decided] == [at("10:00:03")]


def test_channels_are_asked_in_a_fixed_order():
    decided = given(NOTIFY, started(notify=BOTH)).when(raised()).then_of(NotifyRequested)
    assert [asked.channel for asked in decided] == ["log", "telegram", "discord"]


def test_every_channel_may_be_switched_off():
    assert channels_of(settings(notify={"log": {"enabled": False}})) == ()


def test_a_dry_run_tells_only_the_log():
    decided = given(NOTIFY, started(dry_run=True, notify=BOTH)).when(raised()).then_of(NotifyRequested)
    assert [asked.channel for asked in decided] == ["log"]


def test_alerts_are_in_the_language_set():
    decided = given(NOTIFY, started(notify={"language": "en"})).when(raised(), seq=7).then_of(NotifyRequested)
    assert [asked.text for asked in decided] == [alert_text(raised(), ALERT_ID, ma_days=25, language="en")]


def test_a_second_signal_within_the_cooldown_is_suppressed():
    alerted().when(raised(), seq=9, at=at("10:09:59")).then(
        AlertSuppressed(
            code=SAMSUNG, rule="disparity_threshold", signal_seq=9,
            reason="cooldown: last alert at 10:00:00, quiet for 600 s",
        )
    )  # fmt: skip


def test_the_cooldown_ends_at_its_last_second():
    decided = alerted().when(raised(), at=at("10:10:00")).then_of(AlertDecided, AlertSuppressed)
    assert [type(event) for event in decided] == [AlertDecided]


def test_a_suppressed_signal_does_not_extend_the_cooldown():
    story = alerted().when(raised(), at=at("10:09:00"))
    decided = story.when(raised(), at=at("10:10:00")).then_of(AlertDecided, AlertSuppressed)
    assert [type(event) for event in decided] == [AlertDecided]


def test_the_cooldown_is_each_code_s_own():
    decided = alerted().when(raised(HYNIX), at=at("10:00:01")).then_of(AlertDecided)
    assert [alert.signal.code for alert in decided] == [HYNIX]


def test_the_cooldown_is_each_rule_s_own():
    decided = alerted().when(raised(rule="another_rule"), at=at("10:00:01")).then_of(AlertDecided)
    assert [alert.signal.rule for alert in decided] == ["another_rule"]


def test_the_cooldown_is_a_setting():
    decided = alerted(alert_cooldown_sec=5).when(raised(), at=at("10:00:05")).then_of(AlertDecided)
    assert len(decided) == 1


def test_the_cooldown_outlives_a_restart():
    decided = alerted(started()).when(raised(), at=at("10:05:00")).decided
    assert [type(event) for event in decided] == [AlertSuppressed]


# --- outcomes


@pytest.mark.parametrize("outcome", [FIRST.sent(), FIRST.failed()], ids=["sent", "certainly failed"])
def test_a_certain_outcome_is_not_repeated(outcome):
    asking().when(outcome).then()


@pytest.mark.parametrize("outcome", [FIRST.sent(), FIRST.failed()], ids=["sent", "certainly failed"])
def test_a_certain_outcome_settles_the_question(outcome):
    assert asking().when(outcome).state.open == {}


def test_an_unknown_outcome_is_repeated_once_and_marked():
    asking().when(FIRST.unknown()).then(REPEAT.asked())


def test_the_mark_is_the_first_line():
    (repeat,) = asking().when(FIRST.unknown()).decided
    assert repeat.text.splitlines()[0] == REPEAT_LINE


def test_the_mark_is_in_the_language_set():
    story = given(NOTIFY, started(notify={"language": "en"}), tick("10:00:00"), ALERT, FIRST.asked())
    (repeat,) = story.when(FIRST.unknown()).decided
    assert repeat.text.splitlines()[0] == "repeat (first delivery unconfirmed)"


def test_an_unknown_repeat_is_not_repeated_again():
    asking(FIRST.unknown(), REPEAT.asked()).when(REPEAT.unknown()).then()


def test_an_unknown_repeat_settles_the_question():
    assert asking(FIRST.unknown(), REPEAT.asked()).when(REPEAT.unknown()).state.open == {}


def test_an_unknown_outcome_concerns_its_own_channel():
    decided = asking(Question("discord").asked()).when(Question("discord").unknown()).decided
    assert [asked.channel for asked in decided] == ["discord"]


def test_a_late_unknown_of_a_settled_question_is_ignored():
    asking(FIRST.sent()).when(FIRST.unknown()).then()


def test_before_the_first_tick_a_repeat_waits_for_it():
    story = given(NOTIFY, started(), ALERT, FIRST.asked()).when(FIRST.unknown()).then()
    story.when(tick("10:00:01")).then(REPEAT.asked())


# --- in doubt after the run before


def test_a_question_in_doubt_is_repeated_once():
    run = replace(started(), in_doubt=(FIRST.asked(),))
    asking().when(run).then(FIRST.unknown(DIED)).when(tick("10:00:01")).then(REPEAT.asked())


def test_a_repeat_in_doubt_is_not_repeated_again():
    run = replace(started(), in_doubt=(REPEAT.asked(),))
    asking(FIRST.unknown(), REPEAT.asked()).when(run).then(REPEAT.unknown(DIED))


def test_each_question_in_doubt_is_repeated():
    others = (Question("log").asked(), Question("discord").asked())
    run = replace(started(), in_doubt=(FIRST.asked(), *others))
    decided = asking(*others).when(run).when(tick("10:00:01")).then_of(NotifyRequested)
    assert [asked.channel for asked in decided] == ["telegram", "log", "discord"]


def test_a_question_settled_meanwhile_is_not_in_doubt():
    run = replace(started(), in_doubt=(FIRST.asked(),))
    asking(FIRST.sent()).when(run).then()


def test_a_restart_without_doubt_says_nothing():
    alerted(FIRST.asked(), FIRST.sent()).when(started()).then()
