"""A state out of a snapshot is the state out of the whole log; a snapshot that cannot be trusted is passed over."""

from random import Random

import msgspec
import pytest
from days import Day, played, written
from facts import DAY, NEXT_DAY

from eventlog.day import path_of
from eventlog.integrity import START
from eventlog.mark import Mark, mark_path_of
from eventlog.snapshot import Part, Snapshot, read_snapshot, snapshot_path_of, write_snapshot
from eventlog.store import Reader, Writer
from kis_actors.cores import CORES
from kis_actors.day_files import Damaged, open_day
from kis_actors.fingerprint import code_fingerprint
from kis_actors.recovery import Rebuilt, rebuilt_from
from kis_actors.turn import Core


class Watched(Day):
    """A day that remembers how each actor stood after each turn, and how many units the log had by then."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.turns: dict[str, list[tuple[Part, int]]] = {core.name: [] for core in CORES}

    def _turn(self, core: Core) -> None:
        seq = self._mail[core.name][0].seq
        super()._turn(core)
        part = Part(seq, msgspec.Raw(msgspec.json.encode(self.states[core.name])))
        self.turns[core.name].append((part, len(self.units)))


@pytest.fixture(scope="module")
def days():
    """Some days with everything in them, each ending in the middle of something."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("days.Day", Watched)
        return [played(seed, ends_cleanly=False) for seed in range(3)]


def encoded(rebuilt: Rebuilt) -> tuple[bytes, object]:
    return msgspec.json.encode(rebuilt.states), rebuilt[1:]


def commit_at(path, count: int) -> Mark:
    """The commit that is the `count`-th."""
    with Reader(path) as reader:
        for number, (rows, chain) in enumerate(reader.commits(), start=1):
            if number == count:
                return Mark(rows[-1].seq, chain)
    raise AssertionError(f"no {count} commits")


def snapshot_of(day: Watched, path, chance: Random, units_max: int) -> Snapshot:
    """Each actor at a turn of its own, and a commit by which all that was in the log."""
    chosen = {name: chance.choice([one for one in turns if one[1] <= units_max]) for name, turns in day.turns.items()}
    commit = commit_at(path, chance.randint(max(units for _, units in chosen.values()), units_max))
    return Snapshot(code_fingerprint(), commit, {name: part for name, (part, _) in chosen.items()})


@pytest.mark.parametrize("number", range(3))
def test_the_state_from_a_snapshot_is_the_fold_of_all(tmp_path, days, number):
    chance, day = Random(number), days[number]
    for attempt in range(25):
        units_max = chance.randint(60, len(day.units))
        path = written(tmp_path / str(attempt), day.units[:units_max])
        snapshot = snapshot_of(day, path, chance, units_max)
        assert encoded(rebuilt_from(path, CORES, snapshot)) == encoded(rebuilt_from(path, CORES)), snapshot.parts


# --- which snapshots count


