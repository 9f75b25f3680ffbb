"""What the daemon prints: lines or JSON, without secrets and without what steers a terminal."""

import io
import json
import logging
import sys
import threading

import pytest
from facts import NOW

from kis_actors.app import AGAIN, GIVING_UP, REPORT
from kis_actors.commands.output import News, errors_through, output_for
from kis_actors.credentials import Credentials, redactor

SECRET = 'CANARY"secret\\abcdefgh'
REDACT = redactor(Credentials(app_key="CANARYKEY0123456789", app_secret=SECRET))
LINK = News("link", "link down: said\nfake\x1b[2J", NOW)


class Printed(io.StringIO):
    """A stream, and what it got."""

    def lines(self) -> list[str]:
        return self.getvalue().splitlines()

    def objects(self) -> list[dict[str, str]]:
        found = [json.loads(line) for line in self.lines()]
        assert all(one.pop("at").endswith("+09:00") for one in found)
        return found


@pytest.fixture
def printed() -> Printed:
    return Printed()


def test_news_are_a_line_with_the_daemons_time(printed):
    output_for("text", REDACT, printed).say(LINK)
    assert printed.getvalue() == "10:00:00 link down: said\\nfake\\x1b[2J\n"


def test_news_before_the_first_tick_have_no_time(printed):
    output_for("text", REDACT, printed).say(LINK._replace(at=None, line="link down"))
    assert printed.getvalue() == "--:--:-- link down\n"


def test_a_message_keeps_its_lines(printed):
    output_for("text", REDACT, printed).write("[삼성전자\x1b[2J]\nF&F")
    assert printed.lines() == ["[삼성전자\\x1b[2J]", "F&F"]


@pytest.mark.parametrize("shape", ["text", "json"])
def test_no_secret_is_printed(printed, shape):
    output = output_for(shape, REDACT, printed)
    for say in (output.write, output.trouble, lambda text: output.say(News("x", text, NOW))):
        say(f"warning: CANARYKEY0123456789 and {SECRET}")
    assert "CANARY" not in printed.getvalue() and printed.getvalue().count("*** and ***") == 3


def test_json_stays_json_whatever_a_secret_is(printed):
    output_for("json", redactor(Credentials(app_key='"', app_secret="level")), printed).write('a "level"')
    assert printed.objects() == [{"level": "info", "topic": "said", "text": "a *********"}]


@pytest.mark.parametrize(("shape", "shown"), [("text", b"\\uc0bc F&F\n"), ("json", b'"text":"\\uc0bc F&F"}\n')])
def test_a_stream_that_knows_no_hangul_gets_the_line_all_the_same(shape, shown):
    written = io.BytesIO()
    output = output_for(shape, REDACT, io.TextIOWrapper(written, encoding="ascii"))
    output.write("삼 F&F")
    assert written.getvalue().endswith(shown)


def test_news_in_json_have_their_topic(printed):
    output_for("json", REDACT, printed).say(LINK)
    assert printed.objects() == [{"level": "info", "topic": "link", "text": "link down: said\nfake\\x1b[2J"}]


@pytest.mark.parametrize(
    ("said", "level", "text"),
    [
        ("warning: a clock is late", "warning", "a clock is late"),
        (f"KeyError: 1; {GIVING_UP}", "error", f"KeyError: 1; {GIVING_UP}"),
        (f"KeyError: 1; {GIVING_UP}{REPORT}", "error", f"KeyError: 1; {GIVING_UP}{REPORT}"),
        (f"the disk: EIO; {AGAIN}", "error", f"the disk: EIO; {AGAIN}"),
        ("the disk is full: 3 bytes", "error", "the disk is full: 3 bytes"),
        ("[알림] 삼성전자\n71,900원", "info", "[알림] 삼성전자\n71,900원"),
        ("warning", "info", "warning"),
    ],
)
def test_what_is_said_has_its_level(printed, said, level, text):
    output_for("json", REDACT, printed).write(said)
    assert printed.objects() == [{"level": level, "topic": "said", "text": text}]


def test_a_reader_that_went_away_is_no_trouble():
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    output_for("text", REDACT, Gone()).write("anybody?")


# --- standard error


def test_what_others_write_to_standard_error_is_redacted(printed):
    with errors_through(output_for("text", REDACT, printed)):
        assert logging.lastResort is not None
        logging.lastResort.handle(logging.makeLogRecord({"msg": "Unhandled exception in %s", "args": (SECRET,)}))
        print("half a line, CANARYKEY0123456789", end="", file=sys.stderr)
        print(" and its end\x1b", file=sys.stderr)
    assert printed.lines() == ["Unhandled exception in ***", "half a line, *** and its end\\x1b"]


def test_a_traceback_is_redacted(printed):
    def fail() -> None:
        raise RuntimeError(f"https://kis?key={SECRET}")

    with errors_through(output_for("json", REDACT, printed)):
        threading.__excepthook__(_arguments(fail))
    texts = [one["text"] for one in printed.objects()]
    assert texts[-1] == "RuntimeError: https://kis?key=***" and len(texts) > 3


def _arguments(fail) -> threading.ExceptHookArgs:
    try:
        fail()
    except RuntimeError as error:
        return threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
    raise AssertionError


def test_afterwards_standard_error_is_as_before(printed):
    before = sys.stderr
    with errors_through(output_for("text", REDACT, printed)):
        assert sys.stderr is not before
    assert sys.stderr is before
