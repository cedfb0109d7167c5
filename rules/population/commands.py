"""The commands over whole populations: `population generate` and `population run`."""

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rules.desk.arguments import DONE, Write, as_date, refuse_existing, write_file
from rules.errors import RuleError
from rules.graph.words import Language
from rules.loader import Law

if TYPE_CHECKING:
    from rules.desk.arguments import Commands

_NEEDED = ("numpy", "numba", "pyarrow", "rich")
_MOST_FAMILIES = 100_000_000


class MissingPackagesError(RuleError):
    """The optional packages for whole populations are not installed."""

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing
        super().__init__(
            f"whole populations need {', '.join(missing)}, not installed here: install casemgmt[population]"
        )


def add_commands(commands: "Commands") -> None:
    """Add the commands over whole populations."""
    population = commands.add_parser("population", help="invent a population, or run the benefits over one")
    acts = population.add_subparsers(required=True, metavar="ACT")
    maker = acts.add_parser("generate", help="invent a population of any size; every family in it is synthetic")
    maker.add_argument("--families", type=_count, required=True, metavar="N", help="for example 6500000")
    maker.add_argument("--seed", type=_seed, required=True, metavar="N", help="the same seed makes the same families")
    maker.add_argument(
        "--out", type=Path, required=True, metavar="PLACE", help="a folder that is not there yet, or one .parquet file"
    )
    maker.add_argument(
        "--as-of", type=as_date, metavar="DATE", help="the day it stands for; incomes are those of the quarter before"
    )
    maker.set_defaults(run=_generate)
    runner = acts.add_parser("run", help="who is entitled to what in a whole population, by family and by region")
    runner.add_argument(
        "--in",
        dest="folder",
        type=as_place,
        required=True,
        metavar="PLACE",
        help="a population: a folder, or one .parquet file",
    )
    runner.add_argument("--date", dest="on", type=as_date, required=True, metavar="DATE", help="the day in question")
    runner.add_argument("--known-on", type=as_date, metavar="DATE", help="use what was known on this day")
    runner.add_argument("--benefits", nargs="+", default=[], metavar="NAME", help="only these; all without it")
    runner.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="a folder that is not there yet")
    runner.set_defaults(run=_run)
    comparer = commands.add_parser("compare", help="who gains and who loses by a reform, and what it costs")
    comparer.add_argument("--reform", type=Path, required=True, metavar="FILE", help="what would change, in YAML")
    comparer.add_argument("--population", type=as_place, required=True, metavar="PLACE", help="the families")
    comparer.add_argument("--date", dest="on", type=as_date, metavar="DATE", help="the day; else the population's own")
    comparer.add_argument("--known-on", type=as_date, metavar="DATE", help="use what was known on this day")
    comparer.add_argument("--benefits", nargs="+", default=[], metavar="NAME", help="only these; else all it reaches")
    comparer.add_argument("--as", dest="form", choices=("text", "json", "html"), default="text")
    comparer.add_argument("--lang", type=Language, choices=list(Language), default=Language.EN)
    comparer.add_argument(
        "--out", type=Path, metavar="FILE", help="a file that is not there yet, instead of the screen"
    )
    comparer.set_defaults(run=_compare)


def _generate(asked: argparse.Namespace, law: Law, write: Write) -> int:
    require_packages()
    from rules.population import desk  # noqa: PLC0415 - only here are the optional packages sure to be there

    write(desk.generate(law, asked.families, asked.seed, asked.as_of, asked.out))
    return DONE


def _run(asked: argparse.Namespace, law: Law, write: Write) -> int:
    require_packages()
    from rules.population import desk  # noqa: PLC0415 - only here are the optional packages sure to be there

    write(desk.run(law, asked.folder, asked.on, asked.known_on, asked.benefits, asked.out))
    return DONE


def _compare(asked: argparse.Namespace, law: Law, write: Write) -> int:
    require_packages()
    from rules.population import desk  # noqa: PLC0415 - only here are the optional packages sure to be there

    if asked.out is not None:
        refuse_existing(asked.out)
    found = desk.compare_reform(law, asked.reform, asked.population, asked.on, asked.known_on, asked.benefits)
    told = desk.FORMS[asked.form](found, asked.lang)
    if asked.out is None:
        write([told])
    else:
        write_file(asked.out, f"{told.rstrip()}\n")
        write([f"Written to {asked.out}"])
    return DONE


def require_packages() -> None:
    """Raise MissingPackagesError where an optional package is not installed."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MissingPackagesError(missing)


def as_place(text: str) -> Path:
    """Return the folder or file that an argument names."""
    place = Path(text)
    if not place.exists():
        raise argparse.ArgumentTypeError(f"{text} is not there")
    return place


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= _MOST_FAMILIES:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of families from 1 to {_MOST_FAMILIES}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
