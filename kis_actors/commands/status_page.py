"""`kis-actors status --watch` on a terminal: a page drawn from the daemon's status, until q or Ctrl-C."""

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kis_actors.commands.console import Rate
from kis_actors.commands.status import LOOK_S, exit_status_of
from kis_actors.printable import plain

try:
    import termios
    import tty
except ImportError:  # Windows: Ctrl-C ends it there
    termios = None  # type: ignore[assignment]  # mypy looks from Linux, where it is a module

WIDE = 100
"""Columns from which on numbers and slots stand side by side."""
SLOTS_SHOWN = 40
KEYS_MAX = 100
QUITTING = (b"q", b"Q", "ㅂ".encode())
"""The last is where q is while a keyboard writes Hangul. The end of the input ends the page too."""
COLOURS = {"live": "green", "requested": "yellow", "releasing": "yellow", "refused": "red"}

Status = dict[str, Any] | None


def watch_page(look: Callable[[], Status], absent: str) -> int:
    """Draws what `look` gives until the person has seen enough; the exit status of what was shown last."""
    console, page, status = Console(), Page(absent), look()
    live = Live(page.of(status, console.width), console=console, screen=True)
    with _interrupts() as interrupted, _single_keys(), live:
        while not _is_q_pressed(LOOK_S) and not interrupted:
            status = look()
            live.update(page.of(status, console.width), refresh=True)
    return exit_status_of(status)


class Page:
    """Remembers what rates need. absent: what is shown while no daemon runs."""

    def __init__(self, absent: str) -> None:
        self._absent = absent
        self._frames, self._records = Rate(), Rate()

    def of(self, status: Status, width: int) -> RenderableType:
        """The page of `status` on a terminal of so many columns."""
        if status is None:
            return Panel(Text(plain(self._absent), "bold yellow"), title="kis-actors", subtitle="q ends")
        numbers = Panel(self._numbers(status), title="numbers")
        return Group(_head(status), _side_by_side(numbers, _slots(status), is_wide=width >= WIDE))

    def _numbers(self, status: dict[str, Any]) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="ellipsis")
        frames_per_s, records_per_s = self._frames.of(status["frames"]), self._records.of(status["log_seq"])
        for name, words in (
            ("scans", _scans(status)),
            ("REST", _rest(status["rest"])),
            ("frames", f"{status['frames']:,}, {frames_per_s:,.0f}/s; {sum(status['rejects'].values())} rejected, "
                       f"{status['dropped']} dropped; last {_clock(status['last_frame_at'])}"),
            ("log", f"{status['log_seq']:,} records, {records_per_s:,.0f}/s; {status['log']['bytes'] / 1e6:,.0f} MB"),
            ("commits", _commits(status["journal"])),
            ("round trip", f"{status['round_trip']['took_s']:.1f} s, {status['round_trip']['age_s']:.0f} s ago"),
            ("waiting", ", ".join(f"{actor} {count}" for actor, count in status["mailboxes"].items())),
            ("alerts", f"{status['alerts']}, {status['suppressed']} suppressed"),
            *((channel, _counts(outcomes)) for channel, outcomes in status["deliveries"].items()),
            ("process", _process(status["process"])),
        ):  # fmt: skip
            table.add_row(name, Text(plain(words)))
        return table


def _head(status: dict[str, Any]) -> Panel:
    health = Text("healthy", "bold green") if status["healthy"] else Text("degraded", "bold red")
    session = f"session {status['session']}" if status["session"] else "no session"
    clock = f"{status['at'][:10]} {_clock(status['at'])} KST"
    first = Text.assemble(clock, " · ", health, f" · {session} · ", _link(status))
    reasons = [Text(f"- {plain(reason)}", "yellow") for reason in status["reasons"]]
    title = f"kis-actors {status['version']}{' · dry run' if status['dry_run'] else ''}"
    return Panel(Group(first, *reasons), title=title, subtitle="q ends")


def _link(status: dict[str, Any]) -> Text:
    return Text(f"link {status['link']}", "green" if status["link"] == "open" else "yellow")


def _slots(status: dict[str, Any]) -> Panel:
    table = Table(box=None, padding=(0, 1, 0, 0))
    for name in ("code", "feed", "state", "since"):
        table.add_column(name, no_wrap=True)
    for one in status["subscriptions"][:SLOTS_SHOWN]:
        state = Text(one["state"], COLOURS.get(one["state"], ""))
        table.add_row(plain(one["code"]), plain(one["feed"]), state, _clock(one["since"]))
    return Panel(table, title=f"slots: {status['slots']['live']} live, {status['targets']} wanted")


def _side_by_side(left: Panel, right: Panel, *, is_wide: bool) -> RenderableType:
    if not is_wide:
        return Group(left, right)
    grid = Table.grid(expand=True)
    grid.add_column(ratio=3)
    grid.add_column(ratio=2)
    grid.add_row(left, right)
    return grid


def _scans(status: dict[str, Any]) -> str:
    scans = status["scans"]
    quoted, last = status["scan"]["quoted"], _clock(status["last_scan_at"])
    return f"{scans['complete']} complete, {scans['incomplete']} not; last {last} with {quoted} codes"


def _rest(rest: dict[str, Any]) -> str:
    silent = sum(rest["troubles"].values())
    return f"{rest['calls']:,} calls, {rest['retries']} again, {rest['refusals']} refused, {silent} without an answer"


def _commits(journal: dict[str, Any]) -> str:
    count = sum(journal["commits"])
    mean_ms = journal["commit_s"] / count * 1000 if count else 0.0
    return f"{count:,}, {mean_ms:.1f} ms each on average; {journal['waiting']} waiting"


def _counts(outcomes: dict[str, int]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())


def _process(process: dict[str, Any]) -> str:
    return f"{process['rss_bytes'] / 1e6:,.0f} MB, {process['threads']} threads, {process['cpu_s']:,.0f} s of processor"


def _clock(at: str | None) -> str:
    return at[11:19] if at else "never"


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """While inside, Ctrl-C is only noted: an exception in the middle of drawing would leave the terminal as it is."""
    noted: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: noted.append(number))
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _single_keys() -> Iterator[None]:
    """While inside, a key is there without Enter; where the input is a terminal."""
    if termios is None or not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _is_q_pressed(wait_s: float) -> bool:
    """Whether that came within the time; without keys to read, false after it."""
    if termios is None or not sys.stdin.isatty():
        time.sleep(wait_s)  # nothing to wait for but the time
        return False
    if not select.select([sys.stdin], [], [], wait_s)[0]:
        return False
    keys = os.read(sys.stdin.fileno(), KEYS_MAX)
    return not keys or any(key in keys for key in QUITTING)
