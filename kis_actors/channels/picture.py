"""Draws the picture of an alert, a small PNG of the day; knows no clock, no network and no file but its own font.

Pillow is the extra `[chart]`, imported only when asked for: `painter` says whether it is there.
"""

import importlib
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from functools import cache
from io import BytesIO
from itertools import product
from math import ceil, inf, log10
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kis_actors.messages import Picture

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 640, 360
LEFT, TOP, BOTTOM, MARGIN = 28, 60, 326, 10
FINENESS = 3
"""Shapes are drawn so many times larger and shrunk, which smooths them; text is smooth by itself."""
TITLE_SIZE, LABEL_SIZE, MARK_SIZE = 25, 16, 19
TAG_HEIGHT, MARK_RADIUS, HOUR_LABELS_APART = 24, 7, 52
FONT = Path(__file__).with_name("fonts") / "KisActorsHangul.ttf"
PAPER, INK, FAINT, GRID, GUIDE = "#ffffff", "#1f2328", "#424a53", "#e6eaee", "#d0d5da"
PRICE, SHADE, AVERAGE, THRESHOLD, MARK = "#1d4e89", "#edf3fa", "#237a3b", "#c2255c", "#d9480f"
SIDES = ((0, 1), (0, -1), (-1, 0), (1, 0), (-1, 1), (1, 1), (-1, -1), (1, -1))
"""Where the mark's label may be, the best first: below, above, left, right, and the corners."""
DARK = 180
"""Of 255; what is darker, a label had better not cover: lines are, the grid is not."""

OPENS_S, CLOSES_S, DAY_S = 9 * 3600, 15 * 3600 + 1800, 24 * 3600
SPANS_MAX = 3
"""A level is drawn where it is while the day's prices keep a third of the height; else it is named at the edge."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]


def painter() -> Callable[[Picture], bytes] | None:
    """`draw`, or None where Pillow is not installed and alerts go without a picture."""
    try:
        importlib.import_module("PIL.ImageFont")
    except ImportError:
        return None
    return draw


def draw(picture: Picture) -> bytes:
    """The PNG of `picture`, the same bytes for the same picture. Needs Pillow."""
    levels = levels_of(picture)
    frame = frame_of(picture, levels)
    image = _shapes(picture, levels, frame)
    _write(image, picture, levels, frame)
    png = BytesIO()
    image.save(png, "PNG")
    return png.getvalue()


# --- where everything is


class Level(NamedTuple):
    """A price to draw across the day, and the word for it."""

    word: str
    won: float
    colour: str


class Frame(NamedTuple):
    """The part of the day and of the prices that the picture shows; `right` is where its prices are written."""

    from_s: int
    until_s: int
    low_won: float
    high_won: float
    right: int

    def x(self, at_s: float) -> float:
        """Pixels from the left of the moment `at_s`."""
        within = min(max(at_s, self.from_s), self.until_s)
        return LEFT + (within - self.from_s) / (self.until_s - self.from_s) * (self.right - LEFT)

    def y(self, price_won: float) -> float:
        """Pixels from the top of `price_won`, at the edge if it is beyond."""
        within = min(max(price_won, self.low_won), self.high_won)
        return BOTTOM - (within - self.low_won) / (self.high_won - self.low_won) * (BOTTOM - TOP)


def levels_of(picture: Picture) -> tuple[Level, ...]:
    """What `picture` has of threshold and average."""
    threshold = Level("기준", picture.threshold_won, THRESHOLD)
    average = Level("평균", picture.average_won, AVERAGE)
    return tuple(level for level in (threshold, average) if 0 < level.won < inf)


def frame_of(picture: Picture, levels: tuple[Level, ...]) -> Frame:
    """The regular session, longer if there is more to show; every price, and the levels within reach."""
    moments = [min(max(at_s, 0), DAY_S) for at_s in (picture.at_s, *(at_s for at_s, _ in picture.line))]
    low_won, high_won = _prices_shown(picture, levels)
    frame = Frame(min(OPENS_S, *moments), max(CLOSES_S, *moments), low_won, high_won, right=0)
    texts = [*(tag_of(level, frame) for level in levels), *(f"{price_won:,}" for price_won in prices_labelled(frame))]
    widest = max((_font(LABEL_SIZE).getlength(text) for text in texts), default=0)
    return frame._replace(right=max(WIDTH // 2, WIDTH - 2 * MARGIN - ceil(widest)))


def _prices_shown(picture: Picture, levels: tuple[Level, ...]) -> tuple[float, float]:
    prices = [picture.price_won, *(price_won for _, price_won in picture.line)]
    low, high = float(min(prices)), float(max(prices))
    # A day that barely moved is a flat line in the middle, not one won blown up to the height of the picture.
    span = max(high - low, abs(high) / 100, 2)
    for level in levels:
        wider = min(low, level.won), max(high, level.won)
        if wider[1] - wider[0] <= span * SPANS_MAX:
            low, high = wider
    around = max((high - low) / 10, (span - high + low) / 2)
    return low - around, high + around


def tag_of(level: Level, frame: Frame) -> str:
    """The name and value of `level`, with an arrow if it lies beyond the picture."""
    arrow = "▲" if level.won > frame.high_won else "▼" if level.won < frame.low_won else ""
    return f"{arrow}{level.word} {level.won:,.0f}"


def hours_labelled(frame: Frame) -> tuple[int, ...]:
    """Whole hours, in seconds of the day, as many as there is room for."""
    pixels_an_hour = 3600 * (frame.right - LEFT) / (frame.until_s - frame.from_s)
    step_s = 3600 * next((hours for hours in (1, 2, 3, 6) if hours * pixels_an_hour > HOUR_LABELS_APART), 24)
    return tuple(range(ceil(frame.from_s / step_s) * step_s, frame.until_s + 1, step_s))


def prices_labelled(frame: Frame) -> tuple[int, ...]:
    """Round prices, a handful of them."""
    finest = max((frame.high_won - frame.low_won) / 6, 1)
    power = 10 ** int(log10(finest))
    step_won = next((step * power for step in (1, 2, 5) if step * power >= finest), 10 * power)
    return tuple(range(max(ceil(frame.low_won / step_won), 0) * step_won, int(frame.high_won) + 1, step_won))


def tag_centres(levels: tuple[Level, ...], frame: Frame) -> dict[Level, float]:
    """Where the levels' tags are, in pixels from the top: beside their lines, but never over each other."""
    centres: dict[Level, float] = {}
    lowest = TOP + TAG_HEIGHT / 2
    room = BOTTOM - TAG_HEIGHT / 2 - TAG_HEIGHT * (len(levels) - 1)
    for level in sorted(levels, key=lambda level: -level.won):
        centres[level] = min(max(frame.y(level.won), lowest), room)
        lowest, room = centres[level] + TAG_HEIGHT, room + TAG_HEIGHT
    return centres


