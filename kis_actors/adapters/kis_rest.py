"""KIS by HTTP: answers scan and daily-bar questions one at a time, never faster than allowed."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from threading import Event as Signal
from threading import Thread
from typing import Any

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.http import Answer, Http, HttpTrouble
from kis_actors.adapters.keys import ISSUE_GAP_S, Keys, Refused
from kis_actors.credentials import Credentials, redactor
from kis_actors.kis.errors import Treatment, describe, treatment_of
from kis_actors.kis.rest import Request, daily_bars_request, headers_of, multprice_request, quotes_of, rows_of
from kis_actors.messages import (
    BaselineRequested,
    DailyBarsFailed,
    DailyBarsReturned,
    Event,
    Record,
    Rows,
    ScanFailed,
    ScanRequested,
    ScanReturned,
)
from kis_actors.ports import Journal

STREAM = "rest"
RETRY_WAITS_S = (0.5, 1.0, 2.0, 4.0, 4.0)
PASSING = (Treatment.backoff, Treatment.retry)


class Stopping(Exception):
    """The daemon is stopping; the question stays open, and the next run asks again."""


class Failed(Exception):
    """KIS gave no usable answer; the message says why."""


class Pacer:
    """Keeps calls at least `gap_s` apart, all callers together: from the end of one to the start of the next.

    Measured from start to start, two calls could arrive closer, for they do not travel equally fast.
    """

    def __init__(self, gap_s: float, clock: Clock, wait: Callable[[float], None]) -> None:
        self._gap_s = gap_s
        self._clock = clock
        self._wait = wait
        self._next_at_s = clock.elapsed_s()

    def __enter__(self) -> None:
        self._wait(self._next_at_s - self._clock.elapsed_s())

    def __exit__(self, *_: object) -> None:
        self._next_at_s = self._clock.elapsed_s() + self._gap_s


class KisRest:
    """One thread, one question at a time. `fatal` is called when KIS will never answer this account."""

    def __init__(
        self, rest_url: str, keys_path: Path, credentials: Credentials, journal: Journal, clock: Clock, *,
        gap_s: float, timeout_s: float, fatal: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._rest_url = rest_url.rstrip("/")
        self._credentials = credentials
        self._journal = journal
        self._clock = clock
        self._fatal = fatal
        self._redact = redactor(credentials)
        self._stopping = Signal()
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._http = Http(timeout_s)
        self._pacer = Pacer(gap_s, clock, self._wait)
        self._keys = Keys(
            keys_path, self._rest_url, credentials, self._http, clock, pacer=self._pacer, wait=self._wait
        )
        self._thread = Thread(target=self._run, name="KisRest", daemon=True)

    def start(self) -> None:
        """Begins answering."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the call under way, which has a time-out."""
        self._stopping.set()
        self._jobs.put(None)

    def join(self, timeout_s: float) -> None:
        """Waits for the end."""
        self._thread.join(timeout_s)

    def ask(self, question: Record) -> None:
        """Queues the question; few are ever open, because cores ask for a bounded number at a time."""
        self._jobs.put(lambda: self._journal.observe(STREAM, self._answer(question.event), question.seq))

    def approval_key(self, *, is_new: bool) -> Future[str]:
        """A key for the WebSocket: at once if one is kept, so that a link never waits for REST; else in its turn.

        Its result may raise Failed or Stopping.
        """
        future: Future[str] = Future()
        if not is_new and (kept := self._keys.kept_approval_key()):
            future.set_result(kept)
            return future
        self._jobs.put(lambda: _fulfil(future, lambda: self._with_keys(lambda: self._keys.approval_key(is_new=is_new))))
        return future

    def _run(self) -> None:
        while job := self._jobs.get():
            try:
                job()
            except Stopping:
                return

    def _answer(self, question: Event) -> Event:
        try:
            return self._asked(question)
        except Failed as problem:
            return _failure(question, self._redact(str(problem)))

    def _asked(self, question: Event) -> Event:
        match question:
            case ScanRequested():
                rows = _table(self._call(multprice_request(question.codes)), "output")
                if not quotes_of(rows.each()):
                    raise Failed("an answer without a single price")
                return ScanReturned(scan=question.scan, batch=question.batch, rows=rows)
            case BaselineRequested():
                request = daily_bars_request(question.code, question.start, question.end)
                return DailyBarsReturned(code=question.code, rows=_table(self._call(request), "output2"))
        raise AssertionError(f"{type(question).__name__} is not a question for REST")

    def _call(self, request: Request) -> dict[str, Any]:
        """The body of a successful answer, after as many tries as the treatment of each failure allows."""
        waits_s = iter(RETRY_WAITS_S)
        is_renewed = False
        while True:
            answer = self._try(request)
            treatment = treatment_of(answer.status, answer.body) if answer else Treatment.retry
            if treatment is Treatment.ok and answer:
                return answer.body
            reason = describe(answer.body) if answer else "no answer"
            if treatment is Treatment.renew_token and not is_renewed:
                is_renewed = True
                self._with_keys(lambda: self._keys.token(is_new=True))
            elif treatment in PASSING and (wait_s := next(waits_s, None)) is not None:
                self._wait(wait_s)
            else:
                self._give_up(treatment, reason)

    def _try(self, request: Request) -> Answer | None:
        token = self._with_keys(self._keys.token)
        headers = headers_of(request, token, self._credentials.app_key, self._credentials.app_secret)
        try:
            with self._pacer:
                return self._http.call(
                    request.method, self._rest_url + request.path, headers=headers, params=dict(request.params)
                )
        except HttpTrouble:
            return None

    def _with_keys(self, get: Callable[[], str]) -> str:
        """The key; one more try a minute later if KIS says that it was asked for too often."""
        for is_last in (False, True):
            try:
                return get()
            except HttpTrouble as problem:
                reason, is_final = problem.reason, False
            except Refused as problem:
                reason, is_final = str(problem), problem.is_final
            if is_final:
                self._give_up(Treatment.fatal, reason)
            if not is_last:
                self._wait(ISSUE_GAP_S)
        raise Failed(f"no key: {reason}")

    def _give_up(self, treatment: Treatment, reason: str) -> None:
        if treatment is Treatment.fatal:
            self._fatal(self._redact(reason))
        raise Failed(reason)

    def _wait(self, duration_s: float) -> None:
        if duration_s > 0:
            self._clock.wait(self._stopping, duration_s)
        if self._stopping.is_set():
            raise Stopping


def _fulfil(future: Future[str], get: Callable[[], str]) -> None:
    try:
        future.set_result(get())
    except (Failed, Stopping) as problem:
        future.set_exception(problem)


def _failure(question: Event, reason: str) -> Event:
    if isinstance(question, ScanRequested):
        return ScanFailed(scan=question.scan, batch=question.batch, reason=reason)
    assert isinstance(question, BaselineRequested)
    return DailyBarsFailed(code=question.code, reason=reason)


def _table(body: dict[str, Any], name: str) -> Rows:
    """The rows as KIS sent them; a row that lacks a column has it blank."""
    rows = rows_of(body, name)
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Rows(columns, tuple(tuple(str(row.get(column, "")) for column in columns) for row in rows))
