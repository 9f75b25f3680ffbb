"""Data frames: their fields agree with one another, as recorded ones do, and look like them."""

import re
from itertools import pairwise

import pytest

from kis_actors.simulator.answers import several_rows
from kis_actors.simulator.feeds import FEEDS
from kis_actors.simulator.frames import book_frame, trade_frames, trade_record
from kis_actors.simulator.session_clock import OPEN_S, second_of_day
from kis_actors.simulator.universe import read_universe
from kis_actors.simulator.venues import is_on_nxt

from .conftest import CODES, DAY, RECORDED, ROOT, market

EVENING_S = 16 * 3600


def records(frame):
    encrypted, _, count, payload = frame.split("|", 3)
    fields = payload.split("^")
    assert encrypted == "0" and re.fullmatch(r"0\d\d", count) and 1 <= int(count) <= 20
    assert len(fields) == 47 * int(count)
    return [fields[start : start + 47] for start in range(0, len(fields), 47)]


def day_records(market, code):
    frames = trade_frames("H0STCNT0", market.stock_days[code], DAY, market.tape(code).between(0, EVENING_S))
    return [record for frame in frames for record in records(frame)]


def rounded(numerator, denominator):
    return pytest.approx(numerator / denominator, abs=0.00501)


def against(level, price):
    return ["2" if price > level else "5" if price < level else "3", str(price - level)]


@pytest.mark.parametrize("code", CODES)
def test_the_fields_of_a_record_agree(quiet_market, code):
    stock_day = quiet_market.stock_days[code]
    day = day_records(quiet_market, code)
    auctioned = int(day[0][12])
    for f in day[::7]:
        price, volume, turnover = int(f[2]), int(f[13]), int(f[14])
        assert int(f[4]) == price - stock_day.base_won
        assert float(f[5]) == rounded(100 * int(f[4]), stock_day.base_won)
        assert float(f[6]) == rounded(turnover, volume)
        assert int(f[17]) == int(f[16]) - int(f[15])
        assert not int(f[19]) or float(f[18]) == rounded(100 * int(f[20]), int(f[19]))
        assert int(f[19]) + int(f[20]) + auctioned + (int(f[12]) if f[1] == "153000" else 0) == volume
        assert int(f[20]) / volume <= float(f[22]) < int(f[20]) / volume + 0.0101
        assert float(f[23]) == rounded(100 * volume, stock_day.bars[-1].volume_shares)
        assert f[25:27] == against(int(f[7]), price)
        assert f[28:30] == against(int(f[8]), price) and int(f[29]) <= 0
        assert f[31:33] == against(int(f[9]), price) and int(f[32]) >= 0
        assert max(f[24], f[27], f[30]) <= f[1]
        assert float(f[42]) == rounded(100 * volume, int(f[41]))
        assert (f[0], f[33], f[35], f[43], f[44], f[46]) == (code, "20261120", "N", "0", "", "2")
        assert f[34] == ("21" if f[1] == "153000" else "20")


@pytest.mark.parametrize("code", CODES)
def test_cumulative_fields_grow_by_each_trade(quiet_market, code):
    for before, after in pairwise(day_records(quiet_market, code)):
        volume = int(after[12])
        assert int(after[13]) == int(before[13]) + volume
        assert int(after[14]) == int(before[14]) + volume * int(after[2])
        grown = (int(after[20]) - int(before[20]), int(after[19]) - int(before[19]))
        assert grown == {"1": (volume, 0), "5": (0, volume), "3": (0, 0)}[after[21]]


@pytest.mark.parametrize("code", CODES)
def test_rest_says_what_the_last_frame_said(quiet_market, code):
    tape = quiet_market.tape(code)
    for second in range(OPEN_S + 60, second_of_day("15:20"), 1201):
        f = trade_record(tape.stock_day, DAY, tape.at(second)).split("^")
        row = several_rows([quiet_market.quote(code, second)])["output"][0]
        assert [row[name] for name in ("inter_shrn_iscd", "inter2_prpr", "prdy_vrss_sign", "acml_vol")] == [
            f[0], f[2], f[3], f[13],
        ]  # fmt: skip
        assert [row[name] for name in ("inter2_oprc", "inter2_hgpr", "inter2_lwpr")] == f[7:10]
        assert row["acml_tr_pbmn"] == f[14]
        assert [row["inter2_prdy_vrss"], row["prdy_ctrt"]] == [f[4].lstrip("-"), f[5].lstrip("-")]
        assert [row["inter2_askp"], row["inter2_bidp"], row["seln_rsqn"], row["shnu_rsqn"]] == f[10:12] + f[36:38]
        assert [row["total_askp_rsqn"], row["total_bidp_rsqn"]] == f[38:40]


def test_many_trades_are_cut_into_frames_of_twenty(quiet_market):
    trades = quiet_market.tape(CODES[0]).between(0, EVENING_S)[:45]
    frames = trade_frames("H0STCNT0", quiet_market.stock_days[CODES[0]], DAY, trades)
    assert [len(records(frame)) for frame in frames] == [20, 20, 5]
    assert [frame.split("|")[2] for frame in frames] == ["020", "020", "005"]


