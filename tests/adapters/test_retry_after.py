"""What a Retry-After asks for: seconds or a date, never more than a minute, never less than nothing."""

import pytest
from facts import at

from kis_actors.adapters.http import Answer
from kis_actors.adapters.retry import retry_after_s

NOW = at("10:00:00")  # 01:00:00 GMT


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [
        ("7", 7), ("0", 0), ("60", 60), ("61", 60), ("9" * 400, 60), ("", 0), ("soon", 0), ("-5", 0), ("1.5", 0),
        ("٣", 0), ("Fri, 20 Nov 2026 01:00:09 GMT", 9), ("Fri, 20 Nov 2026 01:30:00 GMT", 60),
        ("Fri, 20 Nov 2026 00:59:59 GMT", 0), ("Fri, 20 Nov 2026 01:00:09", 0), ("Fri, 99 Nov 2026 01:00:09 GMT", 0),
    ],
)  # fmt: skip
def test_the_wait_asked_for(text, wait_s):
    assert retry_after_s(Answer(503, {"Retry-After": text}, {}), NOW) == wait_s


def test_no_header_asks_for_nothing():
    assert retry_after_s(Answer(503, {}, {}), NOW) == 0


@pytest.mark.parametrize("name", ["retry-after", "RETRY-AFTER"])
def test_a_header_has_no_case(name):
    assert retry_after_s(Answer(503, {name: "7"}, {}), NOW) == 7


def test_a_date_is_measured_by_the_servers_clock():
    headers = {"Retry-After": "Fri, 20 Nov 2026 05:00:09 GMT", "Date": "Fri, 20 Nov 2026 05:00:00 GMT"}
    assert retry_after_s(Answer(503, headers, {}), NOW) == 9
