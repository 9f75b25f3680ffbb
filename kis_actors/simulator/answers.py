"""The REST answers as KIS writes them: field order, padding, and every number as text."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from kis_actors.simulator.calendar import is_session
from kis_actors.simulator.market import Quote
from kis_actors.simulator.stock_day import DailyBar
from kis_actors.simulator.text import percent, sign, sign_within_limits, two_decimals
from kis_actors.simulator.ticks import tick_won

Row = dict[str, str]

DONE = {"rt_cd": "0", "msg_cd": "MCA00000", "msg1": "정상처리 되었습니다."}
MARKET_NAMES = {"KOSPI": "코스피", "KOSDAQ": "코스닥"}
PHASE_NAMES = {"0": "장중", "A": "장마감동시호가", "B": "장전동시호가", "C": "변동성완화장치"}
DAYS_PER_PAGE = 24
ROWS_MAX = 100
PAR_VALUE_WON = 500


def several_rows(quotes: Sequence[Quote | None]) -> dict[str, object]:
    """intstock-multprice: one row for each quote; a blank one keeps the place of a code that is not listed."""
    return {**DONE, "output": [_row(quote) if quote else BLANK_ROW for quote in quotes]}


def _row(quote: Quote) -> Row:
    """Changes are absolute here and prdy_vrss_sign carries the direction, as live checks of this call found."""
    change_won = quote.price_won - quote.reference_won
    expected_change_won = quote.expected.price_won - quote.base_won
    return _texts(
        kospi_kosdaq_cls_name=MARKET_NAMES[quote.stock_day.stock.market],
        mrkt_trtm_cls_name="거래정지" if quote.is_halted else PHASE_NAMES[quote.hour_class],
        hour_cls_code=quote.hour_class,
        inter_shrn_iscd=quote.stock_day.code,
        inter_kor_isnm=quote.stock_day.stock.name,
        inter2_prpr=quote.price_won,
        inter2_prdy_vrss=abs(change_won),
        prdy_vrss_sign=_sign(quote),
        prdy_ctrt=percent(abs(change_won), quote.reference_won),
        acml_vol=quote.day_volume_shares,
        inter2_oprc=quote.open_won,
        inter2_hgpr=quote.high_won,
        inter2_lwpr=quote.low_won,
        inter2_llam=quote.lower_won,
        inter2_mxpr=quote.upper_won,
        inter2_askp=quote.book.ask_won,
        inter2_bidp=quote.book.bid_won,
        seln_rsqn=quote.book.ask_size,
        shnu_rsqn=quote.book.bid_size,
        total_askp_rsqn=quote.book.ask_total,
        total_bidp_rsqn=quote.book.bid_total,
        acml_tr_pbmn=quote.day_turnover_won,
        inter2_prdy_clpr=quote.previous_close_won,
        oprc_vrss_hgpr_rate=percent(quote.high_won - quote.open_won, quote.open_won),
        intr_antc_cntg_vrss=abs(expected_change_won),
        intr_antc_cntg_vrss_sign=sign(expected_change_won),
        intr_antc_cntg_prdy_ctrt=percent(abs(expected_change_won), quote.base_won),
        intr_antc_vol=quote.expected.volume_shares,
        inter2_sdpr=quote.base_won,
    )


BLANK_ROW = dict.fromkeys(
    (
        "kospi_kosdaq_cls_name",
        "mrkt_trtm_cls_name",
        "hour_cls_code",
        "inter_shrn_iscd",
        "inter_kor_isnm",
        "inter2_prpr",
        "inter2_prdy_vrss",
        "prdy_vrss_sign",
        "prdy_ctrt",
        "acml_vol",
        "inter2_oprc",
        "inter2_hgpr",
        "inter2_lwpr",
        "inter2_llam",
        "inter2_mxpr",
        "inter2_askp",
        "inter2_bidp",
        "seln_rsqn",
        "shnu_rsqn",
        "total_askp_rsqn",
        "total_bidp_rsqn",
        "acml_tr_pbmn",
        "inter2_prdy_clpr",
        "oprc_vrss_hgpr_rate",
        "intr_antc_cntg_vrss",
        "intr_antc_cntg_vrss_sign",
        "intr_antc_cntg_prdy_ctrt",
        "intr_antc_vol",
        "inter2_sdpr",
    ),
    "",
)


def one_price(quote: Quote) -> dict[str, object]:
    """inquire-price: its main fields."""
    change_won = quote.price_won - quote.reference_won
    output = _texts(
        iscd_stat_cls_code="58" if quote.is_halted else "55",
        marg_rate="20.00",
        rprs_mrkt_kor_name="KOSPI" if quote.stock_day.stock.market == "KOSPI" else "KSQ150",
        temp_stop_yn="Y" if quote.is_halted else "N",
        stck_prpr=quote.price_won,
        prdy_vrss=change_won,
        prdy_vrss_sign=_sign(quote),
        prdy_ctrt=percent(change_won, quote.reference_won),
        acml_tr_pbmn=quote.day_turnover_won,
        acml_vol=quote.day_volume_shares,
        prdy_vrss_vol_rate=percent(quote.day_volume_shares, quote.previous.volume_shares),
        stck_oprc=quote.open_won,
        stck_hgpr=quote.high_won,
        stck_lwpr=quote.low_won,
        stck_mxpr=quote.upper_won,
        stck_llam=quote.lower_won,
        stck_sdpr=quote.base_won,
        wghn_avrg_stck_prc=two_decimals(quote.day_turnover_won, quote.day_volume_shares),
        aspr_unit=tick_won(quote.price_won),
        hts_deal_qty_unit_val="1",
        lstn_stcn=quote.stock_day.character.listed_shares,
        hts_avls=_market_value(quote),
        vol_tnrt=percent(quote.day_volume_shares, quote.stock_day.character.listed_shares),
        stck_shrn_iscd=quote.stock_day.code,
        vi_cls_code="Y" if quote.is_interrupted else "N",
        ovtm_vi_cls_code="N",
        mrkt_warn_cls_code="00",
        short_over_yn="N",
        sltr_yn="N",
        mang_issu_cls_code="N",
    )
    return {"output": output, **DONE}


def daily_chart(quote: Quote, today: date, first: date, last: date, *, is_adjusted: bool) -> dict[str, object]:
    """inquire-daily-itemchartprice: the state now, and up to 100 sessions between two dates, newest first."""
    stock_day = quote.stock_day
    pairs = list(pairwise(stock_day.bars if is_adjusted else stock_day.raw_bars))
    if quote.is_today:
        # Today's change is counted from the base price, adjusted or not.
        pairs.append((stock_day.bars[-1], _bar_of_today(quote, today)))
    rows = [_bar_row(bar, before) for before, bar in pairs if first <= bar.day <= last]
    return {"output1": _state(quote), "output2": rows[::-1][:ROWS_MAX], **DONE}


def _state(quote: Quote) -> Row:
    change_won = quote.price_won - quote.reference_won
    listed_shares = quote.stock_day.character.listed_shares
    return _texts(
        prdy_vrss=change_won,
        prdy_vrss_sign=_sign(quote),
        prdy_ctrt=percent(change_won, quote.reference_won),
        stck_prdy_clpr=quote.previous_close_won,
        acml_vol=quote.day_volume_shares,
        acml_tr_pbmn=quote.day_turnover_won,
        hts_kor_isnm=quote.stock_day.stock.name,
        stck_prpr=quote.price_won,
        stck_shrn_iscd=quote.stock_day.code,
        prdy_vol=quote.previous.volume_shares,
        stck_mxpr=quote.upper_won,
        stck_llam=quote.lower_won,
        stck_oprc=quote.open_won,
        stck_hgpr=quote.high_won,
        stck_lwpr=quote.low_won,
        stck_prdy_oprc=quote.previous.open_won,
        stck_prdy_hgpr=quote.previous.high_won,
        stck_prdy_lwpr=quote.previous.low_won,
        askp=quote.book.ask_won,
        bidp=quote.book.bid_won,
        prdy_vrss_vol=quote.day_volume_shares - quote.previous.volume_shares,
        vol_tnrt=percent(quote.day_volume_shares, listed_shares),
        stck_fcam=PAR_VALUE_WON,
        lstn_stcn=listed_shares,
        cpfn=listed_shares * PAR_VALUE_WON // 100_000_000,
        hts_avls=_market_value(quote),
        per="12.34",
        eps=quote.reference_won * 100 // 1234,
        pbr="1.23",
        itewhol_loan_rmnd_ratem="0.12",
    )


def _bar_row(bar: DailyBar, before: DailyBar) -> Row:
    return _texts(
        stck_bsop_date=f"{bar.day:%Y%m%d}",
        stck_clpr=bar.close_won,
        stck_oprc=bar.open_won,
        stck_hgpr=bar.high_won,
        stck_lwpr=bar.low_won,
        acml_vol=bar.volume_shares,
        acml_tr_pbmn=bar.turnover_won,
        flng_cls_code="00",
        prtt_rate="0.00",
        mod_yn="N" if bar.open_won else "Y",
        prdy_vrss_sign=sign(bar.close_won - before.close_won),
        prdy_vrss=bar.close_won - before.close_won,
        revl_issu_reas="",
    )


def _bar_of_today(quote: Quote, today: date) -> DailyBar:
    """Today's row moves; before the first trade it stands at the base price, has no open, and mod_yn is Y."""
    return DailyBar(
        day=today,
        open_won=quote.open_won,
        high_won=quote.high_won,
        low_won=quote.low_won,
        close_won=quote.price_won if quote.open_won else quote.base_won,
        volume_shares=quote.day_volume_shares,
        turnover_won=quote.day_turnover_won,
    )


