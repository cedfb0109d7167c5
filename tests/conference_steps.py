"""Conferences over HTTP: called by the manager, answered by those invited, held and signed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from casemgmt.demo.accounts import demo_id
from tests.clients import World
from tests.factories import OpenCase
from tests.steps import MANAGER, CaseAtWork, done

Json = dict[str, Any]
PSYCHOLOGIST, LAWYER, GUARDIAN, SCHOOL = "psychologist.almaty", "lawyer.almaty", "guardian.almaty", "school.almaty"
QUESTION = "Баланың мектепке оралуына кім не істейді?"
TOLD = "Екі ай мектепке бармаған."
POLICE = {"name": "Сержан Тестов", "post": "Ювеналды полиция инспекторы"}


def by_account(*usernames: str) -> list[Json]:
    """Return invitations of accounts."""
    return [{"user_id": str(demo_id(u))} for u in usernames]


def wish(case: OpenCase, *usernames: str, at: datetime | None = None, **changes: Any) -> Json:
    """Return the body that calls a conference on a case for these accounts and an inspector without one."""
    starts = at or datetime.now(UTC) + timedelta(days=3)
    family = [
        {"person_id": str(case.child_id), "invited": True},
        {"person_id": str(case.mother_id), "invited": False, "reason": "Баланы қорқытқан."},
    ]
    about = {"starts_at": starts.isoformat(), "family": family} | changes
    return meeting(str(case.child_id), *usernames, **about)


def meeting(child: str, *usernames: str, **changes: Any) -> Json:
    """Return the body that calls a conference about a child for today, without a word on the family."""
    return {
        "starts_at": (datetime.now(UTC) + timedelta(seconds=2)).isoformat(),
        "place": "Мектеп, 2 қабат",
        "question": QUESTION,
        "person_ids": [child],
        "told": TOLD,
        "without_consent_ground": "Баланың мүддесі",
        "participants": [*by_account(*usernames), POLICE],
    } | changes


async def meet(world: World, case: CaseAtWork, *usernames: str, by: str = MANAGER) -> Json:
    """Call a conference for today about the child of a case, whose age nobody knows, and return it."""
    caller = await world.as_(by)
    return done(await caller.post(f"/v1/cases/{case.id}/conferences", meeting(case.child, *usernames)))


async def called(world: World, case: OpenCase, *usernames: str, by: str = MANAGER, **changes: Any) -> Json:
    """Call a conference and return it."""
    caller = await world.as_(by)
    return done(await caller.post(f"/v1/cases/{case.id}/conferences", wish(case, *usernames, **changes)))


def invitation(conference: Json, username: str) -> str:
    """Return the id of somebody's invitation that is not over."""
    user = str(demo_id(username))
    live = (p for p in conference["participants"] if p["user_id"] == user and p["state"] in ("invited", "accepted"))
    return str(next(live)["id"])


async def accepted(world: World, conference: Json, username: str) -> Json:
    """Accept an invitation and return the conference as who accepted reads it."""
    caller = await world.as_(username)
    answer = await caller.post(f"/v1/conference-participants/{invitation(conference, username)}/accept")
    assert answer.status_code == 204, answer.text
    return done(await caller.get(f"/v1/conferences/{conference['id']}"))


def minutes_of(conference: Json, *came: str, decisions: list[Json] | None = None) -> Json:
    """Return the body that writes a conference down."""
    return {
        "came": [invitation(conference, username) for username in came],
        "minutes": "Барлығы келісті.",
        "decisions": decisions or [],
    }


def decision(username: str | None, due: datetime | None = None, **changes: Any) -> Json:
    """Return one thing that is decided."""
    day = (due or datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    who = {} if username is None else {"responsible_id": str(demo_id(username))}
    return {"wording": "Мектеппен сабақ кестесін келісу.", "due_on": day} | who | changes
