"""The words of the timeline: there are some for every kind that the code writes, and they fit in all languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

import casemgmt
from casemgmt.db.migrate import sql_files
from casemgmt.demo.accounts import demo_id
from casemgmt.reference.languages import FALLBACK_ORDER
from casemgmt.reference.lists import list_names
from casemgmt.timeline.wording import Place, places, render, templates, users_in

SOURCE = Path(casemgmt.__file__).parent
FORMS = {"", "user", "date", "moment", "deadline", "law", "answer", *list_names()}
_KIND = re.compile(r"[a-z_]+\.[a-z_]+")


def _told_in(trees: list[ast.Module]) -> Iterator[ast.expr]:
    """The kinds told in a package, directly or through functions that pass their own argument on to the teller."""
    passing: list[tuple[str, int, str, list[ast.Module]]] = [
        (name, 1, "kind", [tree]) for tree in trees for name in _tellers(tree)
    ]
    for name, position, keyword, callers in passing:
        for tree in callers:
            for owner in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)):
                names = [a.arg for a in owner.args.args]
                for call in _calls(owner, name):
                    given = _argument(call, position, keyword)
                    if not isinstance(given, ast.Name):
                        yield from () if given is None else (given,)
                    elif given.id not in names:
                        yield from _assigned(owner, given.id)
                    else:
                        reach = [tree] if owner.name.startswith("_") else trees
                        found = (owner.name, names.index(given.id), given.id, reach)
                        passing += [] if found in passing else [found]


def _tellers(tree: ast.Module) -> list[str]:
    """What a module calls the functions of `timeline.service`; each takes the kind second."""
    imports = (n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module == "casemgmt.timeline.service")
    return [a.asname or a.name for n in imports for a in n.names]


def _calls(owner: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(owner):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            if called == name:
                yield node


def _argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    named = next((k.value for k in call.keywords if k.arg == keyword), None)
    return named or (call.args[position] if len(call.args) > position else None)


def _assigned(owner: ast.AST, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(owner):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            yield from (node.value.body, node.value.orelse) if isinstance(node.value, ast.IfExp) else (node.value,)


def _pattern(expression: ast.expr) -> str | None:
    """The kinds that an expression can become, as a regular expression."""
    match expression:
        case ast.Constant(value=str(text)):
            return re.escape(text) if _KIND.fullmatch(text) else None
        case ast.JoinedStr(values=parts):
            return "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else "[a-z_]+" for p in parts)
        case ast.IfExp(body=one, orelse=other):
            return "|".join(filter(None, (_pattern(one), _pattern(other))))
    return None


def _kinds() -> dict[str, str]:
    """Every kind that is told, with the package or the SQL file that tells it."""
    found: dict[str, str] = {}
    for package in (f for f in SOURCE.iterdir() if f.is_dir()):
        trees = [ast.parse(file.read_text("utf-8")) for file in package.glob("*.py")]
        found |= {p: package.name for e in _told_in(trees) if (p := _pattern(e)) is not None}
    for name, text in sql_files():
        for statement in re.findall(r"INSERT INTO timeline_entry.*?;", text, re.DOTALL):
            found |= {re.escape(kind): name for kind in re.findall(r"'([a-z_]+\.[a-z_]+)'", statement)}
    return found


KINDS = _kinds()


def test_the_scan_finds_what_is_told_directly_through_helpers_and_in_sql() -> None:
    for kind in ("signal.received", "signal.triaged", "case.opened", "case.closed", "case.handover_declined"):
        assert re.escape(kind) in KINDS


@pytest.mark.parametrize("pattern", sorted(KINDS))
def test_there_are_words_for_every_kind_that_is_told(pattern: str) -> None:
    assert any(re.fullmatch(pattern, kind) for kind in templates()), f"{pattern} of {KINDS[pattern]}"


@pytest.mark.parametrize("kind", sorted(templates()))
def test_words_belong_to_a_kind_that_is_told(kind: str) -> None:
    assert any(re.fullmatch(pattern, kind) for pattern in KINDS)


@pytest.mark.parametrize("kind", sorted(templates()))
def test_the_same_places_stand_in_every_language_and_can_be_shown(kind: str) -> None:
    found = [
        {place for _, place in places(getattr(templates()[kind], language)) if place is not None}
        for language in FALLBACK_ORDER
    ]
    assert found[0] == found[1] == found[2]
    assert {place.form for place in found[0]} <= FORMS


@pytest.mark.parametrize("kind", sorted(templates()))
def test_an_entry_without_its_data_can_still_be_read(kind: str) -> None:
    for language in FALLBACK_ORDER:
        assert render(kind, {}, language, {})


def test_codes_become_labels_moments_local_and_users_names() -> None:
    met = {"met_at": "2026-03-02T19:30:00+00:00", "place": "school"}
    text = render("case.child_contacted", met, "ru", {})
    assert text == "Контакт с ребёнком 03.03.2026 00:30: в школе или детском саду"
    offer = {"to_user_id": str(demo_id("manager2.almaty")), "reason": "workload"}
    assert users_in("case.handover_offered", offer) == {demo_id("manager2.almaty")}
    names: dict[UUID, str] = {demo_id("manager2.almaty"): "Петрова Ольга"}
    assert render("case.handover_offered", offer, "en", names) == "Case offered to Петрова Ольга: workload"
    assert render("case.handover_offered", offer, "en", {}) == "Case offered to —: workload"


def test_an_unknown_code_and_an_unknown_kind_are_shown_as_they_are() -> None:
    assert render("case.closed", {"reason": "of_another_version"}, "en", {}) == "Case closed: of_another_version"
    assert render("case.of_another_version", {}, "en", {}) == "case.of_another_version"
    assert users_in("case.of_another_version", {}) == set()


def test_a_template_names_its_places() -> None:
    assert list(places("a {b:date} c")) == [("a ", Place("b", "date")), (" c", None)]
