"""KIS by HTTP: answers the cores' questions one at a time, never faster than allowed."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from math import ceil
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Any

from msgspec.structs import replace

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.counts import RestCounts
from kis_actors.adapters.http import Answer, HttpTrouble
from kis_actors.adapters.keys import Keys, Refused
from kis_actors.adapters.kis_http import KisHttp
from kis_actors.adapters.kis_questions import Call, Market, answered, failed
from kis_actors.adapters.pacer import Pacer, SharedTurn
from kis_actors.adapters.retry import (
    Failed,
    Later,
    Silent,
    Stopping,
    Tries,
    advice_on,
    meaning_of,
    refusal,
)
from kis_actors.credentials import Credentials, redactor
from kis_actors.kis.errors import Treatment
from kis_actors.kis.rest import HOLIDAYS_TR, Request, headers_of
from kis_actors.messages import BaselineRequested, Event, HolidaysRequested, Record, ScanRequested
from kis_actors.ports import Journal
from kis_actors.settings import Kis

STREAM = "rest"
SILENT_CALLS_MAX = 2
CALL_S_MIN = 1.0
"""A call gets so long at least, however little is left of its question's time."""
OWN_FILE = "make keys.json in the data directory this user's own"

Job = Callable[[], None]


class KisRest:
    """One thread, one question at a time, each for at most `question_s`. What must wait for a token blocks no other.

    `fatal` is called once, when KIS will never answer this account, and says what to do; nothing is asked after that.
    `warn` is told what a person should know and the daemon can live with. `counts` says how often KIS was called.
    """

    def __init__(
        self, rest_url: str, keys_path: Path, credentials: Credentials, journal: Journal, clock: Clock, *,
        gap_s: float, timeout_s: float, fatal: Callable[[str], None], question_s: float = 30.0,
        warn: Callable[[str], None] = lambda _: None, market: Market = Market(), limits: Kis = Kis(),
    ) -> None:  # fmt: skip
        self._rest_url = rest_url.rstrip("/")
        self._market = market
        self._limits = limits
        self._credentials = credentials
        self._journal = journal
        self._clock = clock
        self._timeout_s = timeout_s
        self._question_s = question_s
        self._fatal = fatal
        self._silent_calls = 0
        self._stopping = Signal()
        self._news = Signal()
        self._jobs: deque[Job] = deque()
        self._later: list[tuple[float, Job]] = []
        self._redact = redactor(credentials)
        self.counts = RestCounts()
        self._http = KisHttp(timeout_s, self._redact, self.counts)
        self._pacer = Pacer(gap_s, clock, self._wait, SharedTurn(keys_path.with_name("pace")))
        self._keys = Keys(
            keys_path, self._rest_url, credentials, self._http, clock,
            pacer=self._pacer, wait=_key_later, warn=warn, issue_gap_s=limits.token_gap_sec,
        )  # fmt: skip
        self._thread = Thread(target=self._run, name="KisRest", daemon=True)

    def start(self) -> None:
        """Begins answering."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the call under way, which has a time-out."""
        self._stopping.set()
        self._news.set()

    def join(self, timeout_s: float) -> None:
        """Waits for the end."""
        self._thread.join(timeout_s)

    def ask(self, question: Record) -> None:
        """Queues the question; few are ever open, because cores ask for a bounded number at a time."""
        self._queue(lambda: self._work(question, self._clock.elapsed_s() + self._question_s))

    def redact(self, text: str) -> str:
        """`text` without this account's secrets and the token in use; for whatever else of KIS goes into the log."""
        token = self._keys.handed_out
        return self._redact(text.replace(token, "***") if token and token in text else text)

    def approval_key(self, *, is_new: bool) -> Future[str]:
        """A key for the WebSocket: at once if one is kept, so that a link never waits for REST; else as the next call.

        Its result may raise Failed or Stopping.
        """
        future: Future[str] = Future()
        if not is_new and (kept := self._keys.kept_approval_key()):
            future.set_result(kept)
        else:
            # Ahead of all others: while a scan of 40 calls on paper went first, the stream came 40 s late.
            self._jobs.appendleft(lambda: _fulfil(future, lambda: self._approval_key(is_new)))
            self._news.set()
        return future

    def _queue(self, job: Job) -> None:
        self._jobs.append(job)
        self._news.set()

    def _run(self) -> None:
        while job := self._next():
            try:
                job()
            except Stopping:
                return

    def _next(self) -> Job | None:
        """What is to be done now, first what had to wait; None when stopping."""
        while not self._stopping.is_set():
            self._news.clear()
            wait_s = self._later[0][0] - self._clock.elapsed_s() if self._later else None
            if wait_s is not None and wait_s <= 0:
                return self._later.pop(0)[1]
            if self._jobs:
                return self._jobs.popleft()
            if self._stopping.is_set():  # set before `clear` took its sign away
                return None
            if wait_s is None:
                self._news.wait()
            else:
                self._clock.wait(self._news, wait_s)
        return None

    def _work(self, question: Record, until_s: float) -> None:
        """Answers the question, or puts it off: a scan until `until_s`, for the next one comes anyway."""
        try:
            answer = answered(question.event, self._call_unless_silent(question.event), self._market)
            self._silent_calls = 0
        except Failed as problem:
            self._silent_calls = self._silent_calls + 1 if isinstance(problem, Silent) else 0
            answer = failed(question.event, str(problem))
        except Later as later:
            due_s = self._clock.elapsed_s() + later.wait_s
            if isinstance(question.event, BaselineRequested | HolidaysRequested) or due_s <= until_s:
                self._put_off(due_s, lambda: self._work(question, until_s))
                return
            answer = failed(question.event, str(later))
        self._journal.observe(STREAM, answer, question.seq)

    def _call_unless_silent(self, question: Event) -> Call:
        """KIS said nothing to the batches before, so the rest of the scan need not wait for as long each."""
        if not isinstance(question, ScanRequested) or question.batch == 1 or self._silent_calls < SILENT_CALLS_MAX:
            return self._call
        raise Silent("KIS does not answer; not asked")

    def _put_off(self, due_s: float, job: Job) -> None:
        self._later.append((due_s, job))
        self._later.sort(key=lambda entry: entry[0])

    def _call(self, request: Request) -> dict[str, Any]:
        """The body of a successful answer, after as many tries as each trouble allows. Raises Failed or Later."""
        tries = self._tries(is_once=request.tr_id == HOLIDAYS_TR)
        is_renewed = False
        token = self._token(tries)
        while True:
            try:
                answer = self._try(request, token, tries)
            except HttpTrouble as trouble:
                tries.after_trouble(trouble)
                continue
            treatment = meaning_of(answer)
            if treatment is Treatment.ok:
                return answer.body
            if treatment is Treatment.renew_token and not is_renewed:
                is_renewed = True
                token = self._token(tries, is_new=True)
            elif treatment is Treatment.fatal:
                self._refuse(refusal(answer))
            else:
                tries.after_answer(answer)

    def _tries(self, *, is_once: bool = False) -> Tries:
        """For one question. Raises Later while KIS has asked to be left alone for longer than a question takes."""
        limits = replace(self._limits, rest_retry_waits_sec=()) if is_once else self._limits
        if (held_s := self._pacer.held_s()) > self._question_s:
            raise Later("KIS may be asked again", held_s)
        return Tries(self._clock, self._pacer, self._wait, self._question_s, limits=limits, counts=self.counts)

    def _try(self, request: Request, token: str, tries: Tries) -> Answer:
        headers = headers_of(request, token, self._credentials.app_key, self._credentials.app_secret)
        with self._pacer:
            self._limit_call(tries)
            return self._http.call(
                request.method, self._rest_url + request.path, headers=headers, params=dict(request.params)
            )

    def _limit_call(self, tries: Tries) -> None:
        self._http.timeout_s = min(self._timeout_s, max(tries.left_s(), CALL_S_MIN))

    def _token(self, tries: Tries, *, is_new: bool = False) -> str:
        """A token. A call that may have reached KIS is not repeated: that would be two within a minute."""
        while True:
            try:
                self._limit_call(tries)
                return self._keys.token(is_new=is_new)
            except HttpTrouble as trouble:
                if trouble.was_sent:
                    raise Failed(f"no token: {trouble.reason}") from None
                tries.after_trouble(trouble)
            except Refused as problem:
                if problem.is_final:
                    self._refuse(str(problem))
                raise Failed(f"no token: {problem}") from None
            except OSError as problem:
                what = f"no token can be kept ({problem.strerror}); {OWN_FILE}; the next try"
                raise Later(what, self._limits.token_gap_sec) from None

    def _approval_key(self, is_new: bool) -> str:
        try:
            return self._approved(self._tries(), is_new)
        except Later as later:
            raise Failed(f"approval key in {ceil(later.wait_s)} s") from None

    def _approved(self, tries: Tries, is_new: bool) -> str:
        while True:
            try:
                self._limit_call(tries)
                return self._keys.approval_key(is_new=is_new)
            except HttpTrouble as trouble:
                tries.after_trouble(trouble)
            except Refused as problem:
                if problem.is_final:
                    self._refuse(str(problem))
                tries.after_answer(problem.answer)
            except OSError as problem:
                raise Failed(f"no key can be kept ({problem.strerror}); {OWN_FILE}") from None

    def _refuse(self, reason: str) -> None:
        """Tells the fatal refusal; what is queued stays open for the next run, whose account may be right."""
        self._stopping.set()
        self._fatal(f"{reason}; {advice_on(reason)}")
        raise Failed(reason)

    def _wait(self, duration_s: float) -> None:
        if duration_s > 0:
            self._clock.wait(self._stopping, duration_s)
        if self._stopping.is_set():
            raise Stopping


def _key_later(wait_s: float) -> None:
    raise Later("token", wait_s)


def _fulfil(future: Future[str], get: Callable[[], str]) -> None:
    try:
        future.set_result(get())
    except (Failed, Stopping) as problem:
        future.set_exception(problem)
