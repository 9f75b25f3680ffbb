"""What every setting may be: presets, least and most, and the floors that keep an account from being blocked.

The defaults themselves are in `settings.py`; each limit of KIS with its source is in docs/kis-limits.md.
"""

from collections.abc import Mapping
from typing import Any

PRESETS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "monitor.mode": {
        "A": {
            "monitor.scan_interval_sec": 60.0, "monitor.max_ws_subs": 20,
            "monitor.rules.approach.rule": "near_threshold", "monitor.rules.approach.band": 0.01,
        },
        "B": {
            "monitor.scan_interval_sec": 30.0, "monitor.max_ws_subs": 40,
            "monitor.rules.fall.rule": "rapid_fall", "monitor.rules.fall.fall_ratio": 0.03,
            "monitor.rules.fall.window_sec": 300.0,
            "monitor.rules.breakout.rule": "breakout", "monitor.rules.breakout.of": "previous_low",
        },
    },
    "kis.pace": {
        "careful": {"kis.rate_limit_sleep_sec": 0.5},
        "real": {"kis.rate_limit_sleep_sec": 0.125},  # 8 a second of the 18 KIS takes: notice of 2026-04-20
        "new_customer": {"kis.rate_limit_sleep_sec": 0.34},  # 3 a second for the first three days: since 2026-04-03
        "paper": {"kis.rate_limit_sleep_sec": 1.0},  # notice of 2026-04-20
    },
}
"""What a preset sets unless it is written out; the first of each is the default."""

RATIOS: dict[str, tuple[float, float]] = {
    "monitor.signal.disparity_threshold": (-0.9, 0.9),
    "monitor.signal.rearm_ratio": (0, 0.5),
    "monitor.score.eps": (0.0001, 1),
    "monitor.hysteresis_ratio": (0, 1),
}
RANGES: dict[str, tuple[float, float]] = RATIOS | {
    "monitor.scan_interval_sec": (1, 3600),
    "monitor.rest_batch_size": (1, 10_000),
    "monitor.max_ws_subs": (1, 40),
    "monitor.rebalance_interval_sec": (1, 3600),
    "monitor.subscribe_cooldown_sec": (0, 86_400),
    "monitor.min_subscribe_sec": (0, 86_400),
    "monitor.alert_cooldown_sec": (0, 86_400),
    "monitor.swaps_per_minute": (1, 60),
    "monitor.swaps_per_day": (1, 2000),
    "monitor.safe_mode_after_scans": (1, 100),
    "monitor.safe_interval_max_sec": (1, 86_400),
    "monitor.degraded_after_sec": (0, 3600),
    "monitor.degraded_scan_interval_sec": (1, 3600),
    "monitor.score.w1": (0, 1e6),
    "monitor.score.w2": (0, 1e6),
    "monitor.score.w3": (0, 1e6),
    "monitor.signal.ma_days": (2, 200),
    "monitor.signal.max_age_sec": (1, 86_400),
    "kis.rate_limit_sleep_sec": (0, 60),
    "kis.rest_timeout_sec": (0.1, 120),
    "kis.rest_question_sec": (1, 600),
    "kis.rest_retry_waits_sec": (0, 600),
    "kis.rest_retry_after_max_sec": (0, 3600),
    "kis.token_gap_sec": (0, 3600),
    "kis.ws_registrations_max": (1, 40),  # KIS takes 41; one stays free for swaps
    "kis.ws_reconnect_delays_sec": (0.01, 3600),
    "kis.ws_idle_timeout_sec": (1, 3600),
    "kis.ws_command_gap_sec": (0, 60),
    "kis.ws_ack_timeout_sec": (0.1, 120),
    "kis.ws_in_use_wait_sec": (0, 86_400),
    "kis.ws_in_use_wait_max_sec": (0, 86_400),
    "kis.ws_new_key_wait_sec": (0, 86_400),
    "kis.connects_per_10_min": (1, 60),
    "kis.connects_per_day": (1, 1000),
    "kis.link_renewal_gap_sec": (1, 86_400),
    "kis.max_backlog_frames": (10, 1_000_000),
    "kis.max_backpressure_sec": (0, 600),
    "universe.paper_codes_max": (1, 300),
    "notify.timeout_sec": (0.1, 120),
    "notify.worth_sec": (1, 86_400),
    "notify.burst_alerts": (1, 1000),
    "notify.burst_sec": (0, 3600),
    "notify.operator_per_hour": (1, 1000),
    "notify.dead_man_sec": (1, 86_400),
    "notify.telegram.per_sec": (0.1, 30),
    "notify.telegram.per_min": (1, 1000),
    "log.keep_hot_days": (1, 10_000),
    "log.keep_sealed_days": (0, 100_000),
    "web.port": (0, 65_535),
    "clock.speed": (0.01, 10_000),
}
"""Least and most of every number; of a list, of each number in it."""

