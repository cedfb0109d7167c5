"""What the run reached, beside what was wanted, ready for JSON and for words."""

import json
import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

LATEST = Path(__file__).parents[1] / "results" / "law.json"
Figures = dict[str, Any]
_QUIET = 0.5
"""The load below which nothing else is said to run."""


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that was set before the run; `key` names where it stands in a section's figures."""

    section: str
    key: str
    wanted: float
    unit: str
    what: str
    at_least: bool = False

    def met(self, reached: float) -> bool:
        """Return whether the figure is reached."""
        return reached >= self.wanted if self.at_least else reached <= self.wanted


TARGETS = (
    Target("one_case", "values_us_per_node", 0.2, "µs", "values of all rules for one family, a graph node"),
    Target("one_case", "explained_us_per_node", 1.0, "µs", "the same with the full cited explanation, a graph node"),
    Target("one_case", "ratio_to_openfisca", 100, "x", "one case, faster than OpenFisca", at_least=True),
    Target("country", "ns_per_family_and_rule", 5, "ns", "the whole country, a family and rule, warm"),
    Target("country", "peak_beyond_input_mib", 2048, "MiB", "memory beyond the input"),
    Target("million", "ratio_to_openfisca", 20, "x", "a million families, faster than OpenFisca", at_least=True),
    Target("reforms", "parameters_s", 5, "s", "a reform of parameters over the whole country, compiled code kept"),
    Target("reforms", "formulas_s", 30, "s", "a reform of formulas over the whole country, compiled from nothing"),
    Target("exactness", "different", 0, "families", "single answer against kernel, different by a tenge or more"),
)


@dataclass
class Results:
    """The figures of each section, and the tables to show."""

    size: str
    law: Figures = field(default_factory=dict)
    sections: dict[str, Figures] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    load: float = field(default_factory=lambda: round(psutil.getloadavg()[0], 2))

    @property
    def disturbed(self) -> bool:
        """Whether other work ran on the machine when the run began."""
        return self.load > _QUIET

    def reached(self) -> Iterator[tuple[Target, float]]:
        """Yield each target that the run measured."""
        for target in TARGETS:
            reached = self.sections.get(target.section, {}).get(target.key)
            if reached is not None:
                yield target, reached

    def missed(self) -> list[str]:
        """Return the targets that were missed, in words."""
        return [
            f"{target.what}: {figure(reached)} {target.unit}, wanted {'at least' if target.at_least else 'at most'} "
            f"{figure(target.wanted)}"
            for target, reached in self.reached()
            if not target.met(reached)
        ]

    def as_dict(self) -> Figures:
        """Return everything, ready for JSON."""
        return {
            "machine": {"cpus": psutil.cpu_count(), "python": platform.python_version(), "system": platform.machine()},
            "load_at_start": self.load,
            "size": self.size,
            "law": self.law,
            "targets": {
                f"{target.section}.{target.key}": {
                    "wanted": target.wanted,
                    "reached": reached,
                    "met": target.met(reached),
                }
                for target, reached in self.reached()
            },
            **self.sections,
            "left_out": self.left_out,
            "missed": self.missed(),
        }

    def write(self) -> None:
        """Write the results file."""
        LATEST.parent.mkdir(parents=True, exist_ok=True)
        LATEST.write_text(json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n", "utf-8")


def figure(value: float) -> str:
    """Return a figure with thousands apart, and three digits that mean something."""
    if isinstance(value, int) or abs(value) >= 100:  # noqa: PLR2004 - from here on no digit behind the point says more
        return f"{round(value):,}".replace(",", "\u00a0")
    return f"{value:.3g}"
