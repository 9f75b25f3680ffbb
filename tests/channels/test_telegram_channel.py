"""Alerts by Telegram: what is sent, and what became of it."""

import pytest
from fakes import cut_after_accepting, error_after_accepting, garbage_after_accepting, refusal, slow, too_many
from hand_clock import HandClock
from questions import NAMES, ODD, PICTURE, PNG, ask, draw, draw_nothing

from kis_actors.adapters.http import Http
from kis_actors.channels.telegram import TelegramChannel
from kis_actors.messages import Button
from kis_actors.ports import Outcome

TOKEN = "123456:SECRET"
OUTSIDE_BMP = "\U0001f4c9"


def channel(url, timeout_s=5, **rest):
    return TelegramChannel(url, TOKEN, "42", Http(timeout_s), **{"clock": HandClock(), "people": ("42",), **rest})


def outcome_after(telegram, fault, **rest):
    telegram.faults.append(fault)
    return channel(telegram.url, **rest).send(ask())


# --- what is sent


def test_a_message_goes_to_the_chat_of_the_bot(telegram):
    channel(telegram.url).send(ask())
    (asked,) = telegram.asked
    assert (asked.method, asked.path, asked.fields["chat_id"]) == ("POST", f"/bot{TOKEN}/sendMessage", "42")


@pytest.mark.parametrize("name", [*NAMES, ODD])
def test_a_name_arrives_as_written(telegram, name):
    channel(telegram.url).send(ask(name))
    assert telegram.texts() == [name]


def test_no_markup_is_asked_for(telegram):
    channel(telegram.url).send(ask(ODD))
    assert "parse_mode" not in telegram.asked[0].fields


def test_an_address_may_end_in_a_slash(telegram):
    channel(telegram.url + "/").send(ask())
    assert telegram.methods() == ["sendMessage"]


def test_a_loud_message_says_nothing_of_sound(telegram):
    channel(telegram.url).send(ask())
    assert "disable_notification" not in telegram.asked[0].fields


def test_a_silent_message_makes_no_sound(telegram):
    channel(telegram.url).send(ask(is_silent=True))
    assert telegram.asked[0].fields["disable_notification"] is True


# --- lengths


@pytest.mark.parametrize("text", ["x" * 4096, OUTSIDE_BMP * 2048, "가" * 4096])
def test_a_message_that_just_fits_arrives_whole(telegram, text):
    channel(telegram.url).send(ask(text))
    assert telegram.texts() == [text]


def test_a_long_message_is_cut_and_says_so(telegram):
    channel(telegram.url).send(ask("x" * 4097))
    assert telegram.texts() == ["x" * 4095 + "…"]


def test_no_character_is_cut_in_half(telegram):
    channel(telegram.url).send(ask("xx" + OUTSIDE_BMP * 2048))
    assert telegram.texts() == ["xx" + OUTSIDE_BMP * 2046 + "…"]


# --- buttons


def test_buttons_are_below_the_message(telegram):
    channel(telegram.url).send(ask(buttons=(Button("1시간 끄기", "snooze 005930 1h"), Button("왜?", "why a-1"))))
    first, second = telegram.asked[0].fields["reply_markup"]["inline_keyboard"][0]
    assert (first, second["callback_data"]) == ({"text": "1시간 끄기", "callback_data": "snooze 005930 1h"}, "why a-1")


def test_nobody_gets_buttons_who_may_not_press_them(telegram):
    channel(telegram.url, people=("43",)).send(ask(buttons=(Button("왜?", "why a-1"),)))
    assert "reply_markup" not in telegram.asked[0].fields


def test_an_answer_goes_to_the_chat_of_who_asked(telegram):
    channel(telegram.url, people=("43", "44")).send(ask(chat="2"))
    assert telegram.asked[0].fields["chat_id"] == "44"


def test_nobody_else_gets_an_answer_to_a_person_who_is_not_listed_any_more(telegram):
    outcome = channel(telegram.url, people=("43",)).send(ask(chat="2"))
    assert (outcome.status, outcome.retry_after_s < 0, telegram.asked) == ("failed", True, [])


def test_many_buttons_take_several_rows(telegram):
    channel(telegram.url).send(ask(buttons=tuple(Button(str(number), str(number)) for number in range(5))))
    assert [len(row) for row in telegram.asked[0].fields["reply_markup"]["inline_keyboard"]] == [3, 2]


@pytest.mark.parametrize("button", [Button("왜?", "가" * 22), Button("왜?", ""), Button("", "why")])
def test_a_button_that_telegram_would_refuse_is_left_out(telegram, button):
    outcome = channel(telegram.url).send(ask(buttons=(button,)))
    assert (outcome.status, "reply_markup" in telegram.asked[0].fields) == ("sent", False)


# --- pictures


