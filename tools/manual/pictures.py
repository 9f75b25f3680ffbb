"""A picture of each kind of rule, drawn from what the rule itself says of a scripted path; SVG for light and dark."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from manual.scenes import Look, Scene, looks

WIDTH, LEFT, RIGHT, TOP, PRICES, ROW = 720, 120, 20, 14, 180, 18
STYLE = """<style>
text { font: 12px sans-serif; fill: #555 } .price { stroke: #2563c9 } .trigger { stroke: #c2410c }
.alert { fill: #c2410c } .again { fill: none; stroke: #15803d }
.frame, .tick { stroke: #bbb } .holds { fill: #c2410c; opacity: .75 }
.spent { fill: #999; opacity: .4 } .stopped { fill: #999; opacity: .18 } .turnover { fill: #2563c9; opacity: .35 }
@media (prefers-color-scheme: dark) { text { fill: #bbb } .price { stroke: #7cb0ff } .trigger { stroke: #ff9a5c }
.alert { fill: #ff9a5c } .again { stroke: #5fd08a } .frame, .tick { stroke: #555 } .holds { fill: #ff9a5c } }
</style>"""

SCENES = {
    "disparity_threshold": Scene(
        {"line": {"rule": "disparity_threshold", "threshold": -0.08}},
        ((30, 9420), (36, 9120), (39, 9190), (43, 9090), (50, 9400), (57, 9100), (60, 9150)), has_average=True,
    ),
    "near_threshold": Scene(
        {"approach": {"rule": "near_threshold", "threshold": -0.08, "band": 0.01}},
        ((30, 9480), (37, 9230), (42, 9400), (48, 9260), (54, 9080), (60, 9240)), has_average=True,
    ),
    "rapid_fall": Scene(
        {"fall": {"rule": "rapid_fall", "fall_ratio": 0.03, "window_sec": 300}},
        ((30, 50_000), (44, 48_900), (47, 49_000), (50, 47_100), (54, 47_300), (60, 47_500)),
    ),
    "turnover_surge_fall": Scene(
        {"surge": {"rule": "turnover_surge_fall", "previous_day_times": 0}},
        ((25, 20_000), (46, 20_100), (50, 20_050), (52, 19_500), (56, 19_550), (60, 19_500)),
        steps_won=((0, 10_000_000), (51, 140_000_000), (53, 12_000_000)),
    ),
    "breakout": Scene(
        {"new_low": {"rule": "breakout", "of": "previous_low"}},
        ((30, 48_700), (38, 48_000), (41, 48_200), (45, 47_700), (52, 48_500), (58, 47_800), (60, 47_850)),
        low_won=48_000,
    ),
    "vi_or_halt": Scene(
        {"stopped": {"rule": "vi_or_halt"}},
        ((30, 30_000), (38, 27_500), (40, 27_500), (50, 28_300), (60, 28_000)), interruption=(38, 40),
    ),
    "all_of": Scene(
        {"low": {"rule": "breakout", "of": "previous_low", "alert": False},
         "fast": {"rule": "rapid_fall", "fall_ratio": 0.02, "window_sec": 300, "alert": False},
         "low_and_fast": {"rule": "all_of", "of": ["low", "fast"]}},
        ((30, 49_300), (40, 47_900), (45, 48_600), (49, 48_900), (53, 47_500), (60, 47_700)),
        low_won=48_000,
    ),
    "any_of": Scene(
        {"low": {"rule": "breakout", "of": "previous_low", "alert": False},
         "fast": {"rule": "rapid_fall", "fall_ratio": 0.02, "window_sec": 300, "alert": False},
         "low_or_fast": {"rule": "any_of", "of": ["low", "fast"]}},
        ((30, 49_600), (33, 49_500), (37, 48_300), (42, 48_600), (47, 48_900), (56, 47_800), (60, 47_900)),
        low_won=48_000,
    ),
    "not": Scene(
        {"low": {"rule": "breakout", "of": "previous_low", "alert": False},
         "fast": {"rule": "rapid_fall", "fall_ratio": 0.02, "window_sec": 300, "alert": False},
         "not_low": {"rule": "not", "of": ["low"], "alert": False},
         "fast_above": {"rule": "all_of", "of": ["fast", "not_low"]}},
        ((30, 50_600), (36, 50_500), (40, 49_300), (45, 49_800), (49, 49_500), (53, 47_500), (60, 47_800)),
        low_won=48_000,
    ),
}  # fmt: skip
"""By the kind of rule it explains; as many as there are kinds."""


def picture(scene: Scene) -> str:
    """The SVG text."""
    path = tuple(looks(scene))
    height = TOP + PRICES + (len(scene.rules) + 1) * ROW + 14
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">', STYLE,
        *_stops(path), *_turnover(path), *_axis(path, height), *_prices(path),
        *_rows(scene, path), *_marks(scene, path),
        "</svg>",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _x(path: tuple[Look, ...], minute: float) -> float:
    first, last = path[0].minute, path[-1].minute
    return round(LEFT + (minute - first) / (last - first) * (WIDTH - LEFT - RIGHT), 1)


def _y(path: tuple[Look, ...], won: int) -> float:
    high, low = max(look.price_won for look in path), min(look.price_won for look in path)
    return round(TOP + (high - won) / (high - low) * PRICES, 1)


def _axis(path: tuple[Look, ...], height: int) -> Iterator[str]:
    """Frame, highest and lowest price, and a time every five minutes."""
    yield f'<rect class="frame" x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" height="{PRICES}" fill="none"/>'
    for won in (max(look.price_won for look in path), min(look.price_won for look in path)):
        yield f'<text x="{LEFT - 6}" y="{_y(path, won) + 4}" text-anchor="end">{won:,}</text>'
    for minute in range(int(path[0].minute), int(path[-1].minute) + 1, 5):
        x = _x(path, minute)
        yield f'<line class="tick" x1="{x}" y1="{TOP + PRICES}" x2="{x}" y2="{TOP + PRICES + 4}"/>'
        yield f'<text x="{x}" y="{height - 4}" text-anchor="middle">{9 + minute // 60:02}:{minute % 60:02}</text>'


def _prices(path: tuple[Look, ...]) -> Iterator[str]:
    """The price, and dashed the price at which the rule would count; what lies outside the frame is cut off."""
    frame = f'<rect x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" height="{PRICES}"/>'
    yield f'<clipPath id="frame">{frame}</clipPath>'
    triggers = [(_x(path, look.minute), _y(path, look.trigger_won)) for look in path if look.trigger_won]
    yield _line("trigger", triggers, ' stroke-dasharray="5 4" clip-path="url(#frame)"')
    yield _line("price", [(_x(path, look.minute), _y(path, look.price_won)) for look in path if look.is_seen])


def _line(kind: str, points: list[tuple[float, float]], more: str = "") -> str:
    listed = " ".join(f"{x:g},{y:g}" for x, y in points)
    return f'<polyline class="{kind}" fill="none" stroke-width="1.6" points="{listed}"{more}/>'


def _rows(scene: Scene, path: tuple[Look, ...]) -> Iterator[str]:
    """A row for each rule: dark while its condition is met, pale while it has counted and must come back first."""
    for row, name in enumerate(scene.rules):
        y = TOP + PRICES + 10 + row * ROW
        yield f'<text x="{LEFT - 6}" y="{y + 11}" text-anchor="end">{name}</text>'
        yield from _spans("spent", y, path, lambda look, name=name: name in look.spent)
        yield from _spans("holds", y, path, lambda look, name=name: name in look.holds)


def _spans(
    kind: str, y: int, path: tuple[Look, ...], is_so: Callable[[Look], bool], tall: int = ROW - 5
) -> Iterator[str]:  # fmt: skip
    """A bar for each stretch of looks of which it is so."""
    begun = None
    for look, after in zip(path, (*path[1:], None), strict=True):
        begun = look.minute if is_so(look) and begun is None else begun
        if begun is not None and (after is None or not is_so(after)):
            x, end = _x(path, begun), _x(path, (after or look).minute)
            yield f'<rect class="{kind}" x="{x}" y="{y}" width="{max(round(end - x, 1), 2)}" height="{tall}"/>'
            begun = None


def _marks(scene: Scene, path: tuple[Look, ...]) -> Iterator[str]:
    """A dot for each alert, a ring where the rule is armed again."""
    for before, look in pairwise(path):
        x, y = _x(path, look.minute), _y(path, look.price_won)
        if look.has_fired:
            yield f'<circle class="alert" cx="{x}" cy="{y}" r="5"/>'
        elif scene.told in before.spent and scene.told not in look.spent:
            yield f'<circle class="again" cx="{x}" cy="{y}" r="5" stroke-width="2"/>'


def _stops(path: tuple[Look, ...]) -> Iterator[str]:
    """Where trading is interrupted."""
    yield from _spans("stopped", TOP, path, lambda look: not look.is_seen, PRICES)


def _turnover(path: tuple[Look, ...]) -> Iterator[str]:
    """Bars, where turnover is what the picture is about."""
    most = max(look.step_won for look in path)
    if most > 5 * min(look.step_won for look in path if look.is_seen):
        for look in path:
            tall, x = round(look.step_won / most * PRICES / 3, 1), _x(path, look.minute) - 3
            yield f'<rect class="turnover" x="{x:g}" y="{TOP + PRICES - tall:g}" width="6" height="{tall}"/>'