def holiday_page(asked: date, first: date, told: Mapping[date, str]) -> dict[str, object]:
    """chk-holiday: 24 days from `first`; `asked` is the date the caller began with, `told` what is not as usual."""
    days = [first + timedelta(days=ahead) for ahead in range(DAYS_PER_PAGE)]
    return {
        "ctx_area_nk": f"{days[-1]:%Y%m%d}".ljust(20),
        "ctx_area_fk": f"{asked:%Y%m%d}".ljust(20),
        "output": [_holiday_row(day, is_open=told[day] == "open" if day in told else is_session(day)) for day in days],
        "rt_cd": "0",
        "msg_cd": "KIOK0500",
        "msg1": "조회가 계속됩니다..다음버튼을 Click 하십시오.                                   ",
    }


def _holiday_row(day: date, *, is_open: bool) -> Row:
    opens = "Y" if is_open else "N"
    weekday_from_sunday = day.isoweekday() % 7 + 1
    return {
        "bass_dt": f"{day:%Y%m%d}",
        "wday_dvsn_cd": f"{weekday_from_sunday:02d}",
        "bzdy_yn": opens,
        "tr_day_yn": "Y",
        "opnd_yn": opens,
        "sttl_day_yn": opens,
    }


def _sign(quote: Quote) -> str:
    limits = {"lower_won": quote.lower_won, "upper_won": quote.upper_won}
    return sign_within_limits(quote.price_won, quote.reference_won, **limits)


def _market_value(quote: Quote) -> int:
    """In units of 100 million won, as hts_avls is."""
    return quote.stock_day.character.listed_shares * quote.price_won // 100_000_000


def _texts(**values: object) -> Row:
    return {name: str(value) for name, value in values.items()}
