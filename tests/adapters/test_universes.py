"""The daemon's own way to the watched codes: asked by record, answered from the files, in a thread of its own."""

from datetime import timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
from facts import DAY
from masters import file_of, kosdaq150, kospi, kospi100, zipped

from kis_actors.adapters.masters import UniverseSource
from kis_actors.adapters.universes import KnownUniverse, Universes
from kis_actors.market.universe import Stock, read_universe
from kis_actors.messages import Event, Record, UniverseLoaded, UniverseRefused, UniverseRequested
from kis_actors.settings import Universe

WAIT_S = 20
TEXT = """\
code,name,market,flags
005930,삼성전자,KOSPI,halted
000660,SK하이닉스,KOSPI,
0126Z0,삼성에피스홀딩스,KOSPI,
"""
STOCKS = (
    Stock("005930", "삼성전자", "KOSPI", ("halted",)),
    Stock("000660", "SK하이닉스", "KOSPI"),
    Stock("0126Z0", "삼성에피스홀딩스", "KOSPI"),
)


class Answers:
    """A journal that can be waited for."""

    def __init__(self) -> None:
        self.said: SimpleQueue[tuple[str, Event, int]] = SimpleQueue()

    def observe(self, stream: str, event: Event, cause: int = 0) -> None:
        self.said.put((stream, event, cause))

    def next(self) -> tuple[str, Event, int]:
        return self.said.get(timeout=WAIT_S)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "universe.csv"
    found.write_text(TEXT, "utf-8")
    return found


def known(path: Path, count_max: int | None = None, **settings: object) -> KnownUniverse:
    """As the run begins: the file was read, and by nobody since."""
    source = UniverseSource(path, Universe(**settings), is_allowed_out=False)
    return KnownUniverse(source, read_universe(TEXT), str(path), count_max=count_max)


def question(seq: int = 7, days: int = 0) -> Record:
    asked = UniverseRequested(day=DAY + timedelta(days=days))
    return Record(seq=seq, stream="scan", cause=0, at_ns=0, event=asked)


@pytest.fixture
def asking():
    """Asks questions, one after the other; the answers as they reach the journal."""
    started: list[Universes] = []

    def ask(universe: KnownUniverse, *questions: Record) -> list[tuple[str, Event, int]]:
        answers = Answers()
        universes = Universes(universe, answers)
        started.append(universes)
        universes.start()
        for one in questions:
            universes.ask(one)
        return [answers.next() for _ in questions]

    yield ask
    for universes in started:
        universes.stop()


def answer(asking, universe: KnownUniverse) -> Event:
    ((_, event, _),) = asking(universe, question())
    return event


def will_serve(loopback, kospi_records: list[bytes]) -> None:
    loopback.will_answer(200, zipped(kospi_code__mst=file_of(*kospi_records)))
    loopback.will_answer(200, zipped(kosdaq_code__mst=file_of(*kosdaq150())))


def test_a_question_is_answered_with_the_codes(asking, path):
    loaded = UniverseLoaded(stocks=STOCKS, source=str(path))
    assert asking(known(path), question(7)) == [("universe", loaded, 7)]


def test_questions_are_answered_in_their_order(asking, path):
    causes = [cause for _, _, cause in asking(known(path), question(7), question(9, days=3))]
    assert causes == [7, 9]


def test_a_file_changed_by_hand_is_told_with_its_difference(asking, path):
    universe = known(path)
    answer(asking, universe)
    path.write_text(TEXT.replace("000660,SK하이닉스", "000020,동화약품"), "utf-8")
    found = answer(asking, universe)
    assert isinstance(found, UniverseLoaded)
    assert found.difference == "1 added: 000020 동화약품; 1 removed: 000660 SK하이닉스"


def test_a_file_that_is_no_universe_is_refused(asking, path):
    universe = known(path)
    path.write_text("code\n", "utf-8")
    refused = answer(asking, universe)
    assert isinstance(refused, UniverseRefused) and refused.reason.startswith(f"{path}: cannot be read: ")


def test_after_a_refusal_the_codes_stay(asking, path):
    universe = known(path)
    path.unlink()
    answer(asking, universe)
    assert universe.event() == UniverseLoaded(stocks=STOCKS, source=str(path))


def test_after_a_refusal_questions_are_answered_still(asking, path):
    universe = known(path)
    path.rename(path.with_suffix(".away"))
    assert isinstance(answer(asking, universe), UniverseRefused)
    path.with_suffix(".away").rename(path)
    assert isinstance(answer(asking, universe), UniverseLoaded)


def test_the_next_run_begins_with_what_was_read(asking, path):
    universe = known(path)
    path.write_text(TEXT.replace("000660,SK하이닉스", "000020,동화약품"), "utf-8")
    answer(asking, universe)
    event = universe.event()
    assert (event.stocks[1].code, event.difference) == ("000020", "")


def test_paper_watches_the_first_codes_of_the_file(asking, path):
    universe = known(path, count_max=2)
    assert universe.event().stocks == STOCKS[:2]
    found = answer(asking, universe)
    assert isinstance(found, UniverseLoaded) and found.stocks == STOCKS[:2]


def test_a_daily_update_is_told_with_its_difference(asking, path, loopback):
    will_serve(loopback, kospi100())
    found = answer(asking, known(path, update="daily", master_url=loopback.url))
    assert isinstance(found, UniverseLoaded) and len(found.stocks) == 250
    assert found.difference.startswith("250 added: ") and found.source == loopback.url
    assert read_universe(path.read_text("utf-8")) == found.stocks


def test_an_update_out_of_bounds_is_refused(asking, path, loopback):
    will_serve(loopback, kospi100(94))
    universe = known(path, update="daily", master_url=loopback.url)
    refused = answer(asking, universe)
    assert isinstance(refused, UniverseRefused) and "found 94 and 150" in refused.reason
    assert (universe.stocks, path.read_text("utf-8")) == (STOCKS, TEXT)


def test_an_update_is_cut_for_paper_but_written_whole(asking, path, loopback):
    will_serve(loopback, [*kospi100(), kospi("000020", "동화약품")])
    universe = known(path, count_max=40, update="daily", master_url=loopback.url, pins=("000020",))
    found = answer(asking, universe)
    assert isinstance(found, UniverseLoaded) and len(found.stocks) == 40
    assert len(read_universe(path.read_text("utf-8"))) == 251


def test_a_stopped_port_answers_nothing_more(path):
    answers = Answers()
    universes = Universes(known(path), answers)
    universes.stop()
    universes.ask(question())
    universes.start()
    universes._thread.join(WAIT_S)
    with pytest.raises(Empty):
        answers.said.get_nowait()
