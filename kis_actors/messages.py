"""Every event of the log, grouped by who says it, and the table of their names and versions.

A class may be renamed; its name in the log (NAMES, at the end) may not. Adding a field: give it a default.
Instants carry KST; money is whole won, quantities are shares, ratios are fractions.
"""

from datetime import date, datetime
from typing import Literal, dataclass_transform

from msgspec import Raw, Struct, field

from kis_actors.market.sessions import Calendar
from kis_actors.market.universe import Stock
from kis_actors.settings import Settings
from kis_actors.units import instant_of_ns

KRX_TRADES = "H0STCNT0"
"""The feed that events of earlier versions, which name none, were about."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Event(Struct, frozen=True, kw_only=True, gc=False):
    """A fact, in the past tense. Immutable; what it says stays true."""


class Record(Struct, frozen=True, gc=False):
    """An event in its place in the log, and so durable. Only these are in mailboxes.

    seq: place in the log, gapless, counted over all files. cause: seq of what it answers or follows from; 0 for none.
    stream: who said it (an actor's name, or an edge's). at_ns: when the log took it, nanoseconds since 1970 (UTC).
    """

    seq: int
    stream: str
    cause: int
    at_ns: int
    event: Event

    @property
    def at(self) -> datetime:
        """When the log took it, KST."""
        return instant_of_ns(self.at_ns)


# --- values that several events carry


class Rows(Struct, frozen=True, gc=False):
    """Rows as KIS sent them, all text: the column names once, then the values of each row."""

    columns: tuple[str, ...] = ()
    values: tuple[tuple[str, ...], ...] = ()

    def each(self) -> tuple[dict[str, str], ...]:
        """The rows as KIS's field names to text."""
        return tuple(dict(zip(self.columns, row, strict=False)) for row in self.values)


class Missed(Struct, frozen=True, gc=False):
    """A code that deserved a slot and got none. reason: no slot, cooling, refused, or churn budget."""

    code: str
    reason: str


class Disputed(Struct, frozen=True, gc=False):
    """A day on which KIS's calendar differs from ours. is_ours_kept: config/market.yaml says so itself."""

    day: date
    ours: str
    theirs: str
    is_ours_kept: bool


class Target(Struct, frozen=True, gc=False, omit_defaults=True):
    """A code that deserves a slot. score: higher is nearer to a signal. disparity: ratio against its average.

    rule, distance: the rule it is nearest to, and how far its price is from it, a ratio; below zero is beyond it.
    """

    code: str
    score: float
    disparity: float
    price_won: int
    rule: str = "disparity_threshold"
    distance: float = 0.0


# --- questions that other events quote


class Button(Struct, frozen=True, gc=False):
    """What a person may press under a message; data comes back with the press."""

    label: str
    data: str


class Picture(Struct, frozen=True, gc=False):
    """All that a picture of an alert shows.

    line: the day's prices, as seconds of the day (KST) and won, in order. at_s: the moment of the alert.
    average_won, threshold_won: levels to draw, 0 for none.
    """

    title: str
    line: tuple[tuple[int, int], ...]
    at_s: int
    price_won: int
    average_won: float = 0.0
    threshold_won: float = 0.0


