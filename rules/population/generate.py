"""Writes an invented population of any size: streaming, in parts, the same bytes for the same seed."""

from collections.abc import Callable, Sequence
from pathlib import Path

from rules.population.households import Setting
from rules.population.layout import ENDING, NOTE, Note, Source, Table, tables_of
from rules.population.nested import NestedWriter
from rules.population.store import TableWriter, row_keys, whole
from rules.population.synthesis import BLOCK, make_blocks

# Families in one file, a multiple of the block: a run reads files of a size that it can hold.
FAMILIES_A_PART = 5 * BLOCK
Told = Callable[[int], None]


def write_population(setting: Setting, seed: int, families: int, place: Path, told: Told) -> Note:
    """Write the population to a folder, or to one `.parquet` file, not there yet; `told` hears of families written.

    Raises PopulationError.
    """
    note = Note(
        source=Source.SYNTHETIC,
        title=f"{setting.profile.title}; seed {seed}",
        as_of=setting.as_of,
        incomes_from=setting.months[0],
        incomes_through=setting.months[-1],
        families=families,
        seed=seed,
    )
    tables = list(tables_of(setting.graph))
    with whole(place) as unfinished:
        if place.suffix == ENDING:
            _write_file(setting, families, unfinished, tables, note, told)
        else:
            _write_folder(setting, families, unfinished, tables, told)
            text = note.model_dump_json(indent=2, exclude_none=True) + "\n"
            unfinished.joinpath(NOTE).write_text(text, encoding="utf-8")
    return note


def _write_file(setting: Setting, families: int, path: Path, tables: Sequence[Table], note: Note, told: Told) -> None:
    writer = NestedWriter(path, tables, note)
    try:
        for block in make_blocks(setting, families):
            writer.write(block)
            told(len(block.ids))
    finally:
        writer.close()


def _write_folder(setting: Setting, families: int, folder: Path, tables: Sequence[Table], told: Told) -> None:
    folder.mkdir()
    writers = [TableWriter(folder, table) for table in tables]
    written = 0
    for block in make_blocks(setting, families):
        keys = row_keys(tables, block)
        for writer in writers:
            writer.write(block, keys[writer.table.group])
        written += len(block.ids)
        told(len(block.ids))
        if written % FAMILIES_A_PART == 0:
            _end_parts(writers)
    _end_parts(writers)


def _end_parts(writers: list[TableWriter]) -> None:
    for writer in writers:
        writer.end_part()
