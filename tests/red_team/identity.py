"""Being somebody else, or more than one is."""

import base64
import json
from uuid import uuid4

import httpx
from jose import jwt

from casemgmt.demo.accounts import DEMO_PASSWORD, demo_id
from tests.alert_steps import alert_about
from tests.clients import Caller
from tests.factor_steps import FACTOR, SHOW, Authenticator, log_in
from tests.red_team.attack import Field, attack
from tests.steps import done

NOBODY = frozenset({401})
ANYBODY = ("manager.almaty", "qr.111", "admin")


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


async def _with(field: Field, token: str) -> list[httpx.Response]:
    return [await Caller(field.world.client, token).get(f"/v1/cases/{field.target.case}")]


@attack("I01", "writes a token without a signature", *ANYBODY, statuses=NOBODY)
async def unsigned_token(field: Field) -> list[httpx.Response]:
    claims = jwt.get_unverified_claims((await field.attacker()).token)
    return await _with(field, f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}.")


@attack("I02", "gives its own token more roles", *ANYBODY, statuses=NOBODY)
async def roles_in_token(field: Field) -> list[httpx.Response]:
    header, _, signature = (await field.attacker()).token.split(".")
    claims = jwt.get_unverified_claims((await field.attacker()).token) | {"rol": ["oversight_reader"]}
    return await _with(field, f"{header}.{_part(claims)}.{signature}")


@attack("I03", "puts another user into its own token", *ANYBODY, statuses=NOBODY)
async def user_in_token(field: Field) -> list[httpx.Response]:
    header, _, signature = (await field.attacker()).token.split(".")
    claims = jwt.get_unverified_claims((await field.attacker()).token) | {"sub": str(demo_id("supervisor.almaty"))}
    return await _with(field, f"{header}.{_part(claims)}.{signature}")


@attack("I04", "signs a token with a key of its own", *ANYBODY, statuses=NOBODY)
async def own_key(field: Field) -> list[httpx.Response]:
    claims = jwt.get_unverified_claims((await field.attacker()).token)
    return await _with(field, jwt.encode(claims, "a key that somebody made up for it", algorithm="HS256"))


@attack("I05", "comes back with the token of a session that was ended", "duty2.almaty", statuses=NOBODY)
async def ended_session(field: Field) -> list[httpx.Response]:
    form = {"grant_type": "password", "username": field.username, "password": DEMO_PASSWORD}
    granted = (await field.world.client.post("/v1/token", data=form)).json()
    caller = Caller(field.world.client, granted["access_token"])
    assert (await caller.post("/v1/logout")).status_code == 204
    return [await caller.get("/v1/signals")]


@attack("I06", "asks without any token", "nobody", statuses=NOBODY)
async def no_token(field: Field) -> list[httpx.Response]:
    client, target = field.world.client, field.target
    paths = (f"/v1/cases/{target.case}", f"/v1/persons/{target.child}", "/v1/cases", "/v1/audit/events", "/v1/users")
    return [await client.get(path) for path in paths]


@attack(
    "I07",
    "logs in where a second factor is due, without it",
    "admin",
    "auditor",
    "oversight",
    statuses=frozenset({400}),
)
async def without_factor(field: Field) -> list[httpx.Response]:
    form = {"grant_type": "password", "username": field.username, "password": DEMO_PASSWORD}
    first = await field.world.client.post("/v1/token", data=form)
    form = {"grant_type": "second_factor", "challenge": first.json()["challenge"], "code": "000000"}
    return [await field.world.client.post("/v1/token", data=form)]


@attack("I08", "guesses a password", "supervisor.almaty", "qr.111", statuses=frozenset({400, 429}))
async def guessed_password(field: Field) -> list[httpx.Response]:
    form = {"grant_type": "password", "username": field.username, "password": f"guess {uuid4()}"}
    return [await field.world.client.post("/v1/token", data=form) for _ in range(3)]


@attack("I09", "opens what is most secret from a screen that was left unlocked", "duty2.almaty", statuses=NOBODY)
async def unlocked_screen(field: Field) -> list[httpx.Response]:
    world, target = field.world, field.target
    screen, owner = await log_in(world, field.username), await log_in(world, field.username)
    secret = (await owner.request("PUT", FACTOR, json={"current": DEMO_PASSWORD})).json()["secret"]
    authenticator = Authenticator(target.clock, secret)
    done(await owner.request("PUT", f"{FACTOR}/confirmation", json={"code": authenticator.code()}))
    why = {"reason": "danger_to_life", "note": "Айғай естілді.", "minutes": 30}
    answers = [
        await screen.post("/v1/break-glass", {"case_id": target.hidden_case} | why),
        await screen.get(f"/v1/signals/{target.signal}/reporter"),
        await screen.get(f"/v1/persons/{target.child}/protected-addresses"),
    ]
    gone = {"current": DEMO_PASSWORD, "code": authenticator.code(1)}
    assert (await owner.post(f"{FACTOR}/remove", gone)).status_code == 204
    return answers


@attack(
    "I10",
    "shows a code that was shown before, and guesses at one",
    "auditor",
    "research",
    "subjects",
    statuses=frozenset({422}),
)
async def old_code(field: Field) -> list[httpx.Response]:
    caller, authenticator = await field.attacker(), Authenticator(field.target.clock)
    return [await authenticator.show(caller), await caller.post(SHOW, {"code": "000000"})]


@attack(
    "I11",
    "looks up what is suspected of it, and clears itself",
    "manager.almaty",
    "supervisor.almaty",
    "auditor",
    "admin",
    statuses=frozenset({403, 404}),
)
async def own_alert(field: Field) -> list[httpx.Response]:
    caller, target = await field.attacker(), field.target
    verdict = {"finding": "explained", "note": "Бәрі дұрыс."}
    kind = "refusals" if field.username.endswith(".almaty") else "recovery_code_used"
    about = await alert_about(target.owner_url, target.clock, demo_id(field.username), kind)
    return [await caller.get(f"/v1/alerts/{about}"), await caller.post(f"/v1/alerts/{about}/close", verdict)]
