"""Finds every failure code that the program can answer with, by reading its source."""

import ast
from collections.abc import Iterator
from pathlib import Path

from api.problems import CODE_OF_STATUS, STATUS_OF_CODE
from casemgmt.db.failures import BY_STATE

ROOT = Path(__file__).parents[2]


def problem_codes() -> dict[str, str]:
    """Return code → where it was found."""
    found = dict.fromkeys(
        [*CODE_OF_STATUS.values(), *STATUS_OF_CODE, "invalid-request", "internal-error"], "api/problems.py"
    )
    found |= {code: "db/failures.py" for _, code, _ in BY_STATE.values()}
    for path in [*(ROOT / "src/casemgmt").rglob("*.py"), *(ROOT / "api").rglob("*.py")]:
        for code in _codes(ast.parse(path.read_text("utf-8"))):
            found.setdefault(code, str(path.relative_to(ROOT)))
    return found


def _codes(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(_name(b) in _FAILURES for b in node.bases):
            for line in node.body:
                if isinstance(line, ast.Assign) and _name(line.targets[0]) == "code":
                    yield from _text(line.value)
        if isinstance(node, ast.Call):
            name = _name(node.func)
            if name in _FAILURES:
                for keyword in node.keywords:
                    if keyword.arg == "code":
                        yield from _text(keyword.value)
            if name == "Refusal" and node.args:
                yield from _text(node.args[0])
            if name in {"invalid_field", "FieldFault"} and len(node.args) > 1:
                yield from _text(node.args[1])


_FAILURES = {
    "Conflict",
    "DomainError",
    "Exception",
    "Forbidden",
    "Invalid",
    "NotFound",
    "StaleVersion",
    "TooManyAttempts",
    "Unauthenticated",
    "Unavailable",
    "WrongState",
}


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
