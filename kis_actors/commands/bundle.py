"""`kis-actors bundle`: a piece of the log around a moment, as a zip file that replays on another machine.

Never packs a secret: every row is searched for those that are known here, and one that is found ends it.
"""

import hashlib
import os
import platform
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import click
import msgspec

from eventlog.day import path_of
from eventlog.library import VERSION as SQLITE
from eventlog.passage import seq_at
from eventlog.reading import AnyReader, open_reader
from eventlog.schema import Row
from kis_actors import __version__, replay
from kis_actors.bundling import Piece, piece_of, write_piece
from kis_actors.commands.loading import load_settings
from kis_actors.commands.progress import bar
from kis_actors.commands.reading import file_until
from kis_actors.commands.table_files import whole_file
from kis_actors.cores import CORES
from kis_actors.credentials import VARIABLES, Credentials, CredentialsError, load_credentials, secrets_of
from kis_actors.settings_file import Loaded
from kis_actors.units import instant_of_ns, ns_of_instant

FORMAT = 1
SECRET_CHARACTERS_MIN = 8
"""What is shorter occurs by chance."""

README = """\
A piece of the log of kis-actors {kis_actors}: {day}, {first_at:%H:%M:%S} to {last_at:%H:%M:%S} KST, seq {first_seq} to
{last_seq}. It begins with the state of every actor, so it runs again on any machine that has kis-actors:

    python3 -m zipfile -e THIS_FILE.zip piece
    ./tools/kis-actors replay --data-dir piece {day}

The commands events, alerts, causes, state and export read it in the same way. Settings that were in force before it
begins are part of the state: replay --set changes those of a start of the daemon within the piece only.
"""


def bundle_day(
    config: Path | None, data_dir: Path | None, day: date | None, *, around: str, minutes: float, out: Path, force: bool
) -> int:
    """Writes the piece from `minutes` before to `minutes` after the moment; the exit status."""
    path, moment = file_until(config, data_dir, day, around, needs_all=True)
    assert moment is not None
    after, upto = _wanted(path, moment, timedelta(minutes=minutes))
    look = search_for(known_secrets(load_settings(config, data_dir, ()), os.environ))
    with whole_file(out, away_from=path.parent, force=force) as file, TemporaryDirectory() as folder:
        piece, copy = piece_of(path, CORES, after, upto), path_of(Path(folder), date.fromisoformat(path.stem))
        with bar("packing", piece.last_seq) as tell:
            write_piece(path, piece, CORES, copy, day=path.stem, look=look, step=tell)
            about = _about(copy, piece)
            replayed = replay.compare(CORES, copy, None, tell)
        _pack(file, Path(folder), about)
    click.echo(_summary(out, about, replayed))
    return 0


def known_secrets(loaded: Loaded, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Every secret this machine knows: of the environment, of the credentials file, and the keys KIS lent us."""
    given = {name: environ.get(variable, "").strip() for name, variable in VARIABLES.items()}
    known = [*secrets_of(Credentials(**given)), *_lent_keys(Path(loaded.settings.log.data_dir) / "keys.json")]
    with suppress(CredentialsError):  # what is missing cannot be in the log
        known += secrets_of(load_credentials(loaded.settings, environ, loaded.path))
    return tuple(secret for secret in dict.fromkeys(known) if len(secret) >= SECRET_CHARACTERS_MIN)


def search_for(secrets: tuple[str, ...]) -> Callable[[Row], None]:
    """What raises ValueError for a row with one of `secrets` in it, however often JSON has quoted it."""
    wanted = [secret.replace("\\", "").encode() for secret in secrets]

    def look(row: Row) -> None:
        text = row.payload.replace(b"\\", b"")
        if any(secret in text for secret in wanted):
            what = f"record {row.seq}, {row.type}, has one of this machine's secrets in it, so nothing was packed"
            raise ValueError(f"{what}; take another moment, change that secret, and report this")

    return look


def _lent_keys(path: Path) -> list[str]:
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError):
        return []
    return [key for key in (kept.get("token"), kept.get("approval_key")) if isinstance(key, str)]


def _wanted(path: Path, moment: datetime, reach: timedelta) -> tuple[int, int]:
    """After which seq, and up to which, the events are that were asked for."""
    with open_reader(path) as reader:
        after = seq_at(reader, ns_of_instant(moment - reach)) - 1
        upto = seq_at(reader, ns_of_instant(moment + reach) + 1) - 1
        if upto <= after:
            what = f"nothing was logged around {moment:%Y-%m-%d %H:%M:%S}; this log {_span(reader)}"
            raise ValueError(f"{what}; take another moment")
    return after, upto


def _span(reader: AnyReader) -> str:
    ends = [next(reader.rows(after=seq), None) for seq in (0, reader.last_commit()[0] - 1)]
    first, last = (instant_of_ns(row.at_ns) if row else None for row in ends)
    return f"goes from {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S}" if first and last else "is empty"


def _about(copy: Path, piece: Piece) -> dict[str, Any]:
    """What the manifest says; of the files as they are before a reader leaves its own beside them."""
    files = [_file(path) for path in sorted(copy.parent.iterdir())]
    with open_reader(copy) as reader:
        first = next(reader.rows(after=piece.first_seq - 1))
        last = next(reader.rows(after=piece.last_seq - 1))
    return {
        "format": FORMAT, "kis_actors": __version__, "python": platform.python_version(),
        "sqlite": ".".join(map(str, SQLITE)), "day": copy.stem, "first_at": instant_of_ns(first.at_ns),
        "last_at": instant_of_ns(last.at_ns), "first_seq": piece.first_seq, "last_seq": piece.last_seq,
        "carried": piece.carried, "files": files,
    }  # fmt: skip


def _file(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": f"events/{path.name}", "bytes": path.stat().st_size, "sha256": sha256}


def _pack(file: IO[bytes], folder: Path, about: dict[str, Any]) -> None:
    """The piece, and whatever stands beside a day file."""
    with ZipFile(file, "w", ZIP_DEFLATED) as packed:
        packed.writestr(_entry("README.txt"), README.format(**about))
        packed.writestr(_entry("manifest.json"), msgspec.json.format(msgspec.json.encode(about)) + b"\n")
        for name in (each["name"] for each in about["files"]):
            with (folder / name).open("rb") as plain, packed.open(_entry(name), "w") as entry:
                shutil.copyfileobj(plain, entry)


def _entry(name: str) -> ZipInfo:
    """A private file, and the same bytes whenever it is packed."""
    entry = ZipInfo(name)
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o600 << 16
    return entry


def _summary(out: Path, about: dict[str, Any], replayed: replay.Comparison) -> str:
    count = about["last_seq"] - about["first_seq"] + 1
    says = "identically" if replayed.is_identical else f"with {replayed.differing} turns that differ, as in the log"
    return (
        f"{out}: {count:,} events from {about['first_at']:%H:%M:%S} to {about['last_at']:%H:%M:%S}, "
        f"seq {about['first_seq']} to {about['last_seq']}; it replays {says}"
    )
