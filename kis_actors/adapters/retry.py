"""Which trouble with KIS a question is asked again after, when, and how often; and what a person can do about the rest.

Must not know what is asked, nor how.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import ceil

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.counts import RestCounts
from kis_actors.adapters.http import Answer, HttpTrouble
from kis_actors.adapters.pacer import Pacer
from kis_actors.kis.errors import Treatment, describe, treatment_of
from kis_actors.settings import Kis

PASSING = (Treatment.backoff, Treatment.retry)

_RIGHTS = "see at KIS that this service is open to the account, and that kis.env is the kind of the app key"
_KEY = "check KIS_APP_KEY: all 36 characters, of the kind that kis.env says"
_SECRET = "check KIS_APP_SECRET: all 180 characters, and of the same pair as KIS_APP_KEY"
ADVICE: Mapping[str, str] = {
    "EGW00003": _RIGHTS,
    "EGW00004": _RIGHTS,
    "EGW00102": _KEY,
    "EGW00103": _KEY,
    "EGW00104": _SECRET,
    "EGW00105": _SECRET,
    "EGW00206": _RIGHTS,
    "EGW00207": "see at KIS which IP addresses the account allows, and add the one of this machine",
    "EGW00303": _RIGHTS,
    "EGW00304": _SECRET,
}
ANY_ADVICE = "check KIS_APP_KEY, KIS_APP_SECRET and kis.env; if they are right, please report this line"


class Stopping(Exception):
    """The daemon is stopping; the question stays open, and the next run asks again."""


class Failed(Exception):
    """KIS gave no usable answer; the message says why."""


class Silent(Failed):
    """KIS took the question and said nothing."""


class Later(Exception):
    """KIS may not be asked for another `wait_s`. what: that is then to be had."""

    def __init__(self, what: str, wait_s: float) -> None:
        super().__init__(f"{what} in {ceil(wait_s)} s")
        self.wait_s = wait_s


class Tries:
    """The tries of one question: a few waits, one repeat at once, and `limit_s` in all.

    `wait` raises Stopping when the daemon is. counts: where refusals and retries are counted.
    """

    def __init__(
        self, clock: Clock, pacer: Pacer, wait: Callable[[float], None], limit_s: float, *, limits: Kis,
        counts: RestCounts,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._pacer = pacer
        self._wait = wait
        self._waits_s = iter(limits.rest_retry_waits_sec)
        self._retry_after_max_s = limits.rest_retry_after_max_sec
        self._until_s = clock.elapsed_s() + limit_s
        self._limit_s = limit_s
        self._has_repeat = True
        self._counts = counts

    def left_s(self) -> float:
        """What is left of the question's time."""
        return self._until_s - self._clock.elapsed_s()

    def after_answer(self, answer: Answer) -> None:
        """Returns when the question may be asked again after this refusal. Raises Failed if it may not."""
        self._counts.refusals += 1
        treatment = meaning_of(answer)
        rest_s = retry_after_s(answer, self._clock.now(), self._retry_after_max_s)
        if treatment is Treatment.backoff:
            self._pacer.slow_down()
        if rest_s:
            self._pacer.hold(rest_s)
        if treatment not in PASSING:
            raise Failed(refusal(answer))
        self._wait_again(refusal(answer), rest_s)

    def after_trouble(self, trouble: HttpTrouble) -> None:
        """The same after no answer. Silence is not asked again: the next scan comes anyway, and KIS may be drowning."""
        if trouble.kind == "reset" and self._has_repeat:
            self._has_repeat = False
            self._counts.retries += 1
        elif trouble.kind == "refused":
            self._wait_again(trouble.reason, 0.0)
        else:
            raise (Silent if trouble.kind == "timeout" else Failed)(trouble.reason)

    def _wait_again(self, reason: str, at_least_s: float) -> None:
        wait_s = next(self._waits_s, None)
        if wait_s is None:
            raise Failed(reason)
        wait_s = max(wait_s, at_least_s)
        if wait_s > self.left_s():
            raise Failed(f"{reason}; no more time within {self._limit_s:g} s")
        self._wait(wait_s)
        self._counts.retries += 1


def meaning_of(answer: Answer) -> Treatment:
    """What to do with `answer`. Paper under load is said to answer with nothing at all; that passes."""
    if answer.status == 200 and not answer.body:
        return Treatment.backoff
    return treatment_of(answer.status, answer.body)


def refusal(answer: Answer) -> str:
    """The code and the words of a refusal, or else its status."""
    return describe(answer.body) if answer.body else f"HTTP {answer.status} without a code"


def advice_on(reason: str) -> str:
    """What a person can do about a refusal for good, whose text begins with KIS's code."""
    return ADVICE.get(reason.split(" ", 1)[0], ANY_ADVICE)


def retry_after_s(answer: Answer, now: datetime, most_s: float = 60.0) -> float:
    """The wait that the header Retry-After asks for, at most `most_s`; 0 without one.

    A date is measured against the server's own Date, which its clock and ours may be apart from.
    """
    headers = {name.lower(): value.strip() for name, value in answer.headers.items()}
    text = headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), most_s)
    try:
        then, since = parsedate_to_datetime(text), headers.get("date")
        wait_s = (then - (parsedate_to_datetime(since) if since else now)).total_seconds()
    except (TypeError, ValueError):  # no date, or one without a zone
        return 0.0
    return min(max(wait_s, 0.0), most_s)
