"""The real-time feeds of KIS: what each carries, and the order of its columns as far as KIS has told it.

KIS appends columns without a version number (46 to 47 on 2026-09-14), so a record may be wider than its entry here.
"""

from typing import Literal

from msgspec import Struct

TRADE_COLUMNS = (
    "MKSC_SHRN_ISCD",  # code
    "STCK_CNTG_HOUR",  # trade time HHMMSS
    "STCK_PRPR",  # price of the trade
    "PRDY_VRSS_SIGN",  # 1 upper limit, 2 up, 3 flat, 4 lower limit, 5 down
    "PRDY_VRSS",  # change against the previous close, won, signed
    "PRDY_CTRT",  # the same in percent, signed
    "WGHN_AVRG_STCK_PRC",  # volume weighted average price of the day
    "STCK_OPRC",  # day open
    "STCK_HGPR",  # day high
    "STCK_LWPR",  # day low
    "ASKP1",  # best ask
    "BIDP1",  # best bid
    "CNTG_VOL",  # volume of the trade
    "ACML_VOL",  # cumulative volume
    "ACML_TR_PBMN",  # cumulative turnover, won
    "SELN_CNTG_CSNU",  # trades initiated by sellers
    "SHNU_CNTG_CSNU",  # trades initiated by buyers
    "NTBY_CNTG_CSNU",  # the latter less the former
    "CTTR",  # buy volume over sell volume, percent
    "SELN_CNTG_SMTN",  # volume initiated by sellers
    "SHNU_CNTG_SMTN",  # volume initiated by buyers
    "CCLD_DVSN",  # 1 buy, 3 before the open, 5 sell; the unified and NXT feeds name it CNTG_CLS_CODE
    "SHNU_RATE",  # buy ratio
    "PRDY_VOL_VRSS_ACML_VOL_RATE",  # cumulative volume against the previous day's, percent
    "OPRC_HOUR",  # time of the open
    "OPRC_VRSS_PRPR_SIGN",  # sign of the next
    "OPRC_VRSS_PRPR",  # price less open
    "HGPR_HOUR",  # time of the high
    "HGPR_VRSS_PRPR_SIGN",  # sign of the next
    "HGPR_VRSS_PRPR",  # price less high
    "LWPR_HOUR",  # time of the low
    "LWPR_VRSS_PRPR_SIGN",  # sign of the next
    "LWPR_VRSS_PRPR",  # price less low
    "BSOP_DATE",  # business date YYYYMMDD
    "NEW_MKOP_CLS_CODE",  # opening class: 20 is regular continuous trading
    "TRHT_YN",  # Y while halted
    "ASKP_RSQN1",  # size at the best ask
    "BIDP_RSQN1",  # size at the best bid
    "TOTAL_ASKP_RSQN",  # size of all asks
    "TOTAL_BIDP_RSQN",  # size of all bids
    "VOL_TNRT",  # volume turnover rate, percent
    "PRDY_SMNS_HOUR_ACML_VOL",  # the previous day's cumulative volume at this time
    "PRDY_SMNS_HOUR_ACML_VOL_RATE",  # cumulative volume against that, percent
    "HOUR_CLS_CODE",  # 0 in session; A, B, C, D phases of expected prices
    "MRKT_TRTM_CLS_CODE",  # auction extension, normally empty
    "VI_STND_PRC",  # reference price of the static volatility interruption
    "MARKET_CLS_CODE",  # since 2026-09-14: 1 pre-market, 2 regular, 3 after-market, 5 close-price
)

TRADE_COLUMNS_MIN = TRADE_COLUMNS.index("MARKET_CLS_CODE")
"""Columns every trade record has; the last known one is missing before 2026-09-14."""

_LEVELS = range(1, 11)

_BOOK_COLUMNS = (
    "MKSC_SHRN_ISCD",  # code
    "BSOP_HOUR",  # time HHMMSS
    "HOUR_CLS_CODE",  # 0 in session; A, B, C, D phases of expected prices
    *(f"ASKP{level}" for level in _LEVELS),  # asks, best first
    *(f"BIDP{level}" for level in _LEVELS),  # bids, best first
    *(f"ASKP_RSQN{level}" for level in _LEVELS),  # sizes of the asks
    *(f"BIDP_RSQN{level}" for level in _LEVELS),  # sizes of the bids
    "TOTAL_ASKP_RSQN",  # size of all asks
    "TOTAL_BIDP_RSQN",  # size of all bids
    "OVTM_TOTAL_ASKP_RSQN",  # the same after hours
    "OVTM_TOTAL_BIDP_RSQN",
    "ANTC_CNPR",  # expected price; this group of six means nothing while HOUR_CLS_CODE is 0
    "ANTC_CNQN",  # expected quantity
    "ANTC_VOL",  # expected volume
    "ANTC_CNTG_VRSS",  # expected change, won
    "ANTC_CNTG_VRSS_SIGN",  # its sign
    "ANTC_CNTG_PRDY_CTRT",  # expected change, percent
    "ACML_VOL",  # cumulative volume
    "TOTAL_ASKP_RSQN_ICDC",  # change of the size of all asks
    "TOTAL_BIDP_RSQN_ICDC",  # change of the size of all bids
    "OVTM_TOTAL_ASKP_ICDC",  # the same after hours
    "OVTM_TOTAL_BIDP_ICDC",
    "STCK_DEAL_CLS_CODE",  # unused
)

