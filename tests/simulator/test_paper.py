"""What a play account is not served, over real sockets."""

import pytest

from kis_actors.simulator.feeds import FEEDS

from .conftest import running
from .kis import Kis, KisRest


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    with running(tmp_path_factory.mktemp("paper"), speed=60.0, start="10:00", is_paper=True) as simulator:
        yield simulator


@pytest.mark.parametrize(
    "ask",
    [
        lambda rest: rest.several("005930"),
        lambda rest: rest.holidays("20261120"),
        lambda rest: rest.price(division="NX"),
        lambda rest: rest.price(division="UN"),
    ],
)
def test_what_is_not_for_paper_is_refused(paper, ask):
    with KisRest(paper, f"k{id(ask)}").log_in() as rest:
        answer = ask(rest)
    refusal = {"rt_cd": "1", "msg_cd": "EGW00213", "msg1": "모의투자 TR이 아닙니다."}
    assert (answer.status_code, answer.json()) == (500, refusal)


def test_single_prices_and_daily_bars_are_served_on_paper(paper):
    with KisRest(paper, "one").log_in() as one, KisRest(paper, "two").log_in() as two:
        assert [one.price().json()["rt_cd"], two.daily().json()["rt_cd"]] == ["0", "0"]


def test_one_call_a_second_is_the_limit_on_paper(tmp_path):
    with running(tmp_path, speed=0.01, is_paper=True) as simulator, KisRest(simulator).log_in() as rest:
        answers = [rest.price() for _ in range(2)]
    assert [answer.json()["msg_cd"] for answer in answers] == ["MCA00000", "EGW00201"]


def test_another_limit_can_be_set_on_paper(tmp_path):
    with running(tmp_path, is_paper=True, rest_per_second=2) as simulator, KisRest(simulator).log_in() as rest:
        assert [rest.price().status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("feed", FEEDS)
def test_only_krx_trades_and_books_are_streamed_on_paper(paper, feed):
    with Kis(paper, f"k{feed}") as client:
        assert client.register("005930", feed) == ("OPSP0000" if feed in ("H0STCNT0", "H0STASP0") else "OPSP8991")
