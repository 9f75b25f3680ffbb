"""What the simulation found in the daemon, each told as briefly as it can be."""

from facts import NEXT_DAY, NOW, OPENED, SAMSUNG, at, codes_numbered, settings, started, tick, universe
from story import given

from kis_actors.actors import scan, ws
from kis_actors.messages import BaselineMissing, BaselineRequested, DailyBarsFailed
from kis_actors.policies.slots import Ledger

FIRST, SECOND = (f"H0STCNT0 {code}" for code in codes_numbered(2))
ONE_SLOT = settings(monitor={"max_ws_subs": 1})


def asked_twice() -> Ledger:
    """A registration asked for again, because the first answer was late."""
    ledger = Ledger(link=1).asked(FIRST, 1, wanted=True, ask=1, now=NOW, settings=ONE_SLOT)
    return ledger.asked(FIRST, 1, wanted=True, ask=2, now=NOW, settings=ONE_SLOT)


def test_a_refusal_frees_no_slot_while_another_ask_is_under_way():
    """Seed 155: I9, 7 registrations where 6 are allowed, for the second ask was taken after all."""
    ledger = asked_twice().refused(FIRST, 1, NOW, is_full=False, is_unanswered=False)
    assert ledger.to_ask((SECOND,), NOW, ONE_SLOT) == ()


def test_nor_does_one_that_comes_after_giving_up():
    """Seed 86: the same, a little later."""
    ledger = asked_twice().refused(FIRST, 1, NOW, is_full=False, is_unanswered=True)
    ledger = ledger.refused(FIRST, 1, NOW, is_full=False, is_unanswered=False)
    assert ledger.to_ask((SECOND,), NOW, ONE_SLOT) == ()


def test_nor_does_one_that_comes_after_the_other_ask_was_taken():
    """Seed 298: I9, 3 registrations where 2 are allowed; KIS refused the first ask and took the second."""
    ledger = asked_twice().confirmed(FIRST, 1, NOW).refused(FIRST, 1, NOW, is_full=False, is_unanswered=False)
    assert ledger.to_ask((SECOND,), NOW, ONE_SLOT) == ()


def test_a_refusal_of_the_only_ask_frees_the_slot():
    ledger = Ledger(link=1).asked(FIRST, 1, wanted=True, ask=1, now=NOW, settings=ONE_SLOT)
    ledger = ledger.refused(FIRST, 1, NOW, is_full=False, is_unanswered=False)
    assert [order.key for order in ledger.to_ask((SECOND,), NOW, ONE_SLOT)] == [SECOND]


def test_a_connect_is_counted_when_it_happens():
    """Seed 19: I9, 21 connects within ten minutes; a start in the morning counted its own as the day before's."""
    story = given(ws.CORE, started(), tick("14:00:00"), OPENED).when(started())
    story = story.when(tick("09:00:01", NEXT_DAY), at=at("09:00:01", NEXT_DAY))
    assert all(when.date() == NEXT_DAY for when in story.state.connects)


def test_averages_are_asked_for_again_when_kis_is_well_again():
    """Seed 48: KIS answers nothing for a minute at half past eight, and the whole day passes without a signal."""
    story = given(scan.CORE, started(), universe(SAMSUNG), tick("08:31:00"))
    for _ in range(3):
        story = story.when(tick("08:32:00")).when(DailyBarsFailed(code=SAMSUNG, reason="HTTP 500"))
    assert story.then_of(BaselineMissing)
    later = [story.when(tick(f"08:{minute}:00")) for minute in range(40, 60)]
    assert any(told.then_of(BaselineRequested) for told in later)
