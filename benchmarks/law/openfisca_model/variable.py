"""Makes variables of OpenFisca from functions: one function is one rule."""

from collections.abc import Callable
from typing import Any

from openfisca_core.periods import DateUnit
from openfisca_core.variables import Variable

VARIABLES: list[type[Any]] = []


def fact(name: str, entity: Any, value_type: type, **more: Any) -> None:
    """Declare what a case states."""
    _declare(name, entity, value_type, more)


def rule(entity: Any, value_type: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare what a function works out for a month."""

    def declare(formula: Callable[..., Any]) -> Callable[..., Any]:
        _declare(formula.__name__, entity, value_type, {"formula": formula})
        return formula

    return declare


def _declare(name: str, entity: Any, value_type: type, more: dict[str, Any]) -> None:
    of_all = {"entity": entity, "value_type": value_type, "definition_period": DateUnit.MONTH, "label": name}
    VARIABLES.append(type(name, (Variable,), of_all | more))
