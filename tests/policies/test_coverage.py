"""Codes that scan after scan has no price of."""

from kis_actors.policies.coverage import Coverage

A, B, C = "000001", "000002", "000003"


def scanned(*quoted: tuple[str, ...], coverage: Coverage = Coverage()) -> Coverage:
    """After scans of two batches with prices of these codes."""
    for codes in quoted:
        coverage = coverage.asked(1, (A, B)).asked(2, (C,)).quoted(codes).completed()
    return coverage


def test_a_code_missed_three_times_in_a_row_is_news():
    assert scanned((A, B), (A, B)).news(3) == ()
    assert scanned((A, B), (A, B), (A, B)).news(3) == (C,)


def test_one_price_begins_the_count_anew():
    assert scanned((A, B), (A, B), (A, B, C), (A, B), (A, B)).news(3) == ()


def test_a_code_is_news_once():
    told = scanned((A, B), (A, B), (A, B)).told((C,))
    assert scanned((A,), (A,), (A,), coverage=told).news(3) == (B,)


def test_an_unfinished_scan_misses_nothing():
    assert Coverage().asked(1, (A, B)).asked(1, (A, B)).quoted((A, B)).completed().missed == {}


def test_a_code_that_is_not_asked_for_is_not_missed():
    coverage = scanned((A, B), (A, B))
    assert coverage.asked(1, (A, B)).quoted((A, B)).completed().news(1) == ()
