"""Which codes deserve a slot: the score, and who stays, waits or comes."""

from math import log10

from facts import at, settings

from kis_actors.actors.subscription import Changes, Incumbent, Snapshot, compute_targets, rebalance
from kis_actors.rules.nearness import Candidate, score_of

NEAR, MIDDLE, FAR = -0.08, -0.05, 0.30
"""Disparities by their distance from the threshold of -0.08."""


def candidate(code: str, disparity: float = NEAR, volatility: float = 0.0, turnover_won: int = 1) -> Candidate:
    return Candidate(code, 10_000, disparity, volatility, turnover_won)


def numbered(count: int, disparity: float = NEAR) -> tuple[Candidate, ...]:
    return tuple(candidate(f"{number:06}", disparity) for number in range(1, count + 1))


def targets(
    *candidates: Candidate, incumbents: tuple[Incumbent, ...] = (), cooling: tuple[str, ...] = (), **monitor: object
) -> tuple[str, ...]:
    """The codes chosen at 10:00:00."""
    snapshot = Snapshot(
        candidates=candidates, incumbents=incumbents, cooling=cooling, now=at("10:00:00"),
        monitor=settings(monitor=monitor).monitor,
    )  # fmt: skip
    return tuple(target.code for target in compute_targets(snapshot))


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


# --- the difference


def test_rebalancing_drops_what_is_no_target():
    assert rebalance(("A", "B", "C"), ("B",)).unsubscribe == ("A", "C")


def test_rebalancing_adds_targets_best_first():
    assert rebalance(("B",), ("C", "B", "A")).subscribe == ("C", "A")


def test_rebalancing_equals_changes_nothing():
    assert rebalance(("A", "B"), ("B", "A")) == Changes((), ())
