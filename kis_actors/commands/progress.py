"""A bar for long work over a day file, with its rate and the time that is left; on a terminal only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from eventlog.reading import open_reader

STEPS = 1000
"""A bar that moves more often costs more than the work it shows."""

Tell = Callable[[int], None]
"""Takes how far the work is."""


class Rate(ProgressColumn):
    """So many records a second."""

    def render(self, task: Task) -> Text:
        """The rate of late."""
        return Text(f"{task.speed:,.0f} records/s" if task.speed else "", style="progress.data.speed")


@contextmanager
def bar(what: str, total: int | None) -> Iterator[Tell]:
    """Takes how many of `total` are done; None: nobody knows of how many."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task, step, shown = progress.add_task(what, total=total), max(1, (total or 0) // STEPS), 0

        def tell(done: int) -> None:
            nonlocal shown
            if done - shown >= step or done == total:
                shown = done
                progress.update(task, completed=done)

        yield tell


@contextmanager
def bar_over(what: str, path: Path) -> Iterator[Tell]:
    """Takes the seq reached in a day file. Raises ValueError for a file without records."""
    first, last = seqs_of(path)
    with bar(what, last - first + 1) as tell:
        yield lambda seq: tell(seq - first + 1)


def seqs_of(path: Path) -> tuple[int, int]:
    """The first and the last seq in a day file. Raises ValueError if it has no records."""
    with open_reader(path) as reader:
        first = next(reader.rows(), None)
        if first is None:
            raise ValueError(f"{path} has no records: the daemon ended before it wrote any; name another day")
        return first.seq, reader.last_commit()[0]
