"""The average a price is measured against, and what a split does to it."""

import pytest

from kis_actors.market.baseline import disparity_of, rebased

LEVEL = (10_000,) * 24


def test_the_price_is_the_last_of_the_days():
    found = disparity_of(9_000, LEVEL, ma_days=25, includes_today=True)
    assert found and found.average_won == (24 * 10_000 + 9_000) / 25


def test_only_the_latest_closes_count():
    found = disparity_of(10_000, (1, *LEVEL), ma_days=25, includes_today=True)
    assert found and found.ratio == 0


def test_too_few_closes_have_no_disparity():
    assert disparity_of(9_000, LEVEL[1:], ma_days=25, includes_today=True) is None


@pytest.mark.parametrize(
    ("base_won", "previous_won", "expected"),
    [
        (10_000, 10_000, LEVEL),  # a plain day
        (None, 10_000, LEVEL),  # KIS says nothing
        (2_000, 10_000, (2_000,) * 24),  # a 5:1 split, bars not adjusted yet
        (10_000, 50_000, LEVEL),  # a 5:1 split, bars adjusted
        (9_432, 10_000, (9_432,) * 24),  # a rights issue
        (9_950, 10_000, LEVEL),  # within what trades after the close may move
        (3_000, 7_000, ()),  # on neither basis
    ],
)
def test_closes_are_brought_to_todays_basis(base_won, previous_won, expected):
    assert rebased(LEVEL, base_won, previous_won) == expected
