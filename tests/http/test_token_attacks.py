"""Every known attack on a bearer token: each gets the same 401 and leaves its event."""

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jose import jwe, jws, jwt

from casemgmt.access import refusals
from casemgmt.access.compact import TOKEN_LIMIT
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from casemgmt.demo.stage import credentials
from casemgmt.settings import DEMO_TOKEN_SECRET, Settings
from tests.clients import Caller, World

Claims = dict[str, Any]
HEADER = {"alg": "HS256", "typ": "JWT"}
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
RSA_PUBLIC = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
RSA_PRIVATE = RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
EC_PRIVATE = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _part(value: bytes | Claims) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _signed(header: Claims | bytes, claims: Claims | bytes, secret: bytes | str = DEMO_TOKEN_SECRET) -> str:
    """Sign by hand whatever stands there: a library would refuse to write most of these."""
    key = secret.encode() if isinstance(secret, str) else secret
    words = f"{_part(header)}.{_part(claims)}"
    return f"{words}.{_part(hmac.new(key, words.encode(), hashlib.sha256).digest())}"


def _without(name: str) -> Callable[[Claims], str]:
    return lambda claims: _signed(HEADER, {k: v for k, v in claims.items() if k != name})


def _with(**changes: Any) -> Callable[[Claims], str]:
    return lambda claims: _signed(HEADER, claims | changes)


def _headed(**changes: Any) -> Callable[[Claims], str]:
    return lambda claims: _signed(HEADER | changes, claims)


def _unsigned(algorithm: str) -> Callable[[Claims], str]:
    return lambda claims: f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(claims)}."


def _none_signed(algorithm: str) -> Callable[[Claims], str]:
    return lambda claims: _signed({"alg": algorithm, "typ": "JWT"}, claims)


def _repeated(claims: Claims) -> str:
    text = json.dumps(claims)
    return _signed(HEADER, f'{{"rol": ["administrator"], {text[1:]}'.encode())


