"""Accounts beside those of the demo: of other bodies, with several roles, with a role that was taken again."""

from dataclasses import dataclass

from casemgmt.demo.accounts import demo_id
from tests.account_steps import begin, give_role
from tests.clients import World
from tests.steps import done

PASSWORD = "Шымбұлақта-қар-еріді-7"


@dataclass(frozen=True)
class Generated:
    """An account that administrators make for the rich world."""

    username: str
    body: str
    roles: tuple[str, ...]
    sector: str | None = None
    taken: tuple[str, ...] = ()
    """Roles that were given and taken again."""


GENERATED = (
    Generated("guardian2.almaty", "guardianship_almaty", ("guardianship_officer",), "guardianship"),
    Generated("both.almaty", "crd_almaty", ("case_manager", "supervisor")),
    Generated("head.astana", "cps_astana", ("centre_head",), "social_protection"),
    Generated("member.nowhere", "cps_astana", ("mobile_group_member",), "health"),
    Generated("ended.almaty", "crd_almaty", ("case_manager",)),
    Generated("taken.almaty", "crd_almaty", ("centre_specialist",), None, ("supervisor", "duty_officer")),
    Generated("operator2.111", "kc111", ("contact_centre_operator",)),
)


async def make_accounts(world: World) -> None:
    """Make the accounts as two administrators do."""
    admin = await world.as_("admin")
    for account in GENERATED:
        user = {
            "username": account.username,
            "family_name": "Жасанды",
            "given_name": "Есеп",
            "sector": account.sector,
            "organisation_id": str(demo_id(account.body)),
        }
        path = f"/v1/users/{done(await admin.post('/v1/users', user))['id']}"
        await begin(world, path, account.username, PASSWORD)
        for role in (*account.roles, *account.taken):
            await give_role(world, path, role)
        for role in account.taken:
            done(await admin.post(f"{path}/roles/{role}/revoke"))
