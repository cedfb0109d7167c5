"""A receipt of an answer: everything it rests on, hashed, so that it can be recomputed years later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any

from rules.errors import RuleError
from rules.graph.answers import Answered, ask
from rules.graph.basis import Mode, SignOff, canonical, digest_of
from rules.graph.facts import FactsError, read_kept_facts
from rules.graph.graph import Graph
from rules.graph.records import plain_record
from rules.graph.render import value_data

# Raised by hand whenever a change of the engine's code, not of the law's files, could move an answer.
ENGINE_VERSION = 1
_HASH = "hash"
_MOST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Whether a receipt gives the same answer again, byte for byte, and if not, why."""

    same: bool
    reason: str


def make_receipt(answered: Answered) -> bytes:
    """Return the receipt in its one canonical form."""
    if answered.run.case is None:
        raise TypeError(answered.benefit)
    used = sorted(answered.run.used.values(), key=lambda use: (use.kind, use.name, use.on))
    told: dict[str, object] = {
        "engine_version": ENGINE_VERSION,
        "rules_version": answered.run.graph.law.version,
        "benefit": answered.benefit,
        "mode": str(answered.mode),
        "on": answered.on.isoformat(),
        "known_on": answered.known_on.isoformat() if answered.known_on else None,
        "facts": plain_record(answered.run.case),
        "law": [
            {
                "kind": str(use.kind),
                "name": use.name,
                "taken_for": use.on.isoformat(),
                "in_force_from": use.value.in_force_from.isoformat(),
                "known_from": use.value.known_from.isoformat() if use.value.known_from else None,
                "value": str(use.value.value),
                "digest": digest_of(use.value),
            }
            for use in used
        ],
        "not_verified": sorted({use.name for use in answered.not_verified}),
        "result": {
            "entitled": str(answered.entitled),
            "amount": value_data(answered.amount) if answered.amount is not None else None,
            "missing": [str(ref) for ref in answered.missing],
        },
    }
    return canonical(told | {_HASH: _hash(told)}).encode()


def _hash(told: Mapping[str, object]) -> str:
    return sha256(canonical({key: value for key, value in told.items() if key != _HASH}).encode()).hexdigest()


def recompute(graph: Graph, receipt: bytes, sign_off: SignOff | None = None) -> Recomputed:
    """Ask again what a receipt answered, with its own facts and both its dates."""
    try:
        told = json.loads(receipt)
        if not isinstance(told, dict) or told.get(_HASH) != _hash(told):
            return Recomputed(same=False, reason="the receipt was changed: its content does not fit its hash")
        if told["engine_version"] != ENGINE_VERSION:
            text = f"made by engine version {told['engine_version']}, this one is {ENGINE_VERSION}"
            return Recomputed(same=False, reason=text)
        on = date.fromisoformat(told["on"])
        known_on = date.fromisoformat(told["known_on"]) if told["known_on"] else None
        facts = read_kept_facts(graph, _numbers(graph, told["facts"]), on)
        again = make_receipt(ask(graph, told["benefit"], facts, on, known_on, Mode(told["mode"]), sign_off))
    except (ValueError, KeyError, FactsError) as error:
        return Recomputed(same=False, reason=f"the receipt can not be read: {error}")
    except RuleError as error:
        return Recomputed(same=False, reason=f"the law of today gives no answer: {error}")
    if again == receipt:
        return Recomputed(same=True, reason="recomputed byte for byte")
    return Recomputed(same=False, reason=_why(told, json.loads(again)))


def _numbers(graph: Graph, told: object) -> object:
    """Return facts of a receipt with their numbers as numbers again: in a receipt every number is text."""
    if isinstance(told, list):
        return [_numbers(graph, entry) for entry in told]
    if not isinstance(told, dict):
        return told
    found: dict[str, object] = {}
    for key, value in told.items():
        fact = graph.facts.get(key)
        number = fact is not None and fact.unit is not None and isinstance(value, str)
        found[key] = _number(value) if number else _numbers(graph, value)
    return found


def _number(text: str) -> Decimal | int:
    """Return a whole number, or the decimal that a fraction came from; a fact never has more than four digits."""
    fraction = Fraction(text)
    if fraction.denominator == 1:
        return fraction.numerator
    return Decimal((fraction * 10**_MOST_DIGITS).numerator).scaleb(-_MOST_DIGITS)


def _why(told: Mapping[str, Any], again: Mapping[str, Any]) -> str:
    moved = []
    if told["result"] != again["result"]:
        moved.append(f"the result was {canonical(told['result'])} and is {canonical(again['result'])}")
    before, after = _digests(told), _digests(again)
    changed = sorted({key[1] for key in before.keys() | after.keys() if before.get(key) != after.get(key)})
    if changed:
        moved.append(f"the law behind it differs in {', '.join(changed)}")
    if not moved:
        moved.append("the same result from the same values, but other files of the law have changed")
    return "; ".join(moved)


def _digests(told: Mapping[str, Any]) -> dict[tuple[str, str, str], str]:
    return {(entry["kind"], entry["name"], entry["taken_for"]): entry["digest"] for entry in told["law"]}
