"""The desk of policy staff: `python -m rules` with its commands, each family of them in a module of `rules.desk`."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

from rules.desk import cases, changes, coverage, explaining, law, sign_off, testing, triage, whatif
from rules.desk.arguments import FOUND_FAULTS, NO_ANSWER, Command, as_folder
from rules.errors import LawFilesError, RuleError
from rules.loader import load_law, read_law
from rules.population import commands as population

_FAMILIES = (law, testing, explaining, whatif, cases, coverage, changes, sign_off, triage, population)
_EXIT_CODES = (
    "Exit codes: 0 done and all as it should be; 1 a file has faults, a case fails or a check finds something; "
    "2 the question has no answer, or the command was not understood."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 faults or failing cases, 2 the question has no answer."""
    asked = build_parser().parse_args(arguments)
    command: Command = asked.run
    try:
        return command(asked, read_law(asked.law, str(asked.law)) if asked.law else load_law(), _write)
    except LawFilesError as error:
        return _refuse(error)
    except RuleError as error:
        sys.stderr.write(f"{error}\n")
        return NO_ANSWER


def _refuse(error: LawFilesError) -> int:
    count = len(error.problems)
    sys.stderr.write(f"{error}\n{count} fault{'' if count == 1 else 's'} found.\n")
    return FOUND_FAULTS


def _write(lines: Iterable[str]) -> None:
    with suppress(BrokenPipeError):  # who reads only the beginning, as `head` does, has seen enough
        sys.stdout.write("".join(f"{line}\n" for line in list(lines)))
        sys.stdout.flush()


def build_parser() -> argparse.ArgumentParser:
    """Return the command line with every family of commands."""
    parser = argparse.ArgumentParser(
        prog="python -m rules", description="Read, test, explain and change the law as code.", epilog=_EXIT_CODES
    )
    parser.add_argument("--law", type=as_folder, metavar="FOLDER", help="files to use instead of the package's own")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for family in _FAMILIES:
        family.add_commands(commands)
    return parser


if __name__ == "__main__":
    code = main()
    with suppress(BrokenPipeError):
        sys.stdout.close()
    sys.exit(code)