QUOTE_COLUMNS = (
    *_BOOK_COLUMNS,
    "MID_PRC",  # mid-price book: price
    "MIDP_TOTAL_RSQN",  # its size
    "MIDP_CLS_CODE",  # its class
    "MARKET_CLS_CODE",  # since 2026-09-14, as for trades
)

QUOTE_COLUMNS_OF_TWO_VENUES = (
    *_BOOK_COLUMNS,
    "KMID_PRC",  # mid-price book of KRX
    "KMID_TOTAL_RSQN",
    "KMID_CLS_CODE",
    "NMID_PRC",  # mid-price book of NXT
    "NMID_TOTAL_RSQN",
    "NMID_CLS_CODE",
    "MARKET_CLS_CODE",  # reported, not seen in a recording
)

UNIFIED_STATUS_COLUMNS = (
    "MKSC_SHRN_ISCD",  # code; the documents leave it out, all recorded frames have it
    "TRHT_YN",  # Y while halted
    "TR_SUSP_REAS_CNTT",  # reason of the halt, or the text (null)
    "MKOP_CLS_CODE",  # market operation, such as 112 open, 174 circuit breaker
    "ANTC_MKOP_CLS_CODE",  # expected market operation
    "MRKT_TRTM_CLS_CODE",  # auction extension
    "DIVI_APP_CLS_CODE",  # distribution of orders
    "ISCD_STAT_CLS_CODE",  # status of the code; only 58 is a halt
    "VI_CLS_CODE",  # Y during a volatility interruption
    "OVTM_VI_CLS_CODE",  # the same after hours
)

STATUS_COLUMNS = (*UNIFIED_STATUS_COLUMNS, "EXCH_CLS_CODE")  # and the exchange


class Feed(Struct, frozen=True):
    """One real-time TR of KIS.

    columns: KIS's names in the order of the wire, those known so far.
    widths: the columns a record may have as KIS documents or sends them, least first; wider ones come unannounced.
    """

    tr_id: str
    columns: tuple[str, ...]
    what: Literal["trade", "quote", "status"]
    widths: tuple[int, ...]


FEEDS = {
    feed.tr_id: feed
    for feed in (
        Feed("H0STCNT0", TRADE_COLUMNS, "trade", (46, 47)),  # ST: KRX
        Feed("H0UNCNT0", TRADE_COLUMNS, "trade", (46, 47)),  # UN: KRX and NXT unified
        Feed("H0NXCNT0", TRADE_COLUMNS, "trade", (46, 47)),  # NX: NXT
        Feed("H0STASP0", QUOTE_COLUMNS, "quote", (59, 62, 63)),
        Feed("H0UNASP0", QUOTE_COLUMNS_OF_TWO_VENUES, "quote", (65, 66)),
        Feed("H0NXASP0", QUOTE_COLUMNS_OF_TWO_VENUES, "quote", (65, 66)),
        Feed("H0STMKO0", STATUS_COLUMNS, "status", (10, 11)),  # 11 in the documents, 10 in their own example
        Feed("H0UNMKO0", UNIFIED_STATUS_COLUMNS, "status", (10,)),
        Feed("H0NXMKO0", STATUS_COLUMNS, "status", (10, 11)),
    )
}
"""Every feed this project can name, by TR. Adding one is one line."""

TRADE_FEEDS = {"J": "H0STCNT0", "NX": "H0NXCNT0", "UN": "H0UNCNT0"}
"""The TR of trades by market division (see rest.market_division), as of the next two."""

QUOTE_FEEDS = {"J": "H0STASP0", "NX": "H0NXASP0", "UN": "H0UNASP0"}

STATUS_FEEDS = {"J": "H0STMKO0", "NX": "H0NXMKO0", "UN": "H0UNMKO0"}


_WIDTHS = {(feed.tr_id, width) for feed in FEEDS.values() for width in feed.widths}


def is_known_width(tr_id: str, width: int) -> bool:
    """True if records of `tr_id` are documented or known to have `width` columns; False for a feed not known."""
    return (tr_id, width) in _WIDTHS
