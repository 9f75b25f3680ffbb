"""What there is to say about seeds that were played."""

from dataclasses import dataclass, field


@dataclass
class Report:
    """What a seed did. broken: the first invariant that did not hold, "" if all did; chain: the hash over its log."""

    seed: int
    inputs: int = 0
    records: int = 0
    deaths: int = 0
    alerts: int = 0
    received: int = 0
    healed_s: float = 0.0
    broken: str = ""
    chain: str = ""
    days: list[str] = field(default_factory=list)


def line_of(report: Report) -> str:
    """What there is to say about one seed."""
    what = report.broken or (
        f"all held: {report.inputs} inputs, {report.records} records, {report.deaths} crashes, {report.alerts} alerts, "
        f"{report.received} messages received, well again after {report.healed_s:.0f} s"
    )
    return f"seed {report.seed}: {what}"


def sum_of(reports: list[Report], took_s: float) -> str:
    """And about many, which took so many seconds."""
    good = [report for report in reports if not report.broken]
    counted = ("inputs", "deaths", "alerts", "received")
    inputs, deaths, alerts, received = (sum(getattr(report, name) for report in reports) for name in counted)
    healed_s = max((report.healed_s for report in good), default=0.0)
    last = max((report.seed for report in reports), default=0)
    return (
        f"{len(good)} of {len(reports)} seeds held, up to {last}; {inputs:,} inputs, {deaths:,} crashes, "
        f"{alerts:,} alerts, {received:,} messages received; well again after {healed_s:.0f} s at most; "
        f"took {took_s:.0f} s"
    )
