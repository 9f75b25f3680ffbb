"""Writes a table as Parquet, some thousand rows at a time. Needs arro3, the extra [parquet]."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import IO, Any

from kis_actors.commands.export_rows import Column, Kind, Table, Values
from kis_actors.commands.reading import json_of
from kis_actors.units import ns_of_instant

try:
    import arro3.io
    from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
except ModuleNotFoundError as missing:
    what = f"--format parquet needs {missing.name}, which is not installed"
    raise ValueError(f"{what}: `pip install arro3-io arro3-core`, or take --format csv or jsonl") from None

BATCH_ROWS = 10_000
GROUP_ROWS = 100_000
NS_PER_MICROSECOND = 1000
TYPES: dict[Kind, DataType] = {
    "text": DataType.utf8(), "whole": DataType.int64(), "ratio": DataType.float64(), "flag": DataType.bool(),
    "instant": DataType.timestamp("us", tz="Asia/Seoul"), "json": DataType.utf8(),
}  # fmt: skip


def write_parquet(table: Table, rows: Iterable[Values], file: IO[bytes]) -> None:
    """Writes all rows; json as text. What `rows` raises is raised here."""
    schema = Schema([Field(column.name, TYPES[column.kind]) for column in table.columns])
    failed: list[BaseException] = []
    batches = _noting(failed, _batches(table.columns, schema, iter(rows)))
    reader = RecordBatchReader.from_batches(schema, batches)
    try:
        arro3.io.write_parquet(reader, file, compression="zstd(3)", max_row_group_size=GROUP_ROWS)
    finally:
        if failed:  # arro3 itself raises an Exception without a name
            raise failed[0]


def _batches(columns: tuple[Column, ...], schema: Schema, rows: Iterator[Values]) -> Iterator[RecordBatch]:
    while batch := list(islice(rows, BATCH_ROWS)):
        arrays = [_array(column.kind, values) for column, values in zip(columns, zip(*batch, strict=True), strict=True)]
        yield RecordBatch.from_arrays(arrays, schema=schema)


def _array(kind: Kind, values: Values) -> Array:
    match kind:
        case "instant":
            return Array([_micros(value) for value in values], type=DataType.int64()).cast(TYPES[kind])
        case "json":
            return Array([json_of(value) for value in values], type=TYPES[kind])
    return Array(values, type=TYPES[kind])


def _micros(instant: datetime | Any) -> int | None:
    return None if instant is None else ns_of_instant(instant) // NS_PER_MICROSECOND


def _noting(failed: list[BaseException], batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
    try:
        yield from batches
    except BaseException as error:
        failed.append(error)
        raise
