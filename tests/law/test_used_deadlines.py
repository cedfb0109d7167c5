"""Every deadline that the service names exists, never expires under it, and every clock it starts can end."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from casemgmt.machines import MACHINES
from casemgmt.reference.lists import code_list
from casemgmt.tasks.labels import MANUAL
from casemgmt.tasks.states import BY_HAND
from rules.deadlines import compute_due
from rules.loader import load_law
from rules.parameters import Status

SOURCE = Path(__file__).parents[2] / "src" / "casemgmt"
PREFIXED = {
    "triage_": "urgency",
    "visit_": "urgency",
    "referral_acceptance_": "urgency",
}
"""Deadlines of which there is one per code of a list."""
ENDED_BY_THE_DATABASE = {
    "absence_uncovered": "53_absences.sql",
    "group_place_uncovered": "53_absence_groups.sql",
    "role_ending": "65_role_ends.sql",
}
"""Clocks that end with what they ask for, whoever brings it about: the function that ends them, by its file."""


def _names_of(tree: ast.AST) -> Iterator[str]:
    """Yield the texts in a piece of source; a part that is filled in is a star."""
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
        yield tree.value
    elif isinstance(tree, ast.JoinedStr):
        yield "".join(str(v.value) if isinstance(v, ast.Constant) else "*" for v in tree.values)
    else:
        for part in ast.iter_child_nodes(tree):
            yield from _names_of(part)


def _trees(pattern: str = "*.py") -> Iterator[ast.Module]:
    for file in SOURCE.rglob(pattern):
        yield ast.parse(file.read_text("utf-8"))


def _calls(tree: ast.Module, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name in names:
                yield node


def _expand(name: str) -> list[str]:
    """Return the deadlines that a text names, those of all codes where a part is filled in."""
    if not re.fullmatch(r"[a-z_*]{5,48}", name):
        return []
    pattern = re.escape(name).replace(r"\*", "[a-z_]+")
    return [code for code in load_law().deadlines if re.fullmatch(pattern, code)]


def _started() -> set[str]:
    """Return the kinds given to `clocks.start`, to the helper of a desk, and to the functions in SQL."""
    names: set[str] = set()
    for tree in _trees():
        for place, function in ((1, "start"), (2, "desk_clock")):
            for call in _calls(tree, {function}):
                names.update(n for argument in call.args[place : place + 1] for n in _names_of(argument))
    for file in (SOURCE / "db" / "sql").glob("*.sql"):
        names.update(n for n in re.findall(r"'([a-z_]+)'", file.read_text("utf-8")) if n in load_law().deadlines)
    for machine in MACHINES.values():
        names.update(n for t in machine.transitions for n in t.starts)
    notices = yaml.safe_load((SOURCE / "signals" / "triage.yaml").read_text("utf-8"))["mandatory_notices"]
    names.update(code for codes in notices.values() for code in codes)
    return names


def test_every_deadline_that_is_started_exists() -> None:
    started = _started()
    assert len(started) > 8
    for name in started:
        assert _expand(name), name


def test_a_deadline_per_code_of_a_list_exists_for_every_code() -> None:
    for prefix, list_name in PREFIXED.items():
        for code in code_list(list_name).codes:
            assert prefix + code in load_law().deadlines


def test_no_deadline_of_the_route_is_a_value_of_law_that_can_expire() -> None:
    used = {code for tree in _trees() for name in _names_of(tree) for code in _expand(name)}
    assert len(used) > 20
    for code in sorted(used):
        for value in load_law().deadline(code).values:
            assert value.status is Status.HOUSE_DEFAULT, code


def test_a_clock_of_the_route_never_stops_a_record_from_being_saved() -> None:
    used = {code for name in _started() for code in _expand(name)}
    day = datetime(2024, 1, 1, tzinfo=UTC)
    while day < datetime(2060, 1, 1, tzinfo=UTC):
        for code in used:
            due = compute_due(code, day)
            assert due.started_at <= due.warn_at <= due.due_at
        day += timedelta(days=97, hours=5)


def test_every_clock_that_is_started_is_stopped_by_an_act_or_by_hand() -> None:
    stopped: set[str] = set(BY_HAND - {MANUAL})
    for machine in MACHINES.values():
        stopped.update(n for t in machine.transitions for n in t.stops)
    for tree in (*(t for t in _trees() if list(_calls(t, {"stop"}))), *_trees("policy.py")):
        stopped.update(code for name in _names_of(tree) for code in _expand(name))
    for code, file in ENDED_BY_THE_DATABASE.items():
        assert re.search(
            rf"'{code}'\s+AND (t\.)?completed_at IS NULL", (SOURCE / "db" / "sql" / file).read_text("utf-8")
        ), code
        stopped.add(code)
    started = {code for name in _started() for code in _expand(name)}
    assert started - stopped == set()
