"""Plausible events of every kind, from small pools, so that random stories meet the same codes, links and scans."""

from datetime import timedelta
from functools import cache
from typing import Any

import msgspec
from facts import DAY, NEXT_DAY, acknowledged, at, bars_returned, frame, raised, settings, trade
from hypothesis import strategies as st

from kis_actors.actors.notify import State as NotifyState
from kis_actors.kis.control import MEANINGS
from kis_actors.market.sessions import Calendar, SpecialHours
from kis_actors.market.universe import Stock
from kis_actors.messages import (
    NAMES,
    AlertDecided,
    AlertHeld,
    BaselineLoaded,
    BaselineMissing,
    ClockStepped,
    ClockTicked,
    CommandAccepted,
    CommandReceived,
    DailyBarsReturned,
    DigestDecided,
    DiskLow,
    Disputed,
    Event,
    FrameReceived,
    FrameRejected,
    HolidaysReturned,
    LinkBlocked,
    LinkRequested,
    Missed,
    NotifyFailed,
    NotifyRequested,
    OperatorSilenced,
    OverflowChanged,
    PinsChanged,
    Rows,
    RunStarted,
    ScanReturned,
    SessionClosed,
    SessionOpened,
    SettingsChanged,
    SettingsRefused,
    SignalRaised,
    StateCarried,
    SummaryTold,
    Target,
    TargetsChanged,
    UniverseLoaded,
    VenuesReturned,
)
from kis_actors.policies.commands import COMMANDS

CODES = st.sampled_from(["005930", "000660", "0126Z0", "247540", ""])
LISTED = st.sampled_from(["005930", "000660", "0126Z0", "247540"])
DAYS = st.sampled_from([DAY, NEXT_DAY, DAY + timedelta(days=3)])
INSTANTS = st.one_of(
    st.integers(0, 4 * 86_400_000).map(lambda ms: at("06:00:00") + timedelta(milliseconds=ms)),
    st.integers(-2000, 25_000_000).map(lambda ms: at("08:29:59") + timedelta(milliseconds=ms)),
)
PRICES = st.one_of(st.sampled_from([0, 1, 9_100, 9_169, 9_222, 10_000]), st.integers(1, 2_000_000))
NUMBERS = st.integers(1, 3)
TEXTS = st.sampled_from(["", "0", "-1", "9100", "20261119", "9" * 19, "٣", "x", "005930"])

ANSWERS = [*["OPSP0000", "OPSP0001", "OPSP8996", "OPSP0011"] * 8, *MEANINGS, "OPSP4711"]
"""Those with consequences more often."""

POOLS: dict[str, st.SearchStrategy[Any]] = {
    "is_ours": st.booleans(), "is_full": st.booleans(), "is_unanswered": st.booleans(),
    "told_at": INSTANTS, "interval_s": st.sampled_from([60.0, 120.0]),
    "volume_shares": st.integers(0, 9),
    "code": CODES, "link": NUMBERS, "scan": NUMBERS, "batch": NUMBERS, "batches": NUMBERS, "ask": NUMBERS,
    "attempt": st.integers(1, 2), "channel": st.sampled_from(["log", "telegram"]), "alert_id": st.sampled_from("ab"),
    "day": DAYS, "start": DAYS, "end": DAYS, "now": INSTANTS, "opens": INSTANTS, "closes": INSTANTS,
    "first": INSTANTS, "last": INSTANTS, "decided_at": INSTANTS, "rule": st.sampled_from(["disparity_threshold", "x"]),
    "failed": st.integers(0, 9), "quoted": st.integers(0, 250), "count": st.integers(1, 9),
    "codes": st.lists(LISTED, max_size=4, unique=True).map(tuple), "for_good": st.booleans(),
    "feed": st.sampled_from(["H0STCNT0", "H0STCNT0", "H0STMKO0"]),
    "scope": st.sampled_from(["all", "all", "followed", "close"]),
    "backlog": st.sampled_from([20_001, 90_000]), "limit": NUMBERS, "width": st.sampled_from([45, 46, 47, 48]),
    "known": st.just((46, 47)), "is_readable": st.booleans(), "kind": st.sampled_from(["vi", "halt"]),
    "missing": st.lists(LISTED, max_size=2, unique=True).map(tuple), "loaded": st.integers(0, 250),
    "on_nxt": st.lists(LISTED, max_size=3, unique=True).map(tuple), "difference": st.sampled_from(["", "1 added"]),
    "days": st.just((Disputed(NEXT_DAY, "open", "closed", False),)),
    "is_complete": st.booleans(), "live": NUMBERS, "wanted": NUMBERS,
    "is_back": st.booleans(), "is_usual": st.booleans(), "scans": NUMBERS, "newly": st.just(()),
    "characters": st.just(2_000_000), "records": NUMBERS, "file_bytes": NUMBERS, "freed_bytes": NUMBERS,
    "kept": st.sampled_from(["sealed", "decisions"]),
    "update_id": NUMBERS, "person": st.just("1"), "chat": st.just("1"),
    "data": st.just(""), "press_id": st.just(""), "retry_after_s": st.sampled_from([-1.0, 5.0]),
    "text": st.just("told"), "signal_seq": st.integers(1, 99), "input_seq": st.integers(1, 99),
}  # fmt: skip
"""By field name: what it may be."""


