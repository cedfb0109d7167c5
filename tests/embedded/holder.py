"""Hold an embedded server until told otherwise: `python -m tests.embedded.holder DATA_DIR BINARIES`."""

import json
import signal
import sys
from pathlib import Path

from casemgmt.embedded.errors import EmbeddedServerError
from casemgmt.embedded.server import EmbeddedServer


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(data_dir: str, binaries: str, system_root: str = "/nonexistent/casemgmt") -> int:
    server = EmbeddedServer(
        Path(data_dir),
        binaries=Path(binaries) if binaries else None,
        system_root=Path(system_root),
        progress=say,
    )
    try:
        with server:
            assert server.dsn is not None
            report = {
                "url": server.dsn.url(),
                "server": server.server_pid,
                "guard": server.guard_pid,
                "home": str(server.home),
            }
            say(json.dumps(report))
            signal.pause()
    except EmbeddedServerError as error:
        say(json.dumps({"error": str(error)}))
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
