"""Identity providers for tests: a real one as a process of its own, and a small one whose keys a test holds."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jwk, jwt

AUDIENCE = "casemgmt-api"
START_SECONDS = 60


@contextmanager
def provider_process(users: list[dict[str, Any]]) -> Iterator[str]:
    """Run an OpenID Connect provider on a free port of this machine; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    for user in users:
        command += ["--user-claims", json.dumps(user)]
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONWARNINGS"}}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        issuer = f"http://127.0.0.1:{port}"
        _wait_for(f"{issuer}/jwks", process)
        yield issuer
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise RuntimeError("the identity provider did not start")


def signed_in(issuer: str, subject: str, audience: str = AUDIENCE) -> str:
    """Sign in at the provider by the authorization code flow, and return the token that it signed for us."""
    back = "http://127.0.0.1/back"
    query = {
        "client_id": audience,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "openid",
        "nonce": uuid4().hex,
    }
    asked = httpx.post(f"{issuer}/oauth2/authorize", params=query, data={"sub": subject})
    code = parse_qs(urlsplit(asked.headers["location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
    answer = httpx.post(f"{issuer}/oauth2/token", data=form, auth=(audience, "any"))
    token: str = answer.json()["id_token"]
    return token


class SmallProvider:
    """A provider whose keys, document and manners the test decides."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.fetched = 0
        self.broken = False
        self.named: str | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = outer._answer(self.path)
                self.send_response(500 if outer.broken else 200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _answer(self, path: str) -> bytes:
        if path == "/.well-known/openid-configuration":
            return json.dumps({"issuer": self.named or self.issuer, "jwks_uri": f"{self.issuer}/jwks"}).encode()
        self.fetched += 1
        return json.dumps({"keys": self.keys}).encode()

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class SigningKey:
    """A key pair of a provider."""

    def __init__(self, name: str, algorithm: str = "RS256", bits: int = 2048) -> None:
        self.name, self.algorithm = name, algorithm
        private = (
            rsa.generate_private_key(public_exponent=65537, key_size=bits)
            if algorithm == "RS256"
            else ec.generate_private_key(ec.SECP256R1())
        )
        self.pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.public: dict[str, Any] = {
            **{
                k: v if isinstance(v, str) else v.decode()
                for k, v in jwk.construct(self.pem, algorithm).public_key().to_dict().items()
            },
            "kid": name,
            "use": "sig",
        }

    def token(
        self, issuer: str, subject: str, now: datetime, headers: dict[str, Any] | None = None, **claims: Any
    ) -> str:
        """Sign a token; a claim of None is left out."""
        seconds = int(now.timestamp())
        said = {
            "iss": issuer,
            "sub": subject,
            "aud": AUDIENCE,
            "iat": seconds,
            "exp": seconds + 300,
            "jti": uuid4().hex,
        }
        said |= claims
        head = {"kid": self.name} if headers is None else headers
        return str(jwt.encode({k: v for k, v in said.items() if v is not None}, self.pem, self.algorithm, headers=head))
