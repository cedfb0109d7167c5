"""Bodies that fit the contract: the example of an operation, or the least that its schema takes."""

import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from casemgmt.demo.accounts import ROOMS, demo_id
from tests.sight.channels import Channel, Json, resolved

_WORDS = "Мәтін"
_BY_NAME: dict[str, Any] = {
    "birth_year": 2014,
    "duty": [],
    "iin": "140308600014",
    "issuer": "https://issuer.example",
    "kato_prefixes": ["75"],
    "phone": "+77010000001",
}
_EITHER = {("create_task", "signal_id"): "case_id"}
"""Fields of which a body has the one or the other."""
NAMES_ONE = {"draft_plan", "write_plan"}
"""Operations that look for one record after the other, each in the same case: a stranger before it hides the next."""
_BY_OPERATION: dict[str, Json] = {
    "book_session": {"centre_id": str(demo_id("cps_almaty"))},
    "book_session_series": {
        "centre_id": str(demo_id("cps_almaty")),
        "specialist_id": str(demo_id("psychologist.almaty")),
        "room_id": str(demo_id(f"room {ROOMS[0][0]} {ROOMS[0][1]}")),
        "help_kind": "psychological",
    },
    "call_conference": {
        "participants": [{"user_id": str(demo_id("guardian.almaty"))}],
        "without_consent_ground": _WORDS,
        "family": [],
    },
    "complete_assessment": {"risk_reason": _WORDS},
    "draft_plan": {"consent_id": None},
    "record_plan_signature": {"signature": "MAAw"},
    "record_closure_signature": {"signature": "MAAw"},
    "record_visit_act_signature": {"signature": "MAAw"},
    "record_minutes_signature": {"signature": "MAAw"},
    "review_plan": {"next_review_on": (datetime.now(UTC) + timedelta(days=20)).date().isoformat()},
    "write_plan": {"consent_id": None},
    "create_person_address": {"kind": "actual", "line": _WORDS},
    "create_task": {"case_id": "01912345-0000-7000-8000-000000000001"},
    "give_mandatory_notice": {
        "delivery": "handed_over",
        "number": "1",
        "taken_by": _WORDS,
    },
    "invite_to_conference": {"user_id": str(demo_id("nurse.almaty"))},
    "move_session": dict.fromkeys(("starts_at", "ends_at")),  # nothing of it is demanded, and something must be moved
    "offer_service_referral": {"to_organisation_id": str(demo_id("cps_almaty")), "without_consent_ground": _WORDS},
    "put_on_waiting_list": {"centre_id": str(demo_id("cps_almaty"))},
    "review_signal": {"note": _WORDS},
    "set_case_restriction": {"restricted": True, "ground": "staff_involved"},
    "triage_signal": {"outcome": "attach_to_case", "severity": "low", "reason": "same_child", "note": _WORDS},
}
"""What an operation asks beyond its schema."""


def body_of(channel: Channel) -> Any:
    """Return a body that fits the operation, None where it takes none."""
    if channel.schema is None:
        return None
    body = copy.deepcopy(channel.example) if channel.example is not None else sample(channel.schema)
    body.pop("id", None)
    body |= _BY_OPERATION.get(channel.name, {})
    later = datetime.now(UTC) + timedelta(days=20)
    past = {"delivered_at": datetime.now(UTC) - timedelta(seconds=1)}
    times = past | {"starts_at": later, "ends_at": later + timedelta(minutes=40), "due_at": later}
    return body | {name: at.isoformat() for name, at in times.items() if name in body}


def sample(schema: Json, name: str = "") -> Any:
    """Return the least value that a schema takes."""
    schema = resolved(schema)
    if name in _BY_NAME:
        return _BY_NAME[name]
    if "const" in schema or "enum" in schema:
        return schema.get("const", next(iter(schema.get("enum", [None]))))
    kind = schema.get("type")
    if kind == "object":
        wanted = schema.get("required", [])
        return {key: sample(inner, key) for key, inner in schema.get("properties", {}).items() if key in wanted}
    if kind == "array":
        return [sample(schema["items"], name)] * schema.get("minItems", 0)
    if kind == "string":
        return _string(schema)
    return {"boolean": False, "integer": schema.get("minimum", 1), "number": schema.get("minimum", 1)}.get(str(kind))


def _string(schema: Json) -> str:
    today = datetime.now(UTC)
    written: dict[str, str] = {
        "uuid": str(uuid4()),
        "date": date(today.year, today.month, today.day).isoformat(),
        "date-time": (today - timedelta(seconds=2)).isoformat(),
        "time": "09:00",
    }
    return written.get(str(schema.get("format"))) or (_WORDS * (1 + schema.get("minLength", 0) // len(_WORDS)))


def put(channel: Channel, body: Any, place: tuple[str, ...], record_id: str) -> Any:
    """Return a copy of a body that names a record at a place, and is otherwise the same."""
    changed = _put(body, place, record_id, channel.schema or {})
    changed.pop(_EITHER.get((channel.name, place[0]), ""), None)
    return changed


def _put(body: Any, place: tuple[str, ...], record_id: str, schema: Json) -> Any:
    if not place:
        return record_id
    head, *rest = place
    schema = resolved(schema)
    if head == "*":
        items = list(body) if isinstance(body, list) and body else [sample(schema["items"])]
        return [_put(items[0], tuple(rest), record_id, schema["items"]), *items[1:]]
    inside = dict(body) if isinstance(body, dict) else {}
    return inside | {head: _put(inside.get(head), tuple(rest), record_id, schema["properties"][head])}
