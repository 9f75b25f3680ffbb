"""Which codes deserve a slot: the score, and who stays, waits or comes."""

from math import log10

import pytest
from facts import at, settings
from hypothesis import given
from hypothesis import strategies as st

from kis_actors.actors.subscription import compute_targets, rebalance
from kis_actors.policies.nearness import Candidate, score_of
from kis_actors.policies.planning import Changes, Incumbent, Snapshot, plan

NEAR, MIDDLE, FAR = -0.08, -0.05, 0.30
"""Disparities by their distance from the threshold of -0.08."""


def candidate(code: str, disparity: float = NEAR, volatility: float = 0.0, turnover_won: int = 1) -> Candidate:
    return Candidate(code, 10_000, disparity, volatility, turnover_won)


def numbered(count: int, disparity: float = NEAR) -> tuple[Candidate, ...]:
    return tuple(candidate(f"{number:06}", disparity) for number in range(1, count + 1))


def snapshot(
    *candidates: Candidate, incumbents: tuple[Incumbent, ...] = (), cooling: tuple[str, ...] = (),
    barred: tuple[str, ...] = (), swaps_left: int | None = None, **monitor: object,
) -> Snapshot:  # fmt: skip
    """As things are at 10:00:00."""
    return Snapshot(
        candidates=candidates, incumbents=incumbents, cooling=cooling, barred=barred, now=at("10:00:00"),
        monitor=settings(monitor=monitor).monitor, swaps_left=swaps_left,
    )  # fmt: skip


def targets(*candidates: Candidate, **circumstances: object) -> tuple[str, ...]:
    """The codes chosen at 10:00:00."""
    return tuple(target.code for target in compute_targets(snapshot(*candidates, **circumstances)))


BY_TURNOVER = {"score": {"w1": 0, "w2": 0, "w3": 1.0}}
"""A score that is the logarithm of the turnover: scored(2.5) has the score 2.5, within rounding."""


def scored(code: str, score: float) -> Candidate:
    return candidate(code, turnover_won=round(10**score))


def seated(*codes: str, since: str = "09:00:00", slot: str = "held") -> tuple[Incumbent, ...]:
    """Incumbents long past their shortest stay."""
    return tuple(Incumbent(code, at(since), slot) for code in codes)


def score(**values: float) -> float:
    fields = {"disparity": NEAR, "volatility": 0.0, "turnover_won": 1} | values
    monitor = settings(monitor={"score": {"w1": 2.0, "w2": 100.0, "w3": 3.0, "eps": 0.01}}).monitor
    return score_of(Candidate("000001", 10_000, **fields), monitor)


# --- the score


def test_the_score_on_the_threshold_is_w1_by_eps():
    assert score(disparity=-0.08) == 2.0 / 0.01


def test_the_score_falls_with_distance_to_the_threshold():
    assert score(disparity=-0.04) == 2.0 / (0.04 + 0.01)


def test_the_score_is_the_same_beyond_the_threshold():
    assert round(score(disparity=-0.12), 9) == round(score(disparity=-0.04), 9)


def test_volatility_counts_by_w2():
    assert score(volatility=0.5) == 200.0 + 50.0


def test_turnover_counts_by_w3_and_its_logarithm():
    assert score(turnover_won=1_000_000) == 200.0 + 3.0 * 6


def test_no_turnover_counts_nothing():
    assert score(turnover_won=0) == 200.0


def test_the_whole_score_is_the_documented_formula():
    expected = 2.0 / (abs(-0.031 + 0.08) + 0.01) + 100.0 * 0.07 + 3.0 * log10(5_000)
    assert score(disparity=-0.031, volatility=0.07, turnover_won=5_000) == expected


# --- who is chosen


def test_the_nearest_come_first():
    chosen = targets(candidate("000001", FAR), candidate("000002", NEAR), candidate("000003", MIDDLE))
    assert chosen == ("000002", "000003", "000001")


