"""Long work asked for by the page: one at a time on a thread of its own, with its progress; results stay a while."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

Tell = Callable[[float], None]
"""Takes the share that is done, 0 to 1."""
WAITING_MAX = 8


class Busy(Exception):
    """So much is asked for already that no more is taken."""


class Job:
    """share: how much is done, 0 to 1."""

    def __init__(self) -> None:
        self.share = 0.0
        self.future: Future[Any] = Future()

    def tell(self, share: float) -> None:
        """So much is done."""
        self.share = min(max(share, self.share), 1.0)


class Jobs:
    """By key. A job that is asked for again is not done again while its result is kept, unless it failed."""

    def __init__(self, kept_max: int) -> None:
        self._kept_max = kept_max
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="job")
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()
        self._lock = Lock()

    def ask(self, key: Hashable, work: Callable[[Tell], Any]) -> Job:
        """The job of `key`, begun now if it is new. Raises Busy."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None or _has_failed(job):
                if sum(not one.future.done() for one in self._jobs.values()) >= WAITING_MAX:
                    raise Busy(f"{WAITING_MAX} things are being worked out already; ask again in a moment")
                job = self._jobs[key] = Job()
                job.future = self._pool.submit(work, job.tell)
                self._forget()
            self._jobs.move_to_end(key)
            return job

    def find(self, key: Hashable) -> Job | None:
        """The job of `key`, if it was asked for and is kept."""
        return self._jobs.get(key)

    def drop(self, key: Hashable) -> None:
        """Its result is no longer true."""
        with self._lock:
            self._jobs.pop(key, None)

    def stop(self) -> None:
        """Begins no further one."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _forget(self) -> None:
        done = [key for key, job in self._jobs.items() if job.future.done()]
        for key in done[: max(0, len(self._jobs) - self._kept_max)]:
            del self._jobs[key]


def _has_failed(job: Job) -> bool:
    return job.future.done() and job.future.exception() is not None
