"""Every setting with its type and default; values only.

Where they come from (file, command line) is `settings_file.py`. No secret is a setting: those are `credentials.py`.
"""

from datetime import datetime
from typing import Literal

from msgspec import field
from msgspec.structs import replace

from kis_actors.notify_settings import Notify
from kis_actors.rules import AnyParams, disparity_threshold, near_threshold
from kis_actors.section import Section
from kis_actors.signals.book import Fault, Rules, RulesError, ordered
from kis_actors.signals.params import Groups, RuleParams


class Signal(Section):
    """What counts as a signal.

    disparity_threshold: ratio; -0.08 is 8 % under the moving average.
    ma_days: closes in the average; the last of them is the price itself while ma_includes_today.
    rearm_ratio: the price must come back this far above the threshold before the next crossing counts.
    use_intraday: the stream is judged too, not only scans.
    regular_only: prices of the regular session alone are judged, whatever hours the market is watched.
    max_age_sec: an older trade is not judged.
    """

    type: Literal["disparity_threshold"] = "disparity_threshold"
    disparity_threshold: float = -0.08
    ma_days: int = 25
    ma_includes_today: bool = True
    rearm_ratio: float = 0.005
    use_intraday: bool = True
    regular_only: bool = True
    max_age_sec: float = 300.0


class Score(Section):
    """Weights of `w1 * 1/(|disparity - threshold| + eps) + w2 * volatility + w3 * log10(turnover)`.

    eps: ratio; bounds the first term at w1/eps.
    """

    w1: float = 1.0
    w2: float = 100.0
    w3: float = 1.0
    eps: float = 0.005


def _rules_of_mode_a() -> dict[str, AnyParams]:
    return {"approach": near_threshold.Params(band=0.01)}


class Monitor(Section):
    """How often to look, how many to follow, and for how long. Durations in seconds.

    hysteresis_ratio: a code takes another's slot only with a score this much higher; 0.15 is 15 %.
    swaps_per_minute, swaps_per_day: how many slots may change hands; more of them wait.
    rules: further rules by name, besides monitor.signal's; groups: names for several codes, for rules to speak of.
    shrink_on_lag: while processing lags behind the stream, fewer codes are followed.
    safe_mode_after_scans: so many failed scans in a row begin safe mode, whose interval grows to safe_interval_max_sec.
    degraded_after_sec: a link that is down for so long puts its codes on scans of their own,
    degraded_scan_interval_sec apart.
    """

    enabled: bool = True
    mode: Literal["A", "B"] = "A"
    scan_interval_sec: float = 60.0
    rest_batch_size: int = 30
    max_ws_subs: int = 20
    rebalance_interval_sec: float = 60.0
    subscribe_cooldown_sec: float = 180.0
    min_subscribe_sec: float = 60.0
    alert_cooldown_sec: float = 600.0
    hysteresis_ratio: float = 0.15
    swaps_per_minute: int = 10
    swaps_per_day: int = 500
    shrink_on_lag: bool = True
    safe_mode_after_scans: int = 3
    safe_interval_max_sec: float = 600.0
    degraded_after_sec: float = 10.0
    degraded_scan_interval_sec: float = 15.0
    score: Score = Score()
    signal: Signal = Signal()
    rules: dict[str, AnyParams] = field(default_factory=_rules_of_mode_a)
    groups: Groups = field(default_factory=dict)

    def rule_book(self) -> Rules:
        """All rules by name, the main one first, what combines others after them. Raises RulesError."""
        signal, main = self.signal, disparity_threshold.NAME
        if main in self.rules:
            taken = Fault(main, f"the name {main} is taken by monitor.signal", "give the rule another name")
            raise RulesError((taken,))
        session: Literal["regular", "all"] = "regular" if signal.regular_only else "all"
        line = disparity_threshold.Params(
            threshold=signal.disparity_threshold, rearm_ratio=signal.rearm_ratio, session=session,
            max_age_sec=signal.max_age_sec,
        )  # fmt: skip
        others = {name: _with_line(params, signal.disparity_threshold) for name, params in self.rules.items()}
        return ordered({main: line, **others}, self.groups)


def _with_line(params: RuleParams, threshold: float) -> RuleParams:
    """An approach without a line of its own is to that of monitor.signal."""
    is_open = isinstance(params, near_threshold.Params) and params.threshold is None
    return replace(params, threshold=threshold) if is_open else params


