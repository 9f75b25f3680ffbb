"""What the REST port fails at, by scenario and over real sockets."""

from datetime import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from kis_actors.simulator.refusals import TEXTS
from kis_actors.units import KST

from .conftest import ALL_DAY, faulty
from .kis import KisRest


def shown_by(response):
    """The time of day that an answer's date header shows, KST."""
    return parsedate_to_datetime(response.headers["date"]).astimezone(KST).time()


def until_it_breaks(rest):
    """Asks until a connection ends without an answer; the error."""
    with pytest.raises(requests.ConnectionError) as caught:
        while rest.price().status_code in (200, 500):
            pass
    return caught.value


def test_a_hanging_port_never_answers_and_drops_at_the_end(tmp_path):
    fault = "{at: '10:00:45', fault: rest_hang, seconds: 60}"
    with faulty(tmp_path, fault) as simulator, KisRest(simulator).log_in() as rest:
        until_it_breaks(rest)
        after = rest.price()
    assert after.status_code == 200 and shown_by(after) >= time(10, 1, 45)


def test_a_port_that_hangs_takes_requests_from_new_connections_too(tmp_path):
    with faulty(tmp_path, f"{{{ALL_DAY}, fault: rest_hang}}") as simulator, KisRest(simulator) as rest:
        url = f"{rest.url}/oauth2/tokenP"
        with pytest.raises(requests.ReadTimeout):
            requests.post(url, json={}, timeout=0.3)


def test_a_reset_port_breaks_off_before_any_header_and_recovers(tmp_path):
    fault = "{at: '10:00:45', fault: rest_reset, seconds: 30}"
    with faulty(tmp_path, fault) as simulator, KisRest(simulator).log_in() as rest:
        until_it_breaks(rest)
        while True:
            try:
                after = rest.price()
                break
            except requests.ConnectionError:
                pass
    assert shown_by(after) >= time(10, 1, 15)


@pytest.mark.parametrize("ask", [KisRest.post, KisRest.price, lambda rest: rest.several("005930")])
def test_a_blank_port_answers_200_with_nothing(tmp_path, ask):
    with faulty(tmp_path, f"{{{ALL_DAY}, fault: rest_blank}}") as simulator, KisRest(simulator) as rest:
        answer = ask(rest)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(("wait", "header"), [("", "3"), (", wait: 40", "40")])
def test_a_busy_port_says_when_to_come_again(tmp_path, wait, header):
    with faulty(tmp_path, f"{{{ALL_DAY}, fault: rest_retry_after{wait}}}") as simulator, KisRest(simulator) as rest:
        answer = rest.price()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, header)


def test_tokens_can_be_refused_while_calls_go_on(tmp_path):
    fault = "{at: '10:00:30', fault: token_refuse, seconds: 36000}"
    with faulty(tmp_path, fault) as simulator, KisRest(simulator).log_in() as rest, KisRest(simulator, "new") as other:
        while (answer := other.post()).status_code == 200:
            other.keys["appkey"] += "er"
        assert rest.price().status_code == 200
    assert (answer.status_code, list(answer.json())) == (403, ["error_description", "error_code"])
    assert answer.json()["error_code"] == "EGW00133"


def test_tokens_can_be_refused_for_good(tmp_path):
    fault = f"{{{ALL_DAY}, fault: token_refuse, answer: EGW00103}}"
    with faulty(tmp_path, fault) as simulator, KisRest(simulator) as rest:
        assert rest.post().json()["error_code"] == "EGW00103"


@pytest.mark.parametrize("code", ["EGW00304", "EGW00215", "OPSQ2000"])
def test_any_refusal_of_the_gateway_can_be_played(tmp_path, code):
    fault = f"{{{ALL_DAY}, fault: rest_refuse, answer: {code}}}"
    with faulty(tmp_path, fault) as simulator, KisRest(simulator).log_in() as rest:
        answer = rest.price()
    assert (answer.status_code, answer.json()) == (500, {"rt_cd": "1", "msg_cd": code, "msg1": TEXTS[code]})


def test_stale_rows_are_those_of_the_last_session(tmp_path, quiet_market):
    before, last = quiet_market.stock_days["005930"].bars[-2:]
    with faulty(tmp_path, f"{{{ALL_DAY}, fault: rows_stale}}") as simulator, KisRest(simulator).log_in() as rest:
        row, one = rest.rows("005930")[0], rest.price().json()["output"]
    names = ("inter2_prpr", "inter2_prdy_clpr", "acml_vol", "acml_tr_pbmn", "hour_cls_code")
    shown = (last.close_won, before.close_won, last.volume_shares, last.turnover_won, 0)
    assert [row[name] for name in names] == list(map(str, shown))
    change_won = last.close_won - before.close_won
    assert (row["inter2_prdy_vrss"], one["prdy_vrss"]) == (str(abs(change_won)), str(change_won))
    assert (one["stck_prpr"], one["acml_vol"]) == (row["inter2_prpr"], row["acml_vol"])


def latest_row(rest):
    """However often it is asked for: KIS refuses more than so many calls a second."""
    while not (rows := rest.several("005930").json().get("output")):
        pass
    return rows[0]


def test_rows_are_todays_again_after_their_time(tmp_path, quiet_market):
    last = quiet_market.stock_days["005930"].bars[-1]
    fault = "{at: '09:59', fault: rows_stale, seconds: 90}"
    with faulty(tmp_path, fault) as simulator, KisRest(simulator).log_in() as rest:
        while (row := latest_row(rest))["acml_vol"] == str(last.volume_shares):
            pass
    assert row["inter2_prdy_clpr"] == str(last.close_won)
