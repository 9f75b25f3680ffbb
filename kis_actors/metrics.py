"""What `/metrics` and `/healthz` answer, made from the status that the daemon writes; it is never asked itself."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import accumulate
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from kis_actors.durations import BOUNDS_S
from kis_actors.status import is_old, problems

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labelled = Mapping[str, float]


def healthz(status: dict[str, Any] | None, now: datetime) -> tuple[int, dict[str, Any]]:
    """HTTP status and body: 200 while the daemon is well, 503 with every reason why it is not. now: the real instant.

    status: the last one written; None if no daemon runs.
    """
    reasons = problems(status, now)
    last = status or {}
    body = {"healthy": not reasons, "reasons": reasons, "at": last.get("at"), "log_seq": last.get("log_seq")}
    return (503 if reasons else 200), body


def prometheus(status: dict[str, Any] | None, now: datetime) -> str:
    """Everything as Prometheus reads it, CONTENT_TYPE. Without a daemon only `kis_actors_up 0`. now: the real instant.

    Counts begin at 0 when the daemon starts, and those of commits, calls and troubles also with each log day.
    """
    registry = CollectorRegistry()
    registry.register(_Given([*_health(status, now), *(_all(status) if status else ())]))
    return generate_latest(registry).decode()


class _Given:
    """What a registry collects: what it was given."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


def _health(status: dict[str, Any] | None, now: datetime) -> Iterator[Metric]:
    is_up = status is not None and not is_old(status, now)
    yield _gauge("up", "1 while a daemon runs and writes its status", is_up)
    yield _gauge("healthy", "1 while /healthz says 200", not problems(status, now))


def _all(status: dict[str, Any]) -> Iterator[Metric]:
    yield from _watching(status)
    yield from _streaming(status)
    yield from _telling(status)
    yield from _writing(status)
    yield from _living(status)


def _watching(status: dict[str, Any]) -> Iterator[Metric]:
    yield _counters("scans", "Scans of all codes, by outcome", "outcome", status["scans"])
    yield _gauge("scan_codes_quoted", "Codes with a quote in the last scan", status["scan"]["quoted"])
    yield _instant("last_scan", "When the last scan was complete, by the daemon's clock", status["last_scan_at"])
    yield _counter("rest_calls", "REST calls to KIS, those for tokens and keys included", status["rest"]["calls"])
    yield _counter("rest_retries", "REST calls made again after trouble", status["rest"]["retries"])
    yield _counter("rest_refusals", "REST answers in which KIS refused", status["rest"]["refusals"])
    yield _counters("rest_troubles", "REST calls without an answer, by kind", "kind", status["rest"]["troubles"])
    yield _gauge("session_open", "1 while a session is open", status["session"] is not None)
    yield _gauge("safe_mode", "1 while scans fail", status["safe_mode"])
    yield _gauge("degraded_mode", "1 while followed codes are scanned, not streamed", status["degraded_mode"])


def _streaming(status: dict[str, Any]) -> Iterator[Metric]:
    yield _gauge("link_up", "1 while the WebSocket to KIS is open", status["link"] == "open")
    yield _counters("links", "WebSocket links, by what became of them", "what", status["links"])
    yield _gauges("slots", "Registrations at KIS, by state", "state", status["slots"])
    yield _gauge("slots_max", "Codes that may be followed at a time now", status["slots_max"])
    yield _gauge("targets", "Codes that deserve a slot", status["targets"])
    yield _gauge("stale_streams", "Live codes whose volume grows while no frame comes", len(status["stale"]))
    yield _counter("frames", "WebSocket frames in the log", status["frames"])
    yield _counters("frames_rejected", "Frames that could not be read, by kind", "kind", status["rejects"])
    yield _counter("frames_dropped", "Frames given up after backpressure", status["dropped"])
    yield _instant("last_frame", "When the last frame came, by the daemon's clock", status["last_frame_at"])


def _telling(status: dict[str, Any]) -> Iterator[Metric]:
    yield _counter("alerts", "Alerts of the log day that a person was to be told of", status["alerts"])
    yield _counter("alerts_suppressed", "Signals that led to no alert", status["suppressed"])
    sends = CounterMetricFamily(
        "kis_actors_messages", "Messages by channel and outcome: asked, sent, failed, unknown",
        labels=["channel", "outcome"],
    )  # fmt: skip
    for channel, counts in status["deliveries"].items():
        for outcome, count in counts.items():
            sends.add_metric([channel, outcome], count)
    yield sends


def _writing(status: dict[str, Any]) -> Iterator[Metric]:
    journal, log = status["journal"], status["log"]
    yield _gauge("log_seq", "The last record in the log", status["log_seq"])
    yield _gauge("log_bytes", "Size of the day file with its write-ahead log", log["bytes"])
    yield _gauge("log_free_bytes", "Room left on the log's disk", log["free_bytes"])
    yield _instant("last_snapshot", "When the last snapshot was written, real time", log["snapshot_at"])
    yield _gauge("journal_waiting", "Events that wait to become durable", journal["waiting"])
    yield HistogramMetricFamily(
        "kis_actors_commit_seconds", "Commits with their sync, by how long they took",
        buckets=_buckets(journal["commits"]), sum_value=journal["commit_s"],
    )  # fmt: skip


def _living(status: dict[str, Any]) -> Iterator[Metric]:
    process, trip = status["process"], status["round_trip"]
    yield _gauges("mailbox_waiting", "Records that wait to be handled, by actor", "actor", status["mailboxes"])
    yield _gauge("round_trip_seconds", "The last trip clock, log, actors, log", trip["took_s"])
    yield _gauge("round_trip_age_seconds", "Since the last such trip ended", trip["age_s"])
    yield _counter("runs", "Runs begun in this process: starts, new log days, starts after a bug", status["runs"])
    yield _instant("run_start", "When this run began, real time", status["started_at"])
    yield _gauge("resident_memory_bytes", "Memory in use; -1 where the system does not say", process["rss_bytes"])
    yield _counter("cpu_seconds", "Processor time used", process["cpu_s"])
    yield _gauge("threads", "Threads", process["threads"])
    yield _gauge("open_descriptors", "Open files and sockets; -1 where the system does not say", process["descriptors"])
    info = GaugeMetricFamily("kis_actors_info", "Always 1", labels=["version", "dry_run"])
    info.add_metric([status["version"], str(status["dry_run"]).lower()], 1)
    yield info


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"kis_actors_{name}", words, value=float(value))


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(f"kis_actors_{name}", words, value=float(value))


def _gauges(name: str, words: str, label: str, values: Labelled) -> Metric:
    return _labelled(GaugeMetricFamily(f"kis_actors_{name}", words, labels=[label]), values)


def _counters(name: str, words: str, label: str, values: Labelled) -> Metric:
    return _labelled(CounterMetricFamily(f"kis_actors_{name}", words, labels=[label]), values)


def _labelled(family: Any, values: Labelled) -> Metric:
    for key, value in values.items():
        family.add_metric([key], float(value))
    return family  # type: ignore[no-any-return]  # the families share no class that has add_metric


def _instant(name: str, words: str, at: str | None) -> Metric:
    """Seconds since 1970 (UTC); no sample while there is none."""
    family = GaugeMetricFamily(f"kis_actors_{name}_timestamp_seconds", words)
    if at:
        family.add_metric([], datetime.fromisoformat(at).timestamp())
    return family


def _buckets(counts: list[int]) -> list[tuple[str, float]]:
    bounds = [*map(str, BOUNDS_S), "+Inf"]
    return list(zip(bounds, accumulate(counts), strict=True))
