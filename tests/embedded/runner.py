"""Runs `run_service` with what a test wants: `python -m tests.embedded.runner '{"data": …, "port": …}'`."""

import json
import sys
from pathlib import Path

from casemgmt.embedded.dsn import Dsn
from casemgmt.embedded.server import EmbeddedServer
from casemgmt.supervise import Companion, Step, run_service, say_on_stdout
from tests.postgres import chosen_binaries

PYTHON = sys.executable
WEB = [PYTHON, "-m", "tests.embedded.web"]


def _wanted_by_helper(name: str) -> bool:
    return name == "CASEMGMT_OF_HELPER" or not name.startswith("CASEMGMT_")


def main(wish: dict[str, object]) -> int:
    server = None
    if wish.get("data"):
        server = EmbeddedServer(Path(str(wish["data"])), binaries=chosen_binaries(), progress=say_on_stdout)
    port = int(str(wish["port"]))

    def look(dsn: Dsn | None) -> None:
        say_on_stdout(f"the step saw {dsn}")

    def on_ready() -> None:
        if server is not None:
            say_on_stdout(json.dumps({"server": server.server_pid, "guard": server.guard_pid}))

    steps = [Step("Looking", look)]
    if "step" in wish:
        steps.append(Step("Working", [PYTHON, "-c", str(wish["step"])]))
    companions = []
    if "companion" in wish:
        command = [PYTHON, "-m", "tests.embedded.companion"]
        companions.append(Companion("The helper", command, _wanted_by_helper))
    return run_service(
        server=server,
        prepare=steps,
        command=[*WEB, str(port), str(wish.get("web", "obedient"))],
        host="127.0.0.1",
        port=port,
        ready_url=f"http://127.0.0.1:{port}/health",
        companions=companions,
        environment=lambda dsn: {
            "CASEMGMT_DATABASE_URL": dsn.url() if dsn else "elsewhere",
            "CASEMGMT_OF_HELPER": "secret",
        },
        withheld={"CASEMGMT_OF_HELPER"},
        on_ready=on_ready,
    )


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
