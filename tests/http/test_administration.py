"""Bodies, users, roles and mobile groups: kept by administrators, seen by all who work here."""

from typing import Any

import asyncpg
import httpx
import pytest
from jose import jwt

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ACCOUNTS, DEMO_PASSWORD, demo_id
from casemgmt.ids import new_id
from tests.account_steps import WHY, begin, give_role, grant, move, start, start_code
from tests.clients import Caller, World

ALMATY = str(demo_id("cps_almaty"))
GROUP = f"/v1/mobile-groups/{demo_id('group cps_almaty')}"
NEW_PASSWORD = "a much longer secret 2026"


async def _kinds(owner_url: str) -> list[str]:
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        return [r["kind"] for r in await connection.fetch("SELECT kind FROM audit_event ORDER BY at, id")]
    finally:
        await connection.close()


def _match(answer: httpx.Response) -> dict[str, str]:
    return {"If-Match": answer.headers["etag"]}


async def _put(caller: Caller, path: str, json: Any, read: httpx.Response) -> httpx.Response:
    return await caller.request("PUT", path, json=json, headers=_match(read))


async def _new_user(admin: Caller, **changes: Any) -> httpx.Response:
    body = {
        "username": "new.worker",
        "family_name": "Жаңабаев",
        "given_name": "Асан",
        "organisation_id": ALMATY,
        "sector": "health",
    }
    return await admin.post("/v1/users", body | changes)


async def _log_in(world: World, username: str, password: str) -> httpx.Response:
    form = {"grant_type": "password", "username": username, "password": password}
    return await world.client.post("/v1/token", data=form)


# bodies


async def test_a_body_is_added_changed_and_found(world: World, owner_url: str) -> None:
    admin = await world.as_("admin")
    names = {"name_kk": "№ 5 мектеп", "name_ru": "Школа № 5", "name_en": "School 5"}
    created = await admin.post("/v1/organisations", {"kind": "school", "region_code": "KZ-75", **names})
    assert created.status_code == 201, created.text
    path = created.headers["location"]
    changed = await admin.patch(path, {"name_ru": "Школа-лицей № 5", "active": False}, headers=_match(created))
    assert changed.status_code == 200, changed.text
    assert changed.json()["active"] is False
    assert (await admin.patch(path, {"active": True}, headers=_match(created))).status_code == 412
    assert (await admin.patch(path, {"active": True})).status_code == 428
    operator = await world.as_("operator.111")
    assert (await operator.get(path)).json()["name_ru"] == "Школа-лицей № 5"
    listed = (await operator.get("/v1/organisations?kind=school&region=KZ-75")).json()
    assert [o["id"] for o in listed["items"]] == [created.json()["id"]]
    assert {"organisation.created", "organisation.changed", "organisation.read", "organisation.listed"} <= set(
        await _kinds(owner_url)
    )


async def test_a_body_that_can_not_be_is_refused(world: World) -> None:
    admin = await world.as_("admin")
    names = {"name_kk": "а", "name_ru": "а", "name_en": "a"}
    for change, code in (
        ({"kind": "no_such_kind"}, "invalid-request"),
        ({"region_code": "KZ-99"}, "unknown-region"),
        ({"parent_id": str(demo_id("nothing"))}, "unknown-organisation"),
        ({"secret": 1}, "invalid-request"),
        ({"name_ru": "a\x00b"}, "invalid-request"),
    ):
        answer = await admin.post("/v1/organisations", {"kind": "school", "region_code": "KZ-75", **names, **change})
        assert answer.status_code == 422, change
        assert answer.json()["code"] == code, change


async def test_lists_of_the_directory_are_paged_in_order(world: World) -> None:
    operator = await world.as_("operator.111")
    for path, names in (("/v1/organisations", ("name_ru",)), ("/v1/users", ("family_name",))):
        seen: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = (await operator.get(f"{path}?limit=3{cursor}")).json()
            seen.extend(page["items"])
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert len({s["id"] for s in seen}) == len(seen)
        order = [tuple(s[n] for n in names) for s in seen]
        assert order == sorted(order)
    assert len(seen) == len(ACCOUNTS)
    other = (await operator.get("/v1/organisations?limit=3")).json()["next_cursor"]
    assert (await operator.get(f"/v1/users?cursor={other}")).json()["code"] == "invalid-cursor"


# users