class NotifyRequested(Event):
    """A question, decided by NotifyActor: tell a person `text` by `channel`.

    attempt: the how manieth try; one that follows an unknown outcome says so in its text. kind: what it is about.
    is_silent: without a sound. facts: for machines, names and values. until: it is not worth sending later.
    is_repeat: of a message nobody knows the fate of. covers: the alerts it speaks of, if of several.
    chat: where an answer goes, as CommandReceived names it; "" is where alerts go.
    """

    alert_id: str
    channel: str
    attempt: int
    text: str
    kind: Literal["signal", "operator", "summary", "reply"] = "signal"
    is_silent: bool = False
    buttons: tuple[Button, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    picture: Picture | None = None
    until: datetime | None = None
    is_repeat: bool = False
    covers: tuple[str, ...] = ()
    chat: str = ""


# --- said by the application


class RunStarted(Event):
    """The daemon started with these settings; links, timers and unanswered questions of the run before are gone.

    in_doubt: what the run before asked channels to tell, without an outcome in the log.
    found: what was found of its log if it died, "" if it ended.
    """

    settings: Settings
    calendar: Calendar
    version: str
    dry_run: bool = False
    in_doubt: tuple[NotifyRequested, ...] = ()
    found: str = ""


class RunEnded(Event):
    """The daemon stopped on request, with everything it had decided in the log."""

    reason: str


class StateCarried(Event):
    """The state `actor` had at the end of the file before; the first records of every day file but the very first."""

    actor: str
    state: Raw


class UniverseLoaded(Event):
    """These are the codes to watch. source: where they were read. difference: what is new, "" for nothing."""

    stocks: tuple[Stock, ...]
    source: str
    difference: str = ""


class UniverseRefused(Event):
    """What was read cannot be the universe; the one before is kept."""

    reason: str


class SettingsChanged(Event):
    """The settings from now on, read again on request. difference: each change in words."""

    settings: Settings
    difference: tuple[str, ...]


class SettingsRefused(Event):
    """New settings were not taken, and those before stay. reasons: every one."""

    reasons: tuple[str, ...]


class SettingsUnchanged(Event):
    """The settings were read again on request, and say what they said before."""


class AccountRefused(Event):
    """KIS will never answer this account; the daemon ends. reason: KIS's words, and what to do."""

    reason: str


class ActorFailed(Event):
    """A bug: `actor` could not handle the record `input_seq`. The system starts again from the log."""

    actor: str
    input_seq: int
    error: str


class DaySealed(Event):
    """The log of `day` has a sealed file of `file_bytes`, which holds all of its `records`."""

    day: date
    records: int
    file_bytes: int


class DayRemoved(Event):
    """A file of the log of `day`, of so many bytes, is removed: what the settings keep lies beside it.

    kept: sealed (all of the day's records), or decisions (only what was decided). Said twice if a death interrupts it.
    """

    day: date
    kept: Literal["sealed", "decisions"]
    freed_bytes: int


# --- said by the clock


class ClockTicked(Event):
    """It is `now`. Cores have no other clock."""

    now: datetime


class ClockStepped(Event):
    """The wall clock was set, or the machine slept: where `from` was due, `to` is shown.

    Ticks go on from there; the times of records never run backwards.
    """

    from_: datetime = field(name="from")
    to: datetime


# --- said by the disk


class DiskLow(Event):
    """Less is free than three days of the log need, as they were of late."""

    free_bytes: int
    needed_bytes: int


# --- said by the REST port, answering a question (the cause)


class ScanReturned(Event):
    """KIS answered one batch of a scan with these rows; a code it does not know has a blank row."""

    scan: int
    batch: int
    rows: Rows


class ScanFailed(Event):
    """One batch of a scan got no usable answer, after all retries."""

    scan: int
    batch: int
    reason: str


class DailyBarsReturned(Event):
    """KIS answered with adjusted daily bars of `code`, as rows of output2."""

    code: str
    rows: Rows


class DailyBarsFailed(Event):
    """KIS gave no usable daily bars of `code`, after all retries."""

    code: str
    reason: str


class HolidaysReturned(Event):
    """KIS answered with these rows of chk-holiday: a day each, and whether the stock market opens on it."""

    rows: Rows


class HolidaysFailed(Event):
    """KIS gave no usable answer about open days; what is known stands."""

    reason: str


class VenuesReturned(Event):
    """KIS answered with NXT's rows of one batch of codes; a code that is not traded there has none."""

    batch: int
    rows: Rows


class VenuesFailed(Event):
    """KIS gave no usable answer about NXT for one batch of codes."""

    batch: int
    reason: str


# --- said by the socket port


class LinkOpened(Event):
    """WebSocket number `link` is connected; nothing is subscribed on it yet."""

    link: int


class LinkLost(Event):
    """WebSocket number `link` is closed, or could not be opened; all its subscriptions are gone.

    is_ours: this daemon ended it.
    """

    link: int
    reason: str
    is_ours: bool = False


class FrameReceived(Event):
    """KIS sent this text, data or control, on `link`; keys and ivs cut out, otherwise as it came."""

    link: int
    text: str


class FrameOversized(Event):
    """KIS sent a text of so many characters, far more than any frame has; it is not in the log."""

    link: int
    characters: int


class ReadingPaused(Event):
    """The socket is left unread, and so KIS waits, because `backlog` records are not handled yet."""

    link: int
    backlog: int


class FramesDropped(Event):
    """So many frames, read from `first` to `last`, are not in the log, because it lagged for longer than allowed."""

    link: int
    count: int
    first: datetime
    last: datetime


# --- said by a channel, answering NotifyRequested


class NotifySent(Event):
    """The channel took the message. message_id: the channel's own name for it, "" if it has none."""

    alert_id: str
    channel: str
    attempt: int
    message_id: str = ""


class NotifyFailed(Event):
    """The message was certainly not delivered.

    retry_after_s: the channel takes it after so long, or may (no connection); negative if it never will. at: when it
    said so, or gave no answer.
    """

    alert_id: str
    channel: str
    attempt: int
    reason: str
    retry_after_s: float = -1.0
    at: datetime | None = None


class NotifyUnknown(Event):
    """Nobody knows whether the message was delivered: a time-out, or the daemon died between request and answer."""

    alert_id: str
    channel: str
    attempt: int
    reason: str


# --- said by Telegram, of people who may


class CommandReceived(Event):
    """A person on the list said `text` in a chat on the list, or pressed a button under a message of ours.

    update_id: Telegram's, growing; each is here once. data: of the button, "" for a text.
    press_id: what answers the press. person: the place on the list, from "1", for ids are nobody else's business.
    chat: "" where alerts go, else whose private chat, as person.
    """

    update_id: int
    person: str
    chat: str
    text: str = ""
    data: str = ""
    press_id: str = ""


# --- decided by whichever actor knows the answer


class ReplyGiven(Event):
    """The answer to a command. code: what it is about, if NotifyActor has something to add on that."""

    update_id: int
    chat: str
    text: str
    code: str = ""


# --- decided by ScanActor


class SessionOpened(Event):
    """The market of `day` is open, until `closes`.

    regular_opens, regular_closes: of the regular session within it; None for all of it.
    """

    day: date
    opens: datetime
    closes: datetime
    regular_opens: datetime | None = None
    regular_closes: datetime | None = None


class SessionClosed(Event):
    """The session of `day` is over, its closing print included (so said a minute after the close)."""

    day: date


class HolidaysRequested(Event):
    """A question: which days are open from `day` on. KIS wants it asked once a day."""

    day: date


class CalendarDisputed(Event):
    """KIS's calendar and ours differ on these days."""

    days: tuple[Disputed, ...]


class SessionDoubted(Event):
    """The calendar has `day` open, but the quotes are still those of the day before."""

    day: date
    reason: str


class SessionTrusted(Event):
    """On `day`, whose session was doubted, there are quotes of today after all."""

    day: date


class UniverseRequested(Event):
    """A question: the codes to watch on `day`."""

    day: date


class VenuesRequested(Event):
    """A question: which of `codes` NXT trades, batch `batch` (from 1) of `batches`."""

    batch: int
    batches: int
    codes: tuple[str, ...]


class VenuesLoaded(Event):
    """On `day` NXT trades these codes. is_complete: and no others, for KIS answered for all."""

    day: date
    on_nxt: tuple[str, ...]
    is_complete: bool = True


class ScanRequested(Event):
    """A question: the quotes of `codes`, batch `batch` (from 1) of `batches` of scan number `scan`.

    scope: all codes; only those that are followed, while they have no stream; or all once more after the close, for
    their closing prices.
    """

    scan: int
    batch: int
    batches: int
    codes: tuple[str, ...]
    scope: Literal["all", "followed", "close"] = "all"


class ScanCompleted(Event):
    """Every batch of scan number `scan` is answered.

    failed: batches without a usable answer. quoted: codes with a price.
    """

    scan: int
    batches: int
    failed: int
    quoted: int
    scope: Literal["all", "followed", "close"] = "all"


class DegradedModeEntered(Event):
    """The stream is down while codes are followed; those are scanned every `interval_s` until it is back."""

    reason: str
    interval_s: float


class DegradedModeLeft(Event):
    """The stream is back; or, if not is_back, there is nothing to stream any more."""

    is_back: bool = True


class CodesUnquoted(Event):
    """`scans` scans in a row had no price of these codes, though most of each went well."""

    codes: tuple[str, ...]
    scans: int


class SafeModeEntered(Event):
    """Several scans failed in a row: scans are `interval_s` apart now, and prices off them are not trusted."""

    reason: str
    interval_s: float


class ScanSlowed(Event):
    """Scans go on failing in safe mode; they are `interval_s` apart from now on."""

    interval_s: float


class SafeModeLeft(Event):
    """Scans work again; they are `interval_s` apart as configured."""

    interval_s: float


class BaselineRequested(Event):
    """A question: the adjusted daily bars of `code` from `start` to `end`, both included."""

    code: str
    start: date
    end: date


class BaselineLoaded(Event):
    """For `day`, `code` has these completed adjusted closes, oldest first; as many as the average may need.

    high_won, low_won: of the last completed day; 0 if they are on another basis than today's prices.
    """

    code: str
    day: date
    closes_won: tuple[int, ...]
    high_won: int = 0
    low_won: int = 0


class BaselineMissing(Event):
    """For `day`, `code` has no average, and so no disparity signal. may_come: KIS did not answer; it is asked again."""

    code: str
    day: date
    reason: str
    may_come: bool = False


class BaselinesCompleted(Event):
    """Every code has its average for `day`, or is known to have none. missing: those; newly: not said before."""

    day: date
    loaded: int
    missing: tuple[str, ...]
    newly: tuple[str, ...] = ()


# --- decided by SubscriptionActor


class TargetsChanged(Event):
    """These codes deserve the slots now, best first; against the list before, `added` and `removed`."""

    targets: tuple[Target, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


class SubscribeRequested(Event):
    """A question: `feed` (a TR id) of `code` on `link`. ask: 1, 2, ... if the answer before never came."""

    code: str
    link: int
    ask: int = 1
    feed: str = KRX_TRADES


class UnsubscribeRequested(Event):
    """A question: no more of `feed` of `code` on `link`; its slot stays taken until KIS answers."""

    code: str
    link: int
    ask: int = 1
    feed: str = KRX_TRADES


class OverflowChanged(Event):
    """These codes, by code, score no lower than the worst target and have no slot; said when the choice is made."""

    missed: tuple[Missed, ...]


class ChurnLimited(Event):
    """These codes deserve a slot that another still holds: as many changed hands as may, so they wait.

    Said once, until no code waits for that any more.
    """

    codes: tuple[str, ...]


class PinsChanged(Event):
    """These codes are to have a slot whatever their score, in the order in which they were asked for."""

    codes: tuple[str, ...]


class SlotLimitChanged(Event):
    """No more than `limit` codes are followed from now on, because processing lagged or has caught up.

    is_usual: as many as configured again.
    """

    limit: int
    reason: str
    is_usual: bool = False


class StreamGivenUp(Event):
    """The stream of `code` on `link` is stale still, after it was subscribed anew and the link was renewed."""

    code: str
    link: int


class SubscriptionsShort(Event):
    """KIS takes fewer subscriptions on `link` than are wanted, also after it was renewed."""

    link: int
    live: int
    wanted: int


class LinkRenewalWanted(Event):
    """A wish: close `link` and open another; what is subscribed on it is not what should be.

    code: the one that showed it. WsActor declines while another connection is not affordable.
    """

    link: int
    code: str
    reason: str


# --- decided by WsActor


class LinkRequested(Event):
    """A question: open WebSocket number `link` after `wait_s` seconds, with a new approval key if `new_key`.

    at: when that was decided, which the wait is counted from; not in older logs.
    """

    link: int
    wait_s: float
    new_key: bool = False
    at: datetime | None = None


class LinkReleased(Event):
    """A wish: close `link`, because the session is over or another is to take its place."""

    link: int


class LinkBlocked(Event):
    """KIS refuses the link itself, or this daemon has connected as often as it may; it is closed.

    wait_s: the next try comes no sooner; negative for not before the daemon is started again.
    needs_key: because the approval key is no good. is_in_use: because another session holds the app key.
    """

    link: int
    reason: str
    wait_s: float
    needs_key: bool = False
    is_in_use: bool = False


class SubscribeConfirmed(Event):
    """KIS has `feed` of `code` subscribed on `link`; nothing arrives until its next trade."""

    code: str
    link: int
    feed: str = KRX_TRADES


class SubscribeRefused(Event):
    """KIS did not subscribe `feed` of `code`. for_good: the same key would be refused again.

    is_full: KIS counts more subscriptions than it allows, and so more than we do.
    is_unanswered: said by SubscriptionActor; KIS never answered, and may have subscribed it all the same.
    """

    code: str
    link: int
    reason: str
    for_good: bool = False
    is_full: bool = False
    is_unanswered: bool = False
    feed: str = KRX_TRADES


class UnsubscribeConfirmed(Event):
    """KIS released `feed` of `code` on `link`; its slot is free."""

    code: str
    link: int
    feed: str = KRX_TRADES


class ControlRejected(Event):
    """A control message that nobody here understands; it changed nothing."""

    link: int
    reason: str


# --- decided by SignalActor


class FrameRejected(Event):
    """A data frame that cannot be read; none of its records was used. reason: what was expected and what came.

    kind: header, feed, count, width, code or field; what rejects are counted by.
    """

    link: int
    reason: str
    kind: str = ""


class FrameWidthChanged(Event):
    """`feed` came with `width` columns for the first time; KIS changes layouts without a version number.

    known: the widths seen or documented before.
    """

    feed: str
    width: int
    known: tuple[int, ...]
    is_readable: bool


class TradingInterrupted(Event):
    """`code` does not trade continuously: a volatility interruption, or a halt. Nothing is judged meanwhile."""

    code: str
    kind: Literal["vi", "halt"]


class TradingResumed(Event):
    """`code` trades again."""

    code: str


class StreamStale(Event):
    """`code` traded by the scans' account, `volume_shares` so far, while its live stream on `link` said nothing."""

    code: str
    link: int
    volume_shares: int


class StreamRestored(Event):
    """The stream of `code` on `link`, stale before, speaks again."""

    code: str
    link: int


class SignalRaised(Event):
    """A rule counts for `code`.

    rule: its name in the settings. kind: what kind of rule it is, "" for the same.
    value, threshold: in the kind's own measure, ratios for disparity. cooldown_s: of the rule itself.
    price_won: 0 if trading was interrupted before the first price of the day.
    line: the day so far, as seconds of the day and won. change_ratio: against the previous close.
    average_won: what the price is measured against. source: trade, or scan for a price out of a batch quote.
    observed_at: KIS's stamp of the trade, whole seconds, KST; of a scan, when its answer came.
    remarks: what else is unusual: interrupted (a short while ago), degraded (no stream), flags of the universe file.
    """

    code: str
    name: str
    market: str
    rule: str
    threshold: float
    value: float
    average_won: float
    price_won: int
    change_ratio: float
    cum_turnover_won: int
    observed_at: datetime
    is_halted: bool = False
    source: str = "trade"
    remarks: tuple[str, ...] = ()
    kind: str = ""
    cooldown_s: float | None = None
    line: tuple[tuple[int, int], ...] = ()


# --- decided by NotifyActor


class AlertDecided(Event):
    """A person is to be told of `signal`.

    alert_id: from rule, code and the signal's seq. decided_at: starts the cooldown.
    """

    alert_id: str
    signal: SignalRaised
    decided_at: datetime


class CommandAccepted(Event):
    """What a person asked for counts from now on.

    name: of the command. code: what it is about, if about one. until: of a snooze or a mute, None to the close.
    """

    update_id: int
    person: str
    chat: str
    name: str
    code: str = ""
    until: datetime | None = None
    press_id: str = ""


class CommandRefused(Event):
    """What a person said is no command, or one too many."""

    update_id: int
    person: str
    chat: str
    reason: str
    press_id: str = ""


class AlertHeld(Event):
    """The alert came in a burst, so it waits for the digest."""

    alert: AlertDecided


class DigestDecided(Event):
    """These alerts of a burst are told in one message, the farthest beyond its line first."""

    digest_id: str
    alerts: tuple[AlertDecided, ...]


class NotifyExpired(Event):
    """The message could not be delivered for so long that it is only recapped. title: its first line."""

    alert_id: str
    channel: str
    title: str


class OperatorSilenced(Event):
    """A person is not told about the daemon itself, because that was done often enough of late."""

    kind: str
    reason: str


class SummaryTold(Event):
    """A person is told that the session of `day` opened, or how it went."""

    alert_id: str
    day: date
    is_opening: bool


class OperatorTold(Event):
    """A person is to be told about the daemon itself. kind: the event it is about. told_at: starts a quiet time."""

    alert_id: str
    kind: str
    told_at: datetime


class AlertSuppressed(Event):
    """A signal that nobody is told of, and why."""

    code: str
    rule: str
    reason: str
    signal_seq: int


NAMES: dict[type[Event], tuple[str, int]] = {
    RunStarted: ("RunStarted", 1),
    RunEnded: ("RunEnded", 1),
    StateCarried: ("StateCarried", 1),
    UniverseLoaded: ("UniverseLoaded", 1),
    AccountRefused: ("AccountRefused", 1),
    SettingsChanged: ("SettingsChanged", 1),
    SettingsRefused: ("SettingsRefused", 1),
    SettingsUnchanged: ("SettingsUnchanged", 1),
    ActorFailed: ("ActorFailed", 1),
    DaySealed: ("DaySealed", 1),
    DayRemoved: ("DayRemoved", 1),
    ClockTicked: ("ClockTicked", 1),
    ClockStepped: ("ClockStepped", 1),
    DiskLow: ("DiskLow", 1),
    ScanReturned: ("ScanReturned", 1),
    ScanFailed: ("ScanFailed", 1),
    DailyBarsReturned: ("DailyBarsReturned", 1),
    DailyBarsFailed: ("DailyBarsFailed", 1),
    LinkOpened: ("LinkOpened", 1),
    LinkLost: ("LinkLost", 1),
    FrameReceived: ("FrameReceived", 1),
    FramesDropped: ("FramesDropped", 1),
    NotifySent: ("NotifySent", 1),
    NotifyFailed: ("NotifyFailed", 1),
    NotifyUnknown: ("NotifyUnknown", 1),
    CommandReceived: ("CommandReceived", 1),
    CommandAccepted: ("CommandAccepted", 1),
    CommandRefused: ("CommandRefused", 1),
    ReplyGiven: ("ReplyGiven", 1),
    PinsChanged: ("PinsChanged", 1),
    SessionOpened: ("SessionOpened", 1),
    SessionClosed: ("SessionClosed", 1),
    ScanRequested: ("ScanRequested", 1),
    ScanCompleted: ("ScanCompleted", 1),
    CodesUnquoted: ("CodesUnquoted", 1),
    SafeModeEntered: ("SafeModeEntered", 1),
    ScanSlowed: ("ScanSlowed", 1),
    SafeModeLeft: ("SafeModeLeft", 1),
    BaselineRequested: ("BaselineRequested", 1),
    BaselineLoaded: ("BaselineLoaded", 1),
    BaselineMissing: ("BaselineMissing", 1),
    TargetsChanged: ("TargetsChanged", 1),
    SubscribeRequested: ("SubscribeRequested", 1),
    UnsubscribeRequested: ("UnsubscribeRequested", 1),
    OverflowChanged: ("OverflowChanged", 1),
    ChurnLimited: ("ChurnLimited", 1),
    SubscriptionsShort: ("SubscriptionsShort", 1),
    LinkRenewalWanted: ("LinkRenewalWanted", 1),
    LinkRequested: ("LinkRequested", 1),
    LinkReleased: ("LinkReleased", 1),
    LinkBlocked: ("LinkBlocked", 1),
    SubscribeConfirmed: ("SubscribeConfirmed", 1),
    SubscribeRefused: ("SubscribeRefused", 1),
    UnsubscribeConfirmed: ("UnsubscribeConfirmed", 1),
    ControlRejected: ("ControlRejected", 1),
    FrameRejected: ("FrameRejected", 1),
    StreamStale: ("StreamStale", 1),
    StreamRestored: ("StreamRestored", 1),
    SignalRaised: ("SignalRaised", 1),
    AlertDecided: ("AlertDecided", 1),
    AlertHeld: ("AlertHeld", 1),
    DigestDecided: ("DigestDecided", 1),
    NotifyExpired: ("NotifyExpired", 1),
    OperatorSilenced: ("OperatorSilenced", 1),
    SummaryTold: ("SummaryTold", 1),
    OperatorTold: ("OperatorTold", 1),
    AlertSuppressed: ("AlertSuppressed", 1),
    NotifyRequested: ("NotifyRequested", 1),
    UniverseRefused: ("UniverseRefused", 1),
    HolidaysReturned: ("HolidaysReturned", 1),
    HolidaysFailed: ("HolidaysFailed", 1),
    VenuesReturned: ("VenuesReturned", 1),
    VenuesFailed: ("VenuesFailed", 1),
    FrameOversized: ("FrameOversized", 1),
    ReadingPaused: ("ReadingPaused", 1),
    HolidaysRequested: ("HolidaysRequested", 1),
    CalendarDisputed: ("CalendarDisputed", 1),
    SessionDoubted: ("SessionDoubted", 1),
    SessionTrusted: ("SessionTrusted", 1),
    UniverseRequested: ("UniverseRequested", 1),
    VenuesRequested: ("VenuesRequested", 1),
    VenuesLoaded: ("VenuesLoaded", 1),
    DegradedModeEntered: ("DegradedModeEntered", 1),
    DegradedModeLeft: ("DegradedModeLeft", 1),
    BaselinesCompleted: ("BaselinesCompleted", 1),
    SlotLimitChanged: ("SlotLimitChanged", 1),
    StreamGivenUp: ("StreamGivenUp", 1),
    FrameWidthChanged: ("FrameWidthChanged", 1),
    TradingInterrupted: ("TradingInterrupted", 1),
    TradingResumed: ("TradingResumed", 1),
}
"""The names and versions in the log; changed only by adding a line, or a version with its upcaster."""
