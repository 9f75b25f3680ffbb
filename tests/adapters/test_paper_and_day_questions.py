"""The questions that paper cannot ask and those of the morning, as calls of KIS over loopback, and their answers."""

from time import monotonic, sleep
from urllib.parse import parse_qsl, urlsplit

import pytest
from facts import DAY, HYNIX, NEXT_DAY, SAMSUNG
from hand_clock import HandClock

from kis_actors.adapters.kis_questions import Market
from kis_actors.adapters.kis_rest import KisRest
from kis_actors.credentials import Credentials
from kis_actors.kis.rest import market_division, opens_of, quotes_of
from kis_actors.messages import (
    Event,
    HolidaysFailed,
    HolidaysRequested,
    HolidaysReturned,
    Record,
    ScanFailed,
    ScanRequested,
    ScanReturned,
    VenuesFailed,
    VenuesRequested,
    VenuesReturned,
)

WAIT_S = 20
TOKEN = {"access_token": "token", "access_token_token_expired": "2026-11-21 09:00:00"}
OK = {"rt_cd": "0", "msg_cd": "MCA00000", "msg1": "ok"}
PRICE = OK | {
    "output": {
        "stck_shrn_iscd": SAMSUNG, "stck_prpr": "71900", "prdy_vrss": "-2300", "prdy_vrss_sign": "5",
        "stck_sdpr": "74200", "acml_vol": "5", "vi_cls_code": "N", "temp_stop_yn": "N", "iscd_stat_cls_code": "55",
    }
}  # fmt: skip
QUOTES = OK | {"output": [{"inter_shrn_iscd": SAMSUNG, "inter2_prpr": "71900"}]}
DAYS = [{"bass_dt": "20261120", "opnd_yn": "Y"}, {"bass_dt": "20261121", "opnd_yn": "N"}]
SCAN = ScanRequested(scan=3, batch=2, batches=9, codes=(SAMSUNG, HYNIX))
PAPER_SCAN = ScanRequested(scan=3, batch=2, batches=9, codes=(SAMSUNG,))
VENUES = VenuesRequested(batch=2, batches=9, codes=(SAMSUNG, HYNIX))
HOLIDAYS = HolidaysRequested(day=DAY)


class Answers:
    """What reached the journal."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Event, int]] = []

    def observe(self, stream: str, event: Event, cause: int = 0) -> None:
        self.said.append((stream, event, cause))


@pytest.fixture
def answer_to(loopback, tmp_path):
    """Asks one question, as record 41, of a KIS that has given its token; what is observed."""
    loopback.will_answer(200, TOKEN)

    def ask(question: Event, market: Market = Market()) -> Event:
        answers = Answers()
        rest = KisRest(
            loopback.url, tmp_path / "keys.json", Credentials(app_key="key", app_secret="secret"), answers, HandClock(),
            gap_s=0.0, timeout_s=5, fatal=lambda reason: None, market=market,
        )  # fmt: skip
        rest.ask(Record(seq=41, stream="scan", cause=0, at_ns=0, event=question))
        rest.start()
        deadline_s = monotonic() + WAIT_S
        while not answers.said and monotonic() < deadline_s:
            sleep(0.002)
        rest.stop()
        rest.join(WAIT_S)
        ((stream, answer, cause),) = answers.said
        assert (stream, cause) == ("rest", 41)
        return answer

    return ask


def call(loopback) -> tuple[str, str, dict[str, str]]:
    """The last call: its path's last part, its TR, and its parameters."""
    request = loopback.requests[-1]
    headers = {name.lower(): value for name, value in request.headers.items()}
    address = urlsplit(request.path)
    return address.path.rsplit("/", 1)[-1], headers["tr_id"], dict(parse_qsl(address.query, keep_blank_values=True))


# --- scans


def test_a_paper_scan_asks_for_one_price(loopback, answer_to):
    loopback.will_answer(200, PRICE)
    answer_to(PAPER_SCAN, Market(is_paper=True))
    params = {"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": SAMSUNG}
    assert call(loopback) == ("inquire-price", "FHKST01010100", params)


def test_a_paper_answer_is_a_scan_like_any(loopback, answer_to):
    loopback.will_answer(200, PRICE)
    answer = answer_to(PAPER_SCAN, Market(is_paper=True))
    assert isinstance(answer, ScanReturned) and (answer.scan, answer.batch) == (3, 2)
    quote = quotes_of(answer.rows.each())[SAMSUNG]
    assert (quote.price_won, quote.previous_close_won, quote.base_price_won) == (71_900, 74_200, 74_200)


