"""The commands over whole populations: `population generate` and `population run`."""

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rules.desk.arguments import DONE, Write, as_date, as_folder
from rules.errors import RuleError
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
    maker.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="a folder that is not there yet")
    maker.add_argument(
        "--as-of", type=as_date, metavar="DATE", help="the day it stands for; incomes are those of the quarter before"
    )
    maker.set_defaults(run=_generate)
    runner = acts.add_parser("run", help="who is entitled to what in a whole population, by family and by region")
    runner.add_argument("--in", dest="folder", type=as_folder, required=True, metavar="FOLDER", help="a population")
    runner.add_argument("--date", dest="on", type=as_date, required=True, metavar="DATE", help="the day in question")
    runner.add_argument("--known-on", type=as_date, metavar="DATE", help="use what was known on this day")
    runner.add_argument("--benefits", nargs="+", default=[], metavar="NAME", help="only these; all without it")
    runner.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="a folder that is not there yet")
    runner.set_defaults(run=_run)


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


def require_packages() -> None:
    """Raise MissingPackagesError where an optional package is not installed."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MissingPackagesError(missing)


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= _MOST_FAMILIES:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of families from 1 to {_MOST_FAMILIES}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
