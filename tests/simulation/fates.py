"""All that a seed draws before the first second: the settings, the stocks, and how often what goes wrong."""

from random import Random
from typing import Any, NamedTuple

from facts import codes_numbered, settings

from kis_actors.settings import Settings

CHANNELS = ("telegram", "discord", "log")


class Fates(NamedTuple):
    """How likely each trouble is, each time it could happen; 0.0 for never.

    outage: that KIS stops answering scans for a while. told: the weights of what becomes of a message, see OUTCOMES.
    settles: that everything is handled before the world goes on. notes: that a snapshot is taken.
    stalls: that the clock is not heard for a while.
    """

    rest_fails: float = 0.0
    rest_is_slow: float = 0.0
    outage: float = 0.0
    link_refused: float = 0.0
    link_lost: float = 0.0
    key_is_old: float = 0.0
    command_lost: float = 0.0
    answer_lost: float = 0.0
    refused: float = 0.0
    full: float = 0.0
    muted: float = 0.0
    bad_frame: float = 0.0
    dropped: float = 0.0
    stalls: float = 0.0
    says: float = 0.0
    notes: float = 0.0
    settles: float = 1.0
    told: tuple[float, ...] = (1.0,)


CALM = Fates()
"""Nothing goes wrong any more."""
OUTCOMES = ("sent", "busy", "unreachable", "refused", "unknown_there", "unknown_lost", "slow")
"""Of a message: taken; 429; no connection; a definite no; no answer, though it arrived, or did not; taken late."""


def fates_of(chance: Random) -> Fates:
    """Each trouble is absent, rare or frequent by itself, so that seeds differ in kind and not only in detail."""
    def rate(rare: float, frequent: float) -> float:
        return chance.choice((0.0, rare, rare, frequent))

    return Fates(
        rest_fails=rate(0.02, 0.3), rest_is_slow=rate(0.02, 0.2), outage=rate(0.002, 0.02),
        link_refused=rate(0.1, 0.6), link_lost=rate(0.002, 0.02), key_is_old=rate(0.05, 0.3),
        command_lost=rate(0.05, 0.3), answer_lost=rate(0.05, 0.3), refused=rate(0.05, 0.3), full=rate(0.01, 0.1),
        muted=rate(0.05, 0.3), bad_frame=rate(0.02, 0.2), dropped=rate(0.002, 0.01), stalls=rate(0.005, 0.05),
        says=rate(0.01, 0.05), notes=rate(0.005, 0.03), settles=chance.choice((0.2, 0.5, 0.8)),
        told=(1.0, *(rate(0.1, 0.7) for _ in OUTCOMES[1:])),
    )  # fmt: skip


def settings_of(chance: Random) -> Settings:
    """Short waits, so that many of them fit into a seed; every one of them still stands."""
    monitor = {
        "scan_interval_sec": chance.choice((10.0, 20.0, 40.0)), "rest_batch_size": chance.choice((2, 3, 30)),
        "max_ws_subs": chance.randint(1, 4), "rebalance_interval_sec": chance.choice((5.0, 20.0)),
        "subscribe_cooldown_sec": chance.choice((5.0, 30.0)), "min_subscribe_sec": chance.choice((5.0, 20.0)),
        "alert_cooldown_sec": chance.choice((10.0, 30.0, 60.0)), "swaps_per_minute": chance.choice((2, 10)),
        "safe_interval_max_sec": 40.0, "degraded_scan_interval_sec": 5.0, "signal": {"max_age_sec": 30.0},
    }  # fmt: skip
    kis = {
        "ws_reconnect_delays_sec": (0.5, 1.0, 2.0, 4.0), "ws_in_use_wait_sec": 4.0, "ws_in_use_wait_max_sec": 16.0,
        "ws_new_key_wait_sec": 8.0, "ws_ack_timeout_sec": chance.choice((2.0, 5.0)),
        "link_renewal_gap_sec": chance.choice((20.0, 60.0)), "connects_per_10_min": chance.choice((20, 1000)),
        "connects_per_day": 100_000, "ws_status": chance.random() < 0.3,
    }  # fmt: skip
    return settings(monitor=monitor, kis=kis, notify=_notify(chance), market={"ask_holidays": chance.random() < 0.5})


def codes_of(chance: Random) -> tuple[str, ...]:
    """A small universe, but larger than the slots."""
    return codes_numbered(chance.randint(3, 6))


def patience_s(chosen: Settings) -> float:
    """The longest wait that the daemon may honestly still have to sit out when the trouble ends.

    Refused codes wait 60 s, own retries as long; renewals, refused links and the budget of connects by the settings.
    """
    kis = chosen.kis
    budget_s = 610.0 if kis.connects_per_10_min < 1000 else 0.0
    waits_s = (60.0, kis.link_renewal_gap_sec + kis.ws_in_use_wait_max_sec + kis.ws_new_key_wait_sec)
    return max(*waits_s, 2 * chosen.monitor.safe_interval_max_sec) + budget_s


def _notify(chance: Random) -> dict[str, Any]:
    return {
        "worth_sec": chance.choice((10.0, 40.0, 600.0)), "burst_alerts": chance.choice((1, 3, 50)),
        "burst_sec": chance.choice((3.0, 10.0)), "operator_per_hour": chance.choice((3, 1000)),
        "language": chance.choice(("ko", "en")), **{name: {"enabled": True} for name in CHANNELS},
    }  # fmt: skip
