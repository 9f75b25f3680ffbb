from kis_actors.kis.feeds import FEEDS, QUOTE_FEEDS, STATUS_FEEDS, TRADE_COLUMNS_MIN, TRADE_FEEDS, is_known_width


def test_every_feed_is_found_under_its_own_name():
    assert [feed.tr_id for feed in FEEDS.values()] == list(FEEDS)


def test_no_feed_names_a_column_twice():
    assert all(len(dict.fromkeys(feed.columns)) == len(feed.columns) for feed in FEEDS.values())


def test_feeds_are_as_wide_as_kis_says():
    assert {tr_id: len(feed.columns) for tr_id, feed in FEEDS.items()} == {
        "H0STCNT0": 47,
        "H0UNCNT0": 47,
        "H0NXCNT0": 47,
        "H0STASP0": 63,
        "H0UNASP0": 66,
        "H0NXASP0": 66,
        "H0STMKO0": 11,
        "H0UNMKO0": 10,
        "H0NXMKO0": 11,
    }


def test_a_trade_record_may_lack_only_the_market_class():
    assert TRADE_COLUMNS_MIN == 46


def test_columns_stand_where_kis_documents_them():
    trade = FEEDS["H0UNCNT0"].columns
    assert (trade[2], trade[12], trade[33], trade[45]) == ("STCK_PRPR", "CNTG_VOL", "BSOP_DATE", "VI_STND_PRC")
    quote = FEEDS["H0STASP0"].columns
    assert (quote[13], quote[43], quote[47], quote[53]) == ("BIDP1", "TOTAL_ASKP_RSQN", "ANTC_CNPR", "ACML_VOL")
    status = FEEDS["H0UNMKO0"].columns
    assert (status[0], status[7], status[8]) == ("MKSC_SHRN_ISCD", "ISCD_STAT_CLS_CODE", "VI_CLS_CODE")


def test_known_widths_rise_to_the_columns_we_know():
    for feed in FEEDS.values():
        assert list(feed.widths) == sorted(feed.widths)
        assert feed.widths[-1] == len(feed.columns)


def test_every_documented_width_is_known_and_no_other():
    known = {tr_id: [width for width in range(100) if is_known_width(tr_id, width)] for tr_id in (*FEEDS, "H0STCNI0")}
    assert known == {
        "H0STCNT0": [46, 47],
        "H0UNCNT0": [46, 47],
        "H0NXCNT0": [46, 47],
        "H0STASP0": [59, 62, 63],
        "H0UNASP0": [65, 66],
        "H0NXASP0": [65, 66],
        "H0STMKO0": [10, 11],
        "H0UNMKO0": [10],
        "H0NXMKO0": [10, 11],
        "H0STCNI0": [],
    }


def test_every_market_has_a_feed_of_each_kind():
    for what, feeds in (("trade", TRADE_FEEDS), ("quote", QUOTE_FEEDS), ("status", STATUS_FEEDS)):
        assert list(feeds) == ["J", "NX", "UN"]
        assert [tr_id[2:4] for tr_id in feeds.values()] == ["ST", "NX", "UN"]
        assert [FEEDS[tr_id].what for tr_id in feeds.values()] == [what] * 3
