"""What is secret is declared once: no column is forgotten, and the contract lets no secret out by another way."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from casemgmt.access.field_classes import CLASSES, HOLDS_CODES, FieldClass, class_of
from casemgmt.access.fields import COPY_OPERATIONS, SECRETS, Secret
from casemgmt.access.roles import ROLES
from casemgmt.db.tables import metadata
from casemgmt.subjects.policy import CHILD_ALONE, SECTIONS

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parents[2] / "openapi" / "casemgmt.v1.json").read_text("utf-8"))
OF_EVERY_RECORD = {"version", "changed_xid", "region_code", "restricted", "state"}
FREE = {FieldClass.CONTENT, FieldClass.PERSONAL, FieldClass.CREDENTIAL}
LOOKS_LIKE_CONTENT = ("note", "name", "phone", "address", "words", "text", "body", "line", "iin", "diagnos", "health")
NO_CONTENT = {
    "audit_witness.name": "the name of a witness of the log",
    "document.storage_name": "a name without meaning",
    "import_run.mapping_name": "the name of a mapping file",
    "research_export.name": "the name of a table of the export",
}


def _holding() -> Iterator[tuple[Table, Column[Any]]]:
    """Yield every column that says something by itself."""
    for table in metadata.sorted_tables:
        if table.name.startswith("code_"):
            continue
        for column in table.columns:
            if column.name not in OF_EVERY_RECORD and not isinstance(column.type, Uuid):
                yield table, column


def _secret_columns() -> dict[str, set[str]]:
    return {s.table: set(s.columns) for s in SECRETS if s.where is None}


def test_every_column_is_declared_secret_or_has_one_class() -> None:
    secret = _secret_columns()
    forgotten = []
    for table, column in _holding():
        classes = class_of(table.name, column.name)
        is_secret = column.name in secret.get(table.name, set())
        if len(classes) + is_secret != 1:
            forgotten.append(f"{table.name}.{column.name}: {classes or 'no class'}")
    assert forgotten == [], "say in access/field_classes.py, or in SECRETS of access/fields.py, what these columns hold"


def test_the_declaration_names_no_column_that_is_not_there() -> None:
    known = {table.name: set(table.columns.keys()) for table in metadata.sorted_tables}
    for secret in SECRETS:
        assert set(secret.columns) <= known[secret.table], secret.title
        assert secret.where is None or secret.where in known[secret.table]
    for table, classes in CLASSES.items():
        for columns in classes.values():
            assert set(columns.split()) <= known[table], table


def test_what_can_hold_any_text_is_not_taken_for_a_code() -> None:
    """Free text is marked by its type in the tables, and often by its name: neither passes as progress of the work."""
    wrong = []
    for table, column in _holding():
        place = f"{table.name}.{column.name}"
        classes = set(class_of(table.name, column.name))
        if not classes or classes & FREE or place in HOLDS_CODES or FieldClass.STAFF in classes:
            continue
        by_name = any(sign in column.name.split("_") for sign in LOOKS_LIKE_CONTENT) and place not in NO_CONTENT
        if isinstance(column.type, Text | JSONB) or by_name:
            wrong.append(place)
    assert wrong == []


def test_every_flag_of_a_secret_belongs_to_the_roles_that_hold_its_permission() -> None:
    """A flag without the permission would be a right that nobody can use; the other way round, an answer of nothing."""
    for secret in SECRETS:
        for flag in {reader.flag for reader in secret.readers} - {None}:
            by_flag = {name for name, role in ROLES.items() if flag in role.flags}
            by_permission = {name for name, role in ROLES.items() if secret.permission in role.permissions}
            assert by_flag == by_permission, secret.title


def _operations() -> Iterator[dict[str, Any]]:
    for operations in CONTRACT["paths"].values():
        yield from (o for o in operations.values() if isinstance(o, dict) and "operationId" in o)


def _schemas_in(part: Any) -> set[str]:
    """Return the names of all schemas that a part of the contract reaches."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            name = str(each.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(CONTRACT["components"]["schemas"][name])
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return found


def _answers_of(operation: dict[str, Any]) -> set[str]:
    return _schemas_in({status: r for status, r in operation["responses"].items() if status.startswith("2")})


@pytest.mark.parametrize("secret", SECRETS, ids=lambda s: s.title)
def test_no_answer_of_another_operation_holds_the_view_of_a_secret(secret: Secret) -> None:
    holding = {o["operationId"] for o in _operations() if secret.view in _answers_of(o)}
    assert set(secret.read_by) <= holding <= {*secret.read_by, *secret.written_by}


def test_a_field_that_only_a_secret_has_stands_in_no_other_answer() -> None:
    ordinary = {c for classes in CLASSES.values() for columns in classes.values() for c in columns.split()}
    telling = {column: secret.view for secret in SECRETS for column in secret.columns if column not in ordinary}
    assert {"phone_hash", "iin", "court", "former_birth_date", "safe_to_call"} <= set(telling)
    answered = set().union(*(_answers_of(o) for o in _operations()))
    elsewhere = {
        (name, field)
        for name in answered
        for field in CONTRACT["components"]["schemas"][name].get("properties", {})
        if field in telling and name not in {s.view for s in SECRETS}
    }
    assert elsewhere == set()


@pytest.mark.parametrize("secret", SECRETS, ids=lambda s: s.title)
def test_each_secret_is_read_through_its_permission(secret: Secret) -> None:
    permissions = {o["operationId"]: o["x-permission"] for o in _operations() if "x-permission" in o}
    assert permissions[secret.read_by[0]] == secret.permission
    assert {*secret.read_by, *secret.written_by} <= set(permissions)


IN_COPIES = {
    "contact_caller": None,
    "reporter": None,
    "screening_answers": None,
    "protected_address": None,
    "shelter": None,
    "person_contact": "contacts",
    "session_note": "texts",
    "health_note": "texts",
    "adoption_fact": None,
    "sealed_name": None,
    "relationship": None,
    "person_iin": "identity",
}
"""The part of a copy for a subject in which a secret stands."""


@pytest.mark.parametrize("secret", SECRETS, ids=lambda s: s.title)
def test_copies_for_subjects_give_each_secret_to_those_whom_the_declaration_names(secret: Secret) -> None:
    section = IN_COPIES[secret.table]
    given = {requester for requester, parts in SECTIONS.items() if section in parts}
    if secret.table in CHILD_ALONE:
        given = {requester for requester in given if SECTIONS[requester] >= SECTIONS["child"]}
    assert secret.copy_to == given


def test_the_operations_of_copies_are_those_of_the_contract() -> None:
    assert set(COPY_OPERATIONS) <= {o["operationId"] for o in _operations()}
