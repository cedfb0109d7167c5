"""Writes an invented population of any size: streaming, in parts, the same bytes for the same seed."""

from collections.abc import Callable
from pathlib import Path

from rules.population.households import Setting
from rules.population.layout import NOTE, Note, Source, tables_of
from rules.population.store import TableWriter, row_keys, whole_folder
from rules.population.synthesis import BLOCK, make_blocks

# Families in one file, a multiple of the block: a run reads files of a size that it can hold.
FAMILIES_A_PART = 5 * BLOCK
Told = Callable[[int], None]


def write_population(setting: Setting, seed: int, families: int, folder: Path, told: Told) -> Note:
    """Write the population to a folder that is not there yet; `told` hears of families written.

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
    with whole_folder(folder) as unfinished:
        writers = [TableWriter(unfinished, table) for table in tables]
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
        unfinished.joinpath(NOTE).write_text(note.model_dump_json(indent=2, exclude_none=True) + "\n", encoding="utf-8")
    return note


def _end_parts(writers: list[TableWriter]) -> None:
    for writer in writers:
        writer.end_part()
