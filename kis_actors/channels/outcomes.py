"""What an answer over HTTP, or none, says of a message: sent, certainly not, or unknown."""

from math import isfinite

from kis_actors.adapters.http import Answer, HttpTrouble
from kis_actors.ports import Outcome

RETRY_S = 5.0
"""Without a connection nothing was sent; it may be tried again so soon."""
RETRY_S_MIN, RETRY_S_MAX = 1.0, 3600.0
"""How long a channel may make us wait, whatever it says."""
REASON_CHARS_MAX = 200


def no_answer(trouble: HttpTrouble) -> Outcome:
    """Nothing came back: unknown, unless nothing was sent either."""
    if trouble.was_sent:
        return Outcome(status="unknown", reason=trouble.reason)
    return Outcome(status="failed", reason=trouble.reason, retry_after_s=RETRY_S)


def not_taken(answer: Answer, description: object = "", wait_s: object = None) -> Outcome:
    """Any answer that is no success: a refusal is certain; an error of the server, or words unread, are not.

    wait_s: after 429, how long the channel wants to be left alone, as it said it.
    """
    reason = f"HTTP {answer.status} {_in_words(description)}".strip()
    if answer.status == 429:
        retry_s = bounded_s(answer.headers.get("Retry-After") if wait_s is None else wait_s)
        return Outcome(status="failed", reason=reason, retry_after_s=retry_s, pause_s=retry_s)
    return Outcome(status="failed" if 300 <= answer.status < 500 else "unknown", reason=reason)


def bounded_s(said: object) -> float:
    """Seconds as a channel said them, a number or text, within reason; RETRY_S for anything else."""
    seconds = seconds_of(said)
    return RETRY_S if seconds is None else min(max(seconds, RETRY_S_MIN), RETRY_S_MAX)


def seconds_of(said: object) -> float | None:
    """`said` as seconds; None if that is no number."""
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        return None
    try:
        seconds = float(said)
    except (ValueError, OverflowError):
        return None
    return seconds if isfinite(seconds) else None


def _in_words(description: object) -> str:
    """The other side's words, on one line of the log."""
    text = description if isinstance(description, str) else ""
    return "".join(character for character in text if character.isprintable())[:REASON_CHARS_MAX]