# --- shapes


def _shapes(picture: Picture, levels: tuple[Level, ...], frame: Frame) -> "Image":
    from PIL import Image, ImageDraw

    large = Image.new("RGB", (WIDTH * FINENESS, HEIGHT * FINENESS), PAPER)
    pen = ImageDraw.Draw(large)
    line = [(frame.x(at_s), frame.y(price_won)) for at_s, price_won in picture.line]
    mark = frame.x(picture.at_s), frame.y(picture.price_won)
    if len(line) > 1:
        pen.polygon(_large([(line[0][0], BOTTOM), *line, (line[-1][0], BOTTOM)]), fill=SHADE)
    _grid(pen, frame)
    _stroke(pen, [(mark[0], TOP), (mark[0], BOTTOM)], GUIDE, 1.5)
    for level in levels:
        if frame.low_won <= level.won <= frame.high_won:
            _level(pen, level, frame)
    if line:
        _stroke(pen, line, PRICE, 2.7)
        _dot(pen, line[-1], PRICE, 2.7)
    _dot(pen, mark, PAPER, MARK_RADIUS + 2)
    _dot(pen, mark, MARK, MARK_RADIUS)
    return large.reduce(FINENESS)


def _grid(pen: "ImageDraw", frame: Frame) -> None:
    for y in map(frame.y, prices_labelled(frame)):
        _stroke(pen, [(LEFT, y), (frame.right, y)], GRID, 1)
    for x in map(frame.x, hours_labelled(frame)):
        _stroke(pen, [(x, TOP), (x, BOTTOM)], GRID, 1)
    _stroke(pen, [(LEFT, BOTTOM), (frame.right, BOTTOM)], FAINT, 1)


def _level(pen: "ImageDraw", level: Level, frame: Frame) -> None:
    """The average is a thin line, the threshold a bolder one of dashes."""
    y = frame.y(level.won)
    dash, step, width = (9, 14, 2.2) if level.colour == THRESHOLD else (WIDTH, WIDTH, 1.7)
    for x in range(LEFT, frame.right, step):
        _stroke(pen, [(x, y), (min(x + dash, frame.right), y)], level.colour, width)


def _stroke(pen: "ImageDraw", points: list[Point], colour: str, width: float) -> None:
    pen.line(_large(points), fill=colour, width=round(width * FINENESS), joint="curve")


