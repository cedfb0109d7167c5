"""Answers one request a line on standard input with one line of JSON, until the input ends."""

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.law.openfisca_model.cases import Cases
from benchmarks.law.openfisca_model.families import Families
from benchmarks.law.openfisca_model.system import make_system


def main() -> None:
    """Read the parameters and the month first, then requests."""
    start = json.loads(sys.stdin.readline())
    system = make_system(json.loads(Path(start["parameters"]).read_text("utf-8")))
    cases, families = Cases(system), Families(system, start["month"])
    acts: dict[str, Any] = {
        "read_cases": cases.read,
        "answer_cases": cases.answer,
        "time_cases": cases.time,
        "read_families": families.read,
        "time_families": families.time,
    }
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        found = acts[request.pop("do")](**request)
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
