"""What `/metrics` and `/healthz` say of a status; read back by Prometheus's own parser."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from facts import NOW
from prometheus_client.parser import text_string_to_metric_families
from sample_status import sample_status

from kis_actors.durations import BOUNDS_S, Durations
from kis_actors.metrics import healthz, prometheus
from kis_actors.status import OLD_S

LATER = NOW + timedelta(seconds=OLD_S + 1)


def samples(text: str) -> dict[tuple[str, ...], float]:
    """By name and the labels' values."""
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


@pytest.fixture(scope="module")
def read() -> dict[tuple[str, ...], float]:
    return samples(prometheus(sample_status(), NOW))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (("up",), 1), (("healthy",), 1), (("scans_total", "complete"), 30), (("scans_total", "incomplete"), 1),
        (("rest_calls_total",), 321), (("rest_retries_total",), 3), (("rest_refusals_total",), 2),
        (("rest_troubles_total", "timeout"), 4), (("slots", "live"), 1), (("slots", "refused"), 0),
        (("slots_max",), 20), (("frames_total",), 4000), (("frames_rejected_total", "width"), 2),
        (("link_up",), 1), (("links_total", "lost"), 1), (("mailbox_waiting", "signal"), 17),
        (("journal_waiting",), 5), (("alerts_total",), 7), (("alerts_suppressed_total",), 4),
        (("messages_total", "telegram", "unknown"), 1), (("resident_memory_bytes",), 104857600),
        (("log_bytes",), 7340032), (("last_scan_timestamp_seconds",), NOW.timestamp()),
        (("round_trip_seconds",), 1.5), (("commit_seconds_count",), 101), (("commit_seconds_sum",), 12.5),
        (("commit_seconds_bucket", "0.001"), 8), (("commit_seconds_bucket", "0.002"), 98),
        (("commit_seconds_bucket", "10.0"), 100), (("commit_seconds_bucket", "+Inf"), 101),
    ],
)  # fmt: skip
def test_a_number_of_the_status_is_a_sample(read, name, value):
    assert read[f"kis_actors_{name[0]}", *name[1:]] == value


def test_what_never_happened_has_no_moment(read):
    assert ("kis_actors_last_frame_timestamp_seconds",) not in read


def test_every_metric_says_what_it_is():
    families = list(text_string_to_metric_families(prometheus(sample_status(), NOW)))
    assert all(family.documentation and family.name.startswith("kis_actors_") for family in families)
    assert len(families) > 30


def test_without_a_daemon_only_that_is_said():
    assert samples(prometheus(None, NOW)) == {("kis_actors_up",): 0, ("kis_actors_healthy",): 0}


def test_a_degraded_daemon_is_up_and_not_healthy():
    read = samples(prometheus(sample_status(("stale",)), NOW))
    assert (read["kis_actors_up",], read["kis_actors_healthy",]) == (1, 0)


def test_a_silent_daemon_is_neither():
    read = samples(prometheus(sample_status(), LATER))
    assert (read["kis_actors_up",], read["kis_actors_healthy",]) == (0, 0)


def test_a_label_with_quotes_is_read_back():
    odd = 'a"b\\c\nd'
    assert samples(prometheus(sample_status(rejects={odd: 1}), NOW))["kis_actors_frames_rejected_total", odd] == 1


# --- health


def test_a_healthy_daemon_answers_200():
    code, body = healthz(sample_status(), NOW)
    assert (code, body) == (200, {"healthy": True, "reasons": [], "at": NOW.isoformat(), "log_seq": 4711})


@pytest.mark.parametrize(
    ("status", "now", "reasons"),
    [
        (None, NOW, ["no daemon is running"]),
        (sample_status(("safe mode: scans fail",)), NOW, ["safe mode: scans fail"]),
        (sample_status(), LATER, ["the daemon has not said a word for 16 s"]),
        (sample_status(("x",)), LATER, ["the daemon has not said a word for 16 s", "x"]),
    ],
)
def test_a_daemon_that_is_not_well_answers_503_with_every_reason(status, now, reasons):
    code, body = healthz(status, now)
    assert (code, body["healthy"], body["reasons"]) == (503, False, reasons)


def test_a_status_just_written_counts_though_the_clock_was_set_back():
    assert healthz(sample_status(), NOW - timedelta(hours=1))[0] == 200


# --- durations


@pytest.mark.parametrize(
    ("duration_s", "place"), [(0.0, 0), (BOUNDS_S[0], 0), (0.0006, 1), (BOUNDS_S[-1], -2), (99.0, -1)]
)
def test_a_duration_counts_at_its_bound(duration_s, place):
    durations = Durations()
    durations.add(duration_s)
    assert (durations.counts[place], sum(durations.counts), durations.total_s) == (1, 1, duration_s)


def test_bounds_rise():
    assert sorted(set(BOUNDS_S)) == list(BOUNDS_S)


# --- the dashboard

DASHBOARD = json.loads((Path(__file__).resolve().parents[1] / "docs" / "grafana-dashboard.json").read_text("utf-8"))
EXPRESSIONS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
LEGENDS = [target["legendFormat"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def labels(text: str) -> set[str]:
    """Of all samples."""
    families = text_string_to_metric_families(text)
    return {label for family in families for one in family.samples for label in one.labels}


def test_every_metric_of_the_dashboard_is_there():
    status = sample_status(last_frame_at=NOW.isoformat())
    there = {name for name, *_ in samples(prometheus(status, NOW))}
    wanted = {name for expression in EXPRESSIONS for name in re.findall(r"kis_actors_\w+", expression)}
    assert (sorted(wanted - there), len(wanted) > 30) == ([], True)


def test_every_label_of_the_dashboard_is_there():
    words = " ".join(re.findall(r"by \((\w+)\)", " ".join(EXPRESSIONS)) + re.findall(r"{{(\w+)}}", " ".join(LEGENDS)))
    assert set(words.split()) <= labels(prometheus(sample_status(), NOW))


def test_counters_are_shown_as_rates_or_as_the_days_count():
    rates = re.findall(r"rate\((kis_actors_\w+)", " ".join(EXPRESSIONS))
    assert all(name.endswith(("_total", "_sum", "_count", "_bucket")) for name in rates)


def test_panels_do_not_overlap():
    cells = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells)) and max(x for x, _ in cells) < 24


def test_panels_have_numbers_of_their_own():
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(numbers) == len(set(numbers))


# --- the page about it


def test_every_metric_is_explained():
    text = (Path(__file__).resolve().parents[1] / "docs" / "operations.md").read_text("utf-8")
    explained = set(re.findall(r"`([a-z_]+)(?:\{[a-z_, ]+\})?`", text))
    status = sample_status(last_frame_at=NOW.isoformat())
    families = text_string_to_metric_families(prometheus(status, NOW))
    names = {family.name.removeprefix("kis_actors_") for family in families}
    assert sorted(name for name in names if not {name, f"{name}_total"} & explained) == []
