"""What `kis-actors verify` finds in the log, and what `repair` and `seal` do about it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import click

from eventlog.codec import UnknownEvent
from eventlog.day import DECISIONS, HOT, SEALED, days_gone_in, days_in, files_of, kept_of
from eventlog.reading import AnyReader, open_reader
from eventlog.repair import truncate
from eventlog.schema import Row
from eventlog.trouble import DiskTrouble, disk_trouble
from eventlog.verdict import Verdict, verdict_on
from kis_actors.adapters.file_lock import Taken
from kis_actors.adapters.lock import DirectoryLock
from kis_actors.commands.loading import load_settings
from kis_actors.commands.progress import Tell, bar
from kis_actors.commands.run import IN_USE
from kis_actors.log_views import VIEWS
from kis_actors.recovery import day_file, record_of
from kis_actors.sealing import tidy_log

UNREADABLE_SHOWN_MAX = 5
NAME_ANOTHER = "name the --data-dir of a daemon that ran"
KEPT_AS = {HOT: "", SEALED: " (sealed)", DECISIONS: " (decisions only)"}


def show_verdicts(config: Path | None, data_dir: Path | None, days: tuple[date, ...]) -> int:
    """Prints what is wrong with these days' files, or with all; 0 if nothing is."""
    directory = _directory(config, data_dir)
    known, gone = days_in(directory), days_gone_in(directory)
    if not known and not gone:
        raise FileNotFoundError(f"no log in {directory}; {NAME_ANOTHER}")
    for day in gone:
        click.echo(f"{day}: gone, though its mark shows that it was there; put it back, or remove the mark")
    findings = len(gone)
    for day in days or known:
        day_file(directory, day)
        earlier = [kept_of(directory, other) for other in known if other < day]
        findings += sum(_show_verdict(path, earlier[-1:]) for path in files_of(directory, day))
    return 1 if findings else 0


def _show_verdict(path: Path, before: list[Path]) -> int:
    """Prints what is wrong with one file, which goes on where that of the day `before` ends; how much there is."""
    found, last_seq = _found_in(path, before)
    lines = found or [f"whole, up to record {last_seq}"]
    click.echo("\n".join(f"{path.stem}{KEPT_AS[path.suffix]}: {what}" for what in lines))
    return len(found)


def _found_in(path: Path, before: list[Path]) -> tuple[list[str], int]:
    """What is wrong, and the last record."""
    try:
        with disk_trouble(path):
            with _bar(f"{path.stem}: hashes", path) as hashed:
                verdict = verdict_on(path, tell=lambda rows: hashed(rows[-1].seq))
            with _bar(f"{path.stem}: records", path) as tell:
                found = list(_findings(path, verdict, tell))
            return [*found, *(what for one in before for what in _continuation(one, path))], verdict.last_seq
    except DiskTrouble as trouble:
        return [str(trouble)], 0


@contextmanager
def _bar(what: str, path: Path) -> Iterator[Tell]:
    """Takes the seq reached; of a file too broken to tell how many there are, too."""
    first_seq, count = 1, None
    with suppress(DiskTrouble, TypeError), disk_trouble(path), open_reader(path) as reader:
        first_seq = reader.about().first_seq
        count = reader.last_commit()[0] - first_seq + 1
    with bar(what, count) as tell:
        yield lambda seq: tell(seq - first_seq + 1)


def repair_day(config: Path | None, data_dir: Path | None, day: date, last_seq: int) -> int:
    """Ends the day's file with record `last_seq`; the exit status. Raises eventlog.repair.Refused."""
    directory = _directory(config, data_dir)
    path = day_file(directory, day)
    try:
        with DirectoryLock(directory):
            folder = truncate(path, last_seq, VIEWS)
    except Taken as error:
        click.echo(str(error), err=True)
        return IN_USE
    click.echo(f"{day}: ends with record {last_seq} now; the file before is in {folder}")
    return show_verdicts(config, data_dir, (day,)) if path.exists() else 0


def seal_days(config: Path | None, data_dir: Path | None, days: tuple[date, ...]) -> int:
    """Seals these days, or all that are over, and lets go of what is not kept; 0 if all could be."""
    log = load_settings(config, data_dir, ()).settings.log
    directory = Path(log.data_dir)
    known = days_in(directory)
    for day in days:
        day_file(directory, day)
    if not known or known[-1] in days:
        newest = f"{known[-1]} is the newest day, which is not over; name an earlier one" if known else ""
        raise FileNotFoundError(newest or f"no log in {directory}; {NAME_ANOTHER}")
    try:
        is_done = tidy_log(
            directory, keep_hot_days=log.keep_hot_days, keep_sealed_days=log.keep_sealed_days, say=click.echo, only=days
        )
    except Taken as error:
        click.echo(str(error), err=True)
        return IN_USE
    return 0 if is_done else 1


def _directory(config: Path | None, data_dir: Path | None) -> Path:
    return Path(load_settings(config, data_dir, ()).settings.log.data_dir)


def _findings(path: Path, verdict: Verdict, tell: Tell = lambda _: None) -> Iterator[str]:
    if finding := verdict.finding:
        way_out = f"kis-actors repair {path.stem} --truncate-after {finding.seq - 1}"
        yield f"from record {finding.seq} on: {finding.what}. To go on with what is before: {way_out}"
        return
    with open_reader(path) as reader:
        if verdict.mark is None and (path.suffix != HOT or reader.about().format > 1):
            beside = "mark" if path.suffix == HOT else "manifest"
            yield f"there is no {beside} beside it any more: whether records are missing at its end cannot be known"
        elif problem := reader.problem():
            yield f"its records are whole, but {problem}"
        yield from _unreadable(reader, tell)


def _unreadable(reader: AnyReader, tell: Tell) -> Iterator[str]:
    found = []
    for row in reader.rows():
        found += [what] if (what := _problem(row)) else []
        tell(row.seq)
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
    with open_reader(before) as old, open_reader(path) as new:
        (last_seq, chain), about = old.last_commit(), new.about()
    if about.first_seq != last_seq + 1:
        yield f"begins with record {about.first_seq}, but {before.stem} ends with {last_seq}"
    elif about.chain != chain:
        yield f"continues another history than that of {before.stem}"
