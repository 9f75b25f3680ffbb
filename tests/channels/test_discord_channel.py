"""Alerts by a Discord webhook: what is sent, and what became of it."""

import json

import pytest
from discord_view import shown
from fakes import (
    Fault,
    Said,
    cut_after_accepting,
    error_after_accepting,
    garbage_after_accepting,
    refusal,
    slow,
    too_many,
)
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from questions import NAMES, PICTURE, PNG, ask, draw, draw_nothing

from kis_actors.adapters.http import Http
from kis_actors.channels.discord import DiscordChannel, escaped
from kis_actors.channels.lengths import cut_escaped
from kis_actors.ports import Outcome

PATH = "/api/webhooks/1/SECRET"
UNESCAPED = (
    "*a*", "**a**", "_a_", "__a__", "~~a~~", "||a||", "`a`", "```a```", "# a", "-# a", "- a", "* a", "1. a", "> a",
    ">>> a", "<@1>", "<@!1>", "<@&1>", "<#1>", "<a:b:1>", "<:b:1>", "<t:1>", "<t:1:R>", "</a:1>", "<id:guide>",
    "<http://a.b>", "[a](http://b.c)", ":x:", ":100:", "\\*",
)  # fmt: skip
MARKUP = (*UNESCAPED, *"*_~|`#-+.<>[]():\\\n !/&가a1", "http://", "https://x", "steam://a", "09:31:07", "¯\\_(ツ)_/¯")


def channel(url, timeout_s=5, **rest):
    return DiscordChannel(url + PATH, Http(timeout_s), **rest)


def outcome_after(discord, fault, **rest):
    discord.faults.append(fault)
    return channel(discord.url, **rest).send(ask())


# --- what is sent


def test_a_message_waits_for_discord_s_word(discord):
    channel(discord.url).send(ask())
    assert (discord.asked[0].path, discord.asked[0].query) == (PATH, {"wait": "true"})


def test_nobody_is_mentioned(discord):
    channel(discord.url).send(ask("@everyone"))
    assert (discord.texts(), discord.taken[0]["allowed_mentions"]) == (["@everyone"], {"parse": []})


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("F&F S&T A_B*[x] <b>", "F&F S&T A\\_B\\*\\[x\\] \\<b\\>"),
        ("`c` ||d|| ~~e~~ \\f", "\\`c\\` \\|\\|d\\|\\| \\~\\~e\\~\\~ \\\\f"),
        ("# 1\n> 2\n-# 3", "\\# 1\n\\> 2\n-\\# 3"),
        ("- a\n + b\n1. c\n12. d", "\\- a\n \\+ b\n1\\. c\n12\\. d"),
        ("-8.12% 1.5\n2020. x", "-8.12% 1.5\n2020\\. x"),
        ("[a]\n\nb", "\\[a\\]\n\nb"),
        ("see https://x.y/a_b?c=1 now_", "see https://x.y/a_b?c=1 now\\_"),
        ("차트:http://x.y/a_b*", "차트\\:http://x.y/a_b*"),
        ("(http://x.y/a_b). https://x.y/_", "(http://x.y/a_b). https://x.y/_"),
        ("http://x.y/a_<b>", "http\\://x.y/a\\_\\<b\\>"),
        ("steam://a_b", "steam://a_b"),
        ("A:x:B 09:31:07 2: 3", "A\\:x\\:B 09:31:07 2: 3"),
    ],
)
def test_only_what_is_markup_is_escaped(text, sent):
    assert escaped(text) == sent


@given(st.lists(st.sampled_from(MARKUP), max_size=12).map("".join))
def test_a_text_arrives_as_written(text):
    assert shown(escaped(text)) == text.strip()


@given(st.lists(st.sampled_from(MARKUP), max_size=12).map("".join), st.integers(1, 40))
def test_a_cut_text_arrives_as_written_up_to_the_cut(text, characters_max):
    content = cut_escaped(escaped(text), characters_max)
    assert len(content) <= characters_max
    assert text.strip().startswith(shown(content).removesuffix("…").rstrip())


@pytest.mark.parametrize("name", NAMES)
def test_a_name_arrives_as_written(discord, name):
    channel(discord.url).send(ask(f"[이격도] {name} (005930, KOSPI)\nhttps://x.y/a_b · a-1"))
    assert discord.taken[0]["shown"] == f"[이격도] {name} (005930, KOSPI)\nhttps://x.y/a_b · a-1"


@pytest.mark.parametrize("text", UNESCAPED)
def test_the_check_of_what_is_shown_sees_markup(text):
    assert shown(text) != text


def test_a_loud_message_has_no_flags(discord):
    channel(discord.url).send(ask())
    assert "flags" not in discord.taken[0]


def test_a_silent_message_makes_no_sound(discord):
    channel(discord.url).send(ask(is_silent=True))
    assert discord.taken[0]["flags"] == 4096


# --- lengths


@pytest.mark.parametrize("text", ["x" * 2000, "\U0001f4c9" * 2000])
def test_a_message_that_just_fits_arrives_whole(discord, text):
    channel(discord.url).send(ask(text))
    assert discord.texts() == [text]


