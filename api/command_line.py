"""The web service (`serve`), its contract (`contract`), and days of work played against it (`days`)."""

import argparse
import json
import sys
from pathlib import Path

from api.app import create_app
from api.days import play_days
from api.server import serve
from casemgmt.demo.days.play import DAYS
from casemgmt.settings import Settings
from casemgmt.terminal import console, read_settings

CONTRACT = Path("openapi/casemgmt.v1.json")


def contract_text() -> str:
    """Return the contract as it is committed: sorted, indented, readable in a diff."""
    settings = Settings(mode="demo", database_url="postgresql://nobody@localhost/none")
    return json.dumps(create_app(settings).openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_contract(*, check: bool) -> int:
    """Write the contract, or only compare it, and return the exit code."""
    text = contract_text()
    if CONTRACT.exists() and CONTRACT.read_text("utf-8") == text:
        sys.stdout.write(f"{CONTRACT} is up to date.\n")
        return 0
    if check:
        sys.stderr.write(f"{CONTRACT} differs from the program: run `make docs` and commit the result.\n")
        return 1
    CONTRACT.parent.mkdir(exist_ok=True)
    CONTRACT.write_text(text, "utf-8")
    sys.stdout.write(f"{CONTRACT} written.\n")
    return 0


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m api", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    contract = commands.add_parser("contract", help="the OpenAPI contract")
    contract.add_argument("--check", action="store_true", help="write nothing; fail where the file differs")
    service = commands.add_parser("serve", help="the web service, until it is told to stop")
    service.add_argument("--host", default="127.0.0.1", help="address to listen on")
    service.add_argument("--port", type=int, default=8000, help="port to listen on")
    days = commands.add_parser("days", help="five working days, played over HTTP against a service of their own")
    days.add_argument("names", nargs="*", metavar="DAY", help=f"one or several of: {', '.join(DAYS)}; all where absent")
    days.add_argument("--language", choices=("kk", "ru", "en"), default="en", help="of labels and problem texts")
    arguments = parser.parse_args()
    if arguments.command == "contract":
        return write_contract(check=arguments.check)
    if arguments.command == "days":
        if unknown := [name for name in arguments.names if name not in DAYS]:
            days.error(f"there is no day {', '.join(unknown)}; there are {', '.join(DAYS)}")
        return play_days(arguments.names or list(DAYS), console, arguments.language)
    serve(read_settings(Settings), arguments.host, arguments.port)
    return 0