def _dot(pen: "ImageDraw", centre: Point, colour: str, radius: float) -> None:
    x, y = centre
    pen.ellipse(_large([(x - radius, y - radius), (x + radius, y + radius)]), fill=colour)


def _large(points: list[Point]) -> list[Point]:
    return [(x * FINENESS, y * FINENESS) for x, y in points]


# --- text


def _write(image: "Image", picture: Picture, levels: tuple[Level, ...], frame: Frame) -> None:
    from PIL import ImageDraw

    pen = ImageDraw.Draw(image)
    title = title_within(picture.title, WIDTH - 3 * MARGIN)
    pen.text((MARGIN * 2, TOP / 2 - 4), title, INK, _font(TITLE_SIZE), anchor="lm", stroke_width=0.35)
    for at_s in hours_labelled(frame):
        _label(pen, (frame.x(at_s), BOTTOM + 17), _clock(at_s), FAINT, anchor="mm")
    _write_prices(image, pen, levels, frame)
    _write_mark(image, pen, picture, frame)


def title_within(title: str, width: float) -> str:
    """As much of `title`, on one line, as `width` pixels hold; … stands for the rest."""
    whole, font = " ".join(unicodedata.normalize("NFC", title).split()), _font(TITLE_SIZE)
    if font.getlength(whole) <= width:
        return whole
    fitting = bisect_right(range(len(whole)), width, key=lambda length: font.getlength(whole[:length] + "…"))
    return whole[: max(fitting - 1, 0)].rstrip() + "…"


def _write_prices(image: "Image", pen: "ImageDraw", levels: tuple[Level, ...], frame: Frame) -> None:
    """Round prices beside the picture, but where the levels' tags are."""
    centres = tag_centres(levels, frame)
    x = frame.right + MARGIN
    for price_won in prices_labelled(frame):
        y = frame.y(price_won)
        if all(abs(y - centre) >= TAG_HEIGHT for centre in centres.values()):
            _label(pen, (x, y), f"{price_won:,}", FAINT, anchor="lm")
    for level, y in centres.items():
        top = y - TAG_HEIGHT / 2 + 1
        _plate(image, (x - MARGIN / 2, top, WIDTH - MARGIN / 2, top + TAG_HEIGHT - 2), level.colour)
        _label(pen, (x, y), tag_of(level, frame), PAPER, anchor="lm")


def _write_mark(image: "Image", pen: "ImageDraw", picture: Picture, frame: Frame) -> None:
    """Time and price of the alert, near its mark and where they cover the least."""
    text = f"{_clock(picture.at_s)}  {picture.price_won:,}원"
    size = _font(MARK_SIZE).getlength(text) + 18, MARK_SIZE + 11
    places = _places((frame.x(picture.at_s), frame.y(picture.price_won)), size, frame)
    box = min(places, key=lambda place: _covered(image, place))
    _plate(image, box, INK)
    pen.text((box[0] + 9, (box[1] + box[3]) / 2), text, PAPER, _font(MARK_SIZE), anchor="lm", stroke_width=0.25)


def _places(mark: Point, size: Point, frame: Frame) -> list[Box]:
    """Boxes of `size` around `mark` and within `frame`, the nearest first."""
    (x, y), (width, height) = mark, size
    boxes = []
    for away, (dx, dy) in product((13, 34, 62, 96), SIDES):
        left = min(max(x + dx * away + (dx - 1) * width / 2, LEFT), frame.right - width)
        top = min(max(y + dy * away + (dy - 1) * height / 2, TOP), BOTTOM - height - 2)
        boxes.append((left, top, left + width, top + height))
    return boxes


def _covered(image: "Image", box: Box) -> int:
    left, top, right, bottom = (round(edge) for edge in box)
    return sum(image.crop((left - 4, top - 4, right + 4, bottom + 4)).convert("L").histogram()[:DARK])


def _plate(image: "Image", box: Box, colour: str) -> None:
    from PIL import Image, ImageDraw

    left, top, right, bottom = (round(edge) for edge in box)
    mask = Image.new("L", ((right - left) * FINENESS, (bottom - top) * FINENESS))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), 4 * FINENESS, 255)
    image.paste(colour, (left, top, right, bottom), mask.reduce(FINENESS))


def _label(pen: "ImageDraw", at: Point, text: str, colour: str, *, anchor: str) -> None:
    pen.text(at, text, colour, _font(LABEL_SIZE), anchor=anchor, stroke_width=0.2)


def _clock(at_s: int) -> str:
    return f"{at_s // 3600:02}:{at_s // 60 % 60:02}"


@cache
def _font(size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    # The basic layout is in every build of Pillow, and so the bytes are the same with and without libraqm.
    return ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)
