"""What a run found: medians over its minutes, beside the floor's; on the screen and as JSON."""

import json
import platform
import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.contacts.counting import Count
from benchmarks.database import ROOT

RESULTS = ROOT / "benchmarks" / "results" / "contacts.json"
SEEN_LIMIT_MS = 1000.0
"""By then a contact is on the open board, at median."""
OURS, FLOOR = "ours", "contacts_floor"


def percentile(values: list[float], share: float) -> float:
    """Return the value below which a share of them lies; 0 of none."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


@dataclass
class Found:
    """All windows of a run, in the order of measuring."""

    settings: dict[str, Any]
    windows: dict[str, dict[str, list[dict[str, Any]]]] = field(
        default_factory=lambda: {kind: {OURS: [], FLOOR: []} for kind in ("steady", "burst", "unbroken")}
    )
    counts: dict[str, Count] = field(default_factory=lambda: {OURS: Count(), FLOOR: Count()})

    def add(self, kind: str, version: str, window: dict[str, Any], counted: Count) -> None:
        """Take in a window."""
        self.windows[kind][version].append(window)
        self.counts[version].add(counted)

    @property
    def sound(self) -> bool:
        """Whether there was no error, and nothing is lost, doubled or without its clock."""
        windows = [w for versions in self.windows.values() for of in versions.values() for w in of]
        return not any(w["failures"] or w["unanswered"] for w in windows) and not any(
            c.lost or c.doubled or c.without_clock or c.acknowledged < c.sent for c in self.counts.values()
        )

    def as_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        measured = {
            kind: {version: _summary(of) for version, of in versions.items() if of}
            for kind, versions in self.windows.items()
        }
        for kind, versions in measured.items():
            if OURS in versions and FLOOR in versions:
                versions["ratios"] = self._ratios(kind)
        return {
            "machine": {"cpus": psutil.cpu_count(), "python": platform.python_version(), "system": platform.machine()},
            "settings": self.settings,
            "measured": measured,
            "counted": {version: vars(counted) for version, counted in self.counts.items()},
            "targets": {"seen_p50_ms": SEEN_LIMIT_MS, "failures": 0, "lost": 0, "doubled": 0, "without_clock": 0},
            "missed": self.missed(measured),
        }

    def _ratios(self, kind: str) -> dict[str, float]:
        """Return the medians of the ratios within a round: what disturbs a round disturbs both."""
        pairs = list(zip(self.windows[kind][OURS], self.windows[kind][FLOOR], strict=True))
        return {
            f"{name}_p{share}": round(
                statistics.median(
                    percentile(a[f"{name}_ms"], share / 100) / max(percentile(b[f"{name}_ms"], share / 100), 0.01)
                    for a, b in pairs
                ),
                2,
            )
            for name in ("accept",)
            for share in (50, 99)
        }

    def missed(self, measured: dict[str, Any]) -> list[str]:
        """Return the targets that were missed, in words."""
        late = [
            f"{version}: {number} contacts {name.replace('_', ' ')}"
            for version, counted in self.counts.items()
            for name, number in (
                ("lost", counted.lost),
                ("doubled", counted.doubled),
                ("without_clock", counted.without_clock),
                ("not acknowledged", counted.sent - counted.acknowledged),
            )
            if number
        ]
        for kind, versions in measured.items():
            failures = {v: versions[v]["failures"] for v in (OURS, FLOOR) if versions.get(v, {}).get("failures")}
            late += [f"{version}, {kind}: {of}" for version, of in failures.items()]
            seen = versions.get(OURS, {}).get("seen_ms")
            if kind != "burst" and seen is not None and (seen["p50"] > SEEN_LIMIT_MS or seen["unseen"]):
                late.append(f"{kind}: on the board after {seen['p50']} ms at median, {seen['unseen']} never")
        return late

    def show(self) -> None:
        """Print what was found."""
        console, found = Console(), self.as_dict()
        for kind, versions in found["measured"].items():
            if OURS not in versions:
                continue
            table = Table("milliseconds", *(v for v in (OURS, FLOOR) if v in versions), title=kind)
            for name in ("accept_ms", "queue_ms"):
                for share in ("p50", "p99", "max"):
                    table.add_row(f"{name.removesuffix('_ms')} {share}", *_cells(versions, name, share))
            for name in sorted(versions.get(OURS, {}).get("cases_ms", {})):
                cells = (f"{versions[v]['cases_ms'][name]['p99']}" for v in (OURS, FLOOR) if v in versions)
                table.add_row(f"{name} p99", *cells)
            table.add_row(
                "seconds until all was answered",
                *(str(versions[v]["drained_seconds"]) for v in (OURS, FLOOR) if v in versions),
            )
            table.add_row(
                "processor, of one core",
                *(f"{versions[v]['worker_share']:.0%}" for v in (OURS, FLOOR) if v in versions),
            )
            table.add_row(
                "database, of one core",
                *(f"{versions[v]['database_share']:.0%}" for v in (OURS, FLOOR) if v in versions),
            )
            table.add_row(
                "worker and sealer, of one core",
                *(f"{versions[v]['beside_share']:.0%}" for v in (OURS, FLOOR) if v in versions),
            )
            console.print(table)
            if "seen_ms" in versions.get(OURS, {}):
                seen = versions[OURS]["seen_ms"]
                console.print(
                    f"On the open board after {seen['p50']} ms at median, 99 of 100 within {seen['p99']} ms,"
                    f" {seen['unseen']} never."
                )
            if "ratios" in versions:
                ratios = ", ".join(f"{name} {ratio}" for name, ratio in versions["ratios"].items())
                console.print(f"Ours as a multiple of the floor, median over the rounds: {ratios}.")
        for version, counted in found["counted"].items():
            console.print(f"{version}: " + ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in counted.items()))
        console.print("All targets met." if not found["missed"] else "Missed: " + "; ".join(found["missed"]))

    def write(self) -> None:
        """Keep the results."""
        RESULTS.write_text(json.dumps(self.as_dict(), indent=2) + "\n", "utf-8")


def _cells(versions: dict[str, Any], name: str, share: str) -> list[str]:
    return [str(versions[v][name][share]) for v in (OURS, FLOOR) if v in versions]


def _summary(windows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return medians over the windows of what each window shows."""
    failures: Counter[str] = Counter()
    for window in windows:
        failures.update(window["failures"])
        failures.update({"unanswered": window["unanswered"]} if window["unanswered"] else {})
    summary: dict[str, Any] = {name: _spread([w[name] for w in windows]) for name in ("accept_ms", "queue_ms")}
    kinds = sorted({name for w in windows for name in w["cases_ms"]})
    summary["cases_ms"] = {name: _spread([w["cases_ms"].get(name, []) for w in windows]) for name in kinds}
    summary["failures"] = dict(failures)
    for name in ("drained_seconds", "worker_share", "database_share", "beside_share"):
        summary[name] = round(statistics.median(w[name] for w in windows), 2)
    seen = [w["seen_ms"] for w in windows if w["seen_ms"]]
    if seen:
        summary["seen_ms"] = _spread(seen) | {"unseen": sum(w["unseen"] for w in windows if w["seen_ms"])}
    return summary


def _spread(windows: list[list[float]]) -> dict[str, float]:
    return {
        "p50": round(statistics.median(percentile(w, 0.5) for w in windows), 1),
        "p99": round(statistics.median(percentile(w, 0.99) for w in windows), 1),
        "max": round(max((max(w, default=0.0) for w in windows), default=0.0), 1),
    }
