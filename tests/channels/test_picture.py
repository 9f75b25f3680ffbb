"""The picture of an alert: looked at as a person would, pixel by pixel."""

import subprocess
import sys
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image, ImageChops, ImageColor

from kis_actors.channels import picture as subject
from kis_actors.channels.picture import AVERAGE, INK, MARK, PRICE, THRESHOLD, draw, painter
from kis_actors.messages import Picture

OPENS_S, NOON_S, CLOSES_S = 9 * 3600, 12 * 3600, 15 * 3600 + 1800
TITLE = (0, 0, 640, 52)
PLOT = (20, 56, 490, 330)
VALUES = (545, 50, 640, 330)


def day(points: int = 150, low_won: int = 71_000, high_won: int = 75_000) -> tuple[tuple[int, int], ...]:
    """A day that falls evenly from high to low."""
    step_s, step_won = (CLOSES_S - OPENS_S) / (points - 1), (high_won - low_won) / (points - 1)
    return tuple((int(OPENS_S + i * step_s), int(high_won - i * step_won)) for i in range(points))


FALLING = day()
FLAT = tuple((OPENS_S + i * 150, 73_000) for i in range(150))


def alert(title="삼성전자 이격도 하회", line=FALLING, at_s=NOON_S, price_won=73_000, **levels) -> Picture:
    return Picture(title=title, line=line, at_s=at_s, price_won=price_won, **levels)


def seen(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(draw(picture)))


def where(image: Image.Image, colour: str, within=PLOT) -> tuple[int, int, int, int] | None:
    """The box around every pixel of nearly `colour`."""
    differences = ImageChops.difference(image, Image.new("RGB", image.size, colour))
    red, green, blue = differences.split()
    farthest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    near = farthest.point(lambda difference: 255 if difference < 24 else 0)
    masked = Image.new("L", image.size)
    masked.paste(near.crop(within), within)
    return masked.getbbox()


def middle(box: tuple[int, int, int, int]) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def title_of(title: str) -> bytes:
    return seen(alert(title)).crop(TITLE).tobytes()


# --- what it is


def test_it_is_a_small_png():
    png = draw(alert(average_won=74_500.0, threshold_won=72_500.0))
    assert png.startswith(b"\x89PNG\r\n\x1a\n") and len(png) < 100_000
    assert Image.open(BytesIO(png)).size == (640, 360)


def test_the_same_picture_has_the_same_bytes():
    assert draw(alert(threshold_won=72_500.0)) == draw(alert(threshold_won=72_500.0))


def test_another_process_draws_the_same_bytes():
    code = (
        "import sys; from kis_actors.messages import Picture; from kis_actors.channels.picture import draw;"
        "sys.stdout.buffer.write(draw(Picture('F&F', ((32400, 100), (43200, 120)), 43200, 120)))"
    )
    drawn = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert drawn == draw(Picture("F&F", ((32400, 100), (43200, 120)), 43200, 120))


def test_it_is_dark_on_light():
    brightness = seen(alert()).convert("L").histogram()
    assert sum(brightness[200:]) > 0.8 * 640 * 360 and sum(brightness[:80]) > 1000


# --- Pillow is an extra


def test_the_painter_draws():
    assert painter() is draw


