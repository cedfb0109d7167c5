"""What the rules refuse, said in the words of the domain: which value, for which day."""

from casemgmt.errors import DomainError, FieldFault, Invalid, WrongState, invalid_field
from casemgmt.reference.languages import Language
from casemgmt.texts import problem_text
from rules.errors import BeyondConfirmedError, NotInForceError, NotKnownYetError, RuleError
from rules.graph.basis import NotVerifiedError
from rules.graph.graph import Graph
from rules.graph.words import Language as RuleLanguage
from rules.graph.words import say

BEYOND_CONFIRMED = "law-beyond-confirmed"
NOT_IN_FORCE = "law-not-in-force"
NOT_KNOWN_YET = "law-not-known-yet"


def law_failure(graph: Graph, error: RuleError, language: Language) -> DomainError:
    """Return the failure for a question that the law does not answer; its data name the value and the days."""
    if isinstance(error, BeyondConfirmedError):
        data = _named(graph, error.name, language) | {
            "on": error.on.isoformat(), "confirmed_through": error.confirmed_through.isoformat()
        }  # fmt: skip
        return _refused(BEYOND_CONFIRMED, data, "/on", language)
    if isinstance(error, NotKnownYetError):
        data = _named(graph, error.name, language) | {
            "on": error.on.isoformat(), "known_on": error.known_on.isoformat()
        }  # fmt: skip
        return _refused(NOT_KNOWN_YET, data, "/known_on", language)
    if isinstance(error, NotInForceError):
        data = _named(graph, error.name, language) | {"on": error.on.isoformat()}
        return _refused(NOT_IN_FORCE, data, "/on", language)
    if isinstance(error, NotVerifiedError):
        names = sorted({use.name for use in error.used})
        return WrongState(
            "Values that a decision would rest on are not verified.",
            code="values-not-verified",
            data={"values": names, "count": len(names)},
        )
    # What is left speaks of what was sent, and is not repeated: a code for which a table of the law has no row.
    return Invalid("The law has no value for these facts.", code="law-without-value")


def require_benefit(graph: Graph, name: str, pointer: str) -> None:
    """Refuse a benefit that the catalogue does not have."""
    if name not in graph.benefits:
        raise invalid_field(pointer, "unknown-benefit", "There is no such benefit: GET /v1/benefits lists them.")


def _refused(code: str, data: dict[str, object], pointer: str, language: Language) -> Invalid:
    detail = problem_text(code, language, data)[1] or ""
    return Invalid(detail, code=code, data=data, faults=(FieldFault(pointer, code, detail),))


def _named(graph: Graph, name: str, language: Language) -> dict[str, object]:
    return {"value": name, "value_label": say(graph.label(name), RuleLanguage(language))}
