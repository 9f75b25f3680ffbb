"""What a disk may hold after a loss of power: all that was synced, and anything of the rest."""

from pathlib import Path
from random import Random

from .disk import Disk
from .trace import ENTRY, Operation, notes_in, operations_in

ROOT = Path("/data")
SYNCED, LOOSE = b"a" * 1024, b"b" * 1024


def operation(kind: str, fd: int = -1, *, at: int = 0, path: str = "", data: bytes = b"") -> Operation:
    return Operation(kind, fd, at, f"{ROOT}/{path}".rstrip("/") if path else "", data)


def made(*after: Operation) -> Disk:
    """A file `f` that is there for sure with its first content, and then what comes after."""
    disk = Disk(ROOT)
    for one in (
        operation("c", 3, path="f"), operation("w", 3, data=SYNCED), operation("s", 3),
        operation("o", 4, path="."), operation("s", 4), operation("x", 4), *after,
    ):  # fmt: skip
        disk.do(one)
    return disk


def cuts(disk: Disk, draws: int = 300) -> list[dict[str, bytes | None]]:
    return [disk.top.cut(Random(draw)) for draw in range(draws)]


def test_what_was_synced_is_there():
    assert all(cut == {"f": SYNCED} for cut in cuts(made()))


def test_a_name_whose_directory_was_not_synced_may_be_gone():
    disk = Disk(ROOT)
    for one in (operation("c", 3, path="f"), operation("w", 3, data=SYNCED), operation("s", 3)):
        disk.do(one)
    assert {tuple(cut) for cut in cuts(disk)} == {(), ("f",)}


def test_a_loose_write_is_kept_lost_torn_or_a_hole():
    found = {cut["f"] for cut in cuts(made(operation("w", 3, at=1024, data=LOOSE)))}
    torn = SYNCED + bytes(512) + LOOSE[512:]
    assert {SYNCED, SYNCED + LOOSE, SYNCED + LOOSE[:512], torn, SYNCED + bytes(1024)} == found - {
        SYNCED + LOOSE[:512] + bytes(512)
    }


def test_loose_writes_come_in_any_order():
    writes = [operation("w", 3, at=0, data=LOOSE[:512]), operation("w", 3, at=512, data=LOOSE[:512])]
    found = {cut["f"] for cut in cuts(made(*writes))}
    assert {SYNCED, LOOSE, LOOSE[:512] + SYNCED[:512], SYNCED[:512] + LOOSE[:512]} == found


def test_a_sync_holds_what_came_before_it():
    written = (operation("w", 3, at=1024, data=LOOSE), operation("s", 3))
    assert {cut["f"] for cut in cuts(made(*written))} == {SYNCED + LOOSE}


def test_a_renaming_is_whole_or_not_at_all():
    renamed = Operation("n", -1, 0, f"{ROOT}/f", f"{ROOT}/g".encode())
    assert {tuple(cut) for cut in cuts(made(renamed))} == {("f",), ("g",)}


def test_a_removal_may_be_undone():
    assert {tuple(cut) for cut in cuts(made(operation("u", path="f")))} == {("f",), ()}


def test_a_folder_that_was_not_synced_takes_all_below_with_it():
    disk = Disk(ROOT)
    made_below = (operation("c", 3, path="d/f"), operation("o", 4, path="d"), operation("s", 4))
    for one in (operation("m", path="d"), *made_below):
        disk.do(one)
    assert {tuple(cut) for cut in cuts(disk)} == {(), ("d", "d/f")}


def test_cutting_a_file_short_may_be_undone():
    assert {cut["f"] for cut in cuts(made(operation("t", 3, at=4)))} == {SYNCED, SYNCED[:4]}


def test_a_running_process_sees_everything():
    assert made(operation("w", 3, at=1024, data=LOOSE)).top.whole() == {"f": SYNCED + LOOSE}


def test_an_entry_that_was_not_finished_is_left_out():
    note = ENTRY.pack(b"!", -1, 7, 0, 1) + b"p"
    assert list(notes_in(note + ENTRY.pack(b"!", -1, 8, 0, 1)[:-1])) == [(7, b"p")]
    assert [one.kind for one in operations_in(note)] == ["!"]