def test_without_pillow_there_is_no_painter(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.ImageFont", None)
    assert painter() is None


def test_pillow_is_not_loaded_before_it_is_asked_for():
    code = "import sys; import kis_actors.channels.picture; print('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


# --- the title


def test_each_hangul_syllable_is_drawn_as_itself():
    syllables = "가나다라마바사삼성전자하회뷁힝"
    boxes = {title_of("\U000f0000"), title_of("\U000f0001")}
    assert len(boxes) == 1  # What the font lacks is one and the same box,
    assert len(boxes | {title_of(syllable) for syllable in syllables}) == 1 + len(syllables)  # and Hangul is not.


@pytest.mark.parametrize("text", ["가나다라마", "F&F S&T A_B*[x] <b>", "▲▼·…－₩원", "0123456789,.%+-()"])
def test_no_character_is_a_missing_one(text):
    font = subject._font(25)
    missing = bytes(font.getmask("\U000f0000"))
    assert [character for character in text if bytes(font.getmask(character)) == missing] == []


def test_every_syllable_of_the_korean_standard_is_in_the_font():
    font, missing = subject._font(25), bytes(subject._font(25).getmask("\U000f0000"))
    rows, columns = range(0xB0, 0xC9), range(0xA1, 0xFF)  # of KS X 1001, in which KRX writes names
    glyphs = {bytes(font.getmask(bytes([row, column]).decode("euc_kr"))) for row in rows for column in columns}
    assert len(glyphs) == 2350 and missing not in glyphs and b"" not in glyphs


def test_markup_is_drawn_as_written():
    assert title_of("<b>F&F</b>") != title_of("F&F")


def test_a_name_in_parts_is_drawn_whole():
    assert title_of("\u1109\u1161\u11b7\u1109\u1165\u11bc") == title_of("삼성")


def test_a_title_of_two_lines_is_drawn_on_one():
    assert title_of("삼성전자\n이격도") == title_of("삼성전자 이격도")


@pytest.mark.parametrize("title", ["가" * 30, "W" * 200, "삼성전자 " * 1000, "i" * 10_000])
def test_a_long_title_is_cut(title):
    cut = subject.title_within(title, 600)
    assert cut.endswith("…") and title.startswith(cut.removesuffix("…"))
    assert 560 < subject._font(25).getlength(cut) <= 600


def test_a_short_title_is_left_alone():
    assert subject.title_within("F&F 383220", 600) == "F&F 383220"


# --- the day


def test_the_line_goes_from_left_to_right_and_from_high_to_low():
    image = seen(alert(at_s=OPENS_S, price_won=75_000))
    left, top, right, bottom = where(image, PRICE, (20, 56, 640, 330))
    assert left < 60 and right > 540 and top < 100 and bottom > 290


@pytest.mark.parametrize(("spike_won", "edge"), [(60_000, "bottom"), (80_000, "top")])
def test_the_extreme_price_is_at_its_moment(spike_won, edge):
    line = tuple((OPENS_S + i * 156, 70_000 if i != 75 else spike_won) for i in range(151))
    image = seen(alert(line=line, at_s=OPENS_S, price_won=70_000))
    left, top, right, bottom = where(image, PRICE, (20, 56, 640, 330))
    rows = (20, bottom - 3, 640, bottom) if edge == "bottom" else (20, top, 640, top + 3)
    assert middle(where(image, PRICE, rows))[0] == pytest.approx((left + right) / 2, abs=12)
    assert bottom - top > 200


def test_the_mark_is_at_the_moment_and_the_price():
    image = seen(alert(at_s=OPENS_S + (CLOSES_S - OPENS_S) // 2, price_won=73_000))
    left, top, right, bottom = where(image, PRICE, (20, 56, 640, 330))
    assert middle(where(image, MARK)) == pytest.approx(((left + right) / 2, (top + bottom) / 2), abs=6)


def test_time_and_price_of_the_alert_are_written_on_dark():
    left, top, right, bottom = where(seen(alert()), INK)
    assert right - left > 100 and bottom - top > 20


def test_another_price_is_another_label():
    assert draw(alert(line=(), price_won=73_000)) != draw(alert(line=(), price_won=73_100))


def test_a_day_that_began_earlier_is_shown_from_then():
    line = ((8 * 3600, 71_000), (20 * 3600, 75_000))
    left, _, right, _ = where(seen(alert(line=line)), PRICE, (20, 56, 640, 330))
    assert left < 60 and right > 540


# --- threshold and average


def row_of(image: Image.Image, colour: str) -> list[bool]:
    """Whether each pixel is `colour`, along the line of that colour."""
    _, top, _, bottom = where(image, colour)
    wanted = ImageColor.getrgb(colour)
    y = (top + bottom) // 2
    return [max(map(abs, map(int.__sub__, image.getpixel((x, y)), wanted))) < 60 for x in range(40, 500)]


def test_the_average_is_a_whole_line():
    image = seen(alert(line=(), at_s=OPENS_S, average_won=73_500.0))
    assert all(row_of(image, AVERAGE))


def test_the_threshold_is_dashed():
    row = row_of(seen(alert(line=(), at_s=OPENS_S, threshold_won=73_500.0)), THRESHOLD)
    changes = sum(one != other for one, other in pairwise(row))
    assert changes > 40 and 0.4 < sum(row) / len(row) < 0.8


def test_a_higher_level_is_higher_up():
    image = seen(alert(average_won=74_500.0, threshold_won=72_000.0))
    assert middle(where(image, AVERAGE))[1] < middle(where(image, THRESHOLD))[1]


def test_without_levels_there_are_none():
    image = seen(alert())
    assert where(image, AVERAGE, (0, 0, 640, 360)) is None and where(image, THRESHOLD, (0, 0, 640, 360)) is None


@pytest.mark.parametrize(("won", "is_above"), [(1_000_000.0, True), (10_000.0, False)])
def test_a_level_far_away_is_written_at_the_edge(won, is_above):
    image = seen(alert(threshold_won=won))
    assert where(image, THRESHOLD) is None  # It is not drawn where it is not,
    y = middle(where(image, THRESHOLD, VALUES))[1]
    assert y < 80 if is_above else y > 300  # but named.


def test_a_level_far_away_leaves_the_prices_their_height():
    _, top, _, bottom = where(seen(alert(average_won=1_000_000.0, threshold_won=1.0)), PRICE)
    assert bottom - top > 150


@pytest.mark.parametrize("won", [(73_000.0, 73_000.0), (73_000.0, 73_010.0), (9e6, 8e6), (1.0, 2.0), (71_000.0, 1.0)])
def test_two_levels_close_together_are_both_readable(won):
    image = seen(alert(average_won=won[0], threshold_won=won[1]))
    average, threshold = where(image, AVERAGE, VALUES), where(image, THRESHOLD, VALUES)
    assert average[3] <= threshold[1] + 2 or threshold[3] <= average[1] + 2
    assert min(average[3] - average[1], threshold[3] - threshold[1]) > 16


def test_an_arrow_says_on_which_side_a_level_is():
    levels = subject.levels_of(alert(average_won=1_000_000.0, threshold_won=72_000.0))
    frame = subject.frame_of(alert(), levels)
    assert [subject.tag_of(level, frame) for level in levels] == ["기준 72,000", "▲평균 1,000,000"]


# --- the axes


def test_every_hour_of_the_session_is_labelled():
    hours = subject.hours_labelled(subject.frame_of(alert(), ()))
    assert [subject._clock(at_s) for at_s in hours] == [f"{hour:02}:00" for hour in range(9, 16)]


def test_a_long_day_has_fewer_labels():
    frame = subject.frame_of(alert(line=((0, 71_000), (24 * 3600, 75_000))), ())
    assert 3 <= len(subject.hours_labelled(frame)) <= 13


@pytest.mark.parametrize(("low_won", "high_won"), [(71_000, 75_000), (100, 103), (1, 2), (950_000, 1_400_000)])
def test_prices_labelled_are_round_and_a_handful(low_won, high_won):
    prices = subject.prices_labelled(subject.frame_of(alert(line=day(9, low_won, high_won), price_won=low_won), ()))
    step_won = prices[1] - prices[0]
    assert 2 <= len(prices) <= 7 and step_won in [digit * 10**zeros for digit in (1, 2, 5) for zeros in range(7)]
    assert all(price_won % step_won == 0 for price_won in prices)


# --- strange days


@pytest.mark.parametrize(
    "picture",
    [
        alert(line=()),
        alert(line=(), title="", at_s=0, price_won=0),
        alert(line=((NOON_S, 73_000),)),
        alert(line=((NOON_S, 73_000),) * 3),
        alert(line=FLAT, average_won=73_000.0, threshold_won=73_000.0),
        alert(line=day(2)),
        alert(line=day(5000)),
        alert(line=day(150, 1, 10**15), price_won=10**12, average_won=1e18, threshold_won=1e-9),
        alert(line=day(150, 1, 3), price_won=2),
        alert(at_s=10**9),
        alert(at_s=-5, price_won=-5),
        alert(line=((-5, 1), (10**9, 2))),
        alert(average_won=float("inf"), threshold_won=float("nan")),
        alert(average_won=-1.0, threshold_won=1e300),
    ],
)
def test_every_day_has_a_picture_with_a_mark(picture):
    image = seen(picture)
    assert image.size == (640, 360) and where(image, MARK, (0, 0, 640, 360)) is not None


def test_a_day_of_one_price_is_a_flat_line_in_the_middle():
    _, top, _, bottom = where(seen(alert(line=FLAT, at_s=CLOSES_S)), PRICE)
    assert bottom - top <= 4 and 160 < top < 220