async def test_a_user_is_added_given_a_start_code_and_a_role_and_comes_in(world: World, owner_url: str) -> None:
    admin = await world.as_("admin")
    created = await _new_user(admin, username=" New.Worker ")
    assert created.status_code == 201, created.text
    assert created.json()["username"] == "new.worker"
    assert created.json()["roles"] == []
    path = created.headers["location"]
    assert (await _log_in(world, "new.worker", NEW_PASSWORD)).status_code == 400
    await begin(world, path, "new.worker", NEW_PASSWORD)
    await give_role(world, path, "centre_specialist")
    assert (await admin.get(path)).json()["roles"] == ["centre_specialist"]
    assert (await _log_in(world, "new.worker", NEW_PASSWORD)).status_code == 200
    kinds = await _kinds(owner_url)
    assert {"user.created", "account.start_code_made", "account.started", "user.role_granted"} <= set(kinds)


async def test_colleagues_see_who_works_where_but_neither_log_in_names_nor_roles(world: World) -> None:
    operator = await world.as_("operator.111")
    listed = (await operator.get(f"/v1/users?organisation_id={ALMATY}")).json()["items"]
    assert {u["family_name"] for u in listed} >= {"Тілеуов", "Сергеев", "Бекова"}
    assert set(listed[0]) == {
        "id",
        "kind",
        "family_name",
        "given_name",
        "patronymic",
        "sector",
        "organisation_id",
        "active",
    }
    one = (await operator.get(f"/v1/users/{demo_id('lead.almaty')}")).json()
    assert (one["username"], one["roles"]) == (None, None)
    seen = (await (await world.as_("admin")).get(f"/v1/users/{demo_id('lead.almaty')}")).json()
    assert (seen["username"], seen["roles"]) == ("lead.almaty", ["mobile_group_lead"])


async def test_a_role_given_or_taken_kills_the_tokens_of_the_user_at_once(world: World) -> None:
    admin, duty = await world.as_("admin"), await world.as_("duty.almaty")
    user = f"/v1/users/{demo_id('duty.almaty')}"
    path = f"{user}/roles"
    await give_role(world, user, "supervisor")
    assert (await duty.get("/v1/me")).status_code == 401
    again = Caller(world.client, (await _log_in(world, "duty.almaty", DEMO_PASSWORD)).json()["access_token"])
    assert (await again.get("/v1/me")).json()["roles"] == ["duty_officer", "supervisor"]
    assert (await admin.post(f"{path}/supervisor/revoke")).json()["roles"] == ["duty_officer"]
    assert (await again.get("/v1/me")).status_code == 401
    gone = await admin.post(f"{path}/supervisor/revoke")
    assert (gone.status_code, gone.json()["code"]) == (409, "role-not-held")
    twice = await admin.post(path, {"role": "duty_officer", "reason": WHY})
    assert (twice.status_code, twice.json()["code"]) == (409, "already-exists")
    assert (await admin.post(path, {"role": "emperor", "reason": WHY})).status_code == 422
    assert (await admin.post(f"{path}/emperor/revoke")).status_code == 404


async def test_an_account_that_is_switched_off_or_moved_is_out_at_once_and_stays_out(world: World) -> None:
    admin, duty = await world.as_("admin"), await world.as_("duty.almaty")
    session = (await _log_in(world, "duty.almaty", DEMO_PASSWORD)).json()
    path = f"/v1/users/{demo_id('duty.almaty')}"
    off = await admin.patch(path, {"active": False}, headers=_match(await admin.get(path)))
    assert off.status_code == 200, off.text
    assert (await duty.get("/v1/me")).status_code == 401
    assert (await _log_in(world, "duty.almaty", DEMO_PASSWORD)).status_code == 400
    await grant(world, await admin.post(f"{path}/switch-on", {"reason": WHY}))
    assert (await duty.get("/v1/me")).status_code == 401
    refreshed = {"grant_type": "refresh_token", "refresh_token": session["refresh_token"]}
    assert (await world.client.post("/v1/token", data=refreshed)).status_code == 400
    back = Caller(world.client, (await _log_in(world, "duty.almaty", DEMO_PASSWORD)).json()["access_token"])
    assert (await back.get("/v1/me")).json()["region_code"] == "KZ-75"
    await move(world, path, str(demo_id("crd_astana")))
    assert (await back.get("/v1/me")).status_code == 401