@st.composite
def frames(draw: st.DrawFn) -> FrameReceived:
    """Data frames whole, broken and cut; acknowledgements of every meaning; and noise."""
    link, kind = draw(NUMBERS), draw(st.sampled_from(["data", "data", "data", "answer", "noise"]))
    if kind == "answer":
        return acknowledged(draw(st.sampled_from(ANSWERS)), draw(CODES), link=link)
    if kind == "noise":
        return FrameReceived(link=link, text=draw(st.sampled_from(["", "{", "{}", "|||", "0|H0STASP0|001|x", "pong"])))
    trades = draw(st.lists(trades_of_any_kind(), min_size=1, max_size=3))
    whole = frame(*trades, width=draw(st.integers(46, 48)), link=link)
    cut = draw(st.one_of(st.just(len(whole.text)), st.integers(0, len(whole.text))))
    return FrameReceived(link=link, text=whole.text[:cut])


@st.composite
def trades_of_any_kind(draw: st.DrawFn) -> dict[str, str]:
    """Mostly sound ones, and some with a class or a field that is not."""
    classes = {"MARKET_CLS_CODE": draw(st.sampled_from("2221")), "HOUR_CLS_CODE": draw(st.sampled_from("000A"))}
    broken = draw(st.dictionaries(st.sampled_from(["STCK_PRPR", "BSOP_DATE", "PRDY_CTRT"]), TEXTS, max_size=1))
    return trade(draw(PRICES), draw(LISTED), **classes, **(broken if draw(st.integers(0, 5)) == 0 else {}))


@st.composite
def quotes(draw: st.DrawFn) -> ScanReturned:
    """Rows of quotes, some without a code or a price."""
    columns = ("inter_shrn_iscd", "inter2_prpr", "acml_tr_pbmn", "inter2_prdy_clpr", "inter2_hgpr", "inter2_lwpr")
    number = st.one_of(PRICES.map(str), TEXTS)
    rows = draw(st.lists(st.tuples(CODES, number, number, number, number, number), max_size=4).map(tuple))
    return ScanReturned(scan=draw(NUMBERS), batch=draw(NUMBERS), rows=Rows(columns, rows))


@st.composite
def bars(draw: st.DrawFn) -> DailyBarsReturned:
    """Daily bars, enough or too few, and some rows that are none."""
    good: DailyBarsReturned = bars_returned(draw(LISTED), draw(st.sampled_from([0, 3, 23, 24, 25])))
    bad = draw(st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple))
    return DailyBarsReturned(code=good.code, rows=Rows(good.rows.columns, (*bad, *good.rows.values)))


@st.composite
def runs(draw: st.DrawFn) -> RunStarted:
    """A start with some settings that matter, a calendar with or without exceptions, and doubts."""
    monitor = {
        "enabled": draw(st.sampled_from([True, True, True, False])),
        "max_ws_subs": draw(st.integers(1, 3)),
        "signal": {"ma_includes_today": draw(st.booleans())},
    }
    late = SpecialHours(opens="10:00", closes="16:30", source="CSAT")
    calendar = draw(st.sampled_from([Calendar(), Calendar(special={DAY: late}), Calendar(closures={DAY: "closed"})]))
    hours = draw(st.sampled_from(["krx", "krx", "nxt", "always"]))
    return RunStarted(
        settings=settings(monitor=monitor, market={"hours": hours}, notify={"telegram": {"enabled": True}}),
        calendar=calendar, version="test", dry_run=draw(st.booleans()),
        in_doubt=draw(st.lists(any_of(NotifyRequested), max_size=2).map(tuple)),
    )  # fmt: skip


@cache
def any_of(kind: type[Event]) -> st.SearchStrategy[Any]:
    """Any event of this kind."""
    if kind in SPECIAL:
        return SPECIAL[kind]
    return st.builds(kind, **{field: POOLS.get(field, st.just("said")) for field in kind.__struct_fields__})


def heard_or_decided() -> st.SearchStrategy[Event]:
    """Any event of any kind."""
    return st.sampled_from(list(NAMES)).flatmap(any_of)


TARGETS = st.builds(Target, LISTED, st.floats(0, 500), st.floats(-0.5, 0.5), PRICES)
CLOSES = st.sampled_from([(), (10_000,) * 24, (10_000,) * 25, (1,) * 3])
ADDED = st.lists(LISTED, max_size=2, unique=True).map(tuple)
MISSED = st.builds(Missed, LISTED, st.sampled_from(["no slot", "cooling", "refused", "churn budget"]))
SIGNALS = st.builds(lambda code: raised(code), LISTED)

OPEN_DAYS = st.lists(
    st.tuples(st.sampled_from(["20261120", "20261121", "20261123", "x"]), st.sampled_from(["Y", "N", ""])), max_size=3
)

