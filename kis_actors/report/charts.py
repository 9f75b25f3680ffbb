"""The pictures of the report, as SVG without a script: the day of one code, and the health of link and scans."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape

from kis_actors.report.gathered import MINUTE_S, Gathered

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 920, 230, 18, 76, 10, 22
POINTS_MAX = 800
LANE = 26


def day_of_code(day: Gathered, code: str, start: datetime, end: datetime) -> str:
    """Price, average, threshold, what was streamed, and the alerts of one code; "" without prices."""
    line = _thinned(day.prices.of.get(code, {}))
    if not line:
        return ""
    level = day.levels.get(code)
    x, y = _across(start, end), _Up([won for _, won in line] + ([*level] if level else []))
    parts = [*_grid(x, y, start, end), *_spans(day, code, x)]
    if level:
        parts += [_level(level.average_won, y, "average"), _level(level.threshold_won, y, "threshold")]
    points = " ".join(f"{x(at_s):.1f},{y(won):.1f}" for at_s, won in line)
    parts.append(f'<polyline class="price" points="{points}"/>')
    parts += _marks(day, code, x, y)
    return _svg(parts, HEIGHT)


def health(day: Gathered, start: datetime, end: datetime, words: dict[str, str]) -> str:
    """Lanes: link, scans, frames a minute, alerts."""
    x = _across(start, end)
    lanes = (
        (words["link"], list(_bars(((one.since, one.until or end) for one in day.picture.links), x, "live", 0))),
        (words["scans"], [_tick(x(one.at.timestamp()), LANE, "bad" if one.failed else "good") for one in
                          day.picture.scans]),
        (words["frames"], list(_columns(day.frames, x, 2 * LANE))),
        (words["alerts"], [_tick(x(one.alert.signal.observed_at.timestamp()), 3 * LANE, "alert") for one in
                           day.outcomes]),
    )  # fmt: skip
    parts = [part for _, drawn in lanes for part in drawn]
    names = [
        f'<text x="{WIDTH - RIGHT + 6}" y="{number * LANE + TOP + 14}">{escape(name)}</text>'
        for number, (name, _) in enumerate(lanes)
    ]
    hours = list(_hours(x, start, end, len(lanes) * LANE + TOP))
    return _svg([*hours, *parts, *names], len(lanes) * LANE + TOP + BOTTOM)


class _Up:
    """From won to a height; a little room above and below."""

    def __init__(self, values: list[float]) -> None:
        low, high = min(values), max(values)
        room = (high - low or high * 0.01) * 0.08
        self.low, self.high = low - room, high + room

    def __call__(self, won: float) -> float:
        return TOP + (self.high - won) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)


class _Across:
    """From a second since 1970 to a place, within the picture."""

    def __init__(self, start_s: float, end_s: float) -> None:
        self.start_s, self.range_s = start_s, max(1.0, end_s - start_s)

    def __call__(self, at_s: float) -> float:
        share = min(1.0, max(0.0, (at_s - self.start_s) / self.range_s))
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def _across(start: datetime, end: datetime) -> _Across:
    return _Across(start.timestamp(), end.timestamp())


def _thinned(line: dict[int, int]) -> list[tuple[int, float]]:
    """In order; of many, the lowest and the highest of each stretch, so that no extreme is lost."""
    points = sorted(line.items())
    if len(points) <= POINTS_MAX:
        return [(at_s, float(won)) for at_s, won in points]
    size = -(-len(points) // (POINTS_MAX // 2))
    stretches = (points[first : first + size] for first in range(0, len(points), size))
    kept = (sorted({min(one, key=_price), max(one, key=_price)}) for one in stretches)
    return [(at_s, float(won)) for pair in kept for at_s, won in pair]


def _price(point: tuple[int, int]) -> int:
    return point[1]


def _grid(x: _Across, y: _Up, start: datetime, end: datetime) -> Iterator[str]:
    yield from _hours(x, start, end, HEIGHT - BOTTOM)
    for number in range(5):
        won = y.low + (y.high - y.low) * number / 4
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(won):.1f}" y2="{y(won):.1f}"/>'
        yield f'<text x="{WIDTH - RIGHT + 6}" y="{y(won) + 4:.1f}">{won:,.0f}</text>'


def _hours(x: _Across, start: datetime, end: datetime, bottom: int) -> Iterator[str]:
    first = int(start.timestamp()) // 3600 * 3600
    for at_s in range(first, int(end.timestamp()) + 1, 3600):
        if at_s >= start.timestamp():
            place, text = x(at_s), datetime.fromtimestamp(at_s, start.tzinfo).strftime("%H:%M")
            yield f'<line class="grid" x1="{place:.1f}" x2="{place:.1f}" y1="{TOP}" y2="{bottom}"/>'
            yield f'<text class="hour" x="{place:.1f}" y="{bottom + 15}">{text}</text>'


def _level(won: float, y: _Up, name: str) -> str:
    return f'<line class="{name}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(won):.1f}" y2="{y(won):.1f}"/>'


def _spans(day: Gathered, code: str, x: _Across) -> Iterator[str]:
    for one in day.picture.spans.get(code, []):
        begin, end = x(one.since.timestamp()), x((one.until or day.picture.at or one.since).timestamp())
        width, top = max(1.0, end - begin), HEIGHT - BOTTOM - 5
        yield f'<rect class="live" x="{begin:.1f}" y="{top}" width="{width:.1f}" height="5"/>'


def _marks(day: Gathered, code: str, x: _Across, y: _Up) -> Iterator[str]:
    for outcome in day.outcomes:
        signal = outcome.alert.signal
        if signal.code == code and signal.price_won:
            place = x(signal.observed_at.timestamp())
            yield f'<line class="mark" x1="{place:.1f}" x2="{place:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
            yield f'<circle class="alert" cx="{place:.1f}" cy="{y(signal.price_won):.1f}" r="4"/>'


def _bars(spans: Iterable[tuple[datetime, datetime]], x: _Across, name: str, top: int) -> Iterator[str]:
    for since, until in spans:
        begin, end = x(since.timestamp()), x(until.timestamp())
        width = max(1.0, end - begin)
        yield f'<rect class="{name}" x="{begin:.1f}" y="{top + TOP + 4}" width="{width:.1f}" height="10"/>'


def _tick(place: float, top: int, name: str) -> str:
    return f'<rect class="{name}" x="{place - 1:.1f}" y="{top + TOP + 3}" width="2" height="12"/>'


def _columns(frames: dict[int, int], x: _Across, top: int) -> Iterator[str]:
    most = max(frames.values(), default=1)
    for minute, count in sorted(frames.items()):
        tall = max(1.0, 18 * count / most)
        yield (
            f'<rect class="frames" x="{x(minute * MINUTE_S):.1f}" y="{top + TOP + 20 - tall:.1f}" width="1.6" '
            f'height="{tall:.1f}"/>'
        )


def _svg(parts: Iterable[str], height: int) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img">{"".join(parts)}</svg>'
