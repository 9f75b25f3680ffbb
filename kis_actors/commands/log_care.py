"""What `kis-actors verify` finds in the log, and what `kis-actors repair` does about it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from eventlog.codec import UnknownEvent
from eventlog.day import days_in, path_of
from eventlog.repair import truncate
from eventlog.schema import Row
from eventlog.store import Reader
from eventlog.verdict import Verdict, verdict_on
from kis_actors.adapters.file_lock import Taken
from kis_actors.adapters.lock import DirectoryLock
from kis_actors.commands.loading import load_settings
from kis_actors.commands.run import IN_USE
from kis_actors.recovery import day_file, record_of

UNREADABLE_SHOWN_MAX = 5


def show_verdicts(config: Path | None, data_dir: Path | None, days: tuple[date, ...]) -> int:
    """Prints what is wrong with these days' files, or with all; 0 if nothing is."""
    directory = _directory(config, data_dir)
    known = days_in(directory)
    if not known:
        raise FileNotFoundError(f"no log in {directory}")
    findings = 0
    for day in days or known:
        path = day_file(directory, day)
        before = [other for other in known if other < day]
        verdict = verdict_on(path)
        found = [*_findings(path, verdict), *(_continuation(path_of(directory, before[-1]), path) if before else ())]
        findings += len(found)
        click.echo("\n".join(f"{day}: {what}" for what in found) or f"{day}: whole, up to record {verdict.last_seq}")
    return 1 if findings else 0


def repair_day(config: Path | None, data_dir: Path | None, day: date, last_seq: int) -> int:
    """Ends the day's file with record `last_seq`; the exit status. Raises eventlog.repair.Refused."""
    directory = _directory(config, data_dir)
    path = day_file(directory, day)
    try:
        with DirectoryLock(directory):
            folder = truncate(path, last_seq)
    except Taken as error:
        click.echo(str(error), err=True)
        return IN_USE
    click.echo(f"{day}: ends with record {last_seq} now; the file before is in {folder}")
    return show_verdicts(config, data_dir, (day,)) if path.exists() else 0


def _directory(config: Path | None, data_dir: Path | None) -> Path:
    return Path(load_settings(config, data_dir, ()).settings.log.data_dir)


def _findings(path: Path, verdict: Verdict) -> Iterator[str]:
    if finding := verdict.finding:
        way_out = f"kis-actors repair {path.stem} --truncate-after {finding.seq - 1}"
        yield f"from record {finding.seq} on: {finding.what}. To go on with what is before: {way_out}"
        return
    with Reader(path) as reader:
        if verdict.mark is None and reader.about().format > 1:
            yield "there is no mark beside it any more: whether records are missing at its end cannot be known"
        if problem := reader.index_problem():
            yield f"its records are whole, but SQLite finds: {problem}"
        yield from _unreadable(reader)


def _unreadable(reader: Reader) -> Iterator[str]:
    found = [what for row in reader.rows() if (what := _problem(row))]
    yield from found[:UNREADABLE_SHOWN_MAX]
    if len(found) > UNREADABLE_SHOWN_MAX:
        yield f"{len(found)} records in all cannot be read by this version"


def _problem(row: Row) -> str:
    try:
        record_of(row)
    except UnknownEvent as unknown:
        return f"record {row.seq}: {unknown}"
    except ValueError as unreadable:
        return str(unreadable)
    return ""


def _continuation(before: Path, path: Path) -> Iterator[str]:
    """Whether the file goes on where the one before ends."""
    with Reader(before) as old, Reader(path) as new:
        (last_seq, chain), about = old.last_commit(), new.about()
    if about.first_seq != last_seq + 1:
        yield f"begins with record {about.first_seq}, but {before.stem} ends with {last_seq}"
    elif about.chain != chain:
        yield f"continues another history than that of {before.stem}"
