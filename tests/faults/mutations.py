"""What can happen to a file between two runs: one change of one file, drawn by chance."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

PAGE_BYTES = 4096
WAL_HEADER_BYTES, FRAME_HEADER_BYTES = 32, 24

Mutation = Callable[[bytearray, "Layout", Random], None]
"""Changes the bytes of a file, which has at least one."""


class Layout(NamedTuple):
    """Where pages are in a file: after a header, one every so many bytes."""

    header_bytes: int = 0
    step_bytes: int = PAGE_BYTES

    def page(self, content: bytearray, chance: Random) -> slice:
        """Where one of its pages is; or all of it, if it has none."""
        pages = (len(content) - self.header_bytes) // self.step_bytes
        first = self.header_bytes + self.step_bytes * chance.randrange(pages) if pages > 0 else 0
        return slice(first, first + self.step_bytes)


def layout_of(name: str) -> Layout:
    """How the file `name` is laid out."""
    return Layout(WAL_HEADER_BYTES, PAGE_BYTES + FRAME_HEADER_BYTES) if name.endswith("-wal") else Layout()


def flip(content: bytearray, layout: Layout, chance: Random) -> None:
    """One bit."""
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def flip_in_header(content: bytearray, layout: Layout, chance: Random) -> None:
    """One bit where most depends on it: at the beginning of the file or of a page."""
    begin = chance.choice((0, layout.page(content, chance).start))
    content[min(begin + chance.randrange(120), len(content) - 1)] ^= 1 << chance.randrange(8)


def scribble(content: bytearray, layout: Layout, chance: Random) -> None:
    """A few bytes that mean nothing."""
    at = chance.randrange(len(content))
    content[at : at + 16] = chance.randbytes(min(chance.randint(1, 16), len(content) - at))


def zero(content: bytearray, layout: Layout, chance: Random) -> None:
    """A page, or a sector."""
    place = layout.page(content, chance)
    if chance.random() < 0.5:
        at = chance.randrange(0, len(content), 512)
        place = slice(at, at + 512)
    content[place] = bytes(len(content[place]))


def swap(content: bytearray, layout: Layout, chance: Random) -> None:
    """Two pages."""
    one, other = layout.page(content, chance), layout.page(content, chance)
    content[one], content[other] = content[other], content[one]


def repeat(content: bytearray, layout: Layout, chance: Random) -> None:
    """One page where another was."""
    one, other = layout.page(content, chance), layout.page(content, chance)
    content[one] = content[other]


def cut(content: bytearray, layout: Layout, chance: Random) -> None:
    """Anywhere, or between pages."""
    at = chance.choice((chance.randrange(len(content)), layout.page(content, chance).start))
    del content[at:]


def lengthen(content: bytearray, layout: Layout, chance: Random) -> None:
    """By what means nothing."""
    content += chance.choice((bytes, chance.randbytes))(chance.choice((1, 512, PAGE_BYTES, layout.step_bytes)))


MUTATIONS: tuple[Mutation, ...] = (
    flip, flip, flip, flip_in_header, flip_in_header, scribble, zero, swap, repeat, cut, lengthen,
)  # fmt: skip
"""Those drawn more often are in it more often."""
