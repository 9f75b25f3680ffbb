"""Which codes deserve a slot: the nearest to a signal, without taking slots from each other all the time.

Knows no event: what it chooses is said by SubscriptionActor.
"""

from datetime import datetime
from typing import Literal, NamedTuple

from msgspec import Struct

from kis_actors.policies.nearness import Candidate, score_of
from kis_actors.settings import Monitor

MISSED_MAX = 40
REGISTRATIONS_MAX = 40
"""KIS takes 41, all feeds together; one is kept free, as every library does."""
CHURN_BUDGET = "churn budget"
"""Why a code has no slot: as many changed hands as may."""


class Incumbent(Struct, frozen=True):
    """A code that is a target, since when, and what KIS made of it. none: it was not asked for, as without a link."""

    code: str
    since: datetime
    slot: Literal["held", "refused", "none"] = "held"


class Snapshot(Struct, frozen=True, kw_only=True):
    """All that the choice of targets depends on.

    cooling: codes that must not come back yet. barred: codes KIS will never take. swaps_left: None for no limit.
    limit: how many codes may be followed, if fewer than max_ws_subs. pinned: codes that come first, whatever their
    score.
    """

    candidates: tuple[Candidate, ...]
    incumbents: tuple[Incumbent, ...]
    cooling: tuple[str, ...]
    now: datetime
    monitor: Monitor
    barred: tuple[str, ...] = ()
    swaps_left: int | None = None
    limit: int | None = None
    pinned: tuple[str, ...] = ()


class Plan(NamedTuple):
    """The codes chosen, best first; those that deserved it too and why not, by code; and the scores of all."""

    chosen: tuple[str, ...]
    missed: tuple[tuple[str, str], ...]
    scores: dict[str, float]

    def held_back(self) -> tuple[str, ...]:
        """The codes that wait for the churn budget alone."""
        return tuple(code for code, reason in self.missed if reason == CHURN_BUDGET)


class Changes(Struct, frozen=True):
    """What brings the subscriptions to the targets."""

    unsubscribe: tuple[str, ...]
    subscribe: tuple[str, ...]


def plan(snapshot: Snapshot) -> Plan:
    """The choice for this snapshot, the same whatever the order of candidates and incumbents."""
    scores = {one.code: score_of(one, snapshot.monitor) for one in snapshot.candidates}
    ideal = _ideal(snapshot, scores)
    chosen = _best_first(_within_budget(snapshot, scores, ideal), scores)
    return Plan(chosen, _missed(snapshot, scores, ideal, chosen), scores)


def rebalance(current_subs: tuple[str, ...], target_subs: tuple[str, ...]) -> Changes:
    """The difference between what is subscribed and what should be, each in the order given."""
    return Changes(
        unsubscribe=tuple(code for code in current_subs if code not in target_subs),
        subscribe=tuple(code for code in target_subs if code not in current_subs),
    )


def _ideal(snapshot: Snapshot, scores: dict[str, float]) -> tuple[str, ...]:
    """What would be chosen if changes were free: who is within the shortest stay, what is pinned, then by score.

    Incumbents are ahead of others by the hysteresis.
    """
    monitor, out = snapshot.monitor, (*snapshot.cooling, *snapshot.barred)
    sitting = {one.code: one for one in snapshot.incumbents if one.slot != "refused"}
    kept = [
        code for code in _best_first(tuple(scores), scores)
        if code in sitting and code not in out
        and (snapshot.now - sitting[code].since).total_seconds() < monitor.min_subscribe_sec
    ]  # fmt: skip
    ahead = {
        code: score + monitor.hysteresis_ratio * abs(score) if code in sitting else score
        for code, score in scores.items()
    }
    ranked = sorted(ahead, key=lambda code: (-ahead[code], code not in sitting, code))
    free = [code for code in ranked if code not in kept and code not in out]
    return (*kept, *sorted(free, key=lambda code: code not in snapshot.pinned))[: _limit(snapshot)]


def _within_budget(snapshot: Snapshot, scores: dict[str, float], ideal: tuple[str, ...]) -> tuple[str, ...]:
    """The ideal, but incumbents beyond the swaps left stay, the best of them, in place of the worst newcomers.

    One whose price is unknown cannot be judged, and goes whatever the budget says.
    """
    if snapshot.swaps_left is None:
        return ideal
    incumbents = {one.code: one.slot for one in snapshot.incumbents}
    leaving = [code for code, slot in incumbents.items() if slot != "none" and code not in ideal]
    priced = [code for code in leaving if code in scores]
    priced.sort(key=lambda code: (incumbents[code] == "refused", -scores[code], code))
    stays = priced[: max(0, len(leaving) - max(snapshot.swaps_left, 0))]
    old = tuple(code for code in ideal if code in incumbents)
    new = tuple(code for code in ideal if code not in incumbents)
    return (*old, *stays, *new)[: _limit(snapshot)]


def _missed(
    snapshot: Snapshot, scores: dict[str, float], ideal: tuple[str, ...], chosen: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Who scores no lower than the worst of the chosen, at most MISSED_MAX; ordered by code, for scores move often."""
    is_full = len(chosen) >= _limit(snapshot)
    least = min((scores[code] for code in chosen), default=0.0) if is_full else float("-inf")
    deserving = [code for code in scores if code not in chosen and (scores[code] >= least or code in ideal)]
    reasons = {code: _reason(snapshot, code, ideal) for code in _best_first(tuple(deserving), scores)[:MISSED_MAX]}
    return tuple(sorted(reasons.items()))


def _reason(snapshot: Snapshot, code: str, ideal: tuple[str, ...]) -> str:
    if code in ideal:
        return CHURN_BUDGET
    if code in snapshot.barred:
        return "refused"
    return "cooling" if code in snapshot.cooling else "no slot"


def _best_first(codes: tuple[str, ...], scores: dict[str, float]) -> tuple[str, ...]:
    return tuple(sorted(codes, key=lambda code: (-scores[code], code)))


def _limit(snapshot: Snapshot) -> int:
    most = min(snapshot.monitor.max_ws_subs, REGISTRATIONS_MAX)
    return most if snapshot.limit is None else min(snapshot.limit, most)
