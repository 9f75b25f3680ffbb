"""The demo's screen: a live page on a terminal, plain lines elsewhere, and one page at the end."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import monotonic

import click
from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kis_actors.commands.lines import Lines
from kis_actors.commands.output import stamped
from kis_actors.messages import AlertDecided
from kis_actors.printable import plain
from kis_actors.texts import measured, rule_name
from kis_actors.units import percent
from kis_actors.view import View

REFRESH_PER_S = 4
TARGETS_SHOWN = 40
SUBSCRIPTIONS_WIDTH = 44


class PlainConsole:
    """Lines, as the daemon prints them. is_read: whoever read them has not gone yet; without them it is no demo."""

    def __init__(self) -> None:
        self.is_read = True

    @contextmanager
    def showing(self, view: View) -> Iterator[None]:
        """While inside, `refresh` says what is new in `view`."""
        self._lines = Lines(view, lambda news: self.write(stamped(news)))
        yield

    def write(self, text: str) -> None:
        """Prints an alert."""
        try:
            click.echo(text)
        except BrokenPipeError:
            self.is_read = False

    def refresh(self) -> None:
        """Prints what is new."""
        self._lines.say_news()


class LiveConsole:
    """A page that is drawn anew four times a second. page: where the watch page is."""

    def __init__(self, page: str) -> None:
        self.is_read = True
        self._rate = Rate()
        self._page_address = page

    @contextmanager
    def showing(self, view: View) -> Iterator[None]:
        """While inside, the terminal shows `view`."""
        self._view = view
        with Live(get_renderable=self._page, refresh_per_second=REFRESH_PER_S, screen=True, console=Console()):
            yield

    def write(self, text: str) -> None:
        """Alerts are on the page already."""

    def refresh(self) -> None:
        """The page draws itself."""

    def _page(self) -> Layout:
        view = self._view
        layout = Layout()
        head = _head(view, self._rate.of(view.log_seq), self._page_address)
        layout.split_column(Layout(head, size=5), Layout(name="body"))
        layout["body"].split_row(Layout(_subscriptions(view), size=SUBSCRIPTIONS_WIDTH), Layout(_alerts(view)))
        return layout


class Rate:
    """Events per second over the last few seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque(maxlen=5 * REFRESH_PER_S)

    def of(self, count: int) -> float:
        """How fast `count` grows, in real seconds."""
        self._seen.append((monotonic(), count))
        (first_s, first), (last_s, last) = self._seen[0], self._seen[-1]
        return (last - first) / (last_s - first_s) if last_s > first_s else 0.0


def summary(view: View, directory: Path) -> str:
    """One page on the day: what was seen, what was told, and how to look closer."""
    day = view.closed_day or (view.session.day if view.session else None)
    session = f"{day} {'closed' if view.closed_day else 'stopped before the close'}" if day else "none opened"
    lines = [
        "",
        f"session        {session}",
        f"scans          {view.scans_ok} complete, {view.scans_failed} not; {view.calls} REST calls",
        f"averages       {view.baselines_loaded} codes, {view.baselines_missing} without",
        f"stream         {view.frames:,} frames, {view.frames_rejected} rejected, {view.frames_dropped} dropped; "
        f"link opened {view.links_opened} times, lost {view.links_lost}",
        f"subscriptions  {view.subscribes} asked, {view.unsubscribes} released, {view.refusals} refused",
        f"alerts         {view.alerts_count}, {view.suppressed} suppressed",
        *(f"  {_who(alert)} {_what(alert)}" for alert in view.alerts),
        f"log            {view.log_seq:,} events in {directory}",
        f"look closer    {look_closer(directory, day)}",
        "",
    ]
    return "\n".join(lines)


def look_closer(directory: Path, day: date | None) -> str:
    """The command that replays the day just seen."""
    return f"./tools/kis-actors replay {day or ''} --config {directory}/settings.yaml".replace("  ", " ")


def _head(view: View, events_per_s: float, page: str) -> Panel:
    clock = f"{view.now:%Y-%m-%d %H:%M:%S} KST" if view.now else "starting"
    session = f"open until {view.session.closes:%H:%M}" if view.session else "closed" if view.closed_day else "not open"
    link = plain(f"link {view.link}{' ' + view.link_reason if view.link_reason else ''}")
    rejected = f"{view.frames:,} frames ({view.frames_rejected} rejected)"
    logged = f"{view.log_seq:,} events, {events_per_s:,.0f}/s"
    safe = "SAFE MODE " if view.is_safe else "DEGRADED MODE " if view.is_degraded else ""
    lines = [
        Text.assemble((clock, "bold"), f" · {session} · ", (link, "green" if view.link == "open" else "yellow")),
        Text.assemble((safe, "bold red"), f"{_scan(view)} · averages {_averages(view)}"),
        Text(f"{rejected} · {logged} · alerts {view.alerts_count} ({view.suppressed} suppressed)"),
    ]
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Panel(Group(*lines), title="kis-actors · simulated KIS", subtitle=f"{page} · Ctrl-C stops")


def _scan(view: View) -> str:
    if not view.batches:
        return "no scan yet"
    bar = "█" * view.batches_done + "░" * (view.batches - view.batches_done)
    return f"scan #{view.scan} {bar} {view.batches_done}/{view.batches} calls · {view.quoted}/{len(view.names)} codes"


def _averages(view: View) -> str:
    missing = f" ({view.baselines_missing} without)" if view.baselines_missing else ""
    return f"{view.baselines_loaded}/{len(view.names)}{missing}"


def _subscriptions(view: View) -> Panel:
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("code", width=6)
    table.add_column("name", width=14, no_wrap=True, overflow="ellipsis")
    table.add_column("dispar.", width=7, justify="right")
    table.add_column("score", width=6, justify="right")
    table.add_column("", width=1)
    for target in view.targets[:TARGETS_SHOWN]:
        state = view.slot_of(target.code)
        table.add_row(
            target.code, Text(plain(view.names.get(target.code, ""))), percent(target.disparity), f"{target.score:.1f}",
            Text("●", "green") if state == "live" else Text("○", "yellow"),
        )  # fmt: skip
    return Panel(table, title=f"subscriptions: {view.live()} live of {len(view.targets)}")


def _alerts(view: View) -> Panel:
    lines = [line for alert in reversed(view.alerts) for line in (Text(_who(alert), "bold"), Text(f"  {_what(alert)}"))]
    return Panel(Group(*lines) if lines else Text("none yet", "dim"), title="알림 alerts (KST)")


def _who(alert: AlertDecided) -> str:
    signal = alert.signal
    return plain(f"{signal.observed_at:%H:%M:%S} {signal.code} {signal.name}")


def _what(alert: AlertDecided) -> str:
    signal = alert.signal
    values = measured(signal, None, "ko")
    price = f"{signal.price_won:,}원" if signal.price_won else "현재가 -"
    return plain(f"{rule_name(signal, 'ko')} {values} {price}")
