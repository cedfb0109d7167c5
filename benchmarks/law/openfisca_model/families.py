"""Many families at once, from arrays, by the builder's own methods for tables."""

import resource
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import Any

import numpy as np
from openfisca_core.simulations import SimulationBuilder

ETERNITY = "ETERNITY"


@dataclass
class Families:
    """Arrays of facts: `person/NAME/PERIOD` or `family/NAME/PERIOD`, with `family_of` and `role` of each person."""

    system: Any
    month: str
    arrays: dict[str, Any] = field(default_factory=dict)

    def read(self, file: str) -> dict[str, int]:
        """Take in the families of a file."""
        with np.load(file) as stored:
            self.arrays = dict(stored)
        return {"families": int(self.arrays["families"]), "persons": len(self.arrays["family_of"])}

    def time(self, asked: list[str], answers: str | None = None) -> dict[str, float]:
        """Return the seconds of each part; write the answers where a file is named."""
        start, start_processor = perf_counter(), process_time()
        simulation = self._build()
        built = perf_counter()
        for key, values in self.arrays.items():
            if "/" in key:
                _, name, period = key.split("/")
                simulation.set_input(name, period, values)
        given = perf_counter()
        found = {name: simulation.calculate(name, self.month) for name in asked}
        done, processor = perf_counter(), process_time() - start_processor
        if answers:
            np.savez(answers, **found)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        parts = {"build": built - start, "set": given - built, "calculate": done - given}
        return {**parts, "processor": processor, "peak_mib": peak}

    def _build(self) -> Any:
        builder = SimulationBuilder()
        builder.create_entities(self.system)
        family_of, families = self.arrays["family_of"], int(self.arrays["families"])
        builder.declare_person_entity("person", range(len(family_of)))
        group = builder.declare_entity("family", range(families))
        builder.join_with_persons(group, family_of, self.arrays["role"])
        return builder.build(self.system)
