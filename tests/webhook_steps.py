"""A subscription of the machine account of the demo, and signals that it sent itself."""

from typing import Any

from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from casemgmt.notifications.kinds import TOLD
from tests.clients import World
from tests.outreach_steps import DUTY, REFER, SIGNAL, WAY, go, record_child, referral_of
from tests.steps import MANAGER, done

MACHINE = "qr.111"
SUBSCRIPTIONS = "/v1/webhook-subscriptions"
EMERGENCY = {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"}
CONSULT = {"outcome": "consultation", "severity": "low", "reason": "question_answered"}


async def subscribe(world: World, address: str, *types: str, account: str = MACHINE) -> tuple[str, str]:
    """Subscribe the machine account, with a secret; return the path of the subscription and the secret."""
    admin = await world.as_("admin")
    wanted = {
        "account_id": str(demo_id(account)),
        "address": address,
        "types": list(types) or [str(each) for each in dict.fromkeys(TOLD.values())],
        "purpose": "own_signals",
    }
    path = f"{SUBSCRIPTIONS}/{done(await admin.post(SUBSCRIPTIONS, wanted))['id']}"
    return path, await make_secret(world, path)


async def make_secret(world: World, path: str, **given: Any) -> str:
    """Make a signing secret and return it."""
    admin = await world.as_("admin")
    made = done(await admin.request("PUT", f"{path}/secrets/{new_id()}", json=given))
    return str(made["secret"])


async def send_signal(world: World, **given: Any) -> str:
    """Send a signal as the machine account and return its id."""
    machine = await world.as_(MACHINE)
    answer = await machine.post("/v1/signals", SIGNAL | given, headers={"Idempotency-Key": str(new_id())})
    return str(done(answer)["id"])


async def triage(world: World, signal_id: str, **given: Any) -> None:
    """Triage a signal."""
    done(await (await world.as_(DUTY)).post(f"/v1/signals/{signal_id}/triage", CONSULT | given))


async def triaged_signal(world: World, **given: Any) -> str:
    """Send a signal and triage it."""
    signal = await send_signal(world)
    await triage(world, signal, **given)
    return signal


async def visited_signal(world: World) -> str:
    """Send a signal that a mobile group accepts and visits; return it."""
    signal = await triaged_signal(world, **REFER)
    await go(world, await referral_of(world, signal), *WAY)
    return signal


async def open_case(world: World, signal: str) -> str:
    """Open a case from a signal that is an emergency; return its id."""
    child = await record_child(world)
    duty = await world.as_(DUTY)
    done(await duty.post(f"/v1/signals/{signal}/subjects", {"person_id": child, "role": "child"}))
    wish = {"signal_ids": [signal], "children": [child], "manager_id": str(demo_id(MANAGER))}
    return str(done(await duty.post("/v1/cases", wish))["id"])
