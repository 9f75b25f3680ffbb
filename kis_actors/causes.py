"""What led to a record and what followed from it, over all actors, by the causes the log gives.

KIS's acknowledgements come as frames, which have no cause: there a chain begins anew.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from eventlog.schema import Row

EFFECTS_MAX = 1000
"""As many are kept; whoever wants all effects of the first tick of a day reads the log itself."""


class Node(NamedTuple):
    """A record in the tree. depth: steps from the one that was asked about; below zero for what led to it.

    more: records of the same branch that are not shown.
    """

    row: Row
    depth: int
    more: int = 0


def chain(row: Row, find: Callable[[int], Row | None], depth_max: int) -> list[Node]:
    """What led to `row`, the first cause first, at most `depth_max` steps back; the first has the number of steps left.

    find: the row of a seq, None if no file has it.
    """
    nodes: list[Node] = []
    steps = 0
    cause = _cause_of(row, find)
    while cause:
        steps += 1
        if steps <= depth_max:
            nodes.append(Node(cause, -steps))
        cause = _cause_of(cause, find)
    nodes.reverse()
    if nodes and steps > depth_max:
        nodes[0] = nodes[0]._replace(more=steps - depth_max)
    return nodes


def effects(row: Row, later: Iterable[Row], depth_max: int) -> list[Node]:
    """What followed from `row` among the `later` rows, each right below its cause, at most `depth_max` steps on."""
    depths, shown_as = {row.seq: 0}, {row.seq: row.seq}
    children: dict[int, list[Row]] = {row.seq: []}
    more: dict[int, int] = {}
    for effect in later:
        if effect.cause not in depths:
            continue
        depths[effect.seq] = depths[effect.cause] + 1
        if depths[effect.seq] <= depth_max and effect.cause in children and len(children) <= EFFECTS_MAX:
            children[effect.cause].append(effect)
            children[effect.seq] = []
            shown_as[effect.seq] = effect.seq
        else:
            hidden_under = shown_as[effect.seq] = shown_as[effect.cause]
            more[hidden_under] = more.get(hidden_under, 0) + 1
    return [Node(each, depths[each.seq], more.get(each.seq, 0)) for each in _in_order(row, children)]


def _cause_of(row: Row, find: Callable[[int], Row | None]) -> Row | None:
    """A cause comes before; what a damaged file says otherwise would lead nowhere, for ever."""
    return find(row.cause) if 0 < row.cause < row.seq else None


def _in_order(row: Row, children: dict[int, list[Row]]) -> Iterator[Row]:
    """`row`, then each effect followed by its own, without recursion: chains can be as long as a day."""
    waiting = [row]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += reversed(children[each.seq])
