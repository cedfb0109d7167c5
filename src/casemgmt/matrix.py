"""The matrix of roles, permissions and states, as a reviewer reads it: who may do what to a record in which state."""

import ast
import inspect
import textwrap
from collections.abc import Iterable
from typing import Any

from casemgmt.access.duties import SEPARATIONS
from casemgmt.access.permissions import Permission as P
from casemgmt.access.roles import ALONE, ROLES, Reach
from casemgmt.machines import MACHINES
from casemgmt.states import Guard, Machine, Transition

READ_WITH: dict[str, P] = {
    "account_change": P.USERS_APPROVE,
    "assessment": P.ASSESSMENTS_READ,
    "benefit_appeal": P.BENEFITS_READ,
    "benefit_determination": P.BENEFITS_READ,
    "benefit_offer": P.BENEFITS_READ,
    "break_glass_grant": P.BREAK_GLASS_READ,
    "case_handover": P.CASES_HANDOVER,
    "case_record": P.CASES_READ,
    "case_transfer": P.TRANSFERS_READ,
    "centre_session": P.SESSIONS_READ,
    "conference": P.CONFERENCES_READ,
    "conference_decision": P.CONFERENCES_READ,
    "conference_participant": P.CONFERENCES_READ,
    "consent": P.CONSENTS_READ,
    "contact": P.INTAKE_READ,
    "contact_answer": P.ANSWERS_READ,
    "document": P.DOCUMENTS_READ,
    "erasure_request": P.RECORDS_ERASE,
    "follow_up_check": P.REHABILITATION_READ,
    "import_run": P.IMPORTS_READ,
    "legal_hold": P.RECORDS_HOLD,
    "plan": P.PLANS_READ,
    "plan_measure": P.PLANS_READ,
    "plan_measure_request": P.PLANS_READ,
    "referral": P.REFERRALS_READ,
    "record_error": P.CORRECTIONS_READ,
    "rehabilitation_programme": P.REHABILITATION_READ,
    "research_project": P.RESEARCH_READ,
    "retention_plan": P.RECORDS_PLAN,
    "security_alert": P.ALERTS_READ,
    "webhook_subscription": P.WEBHOOKS_MANAGE,
    "service_referral": P.SERVICE_REFERRALS_READ,
    "signal": P.SIGNALS_READ,
    "staff_conflict": P.CONFLICTS_MANAGE,
    "subject_copy": P.SUBJECT_COPIES_WRITE,
    "temporary_stay": P.STAYS_READ,
    "waiting_entry": P.SESSIONS_READ,
}
"""Record → the permission with which it is read, where it is seen."""

_HEAD = """# Who may do what, in which state

{note}For each record: every step that there is, the states in which it can be taken, the roles that may take it, and
what else it is refused for. Three questions are answered one after the other, and each has its own answer:

1. *Is the record seen?* Row security in the database decides, by region, body, team and own work. What is not seen does
   not exist: 404, the same as for an id that nobody has.
2. *May the role take the step?* The column **roles**. Everybody else: 403.
3. *Is it the state, and is nothing in the way?* The columns **in the states** and **refused for**: 409, with the steps
   that there are now. Reasons that name a second person are listed again at the end.

How far each role sees: [permissions.md](permissions.md). The routes as diagrams: [states.md](states.md).
"""


def matrix_document(note: str) -> str:
    """Return the whole matrix."""
    parts = [_HEAD.format(note=note)]
    parts += [_record(machine) for machine in MACHINES.values()]
    parts.append(_duties())
    return "".join(parts)


def holders(permission: P) -> list[str]:
    """Return the roles that carry a permission."""
    return [name for name, role in ROLES.items() if permission in role.permissions]


def _record(machine: Machine[Any]) -> str:
    reasons: dict[str, set[str]] = {}
    lines = [f"\n## {machine.name}\n\n"]
    lines.append(f"Read by {_names(holders(READ_WITH[machine.name]))}, where seen.\n\n")
    lines.append("| step | in the states | becomes | roles | refused for |\n|---|---|---|---|---|\n")
    for step in machine.transitions:
        refusals = [each for guard in step.guards for each in refusals_of(guard).items()]
        for code, told in refusals:
            reasons.setdefault(code, set()).add(told)
        becomes = "the same" if {str(s) for s in step.sources} == {str(step.target)} else str(step.target)
        codes = ", ".join(f"`{code}`" for code in dict(refusals)) or "–"
        codes = codes if step.through is None else f"taken by an act on `{step.through}` alone"
        lines.append(f"| `{step.action}` | {_states(machine, step)} | {becomes} | {_roles(step)} | {codes} |\n")
    if reasons:
        lines.append("\n")
        lines += [f"- `{code}`: {' '.join(sorted(told))}\n" for code, told in sorted(reasons.items())]
    return "".join(lines)


def _states(machine: Machine[Any], step: Transition[Any]) -> str:
    missing = [str(s) for s in machine.states if s not in step.sources]
    if not missing:
        return "every"
    if len(missing) == 1 and len(step.sources) > 2:  # noqa: PLR2004 - one that is missing is told sooner than all others
        return f"every but {missing[0]}"
    return ", ".join(map(str, step.sources))


def _roles(step: Transition[Any]) -> str:
    return _names(holders(step.permission))


def _names(roles: Iterable[str]) -> str:
    found = list(roles)
    return "everybody" if len(found) == len(ROLES) else ", ".join(f"`{r}`" for r in found)


def refusals_of(guard: Guard[Any]) -> dict[str, str]:
    """Return what a guard refuses with, as code → sentence, read from the guard itself and what it asks."""
    code, _, told = (guard.__doc__ or "").partition(": ")
    if told and code.islower():
        return {code: told}
    found: dict[str, str] = {}
    for call in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(guard)))):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "id", "")
        given = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if name == "Refusal" and len(given) > 1:
            found[given[0]] = given[1]
        elif inspect.isfunction(asked := guard.__globals__.get(name)) and asked is not guard:
            found |= refusals_of(asked)
    return found


def _duties() -> str:
    lines = ["\n## What one person never does alone\n\nHeld by the guard of the step and, but for the last, by a"]
    lines.append(" constraint of the database.\n\n")
    lines += [f"- {pair.rule}\n" for pair in SEPARATIONS]
    lines.append("- Who restricted a case does not lift the restriction.\n")
    lines.append(
        "\n## Roles that stand alone\n\nAn account that holds one of them holds no other role; none sees a case.\n\n"
    )
    lines.append("| role | because |\n|---|---|\n")
    lines += [f"| `{name}` | {reason} |\n" for name, reason in ALONE.items()]
    blind = [name for name, role in ROLES.items() if {role.signals, role.cases} == {Reach.NONE}]
    lines.append(f"\nWithout any reach to signals, cases and persons: {_names(blind)}.\n")
    return "".join(lines)
