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

from kis_actors.lines import Lines
from kis_actors.messages import AlertDecided
from kis_actors.texts import rule_name
from kis_actors.units import percent
from kis_actors.view import View

REFRESH_PER_S = 4
TARGETS_SHOWN = 20


class PlainConsole:
    """Lines, as the daemon prints them."""

    @contextmanager
    def showing(self, view: View) -> Iterator[None]:
        """While inside, `refresh` says what is new in `view`."""
        self._lines = Lines(view, self.write)
        yield

    def write(self, text: str) -> None:
        """Prints an alert."""
        click.echo(text)

    def refresh(self) -> None:
        """Prints what is new."""
        self._lines.print_news()


class LiveConsole:
    """A page that is drawn anew four times a second."""

    def __init__(self) -> None:
        self._rate = Rate()

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
        layout.split_column(Layout(_head(view, self._rate.of(view.log_seq)), size=6), Layout(name="body"))
        layout["body"].split_row(Layout(_subscriptions(view), ratio=2), Layout(_alerts(view), ratio=3))
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
        *(f"  {_alert_words(alert)}" for alert in view.alerts),
        f"log            {view.log_seq:,} events in {directory}",
        f"look closer    {look_closer(directory, day)}",
        "",
    ]
    return "\n".join(lines)


def look_closer(directory: Path, day: date | None) -> str:
    """The command that replays the day just seen."""
    return f"./tools/kis-actors replay {day or ''} --config {directory}/settings.yaml".replace("  ", " ")


def _head(view: View, events_per_s: float) -> Panel:
    clock = f"{view.now:%Y-%m-%d %H:%M:%S} KST" if view.now else "starting"
    session = f"open until {view.session.closes:%H:%M}" if view.session else "closed" if view.closed_day else "not open"
    link = Text(view.link, style="green" if view.link == "open" else "yellow")
    link.append(f" {view.link_reason}" if view.link_reason else "", style="dim")
    grid = Table.grid(padding=(0, 3))
    grid.add_row("session", Text(f"{clock}  {session}", style="bold"), "link", link)
    grid.add_row("scan", _scan(view), "frames", f"{view.frames:,} ({view.frames_rejected} rejected)")
    grid.add_row("averages", _averages(view), "events", f"{view.log_seq:,} in the log, {events_per_s:,.0f} a second")
    grid.add_row("alerts", f"{view.alerts_count} ({view.suppressed} suppressed)", "stop", "Ctrl-C")
    return Panel(grid, title="kis-actors · simulated KIS")


def _scan(view: View) -> str:
    if not view.batches:
        return "none yet"
    bar = "█" * view.batches_done + "░" * (view.batches - view.batches_done)
    return f"#{view.scan} {bar} {view.batches_done}/{view.batches} calls, {view.quoted}/{len(view.names)} codes"


def _averages(view: View) -> str:
    return f"{view.baselines_loaded}/{len(view.names)} codes" + (
        f", {view.baselines_missing} without" if view.baselines_missing else ""
    )


def _subscriptions(view: View) -> Panel:
    table = Table(box=None, expand=True, padding=(0, 1))
    for name, justify in (("code", "left"), ("name", "left"), ("disparity", "right"), ("score", "right"), ("", "left")):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    states = dict(view.subscriptions)
    for target in view.targets[:TARGETS_SHOWN]:
        state, _ = states.get(target.code, ("waiting", None))
        table.add_row(
            target.code, Text(view.names.get(target.code, "")), percent(target.disparity), f"{target.score:.1f}",
            Text(state, style="green" if state == "live" else "yellow"),
        )  # fmt: skip
    return Panel(table, title=f"subscriptions {view.live()} live of {len(view.targets)}")


def _alerts(view: View) -> Panel:
    lines = [Text(_alert_words(alert)) for alert in list(view.alerts)[::-1]]
    return Panel(Group(*lines) if lines else Text("none yet", style="dim"), title="알림 alerts (KST)")


def _alert_words(alert: AlertDecided) -> str:
    signal = alert.signal
    return (
        f"{signal.observed_at:%H:%M:%S} {signal.code} {signal.name} {rule_name(signal.rule, 'ko')} "
        f"{percent(signal.value)} (기준 {percent(signal.threshold)}) {signal.price_won:,}원"
    )