ALERTS = st.builds(AlertDecided, alert_id=POOLS["alert_id"], signal=SIGNALS, decided_at=INSTANTS)

SPECIAL: dict[type[Event], st.SearchStrategy[Any]] = {
    AlertHeld: st.builds(AlertHeld, alert=ALERTS),
    DigestDecided: st.builds(
        DigestDecided, digest_id=st.just("digest"), alerts=st.lists(ALERTS, min_size=1, max_size=2).map(tuple)
    ),
    OperatorSilenced: st.builds(OperatorSilenced, kind=st.just("LinkBlocked"), reason=st.just("said")),
    SummaryTold: st.builds(SummaryTold, alert_id=st.just("open"), day=DAYS, is_opening=st.booleans()),
    HolidaysReturned: OPEN_DAYS.map(
        lambda days: HolidaysReturned(rows=Rows(("bass_dt", "opnd_yn"), tuple(map(tuple, days))))
    ),
    VenuesReturned: st.builds(VenuesReturned, batch=NUMBERS, rows=quotes().map(lambda scan: scan.rows)),
    NotifyRequested: st.builds(
        NotifyRequested, alert_id=POOLS["alert_id"], channel=POOLS["channel"], attempt=POOLS["attempt"],
        text=st.just("told"), kind=st.sampled_from(["signal", "operator"]),
    ),
    CommandReceived: st.builds(
        CommandReceived, update_id=NUMBERS, person=st.sampled_from("12"), chat=st.sampled_from(["", "2"]),
        text=st.tuples(st.sampled_from([*COMMANDS, "/x"]), CODES, st.sampled_from(["", "1h", "x"])).map(" ".join),
    ),
    CommandAccepted: st.builds(
        CommandAccepted, update_id=NUMBERS, person=st.just("1"), chat=st.just(""), name=st.sampled_from(list(COMMANDS)),
        code=CODES, until=st.one_of(st.none(), INSTANTS),
    ),
    PinsChanged: st.builds(PinsChanged, codes=st.lists(LISTED, max_size=3, unique=True).map(tuple)),
    NotifyFailed: st.builds(
        NotifyFailed, alert_id=POOLS["alert_id"], channel=POOLS["channel"], attempt=POOLS["attempt"],
        reason=st.just("said"), retry_after_s=st.sampled_from([-1.0, 0.0, 30.0]), at=st.one_of(st.none(), INSTANTS),
    ),
    FrameRejected: st.builds(FrameRejected, link=NUMBERS, reason=st.just("said"), kind=st.just("width")),
    FrameReceived: frames(),
    ScanReturned: quotes(),
    DailyBarsReturned: bars(),
    RunStarted: runs(),
    SettingsChanged: runs().map(lambda run: SettingsChanged(settings=run.settings, difference=("said",))),
    SettingsRefused: st.just(SettingsRefused(reasons=("said",))),
    UniverseLoaded: POOLS["codes"].map(
        lambda codes: UniverseLoaded(stocks=tuple(Stock(code, "name", "KOSPI") for code in codes), source="test")
    ),
    TargetsChanged: st.builds(
        TargetsChanged,
        targets=st.lists(TARGETS, max_size=3, unique_by=lambda target: target.code).map(tuple),
        added=ADDED, removed=ADDED,
    ),
    BaselineLoaded: st.builds(BaselineLoaded, code=LISTED, day=DAYS, closes_won=CLOSES),
    BaselineMissing: st.builds(BaselineMissing, code=LISTED, day=DAYS, reason=st.just("too few")),
    LinkRequested: st.builds(
        LinkRequested, link=NUMBERS, wait_s=st.floats(0, 60), new_key=st.booleans(), at=st.none() | INSTANTS,
    ),
    LinkBlocked: st.builds(
        LinkBlocked, link=NUMBERS, reason=st.just("OPSP"), wait_s=st.sampled_from([0.0, 60.0, -1.0]),
        needs_key=st.booleans(), is_in_use=st.booleans(),
    ),
    OverflowChanged: st.builds(OverflowChanged, missed=st.lists(MISSED, max_size=3).map(tuple)),
    SignalRaised: SIGNALS,
    AlertDecided: st.builds(AlertDecided, alert_id=POOLS["alert_id"], signal=SIGNALS, decided_at=INSTANTS),
    StateCarried: st.just(StateCarried(actor="notify", state=msgspec.Raw(msgspec.json.encode(NotifyState())))),
    ClockTicked: st.builds(ClockTicked, now=INSTANTS),
    ClockStepped: st.builds(ClockStepped, from_=INSTANTS, to=INSTANTS),
    DiskLow: st.builds(DiskLow, free_bytes=NUMBERS, needed_bytes=NUMBERS),
    SessionOpened: st.builds(
        SessionOpened, day=DAYS, opens=INSTANTS, closes=INSTANTS,
        regular_opens=st.one_of(st.none(), INSTANTS), regular_closes=st.one_of(st.none(), INSTANTS),
    ),
    SessionClosed: st.builds(SessionClosed, day=DAYS),
}  # fmt: skip
