"""`python -m benchmarks`: measure the service against its floors and the textbook; write results/latest.json.

`python -m benchmarks law` measures the law as code, `python -m benchmarks audit` the audit log at ten million events,
`python -m benchmarks queues` the queues of a day before the archive of years,
`python -m benchmarks contacts` contacts at 50 a second and in bursts beside case work and an open board,
`python -m benchmarks board-page` how long after it was sent a contact stands on the board's page in a browser,
`python -m benchmarks year` lives through a year of the centres and compares every clock with a plain calculation.
"""

import argparse
import asyncio
import signal
import sys

from benchmarks.audit.command import main as audit
from benchmarks.contacts.command import main as contacts
from benchmarks.contacts.page import main as board_page
from benchmarks.database import BenchDatabase, bench_server
from benchmarks.law.command import main as law
from benchmarks.lists import time_lists
from benchmarks.processes import BenchmarkError
from benchmarks.queues import main as queues
from benchmarks.report import Results
from benchmarks.run import measure
from benchmarks.year.command import main as year
from casemgmt.embedded.errors import EmbeddedServerError


def _say(text: str) -> None:
    print(text, flush=True)


_OTHERS = {
    "law": law,
    "audit": audit,
    "contacts": contacts,
    "board-page": board_page,
    "queues": queues,
    "year": year,
}


def main() -> int:
    """Run the benchmark that is asked for. Whoever ends it in order ends with it all that it started."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    other = _OTHERS.get(sys.argv[1]) if sys.argv[1:] else None
    return _service() if other is None else other(sys.argv[2:], _say)


def _service() -> int:
    """Measure the service and say what came of it; 1 where something went wrong, not where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="longer windows and more rounds")
    parser.add_argument("--cases", type=int, nargs="*", default=[50_000, 500_000], help="numbers of cases")
    parser.add_argument("--rounds", type=int, help="rounds of every version")
    parser.add_argument("--seconds", type=float, help="length of one window")
    parser.add_argument("--only", nargs="*", help="operations: get_case list_cases create_signal")
    arguments = parser.parse_args()
    rounds = arguments.rounds or (25 if arguments.full else 12)
    seconds = arguments.seconds or (1.5 if arguments.full else 0.5)
    results = Results(full=arguments.full, rounds=rounds, seconds=seconds)
    try:
        with bench_server(_say) as server:
            for cases in arguments.cases:
                database = BenchDatabase(server, cases)
                asyncio.run(database.prepare(_say))
                results.add_lists(cases, asyncio.run(time_lists(database)))
                measure(database, results, rounds=rounds, seconds=seconds, only=arguments.only, say=_say)
    except (BenchmarkError, EmbeddedServerError) as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        _say("Stopped.")
        return 1
    results.show()
    if not arguments.only:
        results.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
