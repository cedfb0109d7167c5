"""Documents over HTTP: announced, sent, listed, looked at, taken back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from casemgmt.settings import Settings
from tests.account_steps import give_role
from tests.clients import World
from tests.contents import GPS, WHOLE, docx, jpeg, pdf
from tests.document_steps import announce, announcement, fetch, keep, link, send
from tests.factories import count, open_case
from tests.steps import refused

MANAGER = "manager.almaty"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


def files_in(settings: Settings) -> list[Path]:
    return [p for p in settings.document_folder.rglob("*") if p.is_file()]


async def test_what_was_sent_comes_back_and_lies_there_sealed(world: World, owner_url: str, settings: Settings) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    for media_type, content in WHOLE.items():
        document = await keep(manager, "case", case.id, media_type=media_type)
        assert (document["state"], document["scan"]) == ("kept", "not_scanned")
        answer = await fetch(manager, document, "original")
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert answer.headers["content-length"] == str(len(content))
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        disposition = answer.headers["content-disposition"]
        assert disposition.startswith('attachment; filename="document.')
        assert unquote(disposition).endswith(document["file_name"])
    files = files_in(settings)
    assert len(files) == len(WHOLE)
    for file in files:
        assert not any(content[:16] in file.read_bytes() for content in WHOLE.values())
        assert file.stat().st_mode & 0o777 == 0o600
        assert all(p.stat().st_mode & 0o777 == 0o700 for p in [settings.document_folder, *file.parents[:2]])


async def test_a_large_file_comes_back_piece_by_piece(world: World, owner_url: str) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    content = pdf(b"x" * 1_500_000)
    document = await keep(manager, "case", case.id, content=content)
    assert (await fetch(manager, document)).content == content


async def test_a_photo_is_shown_without_its_place_and_kept_with_it(world: World, owner_url: str) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    photo = await keep(manager, "case", case.id, media_type="image/jpeg", kind="visit_photo")
    shown = await fetch(manager, photo)
    assert shown.status_code == 200
    assert GPS not in shown.content
    assert shown.headers["content-length"] == str(len(shown.content))
    assert (await fetch(manager, photo, "original")).content == jpeg()
    specialist = await world.as_("oversight")
    asked = await specialist.post(f"/v1/documents/{photo['id']}/original-links")
    assert refused(asked) == (403, "forbidden")
    assert GPS not in (await fetch(specialist, photo)).content
    kinds = (
        "SELECT array_agg(kind || ' ' || coalesce(reason, '-') ORDER BY at) FROM audit_event WHERE $1 = ANY(record_ids)"
    )
    told = await count(owner_url, kinds, photo["id"])
    assert told == [
        "document.announced -",
        "document.received -",
        "document.link_given shown",
        "document.opened shown",
        "document.link_given original",
        "document.opened original",
        "documents.refused forbidden",
        "document.link_given shown",
        "document.opened shown",
    ]


async def test_documents_of_a_case_are_listed_with_what_came_with_it(world: World, owner_url: str) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    of_case = await keep(manager, "case", case.id)
    of_plan = await keep(manager, "plan", case.plan_id, kind="consent_form")
    of_child = await keep(manager, "person", case.child_id, kind="certificate")
    page = (await manager.get(f"/v1/documents?case_id={case.id}&limit=1")).json()
    assert [d["id"] for d in page["items"]] == [of_plan["id"]]
    rest = (await manager.get(f"/v1/documents?case_id={case.id}&cursor={page['next_cursor']}")).json()
    assert [d["id"] for d in rest["items"]] == [of_case["id"]]
    (child,) = (await manager.get(f"/v1/documents?person_id={case.child_id}")).json()["items"]
    assert child["id"] == of_child["id"]
    assert refused(await manager.get("/v1/documents")) == (422, "one-record-needed")
    both = f"/v1/documents?case_id={case.id}&person_id={case.child_id}"
    assert refused(await manager.get(both)) == (422, "one-record-needed")
    assert refused(await manager.get(f"/v1/documents?case_id={new_id()}")) == (404, "not-found")
    stranger = await world.as_("manager2.almaty")
    assert (await stranger.get(f"/v1/documents?case_id={case.id}")).status_code == 404
    assert (await stranger.get(f"/v1/documents/{of_case['id']}")).status_code == 404
    assert (await stranger.post(f"/v1/documents/{of_case['id']}/links")).status_code == 404
    assert (await stranger.post("/v1/documents", announcement("case", case.id))).status_code == 404


async def test_what_can_not_be_kept_is_refused_before_it_travels(world: World, owner_url: str) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({"media_type": "image/heic"}, 422, "invalid-request"),
        ({"media_type": "text/html"}, 422, "invalid-request"),
        ({"size_bytes": 0}, 422, "invalid-request"),
        ({"size_bytes": 26_214_401}, 413, "document-too-large"),
        ({"media_type": "text/plain", "size_bytes": 1_048_577}, 413, "document-too-large"),
        ({"kind": "selfie"}, 422, "invalid-request"),
        ({"secrecy": "top"}, 422, "invalid-request"),
        ({"record_type": "task"}, 422, "invalid-request"),
        ({"file_name": ""}, 422, "invalid-request"),
        ({"url": "http://evil"}, 422, "invalid-request"),
    ]
    for changes, status, code in wrong:
        answer = await manager.post("/v1/documents", announcement("case", case.id) | changes)
        assert refused(answer) == (status, code), changes
    assert await count(owner_url, "SELECT count(*) FROM document") == 0


async def test_a_file_name_is_a_name_and_nothing_else(world: World, owner_url: str) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    names = {
        "../../etc/passwd": "passwd.pdf",
        "C:\\Users\\a\\Шешім.PDF": "Шешім.pdf",
        "report.pdf.exe": "report.pdf.pdf",
        "invoice\u202efdp.exe": "invoicefdp.pdf",
        "a\nSet-Cookie: x=1.pdf": "aSet-Cookie_ x=1.pdf",
        "...": "document.pdf",
        '"; filename=evil.html': "_; filename=evil.pdf",
        "Ә" * 400: "Ә" * 100 + ".pdf",
    }
    for given, kept in names.items():
        document = await keep(manager, "case", case.id, file_name=given)
        assert document["file_name"] == kept
        answer = await fetch(manager, document)
        assert answer.headers["content-disposition"].count(";") == 2
        assert unquote(answer.headers["content-disposition"].rpartition("''")[2]) == kept


async def test_the_same_announcement_and_content_get_the_same_answer(
    world: World, owner_url: str, settings: Settings
) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    command = announcement("case", case.id, id=str(new_id()))
    first = await manager.post("/v1/documents", command)
    again = await manager.post("/v1/documents", command)
    assert (again.status_code, again.json()) == (201, first.json())
    other = await manager.post("/v1/documents", command | {"kind": "certificate"})
    assert refused(other) == (409, "already-exists")
    stranger = await world.as_("manager2.almaty")
    foreign = await open_case(owner_url, manager="manager2.almaty")
    taken = await stranger.post("/v1/documents", command | {"record_id": str(foreign.id)})
    assert refused(taken) == (409, "already-exists")
    kept = await send(manager, first.json(), pdf())
    repeated = await send(manager, first.json(), pdf())
    assert (kept.status_code, repeated.status_code) == (200, 200)
    assert repeated.json() == kept.json()
    altered = pdf().replace(b"Catalog", b"catalog")
    assert refused(await send(manager, first.json(), altered)) == (409, "other-content")
    assert len(files_in(settings)) == 1
    assert (await fetch(manager, first.json())).content == pdf()


async def test_the_content_is_sent_by_who_announced_it(world: World, owner_url: str) -> None:
    case = await open_case(owner_url)
    document = await announce(await world.as_(MANAGER), "case", case.id)
    supervisor = await world.as_("supervisor.almaty")
    assert refused(await send(supervisor, document, pdf())) == (409, "not-who-announced")
    oversight = await world.as_("oversight")
    assert refused(await send(oversight, document, pdf())) == (403, "forbidden")
    stranger = await world.as_("manager2.almaty")
    assert refused(await send(stranger, document, pdf())) == (404, "not-found")


async def test_a_content_that_is_not_what_was_announced_is_refused_and_leaves_its_event(
    world: World, owner_url: str, settings: Settings
) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    document = await announce(manager, "case", case.id, size_bytes=400)
    wrong: list[tuple[bytes, str | None, str]] = [
        (b"<html>" + b" " * 394, None, "document-type-differs"),
        (b"MZ" + b"\x00" * 398, None, "document-type-differs"),
        (b"%PDF-1.7" + b" " * 392, None, "document-not-whole"),
        (pdf(b"/S /JavaScript ".ljust(400 - len(pdf(b"")))), None, "document-active-content"),
        (pdf(), None, "document-size-differs"),
        (b"", None, "document-size-differs"),
        (pdf(b"x" * 500), None, "document-size-differs"),
        (pdf(b"x" * (400 - len(pdf(b"")))), "image/png", "document-type-differs"),
    ]
    for content, declared, code in wrong:
        answer = await send(manager, document, content, declared)
        assert refused(answer) == (422, code), (content[:20], answer.text)
    assert files_in(settings) == []
    refusals = "SELECT count(*) FROM audit_event WHERE kind = 'document.content_refused' AND outcome = 'refused'"
    assert await count(owner_url, refusals) == 4, "those that came in; the others were refused by what they declared"
    assert (await manager.get(f"/v1/documents/{document['id']}")).json()["state"] == "awaited"
    assert (await send(manager, document, pdf(b"x" * (400 - len(pdf(b"")))))).status_code == 200


async def test_two_persons_remove_a_document_and_it_stays_on_record(world: World, owner_url: str) -> None:
    case = await open_case(owner_url)
    manager, supervisor = await world.as_(MANAGER), await world.as_("supervisor.almaty")
    document = await keep(manager, "case", case.id)
    path = f"/v1/documents/{document['id']}"
    url = await link(manager, document)
    assert refused(await supervisor.post(f"{path}/remove")) == (409, "wrong-state")
    proposed = await manager.post(f"{path}/propose-removal", {"reason": "wrong_record", "note": "Басқа бала"})
    assert proposed.json()["state"] == "removal_proposed"
    own = next(a for a in proposed.json()["allowed_actions"] if a["action"] == "remove")
    assert (own["allowed"], own["reason_code"]) == (False, "second-person-needed")
    assert refused(await manager.post(f"{path}/remove")) == (409, "second-person-needed")
    assert (await supervisor.post(f"{path}/decline-removal")).json()["removal_reason"] is None
    assert (await manager.get(url)).status_code == 200
    again = await supervisor.post(f"{path}/propose-removal", {"reason": "duplicate"})
    stale = await manager.post(f"{path}/remove", headers={"If-Match": '"v1"'})
    assert refused(stale) == (412, "stale-version")
    removed = await manager.post(f"{path}/remove", headers={"If-Match": again.headers["etag"]})
    assert (removed.status_code, removed.json()["state"]) == (200, "removed")
    assert removed.json()["removed_by_id"] == str(demo_id(MANAGER))
    assert refused(await manager.post(f"{path}/links")) == (409, "document-not-kept")
    assert refused(await manager.get(url)) == (409, "document-not-kept")
    assert refused(await send(manager, document, pdf())) == (409, "wrong-state")
    listed = (await manager.get(f"/v1/documents?case_id={case.id}")).json()["items"]
    assert [d["state"] for d in listed] == ["removed"]
    oversight = await world.as_("oversight")
    assert (await oversight.post(f"{path}/propose-removal", {"reason": "duplicate"})).status_code == 403


async def test_what_was_announced_and_never_came_is_withdrawn(world: World, owner_url: str) -> None:
    case = await open_case(owner_url)
    manager, supervisor = await world.as_(MANAGER), await world.as_("supervisor.almaty")
    document = await announce(manager, "case", case.id)
    assert refused(await manager.post(f"/v1/documents/{document['id']}/links")) == (409, "document-not-kept")
    assert refused(await supervisor.post(f"/v1/documents/{document['id']}/withdraw")) == (409, "not-who-announced")
    assert (await manager.post(f"/v1/documents/{document['id']}/withdraw")).json()["state"] == "removed"
    assert refused(await send(manager, document, pdf())) == (409, "wrong-state")


async def test_a_link_holds_for_its_account_its_session_and_its_seconds(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    manager, supervisor = await world.as_(MANAGER), await world.as_("supervisor.almaty")
    document, other = await keep(manager, "case", case.id), await keep(manager, "case", case.id)
    url = await link(manager, document)
    assert (await manager.get(url)).status_code == 200
    assert refused(await supervisor.get(url)) == (403, "link-not-valid")
    assert (await world.client.get(url)).status_code == 401
    elsewhere = url.replace(document["id"], other["id"])
    assert refused(await manager.get(elsewhere)) == (403, "link-not-valid")
    forged = [
        url[:-1] + ("0" if url[-1] != "0" else "1"),
        url.replace("shown.", "original."),
        url.replace("link=shown.", "link=shown.9"),
        f"/v1/documents/{document['id']}/content?link=shown.9999999999.",
        f"/v1/documents/{document['id']}/content?link=..",
        f"/v1/documents/{document['id']}/content",
        f"/v1/documents/{document['id']}/content?link=ж",
        f"/v1/documents/{document['id']}/content?link=shown.x.{'0' * 64}",
    ]
    for each in forged:
        assert refused(await manager.get(each)) == (403, "link-not-valid"), each
    world.forget_tokens()
    another_session = await world.as_(MANAGER)
    assert refused(await another_session.get(url)) == (403, "link-not-valid")
    clock.advance(timedelta(seconds=61))
    assert refused(await manager.get(url)) == (403, "link-not-valid")
    recorded = "SELECT count(*) FROM audit_event WHERE kind = 'documents.refused' AND reason = 'link-not-valid'"
    assert await count(owner_url, recorded) == len(forged) + 4


async def test_a_link_dies_with_the_session_the_rights_and_the_sight(world: World, owner_url: str) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    document = await keep(manager, "case", case.id)
    supervisor = await world.as_("supervisor.almaty")
    url = await link(supervisor, document)
    restricted = await manager.post(
        f"/v1/cases/{case.id}/restriction", {"restricted": True, "ground": "sexual_violence"}
    )
    assert restricted.status_code == 200, restricted.text
    assert refused(await supervisor.get(url)) == (404, "not-found")
    own = await link(manager, document)
    await give_role(world, f"/v1/users/{demo_id(MANAGER)}", "centre_specialist")
    assert (await manager.get(own)).status_code == 401
    world.forget_tokens()
    manager = await world.as_(MANAGER)
    own = await link(manager, document)
    assert (await manager.post("/v1/logout")).status_code == 204
    assert (await manager.get(own)).status_code == 401


async def test_events_urls_and_answers_carry_no_name_of_a_file(world: World, owner_url: str) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    document = await keep(manager, "case", case.id, file_name="Серікова Айгүл.pdf")
    assert "%D0" not in await link(manager, document)
    events = await count(owner_url, "SELECT json_agg(e)::text FROM audit_event e")
    assert "Серікова" not in events
    commitments = json.loads(
        await count(owner_url, "SELECT changes::text FROM audit_event WHERE kind = 'document.received'")
    )
    assert {"document.digest", "document.state", "document.storage_name"} <= {c["field"] for c in commitments}
    digest = await count(owner_url, "SELECT digest FROM document")
    assert digest not in events, "the log keeps a commitment to it"


async def test_a_word_document_with_a_macro_is_refused(world: World, owner_url: str) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    content = docx(word__vbaProject=b"macro")
    media_type = next(t for t in WHOLE if t.endswith("wordprocessingml.document"))
    document = await announce(manager, "case", case.id, media_type=media_type, size_bytes=len(content))
    assert refused(await send(manager, document, content)) == (422, "document-active-content")
