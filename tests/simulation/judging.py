"""What must hold of a finished seed: the log replays, and people received what it says, no more and no less."""

from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import NamedTuple

from eventlog import integrity
from kis_actors.cores import CORES
from kis_actors.duties.cooldown import cooldown_s_of
from kis_actors.messages import (
    AlertDecided,
    AlertHeld,
    AlertSuppressed,
    CommandAccepted,
    CommandReceived,
    CommandRefused,
    DigestDecided,
    Event,
    NotifyExpired,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    Record,
    SignalRaised,
)
from kis_actors.recovery import records_in
from kis_actors.replay import compare
from kis_actors.settings import Settings
from kis_actors.texts import REPEATED
from simulation.disk import Broken, File, Folder
from simulation.fates import CHANNELS
from simulation.people import Channels

TEN_MINUTES_NS = 600 * 1_000_000_000
Outcome = NotifySent | NotifyFailed | NotifyUnknown
Way = tuple[str, str]
"""An alert and a channel."""


class Try(NamedTuple):
    """One attempt: the question, and what the log says became of it, if anything."""

    seq: int
    asked: NotifyRequested
    outcome: Outcome | None


class Told(NamedTuple):
    """All that the log says about telling people."""

    tries: dict[Way, list[Try]]
    expired: dict[Way, NotifyExpired]
    alerts: list[tuple[int, AlertDecided]]
    held: dict[str, int]
    digests: dict[str, str]


def whole_logs(folders: list[Folder], seed: int) -> None:
    """I2 and I6: each day file is sound, damage to it is found, and every turn decides the same bytes again."""
    for folder in folders:
        comparison = compare(CORES, folder, None, lambda _: None)  # type: ignore[arg-type]
        if comparison.damage:
            raise Broken(f"I2: {folder.name}: {comparison.damage}")
        if comparison.differing:
            raise Broken(f"I6: {folder.name}: {comparison.differing} turns decide otherwise: {comparison.first}")
        damage_is_found(folder.file, Random(seed))


def damage_is_found(file: File, chance: Random) -> None:
    """One row is altered, lost or added, at a place where an eye might slip; the real check must say so."""
    connection, last_seq = file.image(), file.last_commit[0]
    seq = chance.choice((file.first_seq, last_seq, *(commit[0] for commit in file.commits)))
    damages = (
        ("an altered row", f"update records set at = at + 1 where seq = {seq}"),
        ("a lost row", f"delete from records where seq = {seq}"),
        ("a lost commit", f"delete from commits where last_seq = {chance.choice(file.commits)[0]}"),
        ("a stray row", f"insert into records select {last_seq + 1}, kind, cause, at, tail "
                        f"from records where seq = {seq}"),
    )  # fmt: skip
    what, statement = chance.choice(damages)
    connection.execute("begin")
    connection.execute(statement)
    finding = integrity.check(connection)
    connection.execute("rollback")
    if finding is None:
        raise Broken(f"I2: verify overlooks {what} at {seq}, the last being {last_seq}")


def judged(folders: list[Folder], settings: Settings, channels: Channels, stopping_seq: int) -> int:
    """I4, I5, I15 over the whole log and what people received; the number of alerts.

    stopping_seq: where the last stop began; what is asked later may be under way when the process ends.
    """
    records = [record for folder in folders for record in records_in(folder)]  # type: ignore[arg-type]
    told = told_in(records)
    for way, tries in told.tries.items():
        _follows_the_rule(way, tries, settings)
        _received_once(way, tries, channels)
        if tries[-1].seq <= stopping_seq and (reason := _why_lost(way, told, channels)):
            raise Broken(f"I4: {way[0]} on {way[1]} is lost: {reason}")
    for seq, alert in told.alerts:
        _is_asked_everywhere(seq, alert, told)
    _cooldowns_hold(told, settings)
    _every_question_is_answered(records)
    return len(told.alerts)


def told_in(records: list[Record]) -> Told:
    """What the log says about telling people."""
    told = Told({}, {}, [], {}, {})
    outcomes: dict[tuple[str, str, int], Outcome] = {}
    for record in records:
        match record.event:
            case NotifySent() | NotifyFailed() | NotifyUnknown() as outcome:
                outcomes[(outcome.alert_id, outcome.channel, outcome.attempt)] = outcome
            case NotifyExpired() as expired:
                told.expired[(expired.alert_id, expired.channel)] = expired
            case AlertDecided() as alert:
                told.alerts.append((record.seq, alert))
            case AlertHeld() as held:
                told.held[held.alert.alert_id] = record.seq
            case DigestDecided() as digest:
                told.digests.update((alert.alert_id, digest.digest_id) for alert in digest.alerts)
    for record in records:
        if isinstance(asked := record.event, NotifyRequested):
            became = outcomes.get((asked.alert_id, asked.channel, asked.attempt))
            told.tries.setdefault((asked.alert_id, asked.channel), []).append(Try(record.seq, asked, became))
    return told


