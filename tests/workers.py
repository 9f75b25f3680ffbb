"""Which tests go to one process together, and in which order, when several processes run them: `pytest -n 4`."""

from collections.abc import Iterable
from itertools import chain, groupby, zip_longest
from typing import TypeVar

from xdist.scheduler import LoadScopeScheduling

WAITING = ("tests/e2e/", "tests/packaging/", "tests/web/")
COUNTING = (
    "tests/faults/test_harnesses.py", "tests/simulation/test_simulation.py", "tests/simulation/test_canaries.py",
)  # fmt: skip
"""Where tests take long: waiting for daemons, installers and browsers, or each for itself keeping a core busy."""
T = TypeVar("T")


class InShares(LoadScopeScheduling):
    """A process that is free gets the next share."""

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


def share_of(nodeid: str) -> str:
    """The tests of a file stay together, for they share what was made for them; one that takes long is alone."""
    return nodeid if nodeid.startswith(COUNTING) else nodeid.partition("::")[0]


def in_order(tests: Iterable[tuple[str, T]]) -> list[T]:
    """What takes long first, what waits beside what keeps a core busy; shares stay whole."""
    shares = [(share, [test for _, test in one]) for share, one in groupby(tests, lambda test: share_of(test[0]))]
    waiting = [one for share, one in shares if share.startswith(WAITING)]
    counting = [one for share, one in shares if share.startswith(COUNTING)]
    quick = [one for share, one in shares if not share.startswith((*WAITING, *COUNTING))]
    long = chain.from_iterable(zip_longest(waiting, counting, fillvalue=[]))
    return [test for share in (*long, *quick) for test in share]
