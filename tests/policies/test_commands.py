"""What a person writes to the bot, and how it is read."""

from datetime import timedelta

import pytest
from facts import NOW
from hypothesis import given
from hypothesis import strategies as st

from kis_actors.policies.commands import COMMANDS, Asked, Misused, read

NAMES = {"005930": "삼성전자", "000660": "SK하이닉스", "0126Z0": "삼성에피스홀딩스", "007700": "F&F"}


def reading(text: str) -> Asked | Misused:
    return read(text, NAMES, NOW)


@pytest.mark.parametrize("name", [name for name, wants in COMMANDS.items() if not wants])
def test_a_word_alone_is_a_command(name):
    assert reading(f"/{name}") == Asked(name)


@pytest.mark.parametrize("text", ["status", "/STATUS", "/status@my_bot", "  /status  "])
def test_a_command_may_be_written_in_several_ways(text):
    assert reading(text) == Asked("status")


def test_the_first_contact_gets_help():
    assert reading("/start") == Asked("help")


@pytest.mark.parametrize("word", ["005930", "삼성전자"])
def test_a_stock_is_named_by_code_or_name(word):
    assert reading(f"/why {word}") == Asked("why", "005930")


@pytest.mark.parametrize(("word", "code"), [("0126z0", "0126Z0"), ("f&f", "007700"), ("sk하이닉스", "000660")])
def test_letters_may_be_small(word, code):
    assert reading(f"/pin {word}") == Asked("pin", code)


@pytest.mark.parametrize(
    ("span", "minutes"),
    [("1h", 60), ("30m", 30), ("1h30m", 90), ("2d", 2880), ("1시간", 60), ("30분", 30), ("1 h", 60), ("for 2h", 120),
     ("7d", 10080), ("", 60)],
)  # fmt: skip
def test_a_snooze_lasts_as_long_as_it_says(span, minutes):
    assert reading(f"/snooze 005930 {span}") == Asked("snooze", "005930", NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("span", ["until close", "close", "today", "오늘", "마감"])
@pytest.mark.parametrize(("command", "asked"), [("snooze 005930", Asked("snooze", "005930")), ("mute", Asked("mute"))])
def test_to_the_close_has_no_end_of_its_own(span, command, asked):
    assert reading(f"/{command} {span}") == asked


def test_a_mute_lasts_to_the_close_unless_it_says_otherwise():
    assert (reading("/mute"), reading("/mute 30m")) == (Asked("mute"), Asked("mute", "", NOW + timedelta(minutes=30)))


@pytest.mark.parametrize("off", ["off", "OFF", "해제"])
def test_there_is_a_way_back(off):
    assert (reading(f"/snooze 005930 {off}"), reading(f"/mute {off}")) == (
        Asked("unsnooze", "005930"), Asked("unmute"),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "hello", "/buy 005930", "/", "   "])
def test_other_words_are_no_command(text):
    assert reading(text).trouble == "unknown"


def test_a_slip_of_the_pen_is_recognised():
    assert reading("/stauts") == Misused("unknown", word="/stauts", similar=("status",))


@pytest.mark.parametrize("name", [name for name, wants in COMMANDS.items() if wants.startswith("code")])
def test_a_command_about_a_stock_needs_one(name):
    assert reading(f"/{name}") == Misused("no code", name)


def test_a_code_that_is_not_watched_is_refused():
    assert reading("/why 999999") == Misused("stranger", "why", "999999")


def test_what_looks_like_a_stock_is_offered():
    assert reading("/why 삼성").similar == ("005930 삼성전자", "0126Z0 삼성에피스홀딩스")
    assert reading("/why 005903").similar[0] == "005930 삼성전자"


@pytest.mark.parametrize("span", ["forever", "0m", "8d", "-1h", "1h 1h", "h", "99999m"])
def test_a_span_that_is_none_is_refused(span):
    assert reading(f"/snooze 005930 {span}") == Misused("span", "snooze", span)


def test_words_too_many_are_refused():
    assert reading("/why 005930 now") == Misused("too much", "why", "now")
    assert reading("/pause now") == Misused("too much", "pause", "now")


@given(st.text(max_size=300))
def test_nothing_a_person_writes_is_a_bug(text):
    assert isinstance(reading(text), Asked | Misused)


WORDS = st.sampled_from(["005930", "1h", "off", "until", "close", "٣h", "삼성"])


@given(st.sampled_from(list(COMMANDS)), st.lists(WORDS))
def test_nothing_made_of_words_of_ours_is_a_bug(name, words):
    assert isinstance(reading(" ".join([name, *words])), Asked | Misused)