def _follows_the_rule(way: Way, tries: list[Try], settings: Settings) -> None:
    """Another try only after a certain failure; after an unknown outcome once, and marked."""
    mark = REPEATED[settings.notify.language]
    for before, after in pairwise(tries):
        is_doubt = isinstance(before.outcome, NotifyUnknown)
        if not (is_doubt or isinstance(before.outcome, NotifyFailed)):
            raise Broken(f"I4: {way} is asked again at {after.seq} after {before.outcome}")
        if is_doubt and (before.asked.is_repeat or not after.asked.is_repeat):
            raise Broken(f"I4: {way} is repeated twice, or unmarked, at {after.seq}")
        if after.asked.is_repeat != after.asked.text.startswith(mark):
            raise Broken(f"I4: {way} is a repeat that does not say so, at {after.seq}")
    if [one.asked.attempt for one in tries] != list(range(1, len(tries) + 1)):
        raise Broken(f"I4: the attempts of {way} are {[one.asked.attempt for one in tries]}")


def _received_once(way: Way, tries: list[Try], channels: Channels) -> None:
    """A person sees it once, and perhaps once more as a repeat, if the first was in doubt."""
    seqs = {one.seq: one for one in tries}
    seen = [seqs[one.seq] for one in channels.received if one.seq in seqs]
    plain, marked = ([one for one in seen if one.asked.is_repeat is flag] for flag in (False, True))
    if len(plain) > 1 or len(marked) > 1:
        raise Broken(f"I4: a person saw {way} {len(plain)} times unmarked and {len(marked)} times marked")
    if plain and marked and not isinstance(plain[0].outcome, NotifyUnknown):
        raise Broken(f"I4: a person saw {way} again, though its outcome was {plain[0].outcome}")


def _why_lost(way: Way, told: Told, channels: Channels) -> str:
    """Why nobody will ever see it, though somebody should; "" if all was done that is promised."""
    tries = told.tries[way]
    last, seqs = tries[-1], [one.seq for one in tries]
    if any(one.seq in seqs for one in channels.received):
        return ""
    if way in told.expired:
        recaps = [name for name, each in told.tries.items() if name[1] == way[1] and way[0] in each[0].asked.covers]
        return "" if recaps and not any(_why_lost(recap, told, channels) for recap in recaps) else "never recapped"
    match last.outcome:
        case NotifyFailed(retry_after_s=wait_s) if wait_s < 0:
            return ""
        case NotifyUnknown():
            return "" if last.asked.is_repeat else "never repeated"
    return f"its last outcome is {last.outcome}"


def _is_asked_everywhere(seq: int, alert: AlertDecided, told: Told) -> None:
    """Every alert goes out by itself, or in the digest it waits for."""
    name = told.digests.get(alert.alert_id, "") if alert.alert_id in told.held else alert.alert_id
    for channel in CHANNELS:
        if (name, channel) not in told.tries:
            raise Broken(f"I4: alert {alert.alert_id} at {seq} was never asked of {channel}")


def _cooldowns_hold(told: Told, settings: Settings) -> None:
    """I4: nobody is told of the same rule and code twice within its cooldown."""
    last: dict[tuple[str, str], AlertDecided] = {}
    for seq, alert in told.alerts:
        signal = alert.signal
        before = last.get((signal.code, signal.rule))
        least_s = cooldown_s_of(signal, settings.monitor.alert_cooldown_sec)
        if before and (alert.decided_at - before.decided_at).total_seconds() < least_s:
            raise Broken(f"I4: alert {alert.alert_id} at {seq} comes within the cooldown of {before.alert_id}")
        last[(signal.code, signal.rule)] = alert


def _every_question_is_answered(records: list[Record]) -> None:
    """I15: each signal and each command has exactly one verdict."""
    for kind, verdicts in ((SignalRaised, (AlertDecided, AlertSuppressed)),
                           (CommandReceived, (CommandAccepted, CommandRefused))):  # fmt: skip
        asked = {record.seq for record in records if isinstance(record.event, kind)}
        for seq in _causes(records, verdicts):
            if seq not in asked:
                raise Broken(f"I15: {kind.__name__} {seq} has two verdicts, or is none")
            asked.remove(seq)
        if asked:
            raise Broken(f"I15: {kind.__name__} {min(asked)} has no verdict")


def connects_within(connects_ns: list[int], settings: Settings) -> None:
    """I9: KIS sees no more connects in any ten minutes than the budget has, however often the daemon starts."""
    most = settings.kis.connects_per_10_min
    for first, beyond in zip(connects_ns, connects_ns[most:], strict=False):
        if beyond - first < TEN_MINUTES_NS:
            raise Broken(f"I9: more than {most} connects within ten minutes")


def _causes(records: list[Record], kinds: tuple[type[Event], ...]) -> Iterator[int]:
    return (record.cause for record in records if isinstance(record.event, kinds))
