"""One family at a time, from its description in JSON, as the web interface of OpenFisca does it."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from openfisca_core.simulations import SimulationBuilder
from openfisca_web_api import handlers


@dataclass
class Cases:
    """Families as the web interface receives them; what is asked for stands in them with the value null."""

    system: Any
    situations: list[dict[str, Any]] = field(default_factory=list)

    def read(self, file: str) -> dict[str, int]:
        """Take in the families of a file."""
        self.situations = json.loads(Path(file).read_text("utf-8"))
        return {"cases": len(self.situations)}

    def answer(self) -> list[dict[str, Any]]:
        """Return what is asked for of each family."""
        return [self._answers(case) for case in self.situations]

    def time(self) -> dict[str, list[int]]:
        """Return the nanoseconds that each family takes in three ways, in turn."""
        ways = {"calculate": handlers.calculate, "trace": handlers.trace, "values_only": None}
        found: dict[str, list[int]] = {name: [] for name in ways}
        for case in self.situations:
            for name, handler in ways.items():
                found[name].append(self._values_only(case) if handler is None else self._whole(handler, case))
        return found

    def _whole(self, handler: Any, case: dict[str, Any]) -> int:
        given = copy.deepcopy(case)
        start = perf_counter_ns()
        handler(self.system, given)
        return perf_counter_ns() - start

    def _values_only(self, case: dict[str, Any]) -> int:
        """Leave out the reading of the description."""
        simulation = SimulationBuilder().build_from_entities(self.system, case)
        asked = list(_asked(case))
        start = perf_counter_ns()
        for name, month in asked:
            simulation.calculate(name, month)
        return perf_counter_ns() - start

    def _answers(self, case: dict[str, Any]) -> dict[str, Any]:
        (family,) = handlers.calculate(self.system, copy.deepcopy(case))["families"].values()
        return {name: family[name][month] for name, month in _asked(case)}


def _asked(case: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the variables that are asked for, with their month."""
    (family,) = case["families"].values()
    for name, values in family.items():
        if isinstance(values, dict):
            yield from ((name, month) for month, value in values.items() if value is None)
