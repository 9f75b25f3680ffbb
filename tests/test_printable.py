"""What foreign text may do to a terminal: nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kis_actors.printable import one_line, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("a\rb", "a\\rb"),
        ("bell\x07", "bell\\x07"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud83d", "\\ud83d"),
        ("one\u2028two", "one\\u2028two"),
    ],
)
def test_what_steers_a_terminal_is_shown(text, shown):
    assert plain(text) == shown


@pytest.mark.parametrize("text", ["삼성전자", "F&F", "a b\u3000c", "👨\u200d👩", "two\nlines", "-8.12% ≤ −8 %"])
def test_other_text_stays_as_it_is(text):
    assert plain(text) == text


def test_on_one_line_a_line_end_is_shown():
    assert one_line("a\nb\x1b") == "a\\nb\\x1b"


@given(st.text())
def test_no_text_steers(text):
    assert not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in one_line(text))


@given(st.text())
def test_shown_once_or_twice_is_the_same(text):
    assert plain(plain(text)) == plain(text)