@pytest.mark.parametrize("time", ["08:45", "09:30", "15:25"])
def test_book_levels_add_up_to_their_totals(quiet_market, time):
    quote = quiet_market.quote(CODES[0], second_of_day(time))
    fields = book_frame("H0STASP0", quote, second_of_day(time)).split("|", 3)[3].split("^")
    assert len(fields) == 63
    numbers = list(map(int, fields[3:45]))
    assert sum(numbers[20:30]) == numbers[40] and sum(numbers[30:40]) == numbers[41]
    asks, bids = ([price for price in numbers[start : start + 10] if price] for start in (0, 10))
    assert asks == sorted(asks) and bids == sorted(bids, reverse=True) and bids[0] < asks[0]


def test_books_in_an_auction_show_the_expected_match(quiet_market):
    for time, hour_class in (("08:45", "B"), ("15:25", "A")):
        quote = quiet_market.quote(CODES[0], second_of_day(time))
        fields = book_frame("H0STASP0", quote, second_of_day(time)).split("^")
        assert fields[2] == hour_class
        assert int(fields[47]) > 0 and int(fields[48]) > 0 and abs(float(fields[52])) < 10


def test_books_in_continuous_trading_show_kis_empty_expectation(quiet_market):
    quote = quiet_market.quote(CODES[0], second_of_day("10:00"))
    fields = book_frame("H0STASP0", quote, second_of_day("10:00")).split("^")
    assert (fields[47], fields[50], fields[51], fields[52]) == ("0", f"-{quote.stock_day.base_won}", "5", "-100.00")


def test_halts_and_interruptions_are_announced_once_each():
    troubled = market(
        "happenings: [{at: '10:40', code: 053800, what: halt, until: '11:10'}, {at: '12:00', code: 053800, what: vi}]"
    )
    told = FEEDS["H0STMKO0"](troubled, "H0STMKO0", "053800", OPEN_S, EVENING_S)
    shown = [(frame.split("|")[3].split("^")[1], frame.split("^")[7], frame.split("^")[8]) for _, frame in sorted(told)]
    assert shown == [("Y", "58", "N"), ("N", "55", "N"), ("N", "55", "Y"), ("N", "55", "N")]


def shape(field):
    """What kind of text it is: digits by their number's form, signs and decimals kept apart."""
    return re.sub(r"\d+", "9", field).lstrip("-")


def recorded(feed, width):
    path = RECORDED / "ws_frames.txt"
    if not path.exists():
        pytest.skip(f"no recorded frames at {path}")
    lines = [line.rstrip("\n") for line in path.open(encoding="utf-8") if line.startswith(f"0|{feed}|")]
    payloads = [line.split("|", 3)[3].split("^") for line in lines]
    return [fields[:width] for fields in payloads if len(fields) % width == 0]


def test_trade_records_look_like_recorded_ones(quiet_market):
    known = [{shape(record[index]) for record in recorded("H0STCNT0", 47)} for index in range(47)]
    record = day_records(quiet_market, "005930")[500]
    assert [index for index in range(47) if shape(record[index]) not in known[index]] == []


def test_operation_frames_look_like_recorded_ones():
    troubled = market("happenings: [{at: '10:40', code: 005930, what: vi}]")
    frames = [frame for _, frame in FEEDS["H0UNMKO0"](troubled, "H0UNMKO0", "005930", OPEN_S, EVENING_S)]
    # Columns 5 to 7 apart: measures and status differ from stock to stock.
    known = [fields[1:5] + fields[8:] for fields in recorded("H0UNMKO0", 10)]
    told = [frame.split("|", 3)[3].split("^") for frame in frames]
    assert [fields[1:5] + fields[8:] for fields in told] == [known[1], known[0]]


@pytest.mark.parametrize(("feed", "width"), [("H0STMKO0", 11), ("H0UNMKO0", 10), ("H0NXMKO0", 11)])
def test_operation_frames_have_their_feeds_width(feed, width):
    troubled = market("happenings: [{at: '10:40', code: 005930, what: vi}]")
    told = [frame.split("|", 3)[3].split("^") for _, frame in FEEDS[feed](troubled, feed, "005930", OPEN_S, EVENING_S)]
    assert [(fields[0], len(fields), fields[8]) for fields in told] == [("005930", width, on) for on in ("Y", "N")]


@pytest.mark.parametrize(("feed", "width"), [("H0STASP0", 63), ("H0UNASP0", 66), ("H0NXASP0", 66)])
def test_books_of_two_venues_have_a_second_mid_price_book(quiet_market, feed, width):
    frames = [frame for _, frame in FEEDS[feed](quiet_market, feed, "005930", OPEN_S + 600, OPEN_S + 660)]
    assert frames and {(frame.split("|")[1], len(frame.split("^"))) for frame in frames} == {(feed, width)}


def test_about_three_codes_in_five_are_on_nxt():
    codes = [stock.code for stock in read_universe(ROOT / "config" / "universe.csv")]
    assert 0.5 < sum(map(is_on_nxt, codes)) / len(codes) < 0.7


@pytest.mark.parametrize("feed", [feed for feed in FEEDS if not feed.startswith("H0ST")])
def test_feeds_with_nxt_say_nothing_of_codes_it_does_not_trade(feed):
    code = next(code for code in CODES if not is_on_nxt(code))
    troubled = market(f"happenings: [{{at: '10:40', code: {code}, what: vi}}]")
    assert FEEDS[feed](troubled, feed, code, OPEN_S, EVENING_S) == []
    assert FEEDS[f"H0ST{feed[4:]}"](troubled, feed.replace(feed[2:4], "ST"), code, OPEN_S, EVENING_S)