def test_a_long_message_is_cut_and_says_so(discord):
    channel(discord.url).send(ask("x" * 2001))
    assert discord.texts() == ["x" * 1999 + "…"]


@pytest.mark.parametrize(("text", "kept"), [("*" * 1001, "\\*" * 999), ("x" + "\\" * 1000, "x" + "\\" * 1998)])
def test_no_escape_is_cut_in_half(discord, text, kept):
    channel(discord.url).send(ask(text))
    assert discord.texts() == [f"{kept}…"]


# --- pictures


def test_a_picture_is_attached(discord):
    channel(discord.url, draw=draw).send(ask("<b>", picture=PICTURE, is_silent=True))
    (message,) = discord.taken
    assert (message["text"], message["file"], message["flags"]) == ("\\<b\\>", PNG, 4096)


def test_a_picture_waits_for_discord_s_word_too(discord):
    outcome = channel(discord.url, draw=draw).send(ask(picture=PICTURE))
    assert (outcome.message_id, discord.asked[0].query) == ("71", {"wait": "true"})


def test_without_a_price_there_is_no_picture(discord):
    channel(discord.url, draw=draw).send(ask(picture=replace(PICTURE, price_won=0)))
    assert discord.taken[0]["file"] is None


@pytest.mark.parametrize("how", [None, draw_nothing])
def test_without_a_drawing_the_text_goes_alone(discord, how):
    outcome = channel(discord.url, draw=how).send(ask(picture=PICTURE))
    assert (outcome.status, discord.taken[0]["file"]) == ("sent", None)


def test_after_a_refused_picture_the_text_may_be_tried_alone(discord):
    told = channel(discord.url, draw=draw)
    discord.faults.append(refusal(413, "Request entity too large"))
    first, second = told.send(ask(picture=PICTURE)), told.send(ask(picture=PICTURE))
    assert (first.retry_after_s, second.status, discord.taken[0]["file"]) == (1.0, "sent", None)


# --- outcomes


def test_a_message_taken_is_sent(discord):
    assert channel(discord.url).send(ask()) == Outcome("sent", "71")


def test_no_content_is_sent_too(discord):
    assert outcome_after(discord, Fault(Said(204, b""))) == Outcome("sent")


@pytest.mark.parametrize("status", [301, 400, 401, 404])
def test_a_refusal_is_certain_and_final(discord, status):
    assert outcome_after(discord, refusal(status, "Unknown Webhook")) == Outcome(
        "failed", "", f"HTTP {status} Unknown Webhook"
    )


@pytest.mark.parametrize(("said", "wait_s"), [(2.5, 2.5), (0.3, 1.0), (1e9, 3600.0), ("x", 5.0)])
def test_too_many_is_a_certain_failure_until_later(discord, said, wait_s):
    outcome = outcome_after(discord, too_many(said))
    assert (outcome.status, outcome.retry_after_s, outcome.pause_s) == ("failed", wait_s, wait_s)


def test_too_many_may_say_its_wait_in_a_header(discord):
    outcome = outcome_after(discord, Fault(Said(429, b"<html>", {"retry-after": "65"})))
    assert outcome == Outcome("failed", "", "HTTP 429", 65.0, pause_s=65.0)


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_of_the_server_is_unknown(discord, status):
    assert outcome_after(discord, error_after_accepting(status)) == Outcome("unknown", "", f"HTTP {status}")


def test_silence_is_unknown(discord):
    assert outcome_after(discord, slow(), timeout_s=0.1).status == "unknown"


@pytest.mark.parametrize("fault", [cut_after_accepting(), garbage_after_accepting()])
def test_an_answer_that_is_none_is_unknown(discord, fault):
    assert (outcome_after(discord, fault).status, len(discord.taken)) == ("unknown", 1)


def test_without_a_connection_it_may_be_tried_again(dead_url):
    outcome = channel(dead_url).send(ask())
    assert (outcome.status, outcome.retry_after_s) == ("failed", 5.0)


def test_no_outcome_tells_the_address(discord):
    assert "SECRET" not in repr(outcome_after(discord, cut_after_accepting()))


# --- pace


@pytest.mark.parametrize(
    ("headers", "pause_s"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "1.75"}, 1.75),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "1.75"}, 1.75),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset-After": "1.75"}, 0.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "soon"}, 0.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "-3"}, 0.0),
        ({}, 0.0),
    ],
)
def test_an_empty_bucket_is_left_to_fill(discord, headers, pause_s):
    discord.rate_headers = headers
    assert channel(discord.url).send(ask()).pause_s == pause_s


def test_too_many_waits_for_its_bucket_as_well(discord):
    body = json.dumps({"message": "You are being rate limited.", "retry_after": 1.0}).encode()
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "4"}
    outcome = outcome_after(discord, Fault(Said(429, body, headers)))
    assert (outcome.retry_after_s, outcome.pause_s) == (1.0, 4.0)
