"""The first day after a split: the average moves to the new basis before anybody ranks, and nobody is alarmed."""

from facts import DAY, OPENED, SAMSUNG, level_closes, quotes_returned, started, tick, universe
from story import given

from kis_actors.actors.scan import CORE as SCAN
from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.messages import BaselineLoaded, BaselineMissing, ScanCompleted, ScanRequested, SignalRaised

FACTS = (started(), universe(SAMSUNG), tick("10:00:00"), OPENED, level_closes(SAMSUNG))
ASKED = ScanRequested(scan=1, batch=1, batches=1, codes=(SAMSUNG,))
SPLIT = quotes_returned({SAMSUNG: 2_010}, inter2_sdpr="2000", inter2_prdy_clpr="10000", acml_vol="5")
RIGHT = BaselineLoaded(code=SAMSUNG, day=DAY, closes_won=(2_000,) * 25)


def test_a_split_moves_the_average_before_the_scan_ends():
    given(SCAN, *FACTS, ASKED).when(SPLIT).then(RIGHT, ScanCompleted(scan=1, batches=1, failed=0, quoted=1))


def test_the_average_is_moved_once():
    assert given(SCAN, *FACTS, ASKED, SPLIT, RIGHT, ASKED).when(SPLIT).then_of(BaselineLoaded) == ()


def test_closes_on_neither_basis_are_given_up():
    odd = quotes_returned({SAMSUNG: 2_010}, inter2_sdpr="3000", inter2_prdy_clpr="7000")
    (missing,) = given(SCAN, *FACTS, ASKED).when(odd).then_of(BaselineMissing)
    assert missing.code == SAMSUNG


def test_a_split_raises_no_signal():
    given(SIGNAL, *FACTS).when(SPLIT).then()


def test_after_it_a_real_fall_does():
    fallen = quotes_returned({SAMSUNG: 1_800}, inter2_sdpr="2000", inter2_prdy_clpr="10000", acml_vol="5")
    assert given(SIGNAL, *FACTS, SPLIT, RIGHT).when(fallen).then_of(SignalRaised)
