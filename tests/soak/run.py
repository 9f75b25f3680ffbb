"""Lets the daemon run for hours at 700 frames a second while the simulated KIS fails about once a minute, and watches
what it takes of the machine. `tools/soak --minutes 120 --seed 1`."""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

from daemon import running
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from kis_actors.adapters.clock import Clock
from kis_actors.commands.demo import ROOT, simulator, write_settings
from kis_actors.settings_file import load
from kis_actors.simulator.session_clock import second_of_day
from kis_actors.units import KST
from soak.judgement import MB, judged
from soak.sampling import Gone, Sample, sample_of
from soak.trouble import MINUTES, START, last_fault_s, scenario_of

TOOL = "./tools/soak"
DAY = "2026-11-20"
"""A plain Friday."""
CODES, FOLLOWED = 48, 40
MESSAGE_BYTES = 350
"""About what a frame takes of the disk; for a word of warning only."""


def main(arguments: list[str] | None = None) -> int:
    """The command; 0 if every bound held, 1 if not."""
    args = _parser().parse_args(arguments)
    if not MINUTES[0] <= args.minutes <= MINUTES[1]:
        print(f"--minutes: expected {MINUTES[0]} to {MINUTES[1]}, found {args.minutes}", file=sys.stderr)
        return 2
    directory = Path(tempfile.mkdtemp(prefix="kis-actors-soak-"))
    print(f"data in {directory}: about {args.minutes * 60 * args.frames * MESSAGE_BYTES / MB:,.0f} MB", flush=True)
    samples, broken = _soaked(directory, args)
    if len(samples) >= 4:
        told = judged(samples, last_fault_s(args.minutes), args.frames)
        print("\n".join(told.lines))
        broken += told.broken
    broken += [what for what in ("verify", "replay") if not _holds(directory, what)]
    return _ended(directory, broken, args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=TOOL, description=__doc__)
    parser.add_argument("--minutes", type=int, default=120, metavar="M", help="how long (default: 120)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the market and its faults (default: 1)")
    parser.add_argument("--frames", type=int, default=700, metavar="N", help="a second (default: 700)")
    parser.add_argument("--every", type=float, default=5.0, metavar="S", help="seconds between two looks (default: 5)")
    return parser


def _soaked(directory: Path, args: argparse.Namespace) -> tuple[list[Sample], list[str]]:
    """What was seen, and what broke off."""
    lines = (ROOT / "config" / "universe.csv").read_text("utf-8").splitlines()[: CODES + 1]
    (directory / "universe.csv").write_text("\n".join(lines) + "\n", "utf-8")
    codes = tuple(line.partition(",")[0] for line in lines[1:])
    script = directory / "scenario.yaml"
    script.write_text(scenario_of(args.seed, args.minutes, codes, args.frames, FOLLOWED), "utf-8")
    samples: list[Sample] = []
    chosen = ("--scenario", str(script), "--start", START, "--date", DAY)
    with simulator(1.0, args.seed, *chosen) as simulated:
        settings = write_settings(directory, simulated.said)
        over = (
            "monitor.scan_interval_sec=30", f"monitor.max_ws_subs={FOLLOWED}", "kis.connects_per_day=1000",
            f"universe.file={directory / 'universe.csv'}",
        )  # fmt: skip
        try:
            with running(settings, *over) as daemon:
                samples += _watched(daemon, directory, Since(settings), args)  # what was seen stays, however it ends
        except (Gone, KeyboardInterrupt) as reason:
            return samples, [str(reason) or "stopped by hand"]
    return samples, [] if daemon.returncode == 0 else [f"the daemon ended with {daemon.returncode}"]


class Since:
    """Seconds since the simulator's clock showed START."""

    def __init__(self, settings: Path) -> None:
        self._clock = Clock(load(settings).settings.clock)

    def __call__(self) -> float:
        shown = self._clock.now().astimezone(KST)
        return shown.hour * 3600 + shown.minute * 60 + shown.second + shown.microsecond / 1e6 - second_of_day(START)


def _watched(
    daemon: "subprocess.Popen[bytes]", directory: Path, now_s: Since, args: argparse.Namespace
) -> Iterator[Sample]:
    """A look every few seconds until the time is over. Raises `Gone`."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("starting", total=args.minutes * 60)
        while (at_s := now_s()) < args.minutes * 60:
            if daemon.poll() is not None:
                raise Gone(f"the daemon ended with {daemon.returncode}")
            if sample := sample_of(daemon.pid, directory, at_s):
                progress.update(task, completed=at_s, description=line_of(sample))
                yield sample
            time.sleep(args.every)  # a look now and then; what is looked at says nothing by itself


def line_of(sample: Sample) -> str:
    """One look, in a line."""
    return (
        f"{sample.frames:,} frames, {sample.rss_bytes / MB:.1f} MB, {sample.threads} threads, "
        f"{sample.descriptors} descriptors, log {sample.wal_bytes / MB:.1f} MB ahead, {sample.waiting} waiting, "
        f"{sample.missing} not live"
    )


def _holds(directory: Path, what: str) -> bool:
    """Whether the command, `verify` or `replay`, finds nothing wrong with the day; prints what it says."""
    command = [sys.executable, "-m", "kis_actors", what, "--config", str(directory / "settings.yaml")]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    print(f"{what}: {(answer.stdout + answer.stderr).strip()[-500:]}", flush=True)
    return answer.returncode == 0


def _ended(directory: Path, broken: list[str], args: argparse.Namespace) -> int:
    if not broken:
        rmtree(directory)
        print("all held")
        return 0
    print(f"broken: {', '.join(broken)}; what it wrote is kept in {directory}")
    print(f"  again: {TOOL} --minutes {args.minutes} --seed {args.seed} --frames {args.frames}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
