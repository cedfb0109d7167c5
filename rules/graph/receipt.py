"""A receipt of an answer: everything it rests on, hashed, so that it can be recomputed years later."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any

from pydantic import JsonValue, ValidationError

from rules.errors import RuleError
from rules.graph.answers import Answered, ask
from rules.graph.basis import Mode, NotVerifiedError, SignOff, canonical, digest_of
from rules.graph.facts import FactsError, read_kept_facts
from rules.graph.graph import Graph
from rules.graph.records import Record, plain_record
from rules.graph.render import value_data
from rules.parameters import Entry

# Raised by hand whenever a change of the engine's code, not of the law's files, could move an answer.
ENGINE_VERSION = 2
_HASH = "hash"
# A fact never has more digits behind the point.
_MOST_DIGITS = 4
_NUMBER = re.compile(r"-?[0-9]{1,20}(/[1-9][0-9]{0,9})?")


class ReceiptError(RuleError):
    """The receipt can't be read: changed, made by another engine, or of facts that the rules no longer know."""


class _Value(Entry):
    kind: str
    name: str
    taken_for: date
    in_force_from: date
    known_from: date | None
    value: str
    digest: str


class _Form(Entry):
    """The form of a receipt: it may have lain for years where anybody could write."""

    engine_version: int
    rules_version: str
    benefit: str
    mode: Mode
    on: date
    known_on: date | None
    facts: dict[str, JsonValue]
    law: tuple[_Value, ...]
    not_verified: tuple[str, ...]
    result: dict[str, JsonValue]
    hash: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a receipt says: the question, its facts (read, and as they were given), and the whole as it was written."""

    benefit: str
    facts: Record
    given: object
    on: date
    known_on: date | None
    mode: Mode
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Whether a receipt gives the same answer again, byte for byte, and if not, why.

    `answered` is what is answered now, None where there is no answer; `same_result` whether it says the same.
    """

    same: bool
    reason: str
    answered: Answered | None = None
    same_result: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A value of the law that two receipts do not share: the entries of each about it, as they were written."""

    kind: str
    name: str
    before: tuple[Mapping[str, str | None], ...]
    after: tuple[Mapping[str, str | None], ...]


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


def read_receipt(graph: Graph, receipt: bytes) -> Told:
    """Return the question and the facts of a receipt. Raises ReceiptError."""
    try:
        form = _Form.model_validate_json(receipt)
        content = json.loads(receipt)
        if form.hash != _hash(content):
            raise ReceiptError("the receipt was changed: its content does not fit its hash")
        if form.engine_version != ENGINE_VERSION:
            raise ReceiptError(f"made by engine version {form.engine_version}, this one is {ENGINE_VERSION}")
        given = _numbers(graph, content["facts"])
        facts = read_kept_facts(graph, given, form.on)
        return Told(form.benefit, facts, given, form.on, form.known_on, form.mode, content)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise ReceiptError(f"the receipt can not be read: {f'{place}: ' if place else ''}{fault['msg']}") from error
    except (ValueError, FactsError) as error:
        raise ReceiptError(f"the receipt can not be read: {error}") from error


def recompute(graph: Graph, receipt: bytes, sign_off: SignOff | None = None) -> Recomputed:
    """Ask again what a receipt answered, with its own facts and both its dates.

    A decision whose values are no longer signed is asked again as an estimate, and is not the same.
    """
    try:
        told = read_receipt(graph, receipt)
        try:
            answered = ask(graph, told.benefit, told.facts, told.on, told.known_on, told.mode, sign_off)
        except NotVerifiedError:
            answered = ask(graph, told.benefit, told.facts, told.on, told.known_on, Mode.ESTIMATE, sign_off)
    except ReceiptError as error:
        return Recomputed(same=False, reason=str(error))
    except RuleError as error:
        return Recomputed(same=False, reason=f"the law of today gives no answer: {error}")
    again = make_receipt(answered)
    if again == receipt:
        return Recomputed(same=True, reason="recomputed byte for byte", answered=answered, same_result=True)
    now = json.loads(again)
    return Recomputed(
        same=False,
        reason=_why(told.content, now),
        answered=answered,
        same_result=told.content["result"] == now["result"],
    )


def find_moved(before: bytes, after: bytes) -> tuple[Moved, ...]:
    """Return the values of the law that differ between two receipts, whatever days they were taken for."""
    entries = [_by_name(json.loads(receipt)) for receipt in (before, after)]
    found = []
    for key in sorted(entries[0].keys() | entries[1].keys()):
        old, new = (side.get(key, ()) for side in entries)
        if {entry["digest"] for entry in old} != {entry["digest"] for entry in new}:
            found.append(Moved(*key, old, new))
    return tuple(found)


def _by_name(content: Mapping[str, Any]) -> dict[tuple[str, str], tuple[Mapping[str, str | None], ...]]:
    found: dict[tuple[str, str], tuple[Mapping[str, str | None], ...]] = {}
    for entry in content["law"]:
        key = (entry["kind"], entry["name"])
        found[key] = (*found.get(key, ()), entry)
    return found


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


def _number(text: str) -> Decimal | int | str:
    """Return a whole number, or the decimal that a fraction came from; what no fact can have stays text."""
    if not _NUMBER.fullmatch(text):
        return text
    shifted = Fraction(text) * 10**_MOST_DIGITS
    if shifted.denominator != 1:
        return text
    decimal = Decimal(shifted.numerator).scaleb(-_MOST_DIGITS)
    return int(decimal) if decimal == int(decimal) else decimal


def _why(told: Mapping[str, Any], again: Mapping[str, Any]) -> str:
    moved = []
    if told["mode"] != again["mode"]:
        moved.append("the values behind the decision are no longer signed, so this is an estimate")
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
