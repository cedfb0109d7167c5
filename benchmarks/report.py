"""What a run found: medians, ratios, targets; on the screen and as JSON."""

import json
import platform
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

LATEST = Path(__file__).parent / "results" / "latest.json"
TARGETS: dict[str, dict[str, float]] = {
    "get_case": {"equal_work": 0.8, "textbook": 3.0},
    "list_cases": {"equal_work": 0.8, "textbook": 4.0},
    "create_signal": {"equal_work": 0.8, "textbook": 3.0},
}
LIST_LIMIT_MS = 5.0
"""No list may take longer in the database, for any kind of actor."""


@dataclass
class Results:
    """All windows of a run."""

    full: bool
    rounds: int
    seconds: float
    memory: dict[str, float] = field(default_factory=dict)
    _windows: dict[tuple[int, str, str], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _lists: dict[int, dict[str, float]] = field(default_factory=dict)

    def add(self, cases: int, operation: str, version: str, window: dict[str, Any]) -> None:
        """Take in one window."""
        self._windows[cases, operation, version].append(window)

    def add_lists(self, cases: int, milliseconds: dict[str, float]) -> None:
        """Take in the times of the lists in the database."""
        self._lists[cases] = milliseconds

    def _ratio(self, cases: int, operation: str, other: str) -> float:
        """Return the median over the rounds of the ratio within a round: what disturbs a round disturbs both."""
        ours = self._windows[cases, operation, "ours"]
        floor = self._windows[cases, operation, other]
        return statistics.median(a["per_second"] / b["per_second"] for a, b in zip(ours, floor, strict=True))

    def as_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        measured: dict[str, Any] = {}
        for cases, operation, version in self._windows:
            windows = self._windows[cases, operation, version]
            of_operation = measured.setdefault(str(cases), {}).setdefault(operation, {})
            of_operation[version] = {
                "requests_per_second": round(statistics.median(w["per_second"] for w in windows), 1),
                "p50_ms": round(statistics.median(w["p50_ms"] for w in windows), 3),
                "p99_ms": round(statistics.median(w["p99_ms"] for w in windows), 3),
                "worker_cpu_us": round(statistics.median(w["worker_cpu_us"] for w in windows)),
                "database_cpu_us": round(statistics.median(w["database_cpu_us"] for w in windows)),
            }
        for cases, operations in measured.items():
            for operation, found in operations.items():
                for other in ("equal_work", "textbook", "bare"):
                    found[f"ratio_to_{other}"] = round(self._ratio(int(cases), operation, other), 3)
        return {
            "machine": {"cpus": psutil.cpu_count(), "python": platform.python_version(), "system": platform.machine()},
            "settings": {"full": self.full, "rounds": self.rounds, "window_seconds": self.seconds, "connections": 8},
            "targets": TARGETS | {"list_in_database_ms": LIST_LIMIT_MS},
            "measured": measured,
            "list_in_database_ms": {str(k): v for k, v in self._lists.items()},
            "resident_memory_mib": self.memory,
            "missed": self.missed(),
        }

    def missed(self) -> list[str]:
        """Return the targets that were missed, in words."""
        found = []
        for cases, operation in sorted({(c, o) for c, o, _ in self._windows}):
            for other, target in TARGETS[operation].items():
                ratio = self._ratio(cases, operation, other)
                if ratio < target:
                    found.append(f"{cases} cases, {operation}: {ratio:.2f} of {other}, wanted {target}")
        for cases, times in self._lists.items():
            found += [
                f"{cases} cases, {name}: {ms} ms in the database" for name, ms in times.items() if ms > LIST_LIMIT_MS
            ]
        return found

    def show(self) -> None:
        """Print tables."""
        console = Console()
        for cases, operations in self.as_dict()["measured"].items():
            table = Table(
                "operation",
                "version",
                "requests/s",
                "p50 ms",
                "p99 ms",
                "worker µs",
                "db µs",
                "ours is",
                title=f"{cases} cases",
            )
            for operation, found in operations.items():
                for version in ("bare", "equal_work", "textbook", "ours"):
                    row = found[version]
                    ratio = "" if version == "ours" else f"{found[f'ratio_to_{version}']:.2f} x"
                    cells = (
                        row["requests_per_second"],
                        row["p50_ms"],
                        row["p99_ms"],
                        row["worker_cpu_us"],
                        row["database_cpu_us"],
                    )
                    table.add_row(operation, version, *map(str, cells), ratio)
                table.add_section()
            console.print(table)
        for cases, times in self._lists.items():
            table = Table("list", "ms in the database", title=f"{cases} cases")
            for name, milliseconds in times.items():
                table.add_row(name, str(milliseconds))
            console.print(table)
        console.print("Resident memory, MiB:", self.memory)
        missed = self.missed()
        console.print("All targets met." if not missed else "Missed: " + "; ".join(missed))

    def write(self) -> None:
        """Write the results file."""
        LATEST.parent.mkdir(parents=True, exist_ok=True)
        LATEST.write_text(json.dumps(self.as_dict(), indent=2) + "\n", "utf-8")
