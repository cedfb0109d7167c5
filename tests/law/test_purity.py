import ast
import sys
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(str(files("rules")))
MODULES = sorted(ROOT.rglob("*.py"))
ALLOWED = set(sys.stdlib_module_names) | {"pydantic", "yaml", "rules"}
# The desk shows progress. Whole populations are an optional part, with the libraries that it is installed with.
OPTIONAL = {"desk": {"rich"}, "kernel": {"numpy", "numba"}, "population": {"numpy", "pyarrow", "rich"}}
# Standard modules that reach the clock, the settings, the network, a database, or chance.
IMPURE = {
    "os",
    "time",
    "random",
    "secrets",
    "socket",
    "sqlite3",
    "ssl",
    "http",
    "urllib",
    "subprocess",
    "asyncio",
    "logging",
}
# What keeps compiled code must know the user and the folder; it touches no law.
MACHINE = {"kernel/cache.py"}
CLOCK = {"now", "utcnow", "today", "getenv", "environ"}


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_of_the_rules_is_pure_and_exact(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert imported(tree) <= ALLOWED | OPTIONAL.get(module.relative_to(ROOT).parts[0], set())
    exempt = str(module.relative_to(ROOT)) in MACHINE
    assert not imported(tree) & (IMPURE - {"os"} if exempt else IMPURE)
    for node in ast.walk(tree):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"line {node.lineno}"
        assert not (isinstance(node, ast.Name) and node.id == "float"), f"line {node.lineno}"
        assert not (isinstance(node, ast.Attribute) and node.attr in CLOCK and not exempt), f"line {node.lineno}"
        assert not (isinstance(node, ast.Div)), "true division gives a float"


def test_every_module_was_looked_at() -> None:
    assert {"loader.py", "calendar.py", "deadlines.py", "dated.py", "__main__.py"} <= {path.name for path in MODULES}
