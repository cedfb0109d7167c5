"""Writes what a run found: who is entitled to how much, who can not be told yet and why, and the sums by region."""

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rules.graph.graph import Graph
from rules.kernel.national import CANNOT_TELL_YET, NO_LAW
from rules.population.answering import WORDS, Answers
from rules.population.fitting import Batch
from rules.population.layout import FAMILY_ID, PART
from rules.population.store import COMPRESSION
from rules.population.summary import Line, Region

ENTITLEMENTS = "entitlements"
OPEN = "cannot_tell.parquet"
SUMMARY = "summary"
TOLD = "run.json"
_METADATA = b"casemgmt.run"
_ROWS_A_PART = 1_000_000
_OPEN_SCHEMA = pa.schema(
    [
        pa.field(FAMILY_ID, pa.int64(), nullable=False),
        pa.field("region", pa.string()),
        pa.field("benefit", pa.string()),
        pa.field("entitled", pa.string()),
        pa.field("amount_least", pa.int64()),
        pa.field("amount_most", pa.int64()),
        pa.field("missing", pa.list_(pa.string())),
    ]
)


class ResultWriter:
    """Writes the answers batch by batch. Every file carries what the run was, and whether the families are real."""

    def __init__(
        self, folder: Path, graph: Graph, regions: Sequence[Region], benefits: Sequence[str], told: Any
    ) -> None:
        self.folder, self.regions, self.benefits = folder, regions, benefits
        self.paid = [name for name in benefits if graph.benefits[name].amount is not None]
        self.metadata = {_METADATA: json.dumps(told, ensure_ascii=False).encode()}
        fields = [pa.field(FAMILY_ID, pa.int64(), nullable=False), pa.field("region", _words_type())]
        for name in benefits:
            fields.append(pa.field(f"{name}_entitled", _words_type(), nullable=False))
            if name in self.paid:
                fields.append(pa.field(f"{name}_amount", pa.int64()))
        self.schema = pa.schema(fields, metadata=self.metadata)
        folder.joinpath(ENTITLEMENTS).mkdir()
        self._writer: Any = None
        self._part = self._rows = 0
        self._open: Any = pq.ParquetWriter(folder.joinpath(OPEN), _OPEN_SCHEMA.with_metadata(self.metadata))

    def write(self, batch: Batch, places: NDArray[np.int64], answers: Answers) -> None:
        """Write the answers of one batch as one row group."""
        if self._writer is None:
            path = self.folder.joinpath(ENTITLEMENTS, PART.format(self._part))
            self._writer = pq.ParquetWriter(path, self.schema, compression=COMPRESSION)
        arrays = [pa.array(batch.ids), _words(places, [region.code for region in self.regions])]
        for name in self.benefits:
            codes = answers.entitled[name]
            arrays.append(_words(codes, WORDS))
            if name in self.paid:
                arrays.append(pa.array(answers.amount[name], mask=(codes == CANNOT_TELL_YET) | (codes == NO_LAW)))
        table = pa.Table.from_arrays(arrays, schema=self.schema)
        self._writer.write_table(table, row_group_size=max(len(table), 1))
        self._write_open(batch, places, answers)
        self._rows += len(table)
        if self._rows >= _ROWS_A_PART:
            self._writer.close()
            self._writer, self._rows, self._part = None, 0, self._part + 1

    def _write_open(self, batch: Batch, places: NDArray[np.int64], answers: Answers) -> None:
        rows = [
            {
                FAMILY_ID: int(batch.ids[left.index]),
                "region": self.regions[int(places[left.index])].code,
                "benefit": left.benefit,
                "entitled": str(left.entitled),
                "amount_least": None if left.amount is None else math.floor(left.amount.low),
                "amount_most": None if left.amount is None else math.ceil(left.amount.high),
                "missing": list(left.missing),
            }
            for left in answers.open
        ]
        if rows:
            self._open.write_table(pa.Table.from_pylist(rows, schema=self._open.schema))

    def close(self) -> None:
        """Close all files."""
        for writer in (self._writer, self._open):
            if writer is not None:
                writer.close()


def _words_type() -> pa.DataType:
    return pa.dictionary(pa.int8(), pa.string())


def _words(places: NDArray[Any], words: Iterable[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int8)), pa.array(list(words)))


def summary_rows(lines: Iterable[Line], graph: Graph, source: str) -> Iterator[dict[str, object]]:
    """Yield the sums as rows of a table; `population` says in each row whether the families are real."""
    for line in lines:
        benefit = graph.benefits[line.benefit]
        yield {
            "population": source,
            "region": line.region.code,
            "iso_code": line.region.iso,
            "region_name": line.region.name,
            "families": line.families,
            "persons": line.persons,
            "benefit": line.benefit,
            "paid": str(benefit.paid) if benefit.paid else "",
            "entitled": line.entitled,
            "amount": line.amount if benefit.amount else None,
            "cannot_tell": line.cannot_tell,
            "no_answer_in_law": line.no_law,
            "persons_in_entitled_families": line.persons_entitled,
            "children_in_entitled_families": line.children_entitled,
        }


def write_rows(folder: Path, name: str, rows: Sequence[Mapping[str, object]], metadata: dict[bytes, bytes]) -> None:
    """Write rows as Parquet and as CSV."""
    table = pa.Table.from_pylist([dict(row) for row in rows])
    pq.write_table(table.replace_schema_metadata(metadata), folder.joinpath(f"{name}.parquet"))
    with folder.joinpath(f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)


def write_told(folder: Path, told: Mapping[str, object]) -> None:
    """Write what the run was: the population, the dates, the version of the rules, what is not verified."""
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    folder.joinpath(TOLD).write_text(text, encoding="utf-8")
