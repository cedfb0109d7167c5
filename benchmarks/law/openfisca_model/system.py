"""The tax and benefit system over the parameters of our law, handed over with their dates."""

from typing import Any

from openfisca_core.parameters import ParameterNode
from openfisca_core.taxbenefitsystems import TaxBenefitSystem

from benchmarks.law.openfisca_model import assistance, children, disability, facts, mothers
from benchmarks.law.openfisca_model.entities import Family, Person
from benchmarks.law.openfisca_model.variable import VARIABLES

RULES = (facts, children, mothers, disability, assistance)
"""Imported for the variables that they declare."""


def make_system(parameters: dict[str, Any]) -> TaxBenefitSystem:
    """Return the system; `parameters` is a tree of names down to `{"values": {date: {"value": figure}}}`."""
    system = TaxBenefitSystem([Person, Family])
    system.parameters = ParameterNode("", data=parameters)
    system.add_variables(*VARIABLES)
    return system
