"""The watched codes as the daemon asks for them: answered in a thread of its own, for a download may take minutes."""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

from kis_actors.adapters.masters import Kept, UniverseSource
from kis_actors.market.universe import Stock
from kis_actors.messages import Event, Record, UniverseLoaded, UniverseRefused, UniverseRequested
from kis_actors.ports import Journal

STREAM = "universe"


class KnownUniverse:
    """What was last read, over all runs of a process. stocks: at most `count_max`, the first of the file."""

    def __init__(
        self, source: UniverseSource, stocks: tuple[Stock, ...], read_from: str, *, count_max: int | None = None
    ) -> None:
        self.source = source
        self.stocks = stocks[:count_max]
        self.read_from = read_from
        self._count_max = count_max

    def event(self, difference: str = "") -> UniverseLoaded:
        """These codes, as the log has them."""
        return UniverseLoaded(stocks=self.stocks, source=self.read_from, difference=difference)

    def read_again(self, question: UniverseRequested) -> Event:
        """The universe of a day; if it cannot be had, the one before stays."""
        loaded = self.source.load(question.day)
        if isinstance(loaded, Kept):
            return UniverseRefused(reason=loaded.reason)
        self.stocks, self.read_from = loaded.stocks[: self._count_max], loaded.source
        return self.event(loaded.difference)


class Universes:
    """Answers UniverseRequested, one after the other."""

    def __init__(self, known: KnownUniverse, journal: Journal) -> None:
        self._known = known
        self._journal = journal
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="Universes", daemon=True)

    def start(self) -> None:
        """Begins answering."""
        self._thread.start()

    def stop(self) -> None:
        """Answers nothing more that was not begun; one that hangs is left alone, and its answer is lost."""
        self._jobs.put(None)

    def ask(self, question: Record) -> None:
        """Queues the question."""
        self._jobs.put(lambda: self._answer(question))

    def _run(self) -> None:
        while job := self._jobs.get():
            job()

    def _answer(self, question: Record) -> None:
        assert isinstance(question.event, UniverseRequested)
        self._journal.observe(STREAM, self._known.read_again(question.event), question.seq)
