"""The quotes in a scan's answer: several actors read each of them, so the latest are read once and kept."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from kis_actors.kis.rest import Quote, quotes_of
from kis_actors.messages import Rows

BATCHES_KEPT = 16
"""Those of one scan, and some more."""


@lru_cache(maxsize=BATCHES_KEPT)
def quotes_in(rows: Rows) -> Mapping[str, Quote]:
    """The usable quotes by code, in the order of the rows."""
    return MappingProxyType(quotes_of(rows.each()))
