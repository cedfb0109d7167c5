"""One shape for every failure, in three languages, without an echo of what was sent."""

import asyncio
import hashlib
import json
import re

import httpx
import pytest
from fastapi import FastAPI

from casemgmt.texts import problem_text, problem_texts
from tests.clients import World
from tests.contract.problem_codes import problem_codes
from tests.records import rows

SECRET = "Құпия-сөз-7f3a"
SIGNAL = {
    "source": "qr_111",
    "channel": "qr_message",
    "category": "bullying",
    "language": "kk",
    "narrative": "Мені ренжітеді.",
    "region_code": "KZ-75",
}


def test_every_code_has_its_texts_in_three_languages() -> None:
    texts = problem_texts()
    missing = {code: place for code, place in problem_codes().items() if code not in texts}
    assert missing == {}
    for code, text in texts.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code), code
        assert len({text.title.kk, text.title.ru, text.title.en}) == 3, code


def test_texts_come_in_the_language_asked_for() -> None:
    assert problem_text("not-found", "ru")[0] == "Не найдено"
    assert problem_text("not-found", "kk-KZ, ru;q=0.5")[0] == "Табылмады"
    assert problem_text("not-found", None)[0] == "Not found"


def _check_shape(answer: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = answer.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"/problems/{code}"
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer.headers["x-request-id"]
    assert SECRET not in answer.text
    return body


@pytest.mark.parametrize(
    ("change", "pointer", "fault"),
    [
        ({"category": SECRET}, "/category", "literal_error"),
        ({"narrative": 7}, "/narrative", "string_type"),
        ({"narrative": ""}, "/narrative", "string_too_short"),
        ({"narrative": "a\x00b"}, "/narrative", "invalid_text"),
        ({"narrative": "я" * 20_001}, "/narrative", "string_too_long"),
        ({"region_code": SECRET}, "/region_code", "string_pattern_mismatch"),
        ({"occurred_at": "2026-02-30T10:00:00Z"}, "/occurred_at", None),
        ({"occurred_at": "2026-02-03T10:00:00"}, "/occurred_at", None),
        ({"id": "not-an-id"}, "/id", None),
        ({SECRET: 1}, "/?", "extra_forbidden"),
        ({"subjects": [{"person_id": "x", "role": "child"}]}, "/subjects/0/person_id", None),
    ],
)
async def test_a_bad_field_is_named_and_not_repeated(
    world: World, change: dict[str, object], pointer: str, fault: str | None
) -> None:
    operator = await world.as_("operator.111")
    body = _check_shape(await operator.post("/v1/signals", SIGNAL | change), 422, "invalid-request")
    errors = body["errors"]
    assert isinstance(errors, list)
    assert [e["pointer"] for e in errors] == [pointer]
    if fault is not None:
        assert errors[0]["code"] == fault
    assert (await operator.get("/v1/signals")).json()["items"] == []


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b'{"source": ', 422, "invalid-request"),
        (b'{"narrative": "\xff\xfe"}', 400, "bad-request"),
        (b"[]", 422, "invalid-request"),
        (b'"text"', 422, "invalid-request"),
        (b"", 422, "invalid-request"),
        (b'{"narrative": "' + b"a" * 1_100_000 + b'"}', 413, "body-too-large"),
        (b"[" * 5000, 400, "body-too-deep"),
        (b'{"narrative": ' + b"[" * 129 + b"]" * 129 + b"}", 400, "body-too-deep"),
        (b'{"narrative": "' + b"[{" * 90 + b'"}', 422, "invalid-request"),
        (b'{"narrative": "a", "narrative": "b"}', 400, "repeated-field"),
        (b'{"danger_now": NaN}', 422, "invalid-request"),
        (b'{"narrative": ' + b"9" * 5000 + b"}", 400, "bad-request"),
        (b'{"narrative": "\\ud800"}', 422, "invalid-request"),
    ],
)
async def test_a_body_that_is_no_request_is_refused(world: World, content: bytes, status: int, code: str) -> None:
    operator = await world.as_("operator.111")
    answer = await operator.request(
        "POST", "/v1/signals", content=content, headers={"Content-Type": "application/json"}
    )
    _check_shape(answer, status, code)


