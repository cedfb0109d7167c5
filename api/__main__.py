"""`python -m api contract`: write the contract, or with `--check` compare the committed one with the program."""

import argparse
import json
import sys
from pathlib import Path

from api.app import create_app
from casemgmt.settings import Settings

CONTRACT = Path("openapi/casemgmt.v1.json")


def contract_text() -> str:
    """Return the contract as it is committed: sorted, indented, readable in a diff."""
    settings = Settings(mode="demo", database_url="postgresql://nobody@localhost/none")
    return json.dumps(create_app(settings).openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m api", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    contract = commands.add_parser("contract", help="the OpenAPI contract")
    contract.add_argument("--check", action="store_true", help="write nothing; fail where the file differs")
    text = contract_text() if (arguments := parser.parse_args()).command else ""
    if CONTRACT.exists() and CONTRACT.read_text("utf-8") == text:
        sys.stdout.write(f"{CONTRACT} is up to date.\n")
        return 0
    if arguments.check:
        sys.stderr.write(f"{CONTRACT} differs from the program: run `make docs` and commit the result.\n")
        return 1
    CONTRACT.parent.mkdir(exist_ok=True)
    CONTRACT.write_text(text, "utf-8")
    sys.stdout.write(f"{CONTRACT} written.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