def test_ties_are_broken_by_code():
    assert targets(candidate("000003"), candidate("000001"), candidate("000002")) == ("000001", "000002", "000003")


def test_the_order_of_candidates_does_not_matter():
    candidates = numbered(30)
    assert targets(*candidates) == targets(*reversed(candidates))


def test_no_more_are_chosen_than_set():
    assert targets(*numbered(5), max_ws_subs=2) == ("000001", "000002")


def test_never_more_than_40_are_chosen():
    assert len(targets(*numbered(60), max_ws_subs=60)) == 40


def test_no_candidates_make_no_targets():
    assert targets() == ()


def test_an_incumbent_keeps_its_slot_at_first():
    kept = Incumbent("000002", at("09:59:01"))
    chosen = targets(candidate("000001", NEAR), candidate("000002", FAR), incumbents=(kept,), max_ws_subs=1)
    assert chosen == ("000002",)


def test_an_incumbent_must_win_after_its_shortest_stay():
    kept = Incumbent("000002", at("09:59:00"))
    chosen = targets(candidate("000001", NEAR), candidate("000002", FAR), incumbents=(kept,), max_ws_subs=1)
    assert chosen == ("000001",)


def test_an_incumbent_without_a_price_loses_its_slot():
    kept = Incumbent("000002", at("09:59:59"))
    assert targets(candidate("000001"), incumbents=(kept,)) == ("000001",)


def test_kept_incumbents_are_ranked_with_the_others():
    kept = Incumbent("000002", at("09:59:59"))
    assert targets(candidate("000001", NEAR), candidate("000002", FAR), incumbents=(kept,)) == ("000001", "000002")


def test_incumbents_beyond_a_lowered_limit_are_cut():
    kept = tuple(Incumbent(f"{number:06}", at("09:59:59")) for number in range(1, 4))
    assert len(targets(*numbered(3), incumbents=kept, max_ws_subs=2)) == 2


def test_cooling_codes_are_not_chosen():
    assert targets(*numbered(2), cooling=("000001",)) == ("000002",)


def test_cooling_codes_leave_no_slot_empty():
    assert targets(*numbered(4), cooling=("000001", "000002"), max_ws_subs=2) == ("000003", "000004")


def test_a_code_refused_today_is_not_chosen():
    assert targets(*numbered(2), barred=("000001",)) == ("000002",)


# --- hysteresis


@pytest.mark.parametrize(("challenger", "winner"), [(10.0, "A"), (11.4, "A"), (11.6, "B")])
def test_only_a_clearly_better_candidate_replaces_an_incumbent(challenger, winner):
    candidates = (scored("A", 10.0), scored("B", challenger))
    assert targets(*candidates, incumbents=seated("A"), max_ws_subs=1, **BY_TURNOVER) == (winner,)


def test_without_hysteresis_the_better_candidate_wins():
    candidates = (scored("A", 10.0), scored("B", 10.1))
    assert targets(*candidates, incumbents=seated("A"), max_ws_subs=1, hysteresis_ratio=0, **BY_TURNOVER) == ("B",)


def test_an_incumbent_wins_a_tie():
    assert targets(candidate("A"), candidate("B"), incumbents=seated("B"), max_ws_subs=1, hysteresis_ratio=0) == ("B",)


def test_a_refused_incumbent_has_no_advantage():
    candidates = (scored("A", 10.0), scored("B", 10.1))
    assert targets(*candidates, incumbents=seated("A", slot="refused"), max_ws_subs=1, **BY_TURNOVER) == ("B",)


def test_a_cooling_incumbent_is_not_kept():
    sitting = seated("A", since="09:59:59")
    assert targets(candidate("A"), candidate("B"), incumbents=sitting, cooling=("A",), max_ws_subs=1) == ("B",)