async def test_what_is_not_there_answers_in_the_same_shape(world: World) -> None:
    operator = await world.as_("operator.111")
    _check_shape(await operator.get("/v1/nothing"), 404, "not-found")
    _check_shape(await operator.request("DELETE", "/v1/signals"), 405, "method-not-allowed")
    _check_shape(await world.client.get("/v1/signals"), 401, "unauthenticated")
    _check_shape(await operator.get(f"/v1/signals?filter={SECRET}"), 422, "unknown-parameter")
    _check_shape(await operator.get("/v1/signals?limit=5&limit=6"), 422, "unknown-parameter")
    _check_shape(await operator.get("/v1/signals?limit=101"), 422, "invalid-request")
    _check_shape(await operator.get("/v1/signals?cursor=bm9uc2Vuc2U"), 422, "invalid-cursor")


async def test_a_commit_that_fails_is_a_problem_and_no_success(
    world: World, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casemgmt.db.work import Work  # noqa: PLC0415 - only here

    operator = await world.as_("operator.111")

    async def fails(self: Work) -> None:
        await self.session.rollback()
        raise RuntimeError(SECRET)

    with monkeypatch.context() as patch:
        patch.setattr(Work, "finish", fails)
        _check_shape(await operator.get("/v1/me"), 500, "internal-error")
        answer = await operator.post("/v1/signals", SIGNAL, headers={"Idempotency-Key": "the-first"})
        _check_shape(answer, 500, "internal-error")
    assert (await operator.get("/v1/signals")).json()["items"] == []


async def test_a_request_without_an_event_is_refused_at_its_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from casemgmt.db.work import Work  # noqa: PLC0415 - only here

    operator = await world.as_("operator.111")
    monkeypatch.setattr(Work, "record", lambda *_: None)
    _check_shape(await operator.get("/v1/me"), 500, "internal-error")


async def test_the_same_key_and_body_get_the_same_answer(world: World) -> None:
    operator = await world.as_("operator.111")
    first = await operator.post("/v1/signals", SIGNAL, headers={"Idempotency-Key": "k1"})
    again = await operator.post("/v1/signals", SIGNAL, headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.content, again.headers["location"]) == (
        201,
        first.content,
        first.headers["location"],
    )
    assert again.headers["idempotency-replayed"] == "true"
    other = await operator.post("/v1/signals", SIGNAL | {"danger_now": True}, headers={"Idempotency-Key": "k1"})
    _check_shape(other, 422, "idempotency-key-reused")
    _check_shape(
        await operator.post("/v1/signals", SIGNAL, headers={"Idempotency-Key": "ключ".encode()}),
        422,
        "invalid-idempotency-key",
    )
    assert len((await operator.get("/v1/signals")).json()["items"]) == 1
    machine = await world.as_("qr.111")
    _check_shape(await machine.post("/v1/signals", SIGNAL), 400, "idempotency-key-required")


async def test_what_is_kept_of_a_body_is_no_plain_hash_of_it(world: World, owner_url: str) -> None:
    operator = await world.as_("operator.111")
    body = json.dumps(SIGNAL).encode()
    headers = {"Idempotency-Key": "k1", "Content-Type": "application/json"}
    made = await operator.request("POST", "/v1/signals", content=body, headers=headers)
    assert made.status_code == 201, made.text
    kept = (await rows(owner_url, "SELECT fingerprint FROM idempotency_key"))[0]["fingerprint"]
    plain = {hashlib.sha256(known + body).hexdigest() for known in (b"", b"POST /v1/signals\n", b"/v1/signals\n")}
    assert len(kept) == 64
    assert kept not in plain


async def test_the_same_key_sent_many_times_at_once_makes_one_record(world: World) -> None:
    operator = await world.as_("operator.111")
    headers = {"Idempotency-Key": "at-once"}
    answers = await asyncio.gather(*(operator.post("/v1/signals", SIGNAL, headers=headers) for _ in range(12)))
    made = [a for a in answers if a.status_code == 201]
    assert made
    for answer in answers:
        if answer.status_code != 201:
            _check_shape(answer, 409, "request-running")
    assert len({a.json()["id"] for a in made}) == 1
    assert len((await operator.get("/v1/signals")).json()["items"]) == 1
