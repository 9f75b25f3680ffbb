"""Which daily closes are known, which are to be asked for next, and what a split makes of them."""

import pytest

from kis_actors.kis.quotes import Quote, quote_of
from kis_actors.policies.averages import Averages

A, B, C = "000001", "000002", "000003"
CLOSES_WON = (10_000,) * 25


def quote(code: str = A, *, base_won: int | str = "", previous_won: int | str = 10_000) -> Quote:
    row = {"inter_shrn_iscd": code, "inter2_prpr": "9000", "inter2_sdpr": str(base_won)}
    found = quote_of(row | {"inter2_prdy_clpr": str(previous_won)})
    assert found is not None
    return found


def test_two_are_asked_for_at_once():
    assert Averages().to_ask((A, B, C)) == (A, B)


def test_an_open_question_takes_its_place():
    assert Averages().requested(A).to_ask((A, B, C)) == (B,)
    assert Averages().requested(A).requested(B).to_ask((A, B, C)) == ()


def test_known_averages_are_not_asked_for():
    assert Averages().known(A, CLOSES_WON).known(B, ()).to_ask((A, B, C)) == (C,)


def test_codes_with_fewer_tries_come_first():
    assert Averages().requested(A).answered(A).to_ask((A, B, C)) == (B, C)


def test_a_code_just_answered_waits():
    assert Averages().requested(A).answered(A).to_ask((A,), answered=A) == ()
    assert Averages().requested(A).answered(A).to_ask((A,)) == (A,)


def test_three_tries_are_given_up():
    averages = Averages()
    for _ in range(2):
        averages = averages.requested(A).answered(A)
    assert not averages.is_given_up(A) and averages.requested(A).answered(A).is_given_up(A)


def test_a_restart_forgets_open_questions():
    assert Averages().requested(A).restarted().to_ask((A,)) == (A,)


def test_another_day_forgets_all_but_open_questions():
    averages = Averages().known(A, CLOSES_WON).requested(B).on_another_day()
    assert averages == Averages(asked=(B,))


@pytest.mark.parametrize(("known", "missing"), [((), None), ((A,), None), ((A, B), ())])
def test_what_is_missing_is_known_with_the_last(known, missing):
    averages = Averages()
    for code in known:
        averages = averages.known(code, CLOSES_WON)
    assert averages.missing((A, B)) == missing


def test_codes_without_closes_are_missing():
    assert Averages().known(A, ()).known(B, CLOSES_WON).missing((A, B)) == (A,)


@pytest.mark.parametrize("told", [quote(), quote(base_won=10_000), quote(B, base_won=2_000)])
def test_nothing_is_corrected_without_need(told):
    assert Averages().known(A, CLOSES_WON).corrections({told.code: told}) == {}


def test_a_split_scales_the_closes():
    split = quote(base_won=2_000)
    assert Averages().known(A, CLOSES_WON).corrections({A: split}) == {A: (2_000,) * 25}


def test_closes_on_neither_basis_are_dropped():
    odd = quote(base_won=3_000, previous_won=7_000)
    assert Averages().known(A, CLOSES_WON).corrections({A: odd}) == {A: ()}