class Kis(Section):
    """The link to KIS. Every limit here, with its date and source, is in docs/kis-limits.md.

    rest_url, ws_url: override the address that env implies.
    pace: a preset of rate_limit_sleep_sec, the least gap between two REST calls, which wins if it is written out.
    rest_retry_waits_sec: before a refused question is asked again. rest_retry_after_max_sec: what KIS may make us wait.
    rest_question_sec: how long one question may be asked again, so that none keeps the others waiting.
    token_gap_sec: least time between two tokens asked for.
    ws_registrations_max: codes times feeds. ws_quotes, ws_status: subscribe those feeds too, for every code followed.
    ws_reconnect_delays_sec: waits before the 1st, 2nd, ... try; the last one repeats.
    ws_idle_timeout_sec: a link that said nothing for so long is lost.
    ws_in_use_wait_sec: while another session holds the app key, each wait is twice the one before, up to
    ws_in_use_wait_max_sec. ws_new_key_wait_sec: a new approval key that is not known either is replaced no sooner.
    connects_per_10_min, connects_per_day: tries to connect, those that fail included; further ones wait.
    link_renewal_gap_sec: least time between two renewals of a link that works but does not do as it should.
    max_backlog_frames: read and not yet handled, beyond which the socket waits, up to max_backpressure_sec; after that
    frames are dropped, and counted.
    """

    env: Literal["real", "paper"] = "real"
    rest_url: str | None = None
    ws_url: str | None = None
    credentials_file: str | None = None
    pace: Literal["careful", "real", "new_customer", "paper"] = "careful"
    rate_limit_sleep_sec: float = 0.5
    rest_timeout_sec: float = 10.0
    rest_question_sec: float = 30.0
    rest_retry_waits_sec: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 4.0)
    rest_retry_after_max_sec: float = 60.0
    token_gap_sec: float = 61.0
    ws_registrations_max: int = 40
    ws_quotes: bool = False
    ws_status: bool = False
    ws_reconnect_delays_sec: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 60.0)
    ws_idle_timeout_sec: float = 90.0
    ws_command_gap_sec: float = 0.1
    ws_ack_timeout_sec: float = 5.0
    ws_in_use_wait_sec: float = 60.0
    ws_in_use_wait_max_sec: float = 600.0
    ws_new_key_wait_sec: float = 600.0
    connects_per_10_min: int = 30
    connects_per_day: int = 200
    link_renewal_gap_sec: float = 600.0
    max_backlog_frames: int = 20_000
    max_backpressure_sec: float = 10.0


class Market(Section):
    """When the market is open, and where exceptions to that are listed.

    after_market: with krx hours, go on to the end of the KRX after-market at 20:00.
    ask_holidays: ask KIS once a day which days are open; paper cannot.
    """

    hours: Literal["krx", "nxt", "unified", "always"] = "krx"
    after_market: bool = False
    ask_holidays: bool = True
    file: str = "config/market.yaml"


class Universe(Section):
    """The watched codes: a CSV that begins code,name,market.

    update: daily reads KIS's master files before the open and writes the file anew: the index members with pins and
    without exclusions. master_url: the folder of those files, if not KIS's own.
    paper_codes_max: as many as paper, with one call a second, can scan.
    """

    file: str = "config/universe.csv"
    update: Literal["never", "daily"] = "never"
    pins: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    master_url: str | None = None
    paper_codes_max: int = 40


class EventLog(Section):
    """Where the log lives, and how long. durability full: commits survive power loss; normal: the process's death.

    keep_hot_days: so many days before the newest stay as they were written, besides being sealed.
    keep_sealed_days: of days further back only the decisions are kept; 0: all of every day, for ever.
    """

    data_dir: str = "var"
    durability: Literal["full", "normal"] = "full"
    keep_hot_days: int = 2
    keep_sealed_days: int = 0


class Web(Section):
    """The watch page: a process beside the daemon that serves it, and changes nothing.

    port: 0 is any free one. host: another than a loopback address needs a token, KIS_ACTORS_WEB_TOKEN.
    """

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = 8787


class Clock(Section):
    """A clock that showed `shows` at the real instant `anchor`, `speed` times as fast; without them, the real one."""

    anchor: datetime | None = None
    shows: datetime | None = None
    speed: float = 1.0


class Settings(Section):
    """All settings of one run; written into the log with RunStarted."""

    monitor: Monitor = Monitor()
    kis: Kis = Kis()
    market: Market = Market()
    universe: Universe = Universe()
    notify: Notify = Notify()
    log: EventLog = EventLog()
    web: Web = Web()
    clock: Clock = field(default_factory=Clock)
