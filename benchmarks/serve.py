"""Serve one version in one worker process: `python -m benchmarks.serve <version> <port>`."""

import sys

import uvicorn

from api.server import serve
from casemgmt.settings import Settings

VERSIONS = {
    "bare": "benchmarks.floors:bare",
    "equal_work": "benchmarks.floors:equal_work",
    "textbook": "benchmarks.textbook:create",
    "ours": "api.app:create_app",
}
OF_CONTACTS = {"contacts_floor": "benchmarks.contacts.floor:equal_work"}


def main() -> None:
    """Run the server until it is told to stop."""
    version, port = sys.argv[1:]
    if version == "ours":  # as it is served everywhere, bounds of the server included
        serve(Settings(), "127.0.0.1", int(port))
        return
    uvicorn.run(
        (VERSIONS | OF_CONTACTS)[version],
        factory=True,
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_keep_alive=15,  # as the service has it
    )


if __name__ == "__main__":
    main()