def _last_letter(token: str) -> str:
    """Change the bits of the last letter that no byte of the signature holds."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + letters[letters.index(token[-1]) ^ 1]


def _encrypted(claims: Claims) -> str:
    bomb = jwe.encrypt(b"0" * 1_000_000, "0" * 32, algorithm="dir", encryption="A256GCM", zip="DEF")
    return str(bomb.decode())


ATTACKS: dict[str, tuple[Callable[[Claims], str], str]] = {
    **{f"no algorithm, written {a}": (_unsigned(a), "malformed") for a in ("none", "None", "NONE", "nOnE", "")},
    **{f"signed with no algorithm, {a}": (_none_signed(a), "algorithm") for a in ("none", "None", "NONE", "nOnE", "")},
    "an algorithm that is no text": (_headed(alg=["HS256"]), "malformed"),
    "an algorithm in small letters": (_headed(alg="hs256"), "algorithm"),
    "another algorithm of the same secret": (
        lambda c: jwt.encode(c, DEMO_TOKEN_SECRET, algorithm="HS512"),
        "algorithm",
    ),
    "signed by an RSA key of the attacker": (lambda c: jwt.encode(c, RSA_PRIVATE.decode(), "RS256"), "algorithm"),
    "signed by an EC key of the attacker": (lambda c: jwt.encode(c, EC_PRIVATE.decode(), "ES256"), "algorithm"),
    "HMAC keyed with a public key": (lambda c: _signed(HEADER, c, RSA_PUBLIC), "signature"),
    "HMAC keyed with nothing": (lambda c: _signed(HEADER, c, ""), "signature"),
    "RS256 written over an HMAC": (_headed(alg="RS256"), "algorithm"),
    "a kid that is a path": (_headed(kid="../../../../dev/null"), "header"),
    "a kid of an empty file, keyed with nothing": (
        lambda c: _signed(HEADER | {"kid": "/dev/null"}, c, ""),
        "header",
    ),
    "a kid that is SQL": (_headed(kid="x' UNION SELECT 'key"), "header"),
    "a kid that is an address": (_headed(kid="http://127.0.0.1:1/jwks"), "header"),
    "a kid that is no text": (_headed(kid={"$ne": ""}), "malformed"),
    "an address of keys (jku)": (_headed(jku="http://127.0.0.1:1/jwks"), "header"),
    "an address of certificates (x5u)": (_headed(x5u="http://127.0.0.1:1/chain"), "header"),
    "a key in the header (jwk)": (_headed(jwk={"kty": "oct", "k": _part(b"attacker")}), "header"),
    "a certificate in the header (x5c)": (_headed(x5c=["MII="]), "header"),
    "a header to be understood (crit)": (_headed(crit=["exp"]), "header"),
    "an unencoded payload (b64)": (_headed(b64=False), "header"),
    "a compressed payload (zip)": (
        lambda _: _signed(HEADER | {"zip": "DEF"}, zlib.compress(b"0" * 1_000_000)),
        "malformed",
    ),
    "a token of another kind": (_headed(typ="id+jwt"), "header"),
    "an encrypted bomb (JWE)": (_encrypted, "malformed"),
    "expired": (_with(exp=1_700_000_000), "expired"),
    "not yet valid": (lambda c: _signed(HEADER, c | {"nbf": c["exp"] + 3600}), "not-yet-valid"),
    "issued in the future": (lambda c: _signed(HEADER, c | {"iat": c["exp"] + 3600}), "not-yet-valid"),
    "for another audience": (_with(aud="somebody-else"), "audience"),
    "for a list of audiences": (lambda c: _signed(HEADER, c | {"aud": [c["aud"], "somebody-else"]}), "audience"),
    "of another issuer": (_with(iss="https://evil.example"), "issuer"),
    "of another deployment": (lambda c: _signed(HEADER, c, "the secret of another deployment, also long"), "signature"),
    "with a moment that is text": (_with(exp="9999999999"), "claims"),
    "with an endless moment": (lambda c: _signed(HEADER, json.dumps(c | {"exp": 1e400}).encode()), "claims"),
    "with a moment that is true": (_with(exp=True), "claims"),
    "of no user": (_with(sub="' OR 1=1 --"), "claims"),
    "of roles that are no list": (_with(rol=7), "claims"),
    **{f"without {name}": (_without(name), "claims") for name in ("exp", "iat", "sub", "sid", "org", "rol", "ver")},
    "without an audience": (_without("aud"), "audience"),
    "without an issuer": (_without("iss"), "issuer"),
    "a name given twice": (_repeated, "repeated-name"),
    "a header name given twice": (lambda c: _signed(b'{"alg":"none","alg":"HS256"}', c), "repeated-name"),
    "oversized": (_with(padding="A" * TOKEN_LIMIT), "oversized"),
    "deeply nested": (lambda _: _signed(HEADER, b"[" * 2500), "malformed"),
    "a list instead of claims": (lambda _: _signed(HEADER, b"[1]"), "malformed"),
    "claims that are no text": (lambda _: _signed(HEADER, b"\xff\xfe"), "malformed"),
    "claims signed as a bare text": (lambda _: jws.sign(b"text", DEMO_TOKEN_SECRET, algorithm="HS256"), "malformed"),
    "a comment in the signature": (lambda c: _signed(HEADER, c) + "!!", "malformed"),
    "the signature written another way": (lambda c: _last_letter(_signed(HEADER, c)), "malformed"),
    "more parts": (lambda c: _signed(HEADER, c) + ".x", "malformed"),
    "roles raised by hand": (
        lambda c: ".".join(
            (_part(HEADER), _part(c | {"rol": ["administrator"]}), _signed(HEADER, c).rpartition(".")[2])
        ),
        "signature",
    ),
    "a session that never was": (_with(sid=str(demo_id("no session"))), "ended"),
    "rights of another time": (_with(ver=7), "ended"),
    "somebody else's account in my session": (_with(sub=str(demo_id("admin"))), "ended"),
}


async def _log_in(world: World, username: str = "duty.almaty") -> str:
    answer = await world.client.post("/v1/token", data=credentials(username))
    token: str = answer.json()["access_token"]
    return token


async def _refused(owner_url: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        rows: list[asyncpg.Record] = await connection.fetch(
            "SELECT reason, record_ids, fields, request_id FROM audit_event"
            " WHERE kind = 'access.token_refused' AND outcome = 'refused' ORDER BY at, id"
        )
        return rows
    finally:
        await connection.close()


def _uniform(answer: httpx.Response) -> Claims:
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"] == "Bearer"
    body: Claims = answer.json()
    body.pop("request_id")
    return body


async def test_every_attack_on_a_token_gets_the_same_answer_and_its_event(world: World, owner_url: str) -> None:
    claims = jwt.get_unverified_claims(await _log_in(world))
    without = _uniform(await world.client.get("/v1/me"))
    said: list[str] = []
    for name, (attack, why) in ATTACKS.items():
        answer = await Caller(world.client, attack(claims)).get("/v1/me")
        assert answer.status_code == 401, name
        assert _uniform(answer) == without, name
        said.append(f"{name}: {why}")
    recorded = [r["reason"] for r in await _refused(owner_url)]
    assert recorded[0] == "missing"
    assert [f"{name}: {r}" for name, r in zip(ATTACKS, recorded[1:], strict=True)] == said


async def test_the_honest_token_written_by_hand_is_taken_so_that_each_refusal_above_has_its_one_cause(
    world: World,
) -> None:
    claims = jwt.get_unverified_claims(await _log_in(world))
    assert (await Caller(world.client, _signed(HEADER, claims)).get("/v1/me")).status_code == 200


async def test_a_token_replayed_after_the_log_out_names_its_user_in_the_event(world: World, owner_url: str) -> None:
    caller = Caller(world.client, await _log_in(world))
    assert (await caller.post("/v1/logout")).status_code == 204
    _uniform(await caller.get("/v1/me"))
    _uniform(await caller.get("/v1/cases"))  # a permission that the account never had is not said either
    events = await _refused(owner_url)
    assert [(e["reason"], e["record_ids"]) for e in events] == [("ended", [demo_id("duty.almaty")])] * 2


async def test_a_flood_of_bad_tokens_does_not_fill_the_log_and_is_counted(
    world: World, owner_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "PER_SECOND", 0.0)
    for _ in range(refusals.BURST + 5):
        _uniform(await Caller(world.client, "x").get("/v1/me"))
    assert len(await _refused(owner_url)) == refusals.BURST
    monkeypatch.setattr(refusals, "PER_SECOND", 1e6)
    _uniform(await Caller(world.client, "x").get("/v1/me"))
    assert (await _refused(owner_url))[-1]["fields"] == ["and_5_more"]
