"""A real service process on a free port."""

import os
import socket
import subprocess
import sys

import httpx


class Service:
    """The service as it is started everywhere; it can be stopped and started again on its port."""

    def __init__(self, database_url: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = os.environ | {"CASEMGMT_MODE": "demo", "CASEMGMT_DATABASE_URL": database_url}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [sys.executable, "-m", "api", "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(command, env=self._environment, stderr=subprocess.DEVNULL)
        with httpx.Client(transport=httpx.HTTPTransport(retries=9), base_url=self.url) as client:
            client.get("/health/live")

    def stop(self) -> None:
        """Stop in order; open boards must not keep it."""
        if self._process is not None:
            self._process.terminate()
            assert self._process.wait(20) in {0, -15}
            self._process = None
