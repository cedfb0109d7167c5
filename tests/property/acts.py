"""Everything that somebody may try on the route, right or wrong: the alphabet of the state machine."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from casemgmt.demo.accounts import demo_id
from casemgmt.demo.stage import Json
from casemgmt.ids import new_id

Example = Callable[[str], Json]


@dataclass
class Pool:
    """Ids of the records that were made so far, by kind. A kind without records gives an id that nobody has."""

    ids: dict[str, list[str]] = field(default_factory=dict)
    plans: dict[str, Json] = field(default_factory=dict)

    def add(self, kind: str, record_id: str) -> None:
        """Remember a record."""
        self.ids.setdefault(kind, []).append(record_id)

    def pick(self, kind: str, random: Random) -> str:
        """Return the id of a record, mostly of a recent one."""
        known = self.ids.get(kind, [])
        if not known:
            return str(uuid4())
        return known[-1] if random.random() < 0.7 else random.choice(known)


@dataclass(frozen=True)
class Act:
    """One thing to try: who does it usually, the call, and where the id of the answer belongs."""

    name: str
    usual: tuple[str, ...]
    method: str
    path: str
    """With `{kind}` for the id of a record of that kind."""
    body: Callable[[Example, Pool, Random], Json | None] = lambda *_: None
    makes: str | None = None
    key: str = "id"


_MANAGERS = ("manager.almaty", "manager2.almaty")


def _example(name: str, **refs: str) -> Callable[[Example, Pool, Random], Json]:
    """Return a payload of the examples with ids of the pool: `field="kind"`, or `field="kind[]"` for a list."""

    def make(example: Example, pool: Pool, random: Random) -> Json:
        body = example(name)
        body.pop("id", None)
        for target, kind in refs.items():
            found = pool.pick(kind.removesuffix("[]"), random)
            body[target] = [found] if kind.endswith("[]") else found
        return body

    return make


def _session(example: Example, pool: Pool, random: Random) -> Json:
    start = datetime.now(UTC) + timedelta(hours=random.randint(1, 30), minutes=random.choice((0, 20)))
    body = _example("book_session.psychologist", person_ids="person[]")(example, pool, random)
    return body | {"starts_at": start.isoformat(), "ends_at": (start + timedelta(minutes=45)).isoformat()}


def _contact(example: Example, pool: Pool, random: Random) -> Json:
    body = _example("record_child_contact.school", person_id="person")(example, pool, random)
    return body | {"at": (datetime.now(UTC) - timedelta(seconds=2)).isoformat()}


def _attendance(example: Example, pool: Pool, random: Random) -> Json:
    body = example("hold_session.attended")
    body["attendance"][0]["person_id"] = pool.pick("person", random)
    return body


def _fixed(**body: Any) -> Callable[[Example, Pool, Random], Json]:
    return lambda *_: dict(body)


_SIGNALS = ("qr_violence", "call_question", "call_other_body", "nurse_neglect")
_TRIAGE = ("mobile_group", "emergency", "consultation", "redirect", "no_ground")
_OPEN = ("/v1/cases/{case}/start-assessment", "/v1/cases/{case}/start-planning", "/v1/cases/{case}/start-support")

ACTS: tuple[Act, ...] = (
    *(
        Act(
            f"signal {n}",
            ("operator.111", "duty.almaty"),
            "POST",
            "/v1/signals",
            _example(f"create_signal.{n}"),
            "signal",
        )
        for n in _SIGNALS
    ),
    Act("person", ("operator.111", "duty.almaty"), "POST", "/v1/persons", _example("create_person.child"), "person"),
    Act(
        "subject",
        ("operator.111", "duty.almaty"),
        "POST",
        "/v1/signals/{signal}/subjects",
        _example("add_signal_subject.child", person_id="person"),
    ),
    *(
        Act(
            f"triage {n}",
            ("operator.111", "duty.almaty"),
            "POST",
            "/v1/signals/{signal}/triage",
            _example(f"triage_signal.{n}"),
        )
        for n in _TRIAGE
    ),
    Act(
        "review",
        ("duty.almaty", "duty2.almaty", "supervisor.almaty"),
        "POST",
        "/v1/signals/{signal}/review",
        lambda _e, _p, r: {"confirm": r.random() < 0.5, "note": "қаралды"},
    ),
    Act("read signal", ("operator.111", "duty.almaty", "lead.almaty"), "GET", "/v1/signals/{signal}"),
    Act("list signals", ("operator.111", "duty.almaty", "oversight"), "GET", "/v1/signals"),
    Act("list referrals", ("lead.almaty",), "GET", "/v1/referrals", makes="referral", key="items"),
    Act("accept referral", ("lead.almaty",), "POST", "/v1/referrals/{referral}/accept"),
    Act(
        "decline referral", ("lead.almaty",), "POST", "/v1/referrals/{referral}/decline", _fixed(reason="no_transport")
    ),
    Act("withdraw referral", ("operator.111",), "POST", "/v1/referrals/{referral}/withdraw", _fixed(note="қате")),
    Act(
        "depart", ("lead.almaty", "nurse.almaty"), "POST", "/v1/referrals/{referral}/depart", _fixed(warnings_read=True)
    ),
    Act("no contact", ("lead.almaty",), "POST", "/v1/referrals/{referral}/no-contact", _fixed(reason="nobody_home")),
    Act("visit", ("lead.almaty",), "POST", "/v1/referrals/{referral}/visit", _fixed()),
    Act(
        "visit act",
        ("lead.almaty",),
        "POST",
        "/v1/referrals/{referral}/visit-act",
        _example("report_visit.accompaniment"),
    ),
    *(
        Act(
            f"open case {n}",
            ("duty.almaty",),
            "POST",
            "/v1/cases",
            _example(f"open_case.{n}", signal_ids="signal[]", children="person[]"),
            "case",
        )
        for n in ("restricted", "neglect")
    ),
    Act("read case", _MANAGERS, "GET", "/v1/cases/{case}"),
    Act("list cases", (*_MANAGERS, "supervisor.almaty", "oversight"), "GET", "/v1/cases"),
    Act("timeline", _MANAGERS, "GET", "/v1/cases/{case}/timeline"),
    Act("contact", _MANAGERS, "POST", "/v1/cases/{case}/child-contacts", _contact),
    *(
        Act(f"team {n}", _MANAGERS, "POST", "/v1/cases/{case}/team", _example(f"add_case_member.{n}"))
        for n in ("supervisor", "psychologist", "lawyer")
    ),
    Act(
        "restrict",
        (*_MANAGERS, "supervisor.almaty"),
        "POST",
        "/v1/cases/{case}/restriction",
        _fixed(restricted=True, ground="staff_involved"),
    ),
    Act("lift", _MANAGERS, "POST", "/v1/cases/{case}/restriction", _fixed(restricted=False, note="негіз жойылды")),
    *(Act(p.rpartition("/")[2], _MANAGERS, "POST", p) for p in _OPEN),
    Act("start-rehabilitation", _MANAGERS, "POST", "/v1/cases/{case}/start-rehabilitation"),
    Act(
        "assessment",
        _MANAGERS,
        "POST",
        "/v1/cases/{case}/assessments",
        _example("create_assessment.initial", person_id="person"),
        "assessment",
    ),
    Act("answer", _MANAGERS, "PATCH", "/v1/assessments/{assessment}", _example("answer_assessment.before")),
    Act(
        "complete assessment",
        _MANAGERS,
        "POST",
        "/v1/assessments/{assessment}/complete",
        _example("complete_assessment.high"),
    ),
    Act("plan", _MANAGERS, "POST", "/v1/cases/{case}/plans", _example("draft_plan.neglect"), "plan"),
    Act("write plan", _MANAGERS, "PUT", "/v1/plans/{plan}", _example("write_plan.five_kinds")),
    Act("sign", _MANAGERS, "POST", "/v1/plans/{plan}/sign"),
    Act("approve", ("supervisor.almaty",), "POST", "/v1/plans/{plan}/approve"),
    Act("return", ("supervisor.almaty",), "POST", "/v1/plans/{plan}/return", _fixed(reason="толықтыру керек")),
    Act("revise", _MANAGERS, "POST", "/v1/plans/{plan}/revise", makes="plan"),
    Act("book", _MANAGERS, "POST", "/v1/cases/{case}/sessions", _session, "session"),
    Act("hold", ("psychologist.almaty",), "POST", "/v1/sessions/{session}/hold", _attendance),
    Act("cancel", _MANAGERS, "POST", "/v1/sessions/{session}/cancel", _fixed(reason="client_illness")),
    Act("offer", _MANAGERS, "POST", "/v1/cases/{case}/handover", _example("offer_handover.workload"), "handover"),
    Act("accept offer", _MANAGERS, "POST", "/v1/handovers/{handover}/accept"),
    Act("withdraw offer", _MANAGERS, "POST", "/v1/handovers/{handover}/withdraw"),
    Act("propose closure", _MANAGERS, "POST", "/v1/cases/{case}/propose-closure", _example("propose_closure.goals")),
    Act(
        "approve closure",
        ("supervisor.almaty",),
        "POST",
        "/v1/cases/{case}/approve-closure",
        _example("approve_closure.agreed"),
    ),
    Act("return closure", ("supervisor.almaty",), "POST", "/v1/cases/{case}/return-closure", _fixed(note="ерте")),
    Act("reopen", _MANAGERS, "POST", "/v1/cases/{case}/reopen", _example("reopen_case.relapse")),
    Act("queue", (*_MANAGERS, "lead.almaty", "duty.almaty"), "GET", "/v1/tasks/mine"),
    Act("team queue", ("supervisor.almaty", "head.almaty"), "GET", "/v1/tasks/team"),
)


def new_key() -> str:
    """Return a fresh idempotency key."""
    return str(new_id())


def demo_user(username: str) -> str:
    """Return the id of a demo account."""
    return str(demo_id(username))
