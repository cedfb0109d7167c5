"""A stranger integrates from `openapi/contact-centre.md` alone, with curl and openssl, against a running service."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from casemgmt.clock import SystemClock
from casemgmt.demo.accounts import demo_id
from casemgmt.people.policy import local_day
from casemgmt.settings import Settings
from rules.loader import load_law
from tests.answer_steps import ALWAYS, bring_on
from tests.clients import World
from tests.conftest import fresh_database
from tests.http.test_redirects import REDIRECT
from tests.jobs.worker import others_have_written
from tests.running import Service
from tests.steps import done

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "openapi" / "contact-centre.md").read_text("utf-8")
SIGN, TRY, CARRY = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
EXAMPLE = json.loads(re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)[0])
POST = """
post() {  # id, file, path: the request of the guide, with the status of the answer in the last line
  AT=$(date +%s)
  curl -sS -w '\\n%{http_code}' "$URL/v1/integrations/$3" --data-binary @"$2" -H 'content-type: application/json' \
    -H "contact-source: $SOURCE" -H "webhook-id: $1" -H "webhook-timestamp: $AT" \
    -H "webhook-signature: v1,$(sign "$1" "$AT" "$2")"
}
"""
DESK = """
desk() {  # path and what curl is to know: as a person of the desk of the sandbox
  TOKEN=$(curl -sS "$URL/v1/token" -d grant_type=password -d username=operator.111 -d password=demo-password-111 |
    sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  ASKED="$URL/v1/$1"
  shift
  curl -sS "$ASKED" -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' "$@"
}
"""


@pytest.fixture(scope="module")
def database(admin_url: str) -> Iterator[str]:
    """The database of the process."""
    with fresh_database(admin_url) as url:
        yield url


@pytest.fixture(scope="module")
def url(database: str) -> Iterator[str]:
    """The address of a running process of the demo."""
    service = Service(database)
    service.start()
    yield service.url
    service.stop()


def shell(script: str, folder: Path, **variables: str) -> str:
    """Run a script as a stranger would, in a folder of its own."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"} | variables
    done = subprocess.run(
        ["/bin/sh", "-euc", script], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def sandbox(url: str) -> str:
    """Return the settings of the guide's example, with another address."""
    source, secret = TRY.splitlines()[:2]
    return f"{source.replace('http://127.0.0.1:8000', url)}\n{secret}\n"


def test_the_vectors_of_the_guide_are_those_of_its_shell(tmp_path: Path) -> None:
    secret, message_id, at = re.findall(r"secret `(whsec_\S+)`, the id `(\S+)`, the timestamp `(\d+)`", GUIDE)[0]
    bodies = re.findall(r"body\n?.{0,2}`(\{.*?\})`", GUIDE)
    signatures = re.findall(r"`(v1,[A-Za-z0-9+/=]{44})`", GUIDE)
    assert len(bodies) == len(signatures) == 2
    for body, signature in zip(bodies, signatures, strict=True):
        (tmp_path / "body").write_text(body, "utf-8")
        made = shell(f"{SIGN}\nsign {message_id} {at} body", tmp_path, SECRET=secret)
        assert f"v1,{made}" == signature


def test_the_example_of_the_guide_is_taken_as_it_stands(url: str, tmp_path: Path) -> None:
    taken = json.loads(shell(f"{SIGN}\n{sandbox(url)}\n{TRY.split(chr(10), 2)[2]}", tmp_path))
    assert (taken["contact_id"], taken["outcome"], taken["state"]) == ("try-1", "accepted", "finalised")
    assert [s["ref"] for s in taken["signals"]] == ["1"]
    asking = f"{sandbox(url)}\n{CARRY.partition('ANSWER=')[0]}\ncarrier $URL/v1/"
    back = shell(f"{asking}signals/{taken['signals'][0]['signal_id']}", tmp_path)
    assert (json.loads(back)["state"], json.loads(back)["redirect"]) == ("received", None)
    assert "next_cursor" in json.loads(shell(f"{asking}webhook-events", tmp_path))


def test_a_contact_lives_as_the_guide_says(url: str, tmp_path: Path) -> None:
    base = EXAMPLE | {"contact_id": "guide-1", "started_at": "2026-01-15T09:12:00+05:00", "ended_at": None}
    other = base["concerns"][0] | {"narrative": "Аулада."}
    steps: list[tuple[str, dict[str, Any], int, str]] = [
        ("m-1", base | {"stage": "draft"}, 201, "accepted"),
        ("m-2", base | {"stage": "draft", "revision": 2}, 200, "updated"),
        ("m-3", base | {"revision": 3}, 200, "finalised"),
        ("m-3", base | {"revision": 3}, 200, "finalised"),
        ("m-4", base | {"revision": 2}, 200, "older"),
        ("m-5", base | {"revision": 3}, 200, "repeated"),
        ("m-6", base | {"revision": 4, "concerns": [other]}, 200, "corrected"),
        ("m-7", base | {"revision": 4}, 409, "revision-reused"),
        ("m-1", base, 422, "message-id-reused"),
        ("m-8", base | {"revision": 5, "danger": True}, 422, "invalid-request"),
    ]
    for number, (_, told, _, _) in enumerate(steps):
        (tmp_path / str(number)).write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    for number, (message_id, _, status, word) in enumerate(steps):
        said = shell(f"{SIGN}\n{sandbox(url)}\n{POST}\npost {message_id} {number} contacts", tmp_path)
        body, _, code = said.rpartition("\n")
        answer = json.loads(body)
        assert (int(code), answer.get("outcome") or answer["code"]) == (status, word), (number, answer)


def test_a_backlog_and_a_heartbeat_are_sent_in_the_same_way(url: str, tmp_path: Path) -> None:
    old = {"started_at": "2026-01-15T09:12:00+05:00", "ended_at": None}
    items = [{"message_id": f"b-{n}", "contact": EXAMPLE | old | {"contact_id": f"backlog-{n}"}} for n in range(3)]
    (tmp_path / "batch").write_text(json.dumps({"contacts": items}, ensure_ascii=False), "utf-8")
    named = re.findall(r"`(\{\"sent_at\".*?\})`", GUIDE)
    assert len(named) == 1
    (tmp_path / "beat").write_text(named[0].replace("…", "2026-01-15T09:12:00+05:00"))
    begin = f"{SIGN}\n{sandbox(url)}\n{POST}\n"
    sent = json.loads(shell(f"{begin}post b batch contacts/batch", tmp_path).rpartition("\n")[0])
    assert (sent["taken"], sent["refused"]) == (3, 0)
    beat = json.loads(shell(f"{begin}post h beat heartbeat", tmp_path).rpartition("\n")[0])
    assert (beat["source"], beat["taxonomy_version"]) == ("sandbox-111", "qr111-0")


def test_what_was_recorded_by_hand_is_matched_and_stands_in_the_account(url: str, tmp_path: Path) -> None:
    started = {"channel": "call", "started_at": "2026-01-15T09:12:00+05:00"}
    spoken = {"category": "bullying", "language": "kk", "narrative": "Мені мазақтайды.", "region_code": "KZ-75"}
    begin = f"{SIGN}\n{sandbox(url)}\n{POST}\n{DESK}\n"

    def desk(path: str, told: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(shell(f'{begin}desk {path} -d "$TOLD"', tmp_path, TOLD=json.dumps(told)))
        return answer

    signal = desk("signals", {"source": "contact_centre_111", "channel": "call"} | spoken)["id"]
    settled = {"source": "sandbox-111", "contact_id": "by-hand-1", "signal_ids": [signal]}
    assert desk("contacts/settled", settled | started)["state"] == "settled"
    told = EXAMPLE | started | {"contact_id": "by-hand-1", "ended_at": None}
    (tmp_path / "late").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    arrived = json.loads(shell(f"{begin}post late late contacts", tmp_path).rpartition("\n")[0])
    assert (arrived["outcome"], arrived["signals"]) == ("matched", [{"ref": "1", "signal_id": signal}])
    day = local_day(datetime.fromisoformat(arrived["received_at"]))
    account = json.loads(shell(f'{begin}desk "contacts/reconciliation?source=$SOURCE&day={day}"', tmp_path))
    mine = {"contact_id": "by-hand-1", "signals": 1, "filed": arrived["signals"]}
    assert mine in account["filed_contacts"]


def test_a_wrong_secret_is_refused(url: str, tmp_path: Path) -> None:
    (tmp_path / "contact").write_text(json.dumps(EXAMPLE), "utf-8")
    script = f"{SIGN}\n{sandbox(url)}SECRET=whsec_AAAA\n{POST}\npost m contact contacts"
    assert shell(script, tmp_path).endswith("401")


def test_the_page_of_the_shift_names_tasks_and_routes_as_they_are() -> None:
    page = (ROOT / "docs" / "contact-centre-down.md").read_text("utf-8")
    deadlines = load_law().deadlines
    for kind in ("contact_abandoned", "contact_correction", "contact_source_silent"):
        for label in deadlines[kind].label.model_dump().values():
            assert label.partition(":")[0] in page, label
    contract = json.loads((ROOT / "openapi" / "casemgmt.v1.json").read_text("utf-8"))
    routes = set(re.findall(r"(GET|POST) (/v1/[a-z/-]+)", page))
    assert len(routes) == 2
    for method, path in routes:
        assert method.lower() in contract["paths"][path]


async def test_a_redirect_is_followed_to_its_answer_as_the_guide_says(url: str, database: str, tmp_path: Path) -> None:
    told = EXAMPLE | {"contact_id": "moved-1", "started_at": "2026-01-15T09:12:00+05:00", "ended_at": None}
    (tmp_path / "moved").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    sent = shell(f"{SIGN}\n{sandbox(url)}\n{POST}\npost moved moved contacts", tmp_path).rpartition("\n")[0]
    signal = json.loads(sent)["signals"][0]["signal_id"]
    asking = f"{sandbox(url)}\n{CARRY.partition('ANSWER=')[0]}\ncarrier "

    async def heard() -> tuple[list[str], dict[str, Any]]:
        await others_have_written(database)  # events are told in order, behind whoever is writing
        events = json.loads(shell(f'{asking}"$URL/v1/webhook-events"', tmp_path))["items"]
        shown = json.loads(shell(f'{asking}"$URL/v1/signals/{signal}"', tmp_path))
        return [e["type"] for e in events if e["data"]["record_id"] == signal], shown

    async with httpx.AsyncClient(base_url=url) as client:
        world = World(client)
        elsewhere = REDIRECT | {"organisation_id": str(demo_id("crd_astana"))}
        done(await (await world.as_("duty.almaty")).post(f"/v1/signals/{signal}/triage", elsewhere))
        types, shown = await heard()
        assert (types, shown["state"], shown["redirect"]["answer"]) == (["signal.triaged"], "redirected", None)
        assert shown["redirect"]["due_at"] is not None
        done(await (await world.as_("duty.astana")).post(f"/v1/signals/{signal}/accept-redirect"))
        types, shown = await heard()
        assert types == ["signal.triaged", "signal.redirect_accepted"]
        assert (shown["state"], shown["redirect"]["answer"]) == ("received", "accepted")


async def test_an_answer_is_carried_as_the_guide_says(url: str, database: str, tmp_path: Path) -> None:
    wish = {"wanted": True, "means": "sms", "reads": "shared", "safe_times": ALWAYS}
    told = EXAMPLE | {"contact_id": "asked-1", "started_at": "2026-01-15T09:12:00+05:00", "ended_at": None}
    (tmp_path / "asked").write_text(json.dumps(told | {"answer": wish}, ensure_ascii=False), "utf-8")
    sent = shell(f"{SIGN}\n{sandbox(url)}\n{POST}\npost asked asked contacts", tmp_path).rpartition("\n")[0]
    signal = json.loads(sent)["signals"][0]["signal_id"]
    async with httpx.AsyncClient(base_url=url) as client:
        world = World(client)
        duty = await world.as_("duty.almaty")
        made = done(await duty.post(f"/v1/signals/{signal}/answers", {"template": "received"}))
        await bring_on(database, Settings(mode="demo", database_url=database), SystemClock(), made["id"])
        await others_have_written(database)  # events are told in order, behind whoever is writing
        said = shell(f"{sandbox(url)}\n{CARRY}", tmp_path)
        message, receipt = (json.loads(part) for part in said.replace("}{", "}\n{").splitlines())
        assert (message["contact_id"], message["means"], message["text"]) == ("asked-1", "sms", made["text"])
        assert receipt["state"] == "delivered"
        assert done(await duty.get(f"/v1/answers/{made['id']}"))["state"] == "delivered"
