"""When a code does not trade continuously, who may say that it does again, and for how long it counts."""

from datetime import timedelta

import pytest
from facts import at, frame, status, trade

from kis_actors.kis.frames import frame_of
from kis_actors.kis.quotes import quote_of
from kis_actors.policies.interruption import (
    Interruption,
    changed,
    is_on,
    is_recent,
    kind_of,
    kind_of_tick,
    not_ended,
)

NOW = at("10:00:00")
SOURCES = ("trade", "status", "scan")


def after_s(duration_s: float):
    return NOW + timedelta(seconds=duration_s)


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({}, ""), ({"HOUR_CLS_CODE": "C"}, "vi"), ({"HOUR_CLS_CODE": "A"}, ""), ({"TRHT_YN": "Y"}, "halt"),
        ({"TRHT_YN": "Y", "HOUR_CLS_CODE": "C"}, "halt"),
    ],
)  # fmt: skip
def test_a_trade_tells(columns, kind):
    (tick,) = frame_of(frame(trade(**columns)).text).ticks
    assert kind_of_tick(tick) == kind


@pytest.mark.parametrize(
    ("columns", "kind"),
    [({}, ""), ({"VI_CLS_CODE": "Y"}, "vi"), ({"TRHT_YN": "Y"}, "halt"), ({"ISCD_STAT_CLS_CODE": "58"}, "halt"),
     ({"ISCD_STAT_CLS_CODE": "55"}, ""), ({"OVTM_VI_CLS_CODE": "Y"}, "")],
)  # fmt: skip
def test_a_status_frame_tells(columns, kind):
    (told,) = frame_of(status(**columns).text).statuses
    assert kind_of(told) == kind


@pytest.mark.parametrize(
    ("row", "kind"),
    [({}, ""), ({"hour_cls_code": "C"}, "vi"), ({"vi_cls_code": "Y"}, "vi"), ({"temp_stop_yn": "Y"}, "halt"),
     ({"hour_cls_code": "A"}, "")],
)  # fmt: skip
def test_a_scan_tells(row, kind):
    quote = quote_of({"inter_shrn_iscd": "005930", "inter2_prpr": "9000"} | row)
    assert quote is not None and kind_of(quote) == kind


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", ["vi", "halt"])
def test_anyone_may_begin_it(kind, source):
    assert changed(None, kind, source, NOW) == Interruption(kind, source, NOW)


@pytest.mark.parametrize("began", SOURCES)
@pytest.mark.parametrize("source", ["trade", "status"])
def test_the_stream_ends_whatever_began_it(began, source):
    before = Interruption("vi", began, NOW)
    assert changed(before, "", source, after_s(60)) == Interruption("", source, after_s(60))


def test_a_scan_ends_what_a_scan_began():
    assert not_ended(Interruption("vi", "scan", NOW), 100) is None


@pytest.mark.parametrize("began", ["trade", "status"])
def test_a_scan_ends_others_only_by_what_was_traded(began):
    seen = not_ended(Interruption("halt", began, NOW), 100)
    assert seen == Interruption("halt", began, NOW, volume_shares=100)
    assert not_ended(seen, 100) == seen and not_ended(seen, 101) is None


@pytest.mark.parametrize("before", [None, Interruption("", "trade", NOW)])
def test_what_is_over_cannot_end(before):
    assert changed(before, "", "trade", after_s(60)) is None


def test_the_same_again_is_no_change():
    assert changed(Interruption("vi", "trade", NOW), "vi", "status", after_s(60)) is None


def test_the_same_long_after_is_another_one():
    assert changed(Interruption("vi", "trade", NOW), "vi", "status", after_s(1200)) is not None


@pytest.mark.parametrize(("wait_s", "kind", "counts"), [(599, "vi", True), (600, "vi", False), (9999, "halt", True)])
def test_a_halt_counts_for_longer(wait_s, kind, counts):
    assert is_on(Interruption(kind, "trade", NOW), after_s(wait_s)) == counts


@pytest.mark.parametrize("interruption", [None, Interruption("", "trade", NOW)])
def test_what_is_over_is_not_on(interruption):
    assert not is_on(interruption, NOW)


@pytest.mark.parametrize(("wait_s", "is_remembered"), [(0, True), (599, True), (600, False)])
def test_it_is_remembered_for_ten_minutes(wait_s, is_remembered):
    assert is_recent(Interruption("", "trade", NOW), after_s(wait_s)) == is_remembered


def test_what_never_was_is_not_remembered():
    assert not is_recent(None, NOW)
