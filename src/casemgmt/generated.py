"""Files of this repository that are written by the program and compared with it: they can't drift."""

from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from casemgmt.access.fields_document import fields_document
from casemgmt.access.permissions import Permission
from casemgmt.access.roles import ROLES
from casemgmt.access.step_up import STEPS
from casemgmt.demo.sign_off import example_sign_off
from casemgmt.machines import MACHINES
from casemgmt.matrix import matrix_document
from casemgmt.printing.pictures import INDEX, WORDS, index_document, words_document, write_pictures
from casemgmt.settings import SealerSettings, Settings, WorkerSettings
from casemgmt.settings_edge import EdgeSettings
from casemgmt.states import Machine

_NOTE = "<!-- Written by `make docs`; `make check` compares. -->\n\n"


def states_document() -> str:
    """Return all transition tables as diagrams and tables."""
    parts = [
        "# Routes of records\n\n",
        _NOTE,
        "Each record changes its state through its table alone; a trigger in the database holds everybody to it.\n",
        "A guard is a condition beyond state and permission; its reason is in the answer when it refuses.\n",
    ]
    parts.extend(_machine(machine) for machine in MACHINES.values())
    return "".join(parts)


def _machine(machine: Machine[object]) -> str:
    lines = [f"\n## {machine.name}\n\n```mermaid\nstateDiagram-v2\n    [*] --> {machine.initial}\n"]
    lines.extend(f"    {source} --> {t.target}: {t.action}\n" for t in machine.transitions for source in t.sources)
    lines.append("```\n\n| action | from | to | permission | guards |\n|---|---|---|---|---|\n")
    for t in machine.transitions:
        guards = ", ".join(g.__name__.strip("_").replace("_", " ") for g in t.guards) or "–"
        guards = guards if t.through is None else f"by an act on `{t.through}` alone"
        lines.append(f"| `{t.action}` | {', '.join(t.sources)} | {t.target} | `{t.permission}` | {guards} |\n")
    return "".join(lines)


def permissions_document() -> str:
    """Return who may do what, and how far each role sees, as tables that can be read without knowing Python."""
    lines = [
        "# Who may do what\n\n",
        _NOTE,
        "What a role *may do* is here. What it *sees* is its reach, applied by row security in the database: a\n",
        "restricted case is seen by its team only, whatever the reach. *In which state* an act is possible:\n",
        "[states.md](states.md).\n\n",
        "| role | for | signals | cases and persons | secrets | second factor | says for what it reads |\n",
        "|---|---|---|---|---|---|---|\n",
    ]
    for name, role in ROLES.items():
        flags = ", ".join(sorted(role.flags)) or "–"
        factor = "required" if role.needs_second_factor else "by choice"
        purpose = "always" if role.states_purpose else "by choice"
        lines.append(f"| `{name}` | {role.title} | {role.signals} | {role.cases} | {flags} | {factor} | {purpose} |\n")
    lines.append("\n## Permissions\n\n| permission | roles |\n|---|---|\n")
    for permission in Permission:
        holders = [name for name, role in ROLES.items() if permission in role.permissions]
        who = "everybody" if len(holders) == len(ROLES) else ", ".join(f"`{h}`" for h in holders)
        lines.append(f"| `{permission}` | {who} |\n")
    lines += _fresh_factor()
    return "".join(lines)


def _fresh_factor() -> list[str]:
    lines = [
        "\n## Steps that ask for a fresh second factor\n\n",
        "Before them a session shows a code anew (`POST /v1/me/second-factor/show`), or logs in anew at the identity\n",
        "provider, unless it did so in the last minutes (`CASEMGMT_FRESH_FACTOR_MINUTES`): of accounts that have a\n",
        "second factor or whose roles demand one; with `CASEMGMT_FRESH_FACTOR_DEMANDED` of everybody.\n\n",
        "| call | what is at stake |\n|---|---|\n",
    ]
    return lines + [f"| `{operation}` | {stake} |\n" for operation, stake in STEPS.items()]


def settings_document() -> str:
    """Return `.env.example`: every setting of service, worker and sealer, what it means, its default."""
    lines = ["# Written by `make docs` from src/casemgmt/settings.py; `make check` compares.\n"]
    fields = {**Settings.model_fields, **WorkerSettings.model_fields, **SealerSettings.model_fields}
    for name, field in sorted(fields.items(), key=lambda item: item[0] in EdgeSettings.model_fields):
        default = field.default
        shown = "" if default is None or isinstance(default, SecretStr) else default
        lines.append(f"\n# {field.description}\n")
        lines.append(f"{'' if isinstance(default, SecretStr) else '# '}CASEMGMT_{name.upper()}={shown}\n")
    return "".join(lines)


DOCUMENTS: dict[str, Callable[[], str]] = {
    "docs/states.md": states_document,
    "docs/permissions.md": permissions_document,
    "docs/matrix.md": lambda: matrix_document(_NOTE),
    "docs/fields.md": lambda: fields_document(_NOTE),
    WORDS: lambda: words_document(_NOTE),
    INDEX: index_document,
    ".env.example": settings_document,
    "src/casemgmt/demo/sign_off.example.yaml": example_sign_off,
}


def write_documents(root: Path, *, write: bool) -> list[str]:
    """Return the documents that differ from the program, having written them where asked to."""
    changed = []
    for name, make in DOCUMENTS.items():
        path = root / name
        text = make()
        if not path.exists() or path.read_text("utf-8") != text:
            changed.append(name)
            if write:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
    if INDEX in changed and write:
        write_pictures(root)
    return changed
