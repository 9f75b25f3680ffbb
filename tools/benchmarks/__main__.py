"""The command behind `tools/bench`; its docstring says what it takes."""

import argparse
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from environment import ROOT, python_with

from benchmarks.bench import PEERS_LOCK, PEERS_VENV, Bench
from benchmarks.days import Days
from benchmarks.figures import Figure
from benchmarks.progress import Progress
from benchmarks.subjects import SUBJECTS
from benchmarks.table import as_json, machine, shown, table, words_on


def main(arguments: Sequence[str] | None = None) -> int:
    """0; or 1, if --quick found a ratio below its floor."""
    asked = _parser().parse_args(arguments)
    if not asked.quick:
        _build_peers()
    about, began_s = machine(), time.monotonic()
    command = shlex.join(["./tools/bench", *(sys.argv[1:] if arguments is None else arguments)])
    figures: list[Figure] = []
    with scratch() as folder:
        days = Days(folder / "days")
        measure = quickly_measured if asked.quick else measured
        for name in asked.only or SUBJECTS:
            figures += measure(name, folder, days)
            if asked.json:  # after each subject, for all of them take long
                asked.json.write_text(as_json(figures, command, about), "utf-8")
    print(table(figures))
    print(f"\n{words_on(about)}; {time.monotonic() - began_s:.0f} s in all")
    return _judged(figures) if asked.quick else 0


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on the disk where the daemon has its log unless told otherwise; gone afterwards."""
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "var") as folder:
        yield Path(folder)


def quickly_measured(name: str, folder: Path, days: Days) -> list[Figure]:
    """With less work; once more, if a ratio was below its floor: the machine may have stalled for a whole race."""
    figures = measured(name, folder, days, is_quick=True)
    if any(figure.is_below_floor for figure in figures):
        return measured(name, folder, days, is_quick=True)
    return figures


def measured(name: str, folder: Path, days: Days, *, is_quick: bool = False) -> list[Figure]:
    """The figures of one subject; what it leaves behind in its folder is removed."""
    own = folder / name
    own.mkdir()
    with Progress(name) as progress, ExitStack() as closing:
        closing.callback(shutil.rmtree, own)
        bench = Bench(is_quick=is_quick, folder=own, days=days, tell=progress.tell, closing=closing)
        return list(SUBJECTS[name].figures(bench))


def _parser() -> argparse.ArgumentParser:
    subjects = "\n".join(f"  {name:16} {subject.ABOUT}" for name, subject in SUBJECTS.items())
    parser = argparse.ArgumentParser(
        prog="tools/bench", description="How fast the product is, beside its peers and beside what the machine allows.",
        epilog=f"names:\n{subjects}", formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--only", action="append", choices=SUBJECTS, metavar="NAME", help="this; may be given again")
    parser.add_argument("--quick", action="store_true", help="under 90 s; ratios against generous floors")
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes everything there, each round too")
    return parser


def _build_peers() -> None:
    """Without a package index the peers are absent, which the table says."""
    try:
        python_with(PEERS_LOCK, PEERS_VENV)
    except SystemExit as error:
        print(error, file=sys.stderr)


def _judged(figures: Iterable[Figure]) -> int:
    below = [figure for figure in figures if figure.is_below_floor]
    for figure in below:
        ratio = shown(median(figure.judged))
        words = f"{figure.name}, against {figure.against}: {ratio}, {figure.floor} wanted"
        print(f"below its floor: {words}", file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
