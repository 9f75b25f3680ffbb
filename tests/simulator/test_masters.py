"""Master files over the wire: read by the daemon's own reader, and measured in bytes."""

import zipfile
from io import BytesIO

import pytest
import requests

from kis_actors.kis.master import read_master
from kis_actors.simulator.masters import isin, master_file

from .conftest import CODES, market, running, stocks

HALT = "happenings: [{at: '10:40', code: 053800, what: halt}]"


def downloaded(simulator, name):
    """Without any key."""
    return requests.get(f"{simulator.urls['rest_url']}/common/master/{name}.mst.zip", timeout=10)


@pytest.fixture(scope="module")
def masters(tmp_path_factory):
    """Both files of a day on which one stock is halted, by market."""
    with running(tmp_path_factory.mktemp("masters"), scenario=HALT) as simulator:
        answers = {market: downloaded(simulator, f"{market.lower()}_code") for market in ("KOSPI", "KOSDAQ")}
        assert downloaded(simulator, "konex_code").status_code == 404
    shown = [(answer.status_code, answer.headers["content-type"]) for answer in answers.values()]
    assert shown == [(200, "application/zip")] * 2
    return {market: answer.content for market, answer in answers.items()}


@pytest.mark.parametrize(("which", "width"), [("KOSPI", 288), ("KOSDAQ", 282)])
def test_records_have_kis_width_in_bytes(masters, which, width):
    with zipfile.ZipFile(BytesIO(masters[which])) as packed:
        assert packed.namelist() == [f"{which.lower()}_code.mst"]
        lines = packed.read(packed.namelist()[0]).split(b"\n")
    assert lines[-1] == b"" and {len(line) for line in lines[:-1]} == {width}
    codes = [line[:9].decode().rstrip() for line in lines[:-1]]
    assert codes == sorted(codes)


@pytest.mark.parametrize("which", ["KOSPI", "KOSDAQ"])
def test_the_universe_is_the_index_and_others_are_not(masters, which):
    master = read_master(masters[which], which)
    listed = {listing.code: listing for listing in master.listings}
    members = [code for code, listing in listed.items() if listing.is_kospi100 or listing.is_kosdaq150]
    assert master.rejected == () and len(listed) > len(members)
    assert members == sorted(stock.code for stock in stocks() if stock.market == which)
    assert {listing.is_kospi100 for listing in listed.values()} == {which == "KOSPI", False}


def test_records_say_what_the_market_says(masters):
    told = market(HALT)
    found = {listing.code: listing for which in masters for listing in read_master(masters[which], which).listings}
    for code in CODES:
        listing, stock_day = found[code], told.stock_days[code]
        assert (listing.name, listing.group, listing.is_preferred) == (stock_day.stock.name, "ST", False)
        assert listing.base_price_won == stock_day.base_won
        assert listing.previous_volume_shares == stock_day.bars[-1].volume_shares
        assert listing.listed_shares == stock_day.character.listed_shares
        assert listing.is_halted == (code == "053800")


def test_the_same_day_gives_the_same_bytes(masters):
    assert master_file("kospi_code.mst", market(HALT)) == masters["KOSPI"]


@pytest.mark.parametrize("number", ["KR7005930003", "KR7000660001", "KR7035720002", "KR7069500007"])
def test_the_numbers_last_digit_is_the_real_one(number):
    assert isin(number[3:9]) == number