@pytest.fixture
def path(tmp_path, days):
    """A whole day with a snapshot in the middle of it."""
    day = days[0]
    path = written(tmp_path, day.units)
    write_snapshot(path, snapshot_of(day, path, Latest(), len(day.units) // 2))
    return path


class Latest(Random):
    """No chance at all."""

    def choice(self, seq):
        return seq[-1]

    def randint(self, a, b):
        return b


def snapshot_in(path) -> Snapshot | None:
    return read_snapshot(path, code_fingerprint())


def planted(path, **changes: object) -> None:
    snapshot = snapshot_in(path)
    assert snapshot
    write_snapshot(path, msgspec.structs.replace(snapshot, **changes))


def test_a_snapshot_is_read_as_it_was_written(path, days):
    assert snapshot_in(path) == snapshot_of(days[0], path, Latest(), len(days[0].units) // 2)


def test_no_snapshot_is_none(path):
    snapshot_path_of(path).unlink()
    assert snapshot_in(path) is None


@pytest.mark.parametrize("at", [0, 30, 64, 65, 200, -1])
def test_a_flipped_bit_makes_it_none(path, at):
    content = bytearray(snapshot_path_of(path).read_bytes())
    content[at] ^= 1
    snapshot_path_of(path).write_bytes(content)
    assert snapshot_in(path) is None


def test_one_cut_short_is_none(path):
    snapshot_path_of(path).write_bytes(snapshot_path_of(path).read_bytes()[:-10])
    assert snapshot_in(path) is None


def test_other_code_s_is_none(path):
    planted(path, made_by="other code")
    assert snapshot_in(path) is None


def test_one_of_another_history_is_none(path):
    planted(path, commit=Mark(snapshot_in(path).commit.seq, START))
    assert snapshot_in(path) is None


def test_one_ahead_of_the_log_is_none(path):
    planted(path, commit=Mark(10**6, START))
    assert snapshot_in(path) is None


def test_an_actor_ahead_of_its_commit_makes_it_none(path):
    snapshot = snapshot_in(path)
    parts = {**snapshot.parts, "ws": Part(snapshot.commit.seq + 1, snapshot.parts["ws"].state)}
    planted(path, parts=parts)
    assert snapshot_in(path) is None


def test_one_that_lacks_an_actor_is_not_begun_with(path):
    snapshot = snapshot_in(path)
    parts = {name: part for name, part in snapshot.parts.items() if name != "ws"}
    lacking = msgspec.structs.replace(snapshot, parts=parts)
    assert encoded(rebuilt_from(path, CORES, lacking)) == encoded(rebuilt_from(path, CORES))


def test_a_start_begins_with_it(path, tmp_path):
    """A state that no log could have shows where the state came from."""
    snapshot = snapshot_in(path)
    odd = msgspec.Raw(bytes(snapshot.parts["signal"].state).replace(b"name of", b"mane of"))
    planted(path, parts={**snapshot.parts, "signal": Part(snapshot.parts["signal"].seq, odd)})
    stocks = open_day(tmp_path, DAY, CORES, "normal").states["signal"].stocks
    assert [stock.name for stock in stocks.values()] == ["mane of 005930", "mane of 000660"]


def test_what_a_snapshot_covers_is_not_looked_at_again(path, tmp_path):
    path.write_bytes(path.read_bytes().replace(b"09:00:01+", b"09:00:02+", 1))
    open_day(tmp_path, DAY, CORES, "normal")
    snapshot_path_of(path).unlink()
    with pytest.raises(Damaged):
        open_day(tmp_path, DAY, CORES, "normal")


def test_what_follows_a_snapshot_is_looked_at(path, tmp_path):
    path.write_bytes(path.read_bytes().replace(b"15:31:00+", b"15:31:01+"))
    with pytest.raises(Damaged):
        open_day(tmp_path, DAY, CORES, "normal")


def test_what_any_actor_has_yet_to_read_is_looked_at(path, tmp_path, days):
    snapshot = snapshot_in(path)
    planted(path, parts={**snapshot.parts, "ws": days[0].turns["ws"][0][0]})
    path.write_bytes(path.read_bytes().replace(b"09:00:01+", b"09:00:02+", 1))
    with pytest.raises(Damaged):
        open_day(tmp_path, DAY, CORES, "normal")


def test_a_snapshot_of_everything_knows_the_last_time(tmp_path):
    """All that was told is known already: still the log's time must not begin at 0."""
    day = Watched(seed=1)
    day.tick("10:00:00")
    path = written(tmp_path, day.units)
    states = rebuilt_from(path, CORES).states
    last = commit_at(path, len(day.units))
    parts = {name: Part(last.seq, msgspec.Raw(msgspec.json.encode(state))) for name, state in states.items()}
    rebuilt = rebuilt_from(path, CORES, Snapshot("", last, parts))
    assert (rebuilt.last_seq, rebuilt.last_at_ns) == (last.seq, day.records[-1].at_ns)


def test_a_day_carried_over_needs_no_snapshot_of_its_own(path, tmp_path, days):
    states = rebuilt_from(path, CORES).states
    assert msgspec.json.encode(open_day(tmp_path, NEXT_DAY, CORES, "normal").states) == msgspec.json.encode(states)
    assert not snapshot_path_of(path_of(tmp_path, NEXT_DAY)).exists()


def test_a_writer_of_nothing_leaves_the_snapshot_good(path):
    Writer(path).close()
    assert snapshot_in(path) and mark_path_of(path).exists()
