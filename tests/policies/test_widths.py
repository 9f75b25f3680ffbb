"""Which widths of frames are news, and which are known."""

import pytest

from kis_actors.policies.widths import KEYS_MAX, Widths

TRADES = "H0STCNT0"


def news(widths: Widths, width: int, times: int = 1, *, is_readable: bool = True, feed: str = TRADES) -> list[bool]:
    """Whether each of so many frames is news."""
    return [widths.is_news(feed, width, is_readable=is_readable) for _ in range(times)]


@pytest.mark.parametrize("width", [0, 46, 47])
def test_documented_and_unknown_widths_are_no_news(width):
    assert news(Widths(), width, 3) == [False] * 3


def test_a_readable_width_is_news_at_once():
    assert news(Widths(), 48, 3) == [True, False, False]


def test_an_unreadable_width_is_news_at_the_third_frame():
    assert news(Widths(), 45, 5, is_readable=False) == [False, False, True, False, False]


def test_each_feed_and_width_is_news_for_itself():
    widths = Widths()
    assert [*news(widths, 48), *news(widths, 49), *news(widths, 48, feed="H0UNCNT0")] == [True] * 3


def test_broken_frames_do_not_count_for_readable_ones():
    widths = Widths()
    assert news(widths, 48, 2, is_readable=False) == [False, False]
    assert news(widths, 48) == [True]


def test_readable_frames_do_not_count_for_broken_ones():
    widths = Widths()
    assert news(widths, 48) == [True]
    assert news(widths, 48, 5, is_readable=False) == [False] * 5


def test_a_readable_frame_makes_junk_of_those_before_it():
    widths = Widths()
    assert [*news(widths, 45, 2, is_readable=False), *news(widths, 47)] == [False] * 3
    assert news(widths, 45, 3, is_readable=False) == [False, False, True]


@pytest.mark.parametrize("is_readable", [True, False])
def test_so_many_widths_that_they_are_junk_are_no_news(is_readable):
    widths = Widths()
    for width in range(100, 100 + KEYS_MAX):
        news(widths, width, is_readable=is_readable)
    assert news(widths, 99, 3, is_readable=is_readable) == [False] * 3


def test_the_other_widths_are_known():
    widths = Widths()
    for width in (48, 45):
        news(widths, width)
    assert widths.known(TRADES, 49) == (45, 46, 47, 48)
    assert widths.known(TRADES, 48) == (45, 46, 47)


@pytest.mark.parametrize(("feed", "known"), [("H0STMKO0", (10, 11)), ("H0XXXXX0", ())])
def test_another_feed_s_widths_are_not(feed, known):
    widths = Widths()
    news(widths, 48)
    assert widths.known(feed, 12) == known
