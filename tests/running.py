"""A real service process on a free port."""

import os
import socket

import httpx

from tests.forked import Forked


class Service:
    """The service as it is started everywhere; it can be stopped and started again on its port."""

    def __init__(self, database_url: str, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        own = {"CASEMGMT_MODE": "demo", "CASEMGMT_DATABASE_URL": database_url}
        self._environment = os.environ | own | {f"CASEMGMT_{name.upper()}": value for name, value in settings.items()}
        self._process: Forked | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = Forked("api", "serve", "--port", str(self.port), environment=self._environment)
        with httpx.Client(transport=httpx.HTTPTransport(retries=9), base_url=self.url) as client:
            client.get("/health/live")

    def stop(self) -> None:
        """Stop in order; open boards must not keep it."""
        if self._process is not None:
            assert self._process.stop() in {0, -15}
            self._process = None
