"""Reads one record of a market status feed. It tells of halts and interruptions of one code; it is no session clock."""

from msgspec import Struct

from kis_actors.kis.errors import one_line
from kis_actors.kis.feeds import UNIFIED_STATUS_COLUMNS
from kis_actors.kis.fields import FrameError, code_of, require_classes, shown

HALTED_CLASS = "58"
"""The one status of a code that is a halt; 51 to 57 and 59 are warnings and credit terms."""

REASON_CHARS_MAX = 80

_CODE_AT = UNIFIED_STATUS_COLUMNS.index("MKSC_SHRN_ISCD")
_HALTED_AT = UNIFIED_STATUS_COLUMNS.index("TRHT_YN")
_REASON_AT = UNIFIED_STATUS_COLUMNS.index("TR_SUSP_REAS_CNTT")
_OPERATION_AT = UNIFIED_STATUS_COLUMNS.index("MKOP_CLS_CODE")
_CLASS_AT = UNIFIED_STATUS_COLUMNS.index("ISCD_STAT_CLS_CODE")
_INTERRUPTED_AT = UNIFIED_STATUS_COLUMNS.index("VI_CLS_CODE")


class Status(Struct, frozen=True, kw_only=True, gc=False):
    """What a market status feed tells of one code.

    is_interrupted: by a volatility interruption.
    halt_reason: KIS's words on one safe line of at most REASON_CHARS_MAX characters; "" if it gives none.
    operation: KIS's MKOP_CLS_CODE, such as 112 open or 174 circuit breaker; KIS also sends some it never documented.
    """

    code: str
    is_halted: bool
    is_interrupted: bool
    halt_reason: str
    operation: str


def status_of(record: list[str]) -> Status:
    """The status in `record`, which has 10 columns or more, the code first; raises FrameError.

    KIS documents H0UNMKO0 without the code. Read by that table, the status of a code passes for an interruption, so a
    record without a code is refused, and so is one in which a flag is none.
    """
    code = code_of(record[_CODE_AT])
    require_classes(record[_OPERATION_AT])
    return Status(
        code=code,
        is_halted=_is_set("halt", record[_HALTED_AT]) or record[_CLASS_AT] == HALTED_CLASS,
        is_interrupted=_is_set("interruption", record[_INTERRUPTED_AT]),
        halt_reason=_reason_of(record[_REASON_AT]),
        operation=record[_OPERATION_AT],
    )


def _is_set(name: str, flag: str) -> bool:
    if flag not in ("Y", "N", "") and flag.strip():
        raise FrameError(f"{name} {shown(flag)} is not Y or N", "field")
    return flag == "Y"


def _reason_of(text: str) -> str:
    reason = one_line(text)
    return "" if reason == "(null)" else reason[:REASON_CHARS_MAX].rstrip()
