"""A scan's answer is read once, whoever asks, and nobody can change what the others see."""

import pytest
from facts import HYNIX, SAMSUNG, quotes_returned

from kis_actors.duties.quoted import quotes_in


def test_quotes_come_by_code_in_the_order_of_the_rows():
    quotes = quotes_in(quotes_returned({HYNIX: 9_000, SAMSUNG: 8_000}).rows)
    assert [(code, quote.price_won) for code, quote in quotes.items()] == [(HYNIX, 9_000), (SAMSUNG, 8_000)]


def test_equal_rows_are_read_once():
    assert quotes_in(quotes_returned({HYNIX: 9_000}).rows) is quotes_in(quotes_returned({HYNIX: 9_000}).rows)


def test_other_rows_are_other_quotes():
    assert quotes_in(quotes_returned({HYNIX: 9_001}).rows)[HYNIX].price_won == 9_001


def test_nobody_changes_what_others_read():
    quotes = quotes_in(quotes_returned({HYNIX: 9_000}).rows)
    with pytest.raises(TypeError):
        quotes[SAMSUNG] = quotes[HYNIX]  # type: ignore[index]
