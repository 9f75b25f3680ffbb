"""Interruptions and halts."""

import pytest
from sights import Judge, sight

from kis_actors.rules.vi_or_halt import Params, read


@pytest.mark.parametrize(
    ("params", "kind", "is_met"),
    [
        (Params(), "vi", True), (Params(), "halt", True), (Params(), "", False),
        (Params(vi=False), "vi", False), (Params(vi=False), "halt", True),
        (Params(halt=False), "vi", True), (Params(halt=False), "halt", False),
    ],
)  # fmt: skip
def test_it_holds_while_trading_is_interrupted(params, kind, is_met):
    assert read(params, sight(interruption=kind)).holds == is_met


def test_one_interruption_is_one_signal():
    story = Judge({"stop": Params()})
    assert [story.at(at_s, 10_000, interruption="vi") for at_s in (0, 1)] == [["stop"], []]


def test_a_halt_that_follows_is_no_other_signal():
    story = Judge({"stop": Params()})
    assert [story.at(0, 10_000, interruption="vi"), story.at(1, 10_000, interruption="halt")] == [["stop"], []]


def test_the_next_interruption_counts_after_a_trade():
    story = Judge({"stop": Params()})
    kinds = ("vi", "", "vi")
    assert [story.at(at_s, 10_000, interruption=kind) for at_s, kind in enumerate(kinds)] == [["stop"], [], ["stop"]]
