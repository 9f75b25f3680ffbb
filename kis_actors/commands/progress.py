"""A progress bar for whatever goes through a day file from end to end; only on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

Step = Callable[[int], None]
"""Called with the seq reached."""


@contextmanager
def progress(words: str, first_seq: int, last_seq: int) -> Iterator[Step]:
    """Shows `words` and how far the way from `first_seq` to `last_seq` has been gone, on standard error."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(words, total=last_seq - first_seq + 1)
        yield lambda seq: bar.update(task, completed=seq - first_seq)
