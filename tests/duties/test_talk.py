"""What people say to the bot, what holds from then on, and what they are answered."""

from datetime import timedelta

import pytest
from facts import CLOSED, NEXT_DAY, OPENED, at, opened, universe
from telling import Person, carried

from kis_actors.duties.talk import PER_MINUTE_MAX
from kis_actors.messages import (
    AlertDecided,
    AlertSuppressed,
    CommandAccepted,
    CommandReceived,
    CommandRefused,
    LinkOpened,
    NotifyRequested,
    ReplyGiven,
    SafeModeEntered,
    ScanCompleted,
    SubscribeConfirmed,
)

CODE, OTHER = "000001", "000002"


class Talker(Person):
    """A person who also writes to the bot, and watches three codes."""

    def __init__(self, **notify):
        super().__init__(**notify)
        self.update_id = 100
        self.hear(universe(CODE, OTHER, "0126Z0"))
        self.hear(OPENED)
        self.decided.clear()

    def say(self, text, person="1", chat="", data="", press_id=""):
        self.update_id += 1
        self.hear(CommandReceived(
            update_id=self.update_id, person=person, chat=chat, text=text, data=data, press_id=press_id
        ))  # fmt: skip
        return self

    def replies(self):
        return [one.text for one in self.asked() if one.kind == "reply"]

    def alerts(self):
        return [one.signal.code for one in self.all_of(AlertDecided)]

    def reasons(self):
        return [one.reason for one in self.all_of(AlertSuppressed)]


# --- snooze, mute, pause


def test_a_snoozed_code_is_not_told_and_others_are():
    talker = Talker().say(f"/snooze {CODE} 1h").signals(1, 2)
    assert (talker.alerts(), talker.reasons()) == ([OTHER], ["snoozed until 11-20 11:00:00"])


def test_a_snooze_is_over_when_it_said():
    talker = Talker().say(f"/snooze {CODE} 1h").skip_to("10:59:59").signals(1).skip_to("11:00:00").signals(1)
    assert (talker.alerts(), len(talker.reasons())) == ([CODE], 1)


def test_a_snooze_can_be_taken_back():
    assert Talker().say(f"/snooze {CODE} 1h").say(f"/snooze {CODE} off").signals(1).alerts() == [CODE]


def test_a_snooze_to_the_close_ends_with_the_session():
    talker = Talker().say(f"/snooze {CODE} today").skip_to("15:29:59").signals(1)
    talker.hear(CLOSED)
    talker.signals(1)
    assert (talker.reasons(), talker.alerts()) == (["snoozed until the close"], [CODE])


def test_a_long_snooze_goes_on_over_the_close():
    talker = Talker().say(f"/snooze {CODE} 2d")
    talker.hear(CLOSED)
    assert talker.signals(1).reasons() == ["snoozed until 11-22 10:00:00"]


def test_a_mute_is_for_all_codes_until_the_close():
    talker = Talker().say("/mute until close").signals(1, 2)
    talker.hear(CLOSED)
    talker.signals(1)
    assert (talker.reasons(), talker.alerts()) == (["muted until the close"] * 2, [CODE])


def test_a_mute_for_a_while_ends_by_itself():
    talker = Talker().say("/mute 30m").signals(1).skip_to("10:30:00").signals(1)
    assert (talker.reasons(), talker.alerts()) == (["muted until 11-20 10:30:00"], [CODE])


@pytest.mark.parametrize(("on", "off"), [("/mute", "/unmute"), ("/mute", "/mute off"), ("/pause", "/resume")])
def test_alerts_come_again_when_asked_for(on, off):
    talker = Talker().say(on).signals(1).say(off).signals(1)
    assert (len(talker.reasons()), talker.alerts()) == (1, [CODE])


def test_a_pause_lasts_over_days():
    talker = Talker().say("/pause")
    talker.hear(CLOSED)
    talker.now += timedelta(days=1)
    talker.hear(opened(day=NEXT_DAY))
    talker.signals(1)
    assert talker.reasons() == ["paused until /resume"]
    assert "알림 멈춤" in Talker(language="ko").say("/pause").say("/status").replies()[-1]


def test_the_open_reminds_of_a_pause():
    talker = Talker().say("/pause")
    talker.hear(CLOSED)
    talker.hear(opened(day=NEXT_DAY))
    assert talker.asked()[-1].text.splitlines()[-1] == "paused (/resume)"


def test_trouble_of_the_daemon_is_told_also_while_paused():
    talker = Talker().say("/pause")
    talker.hear(SafeModeEntered(interval_s=120.0, reason="no answer"))
    assert talker.asked()[-1].kind == "operator"


def test_what_was_asked_for_holds_after_a_restart():
    talker = Talker().say(f"/snooze {CODE} 1h").say("/pause")
    assert carried(talker.state).talk == talker.state.talk
    assert carried(talker.state).talk.snoozed == {CODE: at("11:00:00")}