@given(rounds=st.lists(st.lists(st.floats(10.0, 11.4), min_size=6, max_size=6), min_size=1, max_size=12))
def test_targets_never_thrash_within_the_band(rounds):
    """Six codes for three slots; every score moves freely, but never by more than the hysteresis."""
    sitting = targets(*(scored(code, 10.0) for code in "ABCDEF"), max_ws_subs=3, **BY_TURNOVER)
    for scores in rounds:
        candidates = tuple(scored(code, score) for code, score in zip("ABCDEF", scores, strict=True))
        chosen = targets(*candidates, incumbents=seated(*sitting), max_ws_subs=3, **BY_TURNOVER)
        assert sorted(chosen) == sorted(sitting)


# --- the churn budget

OLD, NEW = ("A", "B", "C"), ("X", "Y", "Z")
RIVALS = (*(scored(code, 5.0 + place) for place, code in enumerate(OLD)), *(scored(code, 12.0) for code in NEW))


@pytest.mark.parametrize(("swaps_left", "stay"), [(None, ""), (3, ""), (2, "C"), (1, "BC"), (0, "ABC"), (-4, "ABC")])
def test_swaps_beyond_the_budget_wait(swaps_left, stay):
    """The best of the incumbents stay."""
    chosen = targets(*RIVALS, incumbents=seated(*OLD), swaps_left=swaps_left, max_ws_subs=3, **BY_TURNOVER)
    assert "".join(code for code in sorted(chosen) if code in OLD) == stay and len(chosen) == 3


def test_free_slots_are_filled_whatever_the_budget():
    assert len(targets(*RIVALS, incumbents=seated("A"), swaps_left=0, max_ws_subs=4, **BY_TURNOVER)) == 4


def test_without_a_link_a_change_costs_nothing():
    idle = seated(*OLD, slot="none")
    assert sorted(targets(*RIVALS, incumbents=idle, swaps_left=0, max_ws_subs=3, **BY_TURNOVER)) == sorted(NEW)


def test_a_refused_incumbent_gives_way_first():
    sitting = (*seated("A", "B"), *seated("C", slot="refused"))
    chosen = targets(*RIVALS, incumbents=sitting, swaps_left=1, max_ws_subs=3, **BY_TURNOVER)
    assert sorted(code for code in chosen if code in OLD) == ["A", "B"]


def test_a_lowered_limit_counts_more_than_the_budget():
    assert len(targets(*RIVALS, incumbents=seated(*OLD), swaps_left=0, max_ws_subs=2, **BY_TURNOVER)) == 2


# --- who deserved a slot too


def missed(*candidates: Candidate, **circumstances: object) -> tuple[tuple[str, str], ...]:
    return plan(snapshot(*candidates, **BY_TURNOVER, **circumstances)).missed


def test_nobody_is_missed_while_there_is_room():
    assert missed(*RIVALS) == ()


def test_a_code_short_of_the_hysteresis_is_missed():
    candidates = (scored("A", 10.0), scored("B", 11.0), scored("C", 9.0))
    assert missed(*candidates, incumbents=seated("A"), max_ws_subs=1) == (("B", "no slot"),)


def test_a_cooling_code_is_missed():
    assert missed(scored("A", 5.0), scored("B", 9.0), cooling=("B",), max_ws_subs=1) == (("B", "cooling"),)


def test_a_refused_code_is_missed():
    assert missed(scored("A", 5.0), scored("B", 9.0), barred=("B",), max_ws_subs=1) == (("B", "refused"),)


def test_a_code_that_waits_for_the_budget_is_missed():
    found = missed(*RIVALS, incumbents=seated(*OLD), swaps_left=2, max_ws_subs=3)
    assert found == (("Z", "churn budget"),)


# --- the difference


def test_rebalancing_drops_what_is_no_target():
    assert rebalance(("A", "B", "C"), ("B",)).unsubscribe == ("A", "C")


def test_rebalancing_adds_targets_best_first():
    assert rebalance(("B",), ("C", "B", "A")).subscribe == ("C", "A")


def test_rebalancing_equals_changes_nothing():
    assert rebalance(("A", "B"), ("B", "A")) == Changes((), ())
