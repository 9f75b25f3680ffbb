"""A bar for long work over a day file, with its rate and the time that is left; on a terminal only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from eventlog.store import Reader

Tell = Callable[[int], None]
"""Takes how far the work is."""


class Rate(ProgressColumn):
    """So many records a second."""

    def render(self, task: Task) -> Text:
        """The rate of late."""
        return Text(f"{task.speed:,.0f} records/s" if task.speed else "", style="progress.data.speed")


@contextmanager
def bar(what: str, total: int) -> Iterator[Tell]:
    """Takes how many of `total` are done."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)


@contextmanager
def bar_over(what: str, path: Path) -> Iterator[Tell]:
    """Takes the seq reached in a day file. Raises ValueError for a file without records."""
    first, last = seqs_of(path)
    with bar(what, last - first + 1) as tell:
        yield lambda seq: tell(seq - first + 1)


def seqs_of(path: Path) -> tuple[int, int]:
    """The first and the last seq in a day file. Raises ValueError if it has no records."""
    with Reader(path) as reader:
        first = next(reader.rows(), None)
        if first is None:
            raise ValueError(f"{path} has no records: the daemon ended before it wrote any; name another day")
        return first.seq, reader.last_commit()[0]