def test_a_picture_carries_the_text(telegram):
    channel(telegram.url, draw=draw).send(ask(ODD, picture=PICTURE))
    (message,) = telegram.taken
    assert (telegram.methods(), message["text"], message["photo"]) == (["sendPhoto"], ODD, PNG)


def test_a_picture_has_sound_and_buttons_like_a_text(telegram):
    channel(telegram.url, draw=draw).send(ask(picture=PICTURE, is_silent=True, buttons=(Button("왜?", "why"),)))
    fields = telegram.asked[0].fields
    assert (fields["disable_notification"], "callback_data" in fields["reply_markup"]) == ("true", True)


def test_a_text_too_long_for_a_picture_goes_alone(telegram):
    channel(telegram.url, draw=draw).send(ask("가" * 1025, picture=PICTURE))
    assert (telegram.methods(), telegram.texts()) == (["sendMessage"], ["가" * 1025])


@pytest.mark.parametrize("how", [None, draw_nothing])
def test_without_a_drawing_the_text_goes_alone(telegram, how):
    outcome = channel(telegram.url, draw=how).send(ask(picture=PICTURE))
    assert (outcome.status, telegram.methods()) == ("sent", ["sendMessage"])


def test_after_a_refused_picture_the_text_may_be_tried_alone(telegram):
    told = channel(telegram.url, draw=lambda _: b"no PNG")
    first, second = told.send(ask(picture=PICTURE)), told.send(ask(picture=PICTURE))
    assert (first.status, first.retry_after_s, second.status) == ("failed", 1.0, "sent")


# --- outcomes


def test_a_message_taken_is_sent(telegram):
    outcome = channel(telegram.url).send(ask())
    assert (outcome.status, outcome.message_id) == ("sent", "71")


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404])
def test_a_refusal_is_certain_and_final(telegram, status):
    outcome = outcome_after(telegram, refusal(status, "Bad Request:\nchat not found"))
    assert outcome == Outcome("failed", "", f"HTTP {status} Bad Request:chat not found", -1.0, pause_s=1.0)


@pytest.mark.parametrize(
    ("said", "wait_s"), [(7, 7.0), (0, 1.0), (999_999, 3600.0), ("9", 9.0), (None, 5.0), (True, 5.0), ([], 5.0)]
)
def test_too_many_is_a_certain_failure_until_later(telegram, said, wait_s):
    outcome = outcome_after(telegram, too_many(said))
    assert (outcome.status, outcome.retry_after_s, outcome.pause_s) == ("failed", wait_s, wait_s)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_an_error_of_the_server_is_unknown(telegram, status):
    outcome = outcome_after(telegram, error_after_accepting(status))
    assert (outcome.status, outcome.reason, len(telegram.taken)) == ("unknown", f"HTTP {status}", 1)


def test_silence_is_unknown(telegram):
    outcome = outcome_after(telegram, slow(), timeout_s=0.1)
    assert (outcome.status, outcome.reason) == ("unknown", "no answer in time")


@pytest.mark.parametrize("fault", [cut_after_accepting(), garbage_after_accepting()])
def test_an_answer_that_is_none_is_unknown(telegram, fault):
    outcome = outcome_after(telegram, fault)
    assert (outcome.status, outcome.retry_after_s, len(telegram.taken)) == ("unknown", -1.0, 1)


@pytest.mark.parametrize("url", ["http://no-such-host.invalid", None])
def test_without_a_connection_it_may_be_tried_again(dead_url, url):
    outcome = channel(url or dead_url).send(ask())
    assert (outcome.status, outcome.retry_after_s) == ("failed", 5.0)


def test_without_tls_it_may_be_tried_again(telegram):
    outcome = channel(telegram.url.replace("http:", "https:")).send(ask())
    assert (outcome.status, outcome.retry_after_s, telegram.asked) == ("failed", 5.0, [])


@pytest.mark.parametrize("fault", [error_after_accepting(), cut_after_accepting(), too_many(1), refusal(302)])
def test_a_message_is_tried_once(telegram, fault):
    outcome_after(telegram, fault)
    assert len(telegram.asked) == 1


@pytest.mark.parametrize("fault", [cut_after_accepting(), refusal(), error_after_accepting()])
def test_no_outcome_tells_the_token(telegram, fault):
    assert TOKEN not in repr(outcome_after(telegram, fault))


# --- pace


def test_messages_are_a_second_apart(telegram):
    assert channel(telegram.url).send(ask()).pause_s == 1.0


def test_a_minute_holds_only_so_many_messages(telegram):
    clock = HandClock()
    told = channel(telegram.url, per_sec=10, per_min=3, clock=clock)
    pauses_s = []
    for _ in range(4):
        pauses_s.append(round(told.send(ask()).pause_s, 3))
        clock.pass_s(pauses_s[-1])
    assert pauses_s == [0.1, 0.1, 59.8, 0.1]
