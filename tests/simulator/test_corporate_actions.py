"""The first day after a split, over real sockets: everything of today is on the new basis, what was is not."""

import pytest

from kis_actors.kis.master import read_master
from kis_actors.simulator.masters import master_file
from kis_actors.simulator.ticks import lower_limit_won, nearest_tick, upper_limit_won

from .conftest import market, running, stocks
from .kis import Kis, KisRest

CODE = "035720"
(RAW_CLOSE_WON,) = (stock.reference_price_won for stock in stocks() if stock.code == CODE)
BASES = {0.2: nearest_tick(RAW_CLOSE_WON * 0.2), 10: RAW_CLOSE_WON * 10}


def split(ratio):
    return f"corporate_actions: [{{split: {{code: {CODE}, ratio: {ratio}}}}}]"


@pytest.fixture(scope="module", params=BASES)
def day(request, tmp_path_factory):
    """A running simulator, and the base price of the code that was split."""
    ratio = request.param
    with running(tmp_path_factory.mktemp("split"), speed=60.0, start="10:00", scenario=split(ratio)) as simulator:
        yield simulator, BASES[ratio]


def test_the_base_price_is_adjusted_and_the_previous_close_is_not(day):
    simulator, base_won = day
    with KisRest(simulator, "rows").log_in() as rest:
        row, one = rest.rows(CODE)[0], rest.price(CODE).json()["output"]
    assert (int(row["inter2_sdpr"]), int(row["inter2_prdy_clpr"])) == (base_won, RAW_CLOSE_WON)
    limits = (lower_limit_won(base_won), upper_limit_won(base_won))
    assert (int(row["inter2_llam"]), int(row["inter2_mxpr"])) == limits
    assert (int(one["stck_llam"]), int(one["stck_mxpr"])) == limits
    assert limits[0] <= int(row["inter2_prpr"]) <= limits[1]
    change_won = int(row["inter2_prpr"]) - base_won
    assert int(row["inter2_prdy_vrss"]) == abs(change_won) and int(one["stck_sdpr"]) == base_won


def test_trades_go_on_around_the_adjusted_base(day):
    simulator, base_won = day
    with Kis(simulator, "trades") as client:
        client.register(CODE)
        fields = client.frames(1)[0].split("|", 3)[3].split("^")
    assert lower_limit_won(base_won) <= int(fields[2]) <= upper_limit_won(base_won)
    assert int(fields[2]) - int(fields[4]) == base_won


def test_daily_bars_are_adjusted_or_raw_as_asked(day):
    simulator, base_won = day
    with KisRest(simulator, "daily").log_in() as rest:
        adjusted, raw = (rest.daily(CODE, asked).json()["output2"] for asked in ("0", "1"))
    assert [row["stck_bsop_date"] for row in adjusted] == [row["stck_bsop_date"] for row in raw]
    assert (int(adjusted[1]["stck_clpr"]), int(raw[1]["stck_clpr"])) == (base_won, RAW_CLOSE_WON)
    assert int(adjusted[0]["stck_clpr"]) - int(adjusted[0]["prdy_vrss"]) == base_won
    ratio = base_won / RAW_CLOSE_WON
    for new, old in zip(adjusted[1:], raw[1:], strict=True):
        assert int(new["stck_clpr"]) == pytest.approx(int(old["stck_clpr"]) * ratio, rel=0.005)
        assert int(new["acml_vol"]) == pytest.approx(int(old["acml_vol"]) / ratio, rel=0.01)


def test_codes_that_were_not_split_have_one_history(day):
    with KisRest(day[0], "others").log_in() as rest:
        adjusted, raw = (rest.daily("005930", asked).json()["output2"][1:] for asked in ("0", "1"))
    assert adjusted == raw


def test_before_the_open_the_row_is_still_on_the_old_basis(tmp_path):
    with running(tmp_path, start="08:00", scenario=split(0.2)) as simulator, KisRest(simulator).log_in() as rest:
        assert rest.rows(CODE)[0]["inter2_prpr"] == str(RAW_CLOSE_WON)


@pytest.mark.parametrize(("ratio", "par_change"), [(0.2, "01"), (10, "02")])
def test_the_master_file_tells_of_a_split(ratio, par_change):
    listings = read_master(master_file("kospi_code.mst", market(split(ratio))), "KOSPI").listings
    told = {listing.code: (listing.par_change_class, listing.base_price_won) for listing in listings}
    assert told[CODE] == (par_change, BASES[ratio]) and told["005930"][0] == "00"


def test_a_split_changes_no_other_stock(quiet_market):
    shown = [told.stock_days["005930"] for told in (quiet_market, market(split(0.2)))]
    assert shown[0] == shown[1]