@pytest.mark.parametrize(
    "body", [OK, OK | {"output": {}}, OK | {"output": {"stck_shrn_iscd": SAMSUNG, "stck_prpr": "0"}}]
)
def test_a_paper_answer_without_a_price_is_a_failure(loopback, answer_to, body):
    loopback.will_answer(200, body)
    failed = ScanFailed(scan=3, batch=2, reason="an answer without a single price")
    assert answer_to(PAPER_SCAN, Market(is_paper=True)) == failed


@pytest.mark.parametrize(("hours", "division"), [("krx", "J"), ("always", "J"), ("nxt", "NX"), ("unified", "UN")])
def test_a_scan_asks_for_the_market_that_is_watched(loopback, answer_to, hours, division):
    loopback.will_answer(200, QUOTES)
    answer_to(SCAN, Market(market_division(hours)))
    path, _, params = call(loopback)
    assert (path, params["FID_COND_MRKT_DIV_CODE_1"], params["FID_COND_MRKT_DIV_CODE_2"]) == (
        "intstock-multprice", division, division,
    )  # fmt: skip


# --- who trades on NXT


@pytest.mark.parametrize("hours", ["nxt", "unified"])
def test_who_trades_on_nxt_is_asked_of_nxt_alone(loopback, answer_to, hours):
    loopback.will_answer(200, QUOTES)
    answer_to(VENUES, Market(market_division(hours)))
    path, _, params = call(loopback)
    assert path == "intstock-multprice"
    assert params == {
        "FID_COND_MRKT_DIV_CODE_1": "NX", "FID_INPUT_ISCD_1": SAMSUNG,
        "FID_COND_MRKT_DIV_CODE_2": "NX", "FID_INPUT_ISCD_2": HYNIX,
    }  # fmt: skip


def test_codes_with_a_price_trade_on_nxt(loopback, answer_to):
    rows = [*QUOTES["output"], {"inter_shrn_iscd": HYNIX, "inter2_prpr": "0"}, {"inter_shrn_iscd": ""}]
    loopback.will_answer(200, OK | {"output": rows})
    answer = answer_to(VENUES)
    assert isinstance(answer, VenuesReturned) and answer.batch == 2
    assert tuple(quotes_of(answer.rows.each())) == (SAMSUNG,)


def test_a_batch_of_which_nxt_trades_nothing_is_an_answer(loopback, answer_to):
    loopback.will_answer(200, OK | {"output": []})
    assert isinstance(answer_to(VENUES), VenuesReturned)


def test_without_an_answer_venues_have_failed(loopback, answer_to):
    loopback.will_answer(500, {"rt_cd": "1", "msg_cd": "OPSQ2002", "msg1": "bad code"})
    assert answer_to(VENUES) == VenuesFailed(batch=2, reason="OPSQ2002 bad code")


# --- KIS's calendar


def test_the_calendar_is_asked_for_from_the_day_on(loopback, answer_to):
    loopback.will_answer(200, OK | {"output": DAYS})
    answer_to(HOLIDAYS)
    params = {"BASS_DT": "20261120", "CTX_AREA_NK": "", "CTX_AREA_FK": ""}
    assert call(loopback) == ("chk-holiday", "CTCA0903R", params)


def test_the_calendar_comes_back_as_rows(loopback, answer_to):
    loopback.will_answer(200, OK | {"output": DAYS})
    answer = answer_to(HOLIDAYS)
    assert isinstance(answer, HolidaysReturned)
    assert opens_of(answer.rows.each()) == {DAY: True, NEXT_DAY: False}


def test_one_day_alone_is_a_calendar_too(loopback, answer_to):
    loopback.will_answer(200, OK | {"output": DAYS[0]})
    answer = answer_to(HOLIDAYS)
    assert isinstance(answer, HolidaysReturned) and opens_of(answer.rows.each()) == {DAY: True}


@pytest.mark.parametrize("output", [[], [DAYS[1]], [{"bass_dt": "20261120", "opnd_yn": ""}], [{"bass_dt": "x"}], None])
def test_a_calendar_without_an_open_day_is_a_failure(loopback, answer_to, output):
    loopback.will_answer(200, OK | {"output": output})
    assert answer_to(HOLIDAYS) == HolidaysFailed(reason="an answer without a single open day")


def test_without_an_answer_the_calendar_has_failed(loopback, answer_to):
    loopback.will_answer(500, {"rt_cd": "1", "msg_cd": "OPSQ0002", "msg1": "no service"})
    assert answer_to(HOLIDAYS) == HolidaysFailed(reason="OPSQ0002 no service")


def test_a_calendar_that_fails_is_not_asked_for_again(loopback, answer_to):
    """KIS wants it once a day."""
    loopback.will_answer(503, {})
    loopback.will_answer(200, OK | {"output": DAYS})
    assert answer_to(HOLIDAYS) == HolidaysFailed(reason="HTTP 503 without a code")
    assert len(loopback.requests) == 2
