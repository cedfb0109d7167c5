"""The environment that OpenFisca is installed in, and the process it runs in."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).with_name("requirements-openfisca.lock")
ENVIRONMENT = ROOT / ".venv-openfisca"
_SECONDS_TO_STOP = 10


class NoOpenFiscaError(Exception):
    """OpenFisca could not be installed, or its process ended."""


def prepare_environment(say: Callable[[str], None]) -> Path:
    """Return the environment's Python; make the environment where it is missing or its lock has changed."""
    python = ENVIRONMENT / "bin" / "python"
    marker, version = ENVIRONMENT / ".installed", sha256(LOCK.read_bytes()).hexdigest()
    if marker.exists() and marker.read_text("utf-8") == version:
        return python
    say("Installing OpenFisca in an environment of its own, once …")
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        str(LOCK),
    ]
    for command in ([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], install):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        if done.returncode:
            raise NoOpenFiscaError(f"OpenFisca can not be installed: {done.stderr.strip()[-500:]}")
    marker.write_text(version, "utf-8")
    return python


class OpenFisca(AbstractContextManager["OpenFisca"]):
    """OpenFisca's own process: one request at a time, idle in between."""

    def __init__(self, python: Path, parameters: Path, month: str) -> None:
        command = [str(python), "-m", "benchmarks.law.openfisca_model"]
        self._complaints = TemporaryFile("w+")  # noqa: SIM115 - lives as long as the process, closed with it
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints, text=True
        )
        self._exchange({"parameters": str(parameters), "month": month})

    def ask(self, act: str, **arguments: Any) -> Any:
        """Return what the process answers. Raises NoOpenFiscaError when it ended."""
        return self._exchange({"do": act, **arguments})

    def _exchange(self, request: dict[str, Any]) -> Any:
        process = self._process
        if process.stdin is None or process.stdout is None:
            raise NoOpenFiscaError
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass
        line = process.stdout.readline()
        if not line:
            self._complaints.seek(0)
            raise NoOpenFiscaError(f"OpenFisca's process ended: {self._complaints.read()[-2000:]}")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._complaints.close()