# --- each update once, and not too many


def test_an_update_that_comes_twice_counts_once():
    talker = Talker()
    for _ in range(2):
        talker.hear(CommandReceived(update_id=7, person="1", chat="", text="/status"))
    assert (len(talker.replies()), len(talker.all_of(CommandAccepted))) == (1, 1)


def test_the_last_update_is_where_listening_goes_on():
    assert Talker().say("/status").say("/nonsense").state.talk.last_update_id == 102


def test_ten_a_minute_are_answered_and_one_more_is_told_so():
    talker = Talker()
    for _ in range(PER_MINUTE_MAX + 3):
        talker.say("/help")
    assert len(talker.all_of(CommandAccepted)) == PER_MINUTE_MAX
    assert [one.reason for one in talker.all_of(CommandRefused)] == ["more than 10 commands within a minute"] * 3
    assert len(talker.replies()) == PER_MINUTE_MAX + 1


def test_after_a_minute_commands_are_taken_again():
    talker = Talker()
    for _ in range(PER_MINUTE_MAX):
        talker.say("/help")
    talker.until("10:01:01").say("/pause")
    assert talker.state.talk.is_paused


def test_one_persons_flood_silences_no_other():
    talker = Talker()
    for _ in range(PER_MINUTE_MAX + 1):
        talker.say("/help")
    talker.say("/pause", person="2")
    assert talker.state.talk.is_paused


# --- answers


def test_an_answer_goes_to_the_chat_that_asked_and_only_by_telegram():
    talker = Talker(discord={"enabled": True}).say("/help", chat="2")
    assert [(one.channel, one.chat, one.kind) for one in talker.all_of(NotifyRequested)] == [("telegram", "2", "reply")]


def test_wrong_words_get_a_helpful_answer():
    assert Talker().say("/why 000003").replies() == ["not a watched code: 000003\n"
        "perhaps: 000002 name of 000002, 000001 name of 000001\n/why 005930 - why it did or did not alert"]  # fmt: skip


def test_help_names_every_command():
    text = Talker(language="ko").say("/help").replies()[0]
    assert text.splitlines()[4] == "/why 005930 - 왜 알렸는지, 왜 안 알렸는지"
    assert len(text.splitlines()) == 15


def test_status_says_how_it_goes():
    talker = Talker()
    talker.hear(ScanCompleted(scan=3, batches=9, failed=1, quoted=248))
    talker.hear(LinkOpened(link=1))
    talker.hear(SubscribeConfirmed(code=CODE, link=1))
    talker.signals(1).say(f"/snooze {OTHER} 1h").say("/status")
    assert talker.replies()[-1].splitlines() == [
        "session open, closes 15:30", "last scan 10:00:00, 248 codes (1 calls failed)", "1 of 20 live, link open",
        "1 alerts, 0 suppressed", "snoozed: name of 000002 until 11-20 11:00",
    ]  # fmt: skip


def test_alerts_of_the_day_are_listed():
    assert Talker().say("/alerts").replies() == ["no alert today"]
    lines = Talker().signals(1, 2).say("/alerts").replies()[0].splitlines()
    assert (lines[0], len(lines)) == ("2 alerts today, 0 suppressed", 3)


def test_what_another_actor_answers_is_passed_on():
    talker = Talker().say("/near")
    assert talker.replies() == []
    talker.hear(ReplyGiven(update_id=101, chat="2", text="ranked"))
    assert [(one.text, one.chat, one.alert_id) for one in talker.asked()] == [("ranked", "2", "reply-101")]


def test_why_adds_the_cooldown_and_what_the_person_asked_for():
    talker = Talker().signals(1).say(f"/snooze {CODE} 1h")
    talker.hear(ReplyGiven(update_id=103, chat="", text="rules", code=CODE))
    assert talker.replies()[-1].splitlines() == [
        "rules", "last alert: disparity_threshold 11-20 10:00:00, cooldown until 10:10:00",
        "not told now: snoozed until 11-20 11:00:00",
    ]  # fmt: skip


def test_a_button_says_what_a_text_would():
    talker = Talker().say("", data=f"snooze {CODE} today", press_id="p1")
    (accepted,) = talker.all_of(CommandAccepted)
    assert (accepted.name, accepted.code, accepted.until, accepted.press_id) == ("snooze", CODE, None, "p1")


def test_an_alert_has_buttons_that_are_commands():
    talker = Talker().signals(1)
    (asked,) = talker.asked()
    for button in asked.buttons:
        talker.say("", data=button.data)
    assert not talker.all_of(CommandRefused)
    assert [one.name for one in talker.all_of(CommandAccepted)] == ["snooze", "snooze", "why"]