RULE_RANGES: dict[str, tuple[float, float]] = {
    "for_sec": (0, 3600),
    "rearm_ratio": (0, 0.5),
    "cooldown_sec": (0, 86_400),
    "max_age_sec": (1, 3600),
    "min_turnover_won": (0, 1e15),
    "threshold": (-0.9, 0.9),
    "band": (0.0001, 0.5),
    "fall_ratio": (0.001, 0.9),
    "window_sec": (1, 3600),
    "pace_sec": (60, 7200),
    "times": (1, 1000),
    "previous_day_times": (0, 1000),
    "by_ratio": (0, 0.5),
    "min_day_sec": (0, 86_400),
}
"""The same of every number that a rule of monitor.rules takes."""

UNIT_RANGES: dict[str, tuple[float, float]] = {
    "_sec": (1, 86_400), "_days": (1, 1000), "_ratio": (-0.9, 0.9), "_won": (0, 1e15), "_shares": (0, 1e15),
}  # fmt: skip
"""The same of a number that a rule of one's own takes, by the unit at the end of its name."""


def range_in_rule(name: str) -> tuple[float, float] | None:
    """Least and most of a rule's number; None for one that nothing is known of."""
    of_unit = next((limits for unit, limits in UNIT_RANGES.items() if name.endswith(unit)), None)
    return RULE_RANGES.get(name, of_unit)


_BLOCKED_FOR_LOOPS = "KIS blocks keys that connect or subscribe in a loop: notice of 2026-02-24"
FLOORS: Mapping[str, tuple[float, str]] = {
    "monitor.scan_interval_sec": (10, "a scan of 250 codes is 9 calls, which others of the account may need"),
    "monitor.subscribe_cooldown_sec": (60, _BLOCKED_FOR_LOOPS),
    "monitor.min_subscribe_sec": (30, _BLOCKED_FOR_LOOPS),
    "kis.rate_limit_sleep_sec": (0.06, "KIS takes 18 calls a second: notice of 2026-04-20"),
    "kis.rest_retry_waits_sec": (0.5, "a refusal that is answered at once is refused again"),
    "kis.token_gap_sec": (61, "KIS issues a token a minute (EGW00133) and messages the owner of the account each time"),
    "kis.ws_reconnect_delays_sec": (1, _BLOCKED_FOR_LOOPS),
    "kis.ws_command_gap_sec": (0.1, _BLOCKED_FOR_LOOPS),
    "kis.ws_in_use_wait_sec": (60, "two programs that fight over one app key get it blocked"),
    "kis.ws_new_key_wait_sec": (60, _BLOCKED_FOR_LOOPS),
    "monitor.degraded_scan_interval_sec": (10, "the calls of one account are shared"),
}
"""What protects the account; binds unless both addresses of KIS are on loopback."""

SCHEMES: Mapping[str, tuple[str, ...]] = {
    "kis.rest_url": ("https", "http"),
    "kis.ws_url": ("ws", "wss"),
    "universe.master_url": ("https", "http"),
    "notify.telegram.api_url": ("https", "http"),
}
BATCH_MAX = 30
PAPER_GAP_S = 1.0
"""Notice of 2026-04-20."""
