"""The codes nearest to a signal, in the order in which they deserve a slot, and whether each has one."""

from typing import NamedTuple

from kis_actors.policies.planning import Snapshot, plan


class Ranked(NamedTuple):
    """One code. score: higher is nearer. rule, distance: the nearest rule, and how far the price is from it, a ratio.

    place: slot, or why it has none: no slot, cooling, refused, churn budget.
    """

    code: str
    score: float
    rule: str
    distance: float | None
    disparity: float
    price_won: int
    place: str


def ranking(snapshot: Snapshot) -> tuple[Ranked, ...]:
    """Every candidate, best first."""
    made, of = plan(snapshot), {one.code: one for one in snapshot.candidates}
    missed = dict(made.missed)
    best = sorted(made.scores, key=lambda code: (-made.scores[code], code))
    return tuple(
        Ranked(
            code, made.scores[code], of[code].rule, of[code].distance, of[code].disparity, of[code].price_won,
            "slot" if code in made.chosen else missed.get(code, "no slot"),
        )
        for code in best
    )  # fmt: skip