async def test_an_administrator_gives_nothing_to_their_own_account(world: World, owner_url: str) -> None:
    admin = await world.as_("admin")
    me = f"/v1/users/{demo_id('admin')}"
    for answer, code in (
        (await admin.post(f"{me}/roles", {"role": "case_manager", "reason": WHY}), "own-roles"),
        (await admin.post(f"{me}/roles/administrator/revoke"), "own-roles"),
        (await admin.request("PUT", f"{me}/start-codes/{new_id()}", json={"reason": WHY}), "own-account"),
        (await admin.patch(me, {"active": False}, headers=_match(await admin.get(me))), "own-account"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert (await admin.get("/v1/me")).json()["roles"] == ["administrator"]
    assert (await _kinds(owner_url)).count("users.refused") == 4


async def test_machine_accounts_hold_the_machine_role_only_and_persons_never(world: World) -> None:
    admin = await world.as_("admin")
    machine = await _new_user(admin, username="nobd", kind="service", family_name="НОБД", given_name="система")
    path = machine.headers["location"]
    other = await admin.post(f"{path}/roles", {"role": "case_manager", "reason": WHY})
    assert other.json()["code"] == "role-of-other-kind"
    await give_role(world, path, "integration")
    person = f"/v1/users/{demo_id('duty.almaty')}/roles"
    other = await admin.post(person, {"role": "integration", "reason": WHY})
    assert other.json()["code"] == "role-of-other-kind"
    refused = await admin.request("PUT", f"{path}/start-codes/{new_id()}", json={"reason": WHY})
    assert (refused.status_code, refused.json()["code"]) == (409, "password-of-machine")
    assert (await _log_in(world, "nobd", NEW_PASSWORD)).status_code == 400


async def test_a_user_that_can_not_be_is_refused(world: World) -> None:
    admin = await world.as_("admin")
    assert (await _new_user(admin, username="duty.almaty")).json()["code"] == "already-exists"
    for change in (
        {"username": "имя"},
        {"username": "a b c"},
        {"family_name": ""},
        {"family_name": None},
        {"kind": "robot"},
        {"sector": "none"},
        {"organisation_id": str(demo_id("nothing"))},
        {"case_reach": "national"},
    ):
        assert (await _new_user(admin, **change)).status_code == 422, change
    created = await _new_user(admin)
    nulled = await admin.patch(created.headers["location"], {"family_name": None}, headers=_match(created))
    assert nulled.json()["code"] == "never-null"
    assert (await admin.get(f"/v1/users/{demo_id('nothing')}")).status_code == 404
    short = await start(world, "new.worker", await start_code(world, created.headers["location"]), "short")
    assert short.status_code == 422


@pytest.mark.parametrize("username", ["operator.111", "supervisor.almaty", "auditor", "head.almaty", "lead.almaty"])
async def test_nobody_else_administrates(world: World, username: str) -> None:
    caller = await world.as_(username)
    user = f"/v1/users/{demo_id('duty.almaty')}"
    headers = {"If-Match": '"v1"'}
    for answer in (
        await caller.post("/v1/organisations", {}),
        await caller.patch(f"/v1/organisations/{ALMATY}", {}, headers=headers),
        await _new_user(caller),
        await caller.patch(user, {"active": False}, headers=headers),
        await caller.post(f"{user}/roles", {"role": "auditor", "reason": WHY}),
        await caller.post(f"{user}/roles/duty_officer/revoke"),
        await caller.request("PUT", f"{user}/start-codes/{new_id()}", json={"reason": WHY}),
        await caller.post(f"{user}/move", {"organisation_id": ALMATY, "reason": WHY}),
        await caller.post(f"{user}/switch-on", {"reason": WHY}),
        await caller.post("/v1/mobile-groups", {}),
        await caller.post(f"{GROUP}/members", {"user_id": str(demo_id("duty.almaty")), "reason": WHY}),
        await caller.request("PUT", f"{GROUP}/areas", json={"kato_prefixes": []}, headers=headers),
    ):
        assert answer.status_code == 403, answer.text


async def test_the_database_holds_everybody_else_to_it_too(world: World, database_url: str) -> None:
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        for username, statements in (
            (
                "supervisor.almaty",
                (
                    "UPDATE organisation SET active = false",
                    "UPDATE mobile_group SET active = false",
                    "UPDATE mobile_group_area SET removed_at = now()",
                    "UPDATE mobile_group_duty SET removed_at = now()",
                    "UPDATE centre_room SET active = false",
                    "UPDATE app_user SET active = false",
                    "UPDATE mobile_group_member SET until = now()",
                ),
            ),
            ("head.almaty", ("UPDATE centre_room SET active = false WHERE name = 'Кабинет 1'",)),
        ):
            claims = jwt.get_unverified_claims((await world.as_(username)).token)
            for statement in statements:
                async with connection.transaction():
                    await connection.execute(
                        "SELECT begin_work($1, $2, $3, 'test')", claims["sub"], claims["ver"], claims["sid"]
                    )
                    assert await connection.execute(statement) == "UPDATE 0", statement
        for table in ("organisation", "mobile_group", "mobile_group_area", "mobile_group_duty", "centre_room"):
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    finally:
        await connection.close()


# mobile groups


async def test_a_group_is_complete_when_all_four_sectors_are_there(world: World, owner_url: str) -> None:
    admin = await world.as_("admin")
    group = await admin.get(GROUP)
    assert group.json()["complete"] is True
    nurse = demo_id("nurse.almaty")
    without = await admin.post(f"{GROUP}/members/{nurse}/remove", headers=_match(group))
    assert without.status_code == 200, without.text
    assert (without.json()["complete"], without.json()["missing_sectors"]) == (False, ["health"])
    gone = await admin.post(f"{GROUP}/members/{nurse}/remove")
    assert (gone.status_code, gone.json()["code"]) == (409, "not-a-member")
    member = {"user_id": str(nurse), "reason": WHY}
    stale = await admin.post(f"{GROUP}/members", member, headers=_match(group))
    assert stale.status_code == 412
    asked = await admin.post(f"{GROUP}/members", member | {"is_lead": True}, headers=_match(without))
    assert (await admin.get(GROUP)).json()["complete"] is False, "nobody is in it by the act of one person"
    await grant(world, asked, by="head.almaty")
    back = await admin.get(GROUP)
    assert back.json()["complete"] is True
    assert back.headers["etag"] != without.headers["etag"]
    assert [m["is_lead"] for m in back.json()["members"]] == [True, True, False, False]
    twice = await admin.post(f"{GROUP}/members", member)
    assert (twice.status_code, twice.json()["code"]) == (409, "already-exists")
    assert {"mobile_group.member_added", "mobile_group.member_removed"} <= set(await _kinds(owner_url))


async def test_who_can_not_be_in_a_group_is_refused(world: World) -> None:
    admin = await world.as_("admin")
    for body, code in (
        ({"user_id": str(demo_id("nobody"))}, "unknown-user"),
        ({"user_id": str(demo_id("qr.111"))}, "unknown-user"),
        ({"user_id": str(demo_id("guardian.almaty"))}, "sector-of-no-group"),
        ({"user_id": str(demo_id("operator.111"))}, "sector-of-no-group"),
        ({"user_id": str(demo_id("duty.almaty")), "sector": "guardianship"}, "sector-of-no-group"),
    ):
        answer = await admin.post(f"{GROUP}/members", body | {"reason": WHY})
        assert (answer.status_code, answer.json()["code"]) == (422, code), body


async def test_the_group_on_duty_for_a_place_and_a_moment_is_found(world: World) -> None:
    admin, duty = await world.as_("admin"), await world.as_("duty.almaty")
    created = await admin.post("/v1/mobile-groups", {"organisation_id": ALMATY, "name": "Ночная группа"})
    assert created.status_code == 201, created.text
    night = created.headers["location"]
    placed = await _put(admin, f"{night}/areas", {"kato_prefixes": ["7511"]}, created)
    assert placed.json()["kato_prefixes"] == ["7511"]
    times = [{"weekday": 1, "from_time": "20:00", "until_time": "08:00"}]
    await _put(admin, f"{night}/duty", {"times": times}, placed)

    async def found(kato: str, at: str) -> list[str]:
        listed = await duty.get("/v1/mobile-groups", params={"kato": kato, "at": at, "region": "KZ-75"})
        assert listed.status_code == 200, listed.text
        return [f"{g['name'][:6]} {g['duty']}" for g in listed.json()["items"]]

    monday_night = "2026-03-02T23:00:00+05:00"
    assert await found("751110000", monday_night) == ["Ночная on", "Мобиль unknown"]
    assert await found("751110000", "2026-03-03T07:59:00+05:00") == ["Ночная on", "Мобиль unknown"]
    assert await found("751110000", "2026-03-03T08:00:00+05:00") == ["Мобиль unknown"]
    assert await found("752210000", monday_night) == ["Мобиль unknown"], "another area"
    assert await found("711110000", monday_night) == [], "another region"
    read = await admin.get(night)
    await _put(admin, f"{night}/areas", {"kato_prefixes": ["75", "7522"]}, read)
    assert await found("752210000", monday_night) == ["Ночная on", "Мобиль unknown"]
    off = await admin.patch(night, {"active": False}, headers=_match(await admin.get(night)))
    assert off.json()["active"] is False
    assert await found("752210000", monday_night) == ["Мобиль unknown"]


async def test_areas_and_duty_times_are_replaced_as_a_whole(world: World) -> None:
    admin = await world.as_("admin")
    read = await admin.get(GROUP)
    once = await _put(admin, f"{GROUP}/areas", {"kato_prefixes": ["7511", "7512"]}, read)
    back = await _put(admin, f"{GROUP}/areas", {"kato_prefixes": ["75"]}, once)
    assert back.json()["kato_prefixes"] == ["75"]
    again = await _put(admin, f"{GROUP}/areas", {"kato_prefixes": ["7511"]}, back)
    assert again.json()["kato_prefixes"] == ["7511"]
    assert (await _put(admin, f"{GROUP}/areas", {"kato_prefixes": []}, read)).status_code == 412
    day = {"on_date": "2026-03-21", "from_time": "00:00", "until_time": "00:00"}
    timed = await _put(admin, f"{GROUP}/duty", {"times": [day]}, again)
    assert timed.json()["duty_times"][0]["on_date"] == "2026-03-21"
    emptied = await _put(admin, f"{GROUP}/duty", {"times": []}, timed)
    assert emptied.json()["duty_times"] == []


async def test_areas_and_duty_times_that_can_not_be_are_refused(world: World) -> None:
    admin = await world.as_("admin")
    read = await admin.get(GROUP)
    for prefixes, code in (
        (["71"], "area-outside-region"),
        (["75", "75"], "area-named-twice"),
        (["7a"], "invalid-request"),
    ):
        answer = await _put(admin, f"{GROUP}/areas", {"kato_prefixes": prefixes}, read)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    for change in ({}, {"weekday": 8}, {"weekday": 1, "on_date": "2026-03-21"}, {"weekday": 1, "until_time": "25:00"}):
        time = {"from_time": "08:00", "until_time": "20:00"} | change
        assert (await _put(admin, f"{GROUP}/duty", {"times": [time]}, read)).status_code == 422, change
    national = await admin.post("/v1/mobile-groups", {"organisation_id": str(demo_id("committee")), "name": "x"})
    assert national.json()["code"] == "body-without-region"


async def test_groups_are_listed_by_region(world: World) -> None:
    duty = await world.as_("duty.almaty")
    listed = (await duty.get("/v1/mobile-groups?region=KZ-71")).json()["items"]
    assert [(g["region_code"], g["complete"]) for g in listed] == [("KZ-71", False)]
    assert len((await duty.get("/v1/mobile-groups?limit=1")).json()["items"]) == 1
    assert (await duty.get("/v1/mobile-groups?at=2026-03-02T10:00:00")).status_code == 422
    assert (await duty.get("/v1/mobile-groups?kato=75")).status_code == 422


async def test_who_joins_a_group_sees_its_signals_and_who_leaves_does_not(world: World) -> None:
    admin, operator = await world.as_("admin"), await world.as_("operator.111")
    manager = await world.as_("manager.almaty")
    signal = await operator.post(
        "/v1/signals",
        {
            "source": "qr_111",
            "channel": "qr_message",
            "category": "violence_physical",
            "language": "kk",
            "narrative": "Үйде мені ұрады.",
            "region_code": "KZ-75",
        },
    )
    path = f"/v1/signals/{signal.json()['id']}"
    triaged = await operator.post(
        f"{path}/triage",
        {
            "outcome": "mobile_group_referral",
            "severity": "high",
            "reason": "visit_needed",
            "mobile_group_id": GROUP.rpartition("/")[2],
        },
    )
    assert triaged.status_code == 200, triaged.text
    assert (await manager.get(path)).status_code == 404
    user = str(demo_id("manager.almaty"))
    await grant(world, await admin.post(f"{GROUP}/members", {"user_id": user, "reason": WHY}))
    assert (await manager.get(path)).status_code == 200
    await admin.post(f"{GROUP}/members/{user}/remove")
    assert (await manager.get(path)).status_code == 404
