"""What is done about a silent stream: each remedy once, in order."""

import pytest

from kis_actors.policies.remedies import GIVEN_UP, RENEWAL_DUE, RENEWED, SUBSCRIBED_ANEW, Remedies

A, B = "000001", "000002"


def stale(times: int, remedies: Remedies = Remedies()) -> Remedies:
    for _ in range(times):
        remedies = remedies.stale(A)
    return remedies


@pytest.mark.parametrize(("times", "step"), [(1, SUBSCRIBED_ANEW), (2, RENEWAL_DUE), (3, RENEWAL_DUE)])
def test_first_it_is_subscribed_anew_then_renewed(times, step):
    assert stale(times).is_at(step, A)


def test_after_its_renewal_it_is_given_up():
    renewed = stale(2).renewed(A)
    assert renewed.is_at(RENEWED, A) and stale(1, renewed).is_at(GIVEN_UP, A)
    assert stale(2, renewed).is_at(GIVEN_UP, A)


def test_a_renewal_for_another_code_is_none_for_it():
    assert stale(2).renewed(B).is_at(RENEWAL_DUE, A)


def test_a_new_link_may_be_asked_anew():
    assert stale(2).on_another_link() == Remedies()


def test_a_new_link_is_not_renewed_for_it_again():
    renewed = stale(2).renewed(A).on_another_link()
    assert stale(1, renewed).is_at(GIVEN_UP, A)


def test_a_cure_forgets_every_remedy():
    assert stale(2).renewed(A).cured(A) == Remedies()


def test_codes_have_their_own_remedies():
    remedies = stale(2).stale(B)
    assert remedies.is_at(RENEWAL_DUE, A) and remedies.is_at(SUBSCRIBED_ANEW, B)
    assert remedies.cured(B).is_at(RENEWAL_DUE, A)
