"""What the programmers of receivers read is what the program does."""

import json
import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from casemgmt.notifications.kinds import TOLD, EventType
from casemgmt.notifications.policy import RETRIES
from casemgmt.notifications.views import EventView, HeartbeatMessage
from casemgmt.signed_messages import new_secret, signed_headers

TEXT = (Path(__file__).parents[2] / "openapi" / "events.md").read_text("utf-8")
UNITS = {"s": "seconds", "min": "minutes", "h": "hours"}


def test_the_table_of_events_names_all_of_them() -> None:
    assert re.findall(r"^\| `([a-z_]+\.[a-z_]+)`", TEXT, re.MULTILINE) == [str(each) for each in EventType]
    assert {*TOLD.values(), EventType.SERVICE_HEARTBEAT} == set(EventType)


def test_the_examples_are_messages_as_they_are_sent() -> None:
    examples = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    for example, sent in zip(examples, (EventView, HeartbeatMessage), strict=True):
        assert sent.model_validate_json(example).model_dump(mode="json") == json.loads(example)


def test_the_table_of_tries_is_that_of_the_program() -> None:
    told = {int(n): timedelta(**{UNITS[u]: int(v)}) for n, v, u in re.findall(r"(\d+) \| (\d+) (s|min|h)\b", TEXT)}
    assert {1: timedelta()} | told == dict(enumerate(RETRIES, 1))


def test_the_check_with_openssl_takes_what_we_sign_and_nothing_else(tmp_path: Path) -> None:
    (script,) = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    body = '{"type":"signal.triaged"}'
    (tmp_path / "body.json").write_text(body)
    old, new, other = new_secret(), new_secret(), new_secret()
    headers = signed_headers([new, old], "01a2187f-7a10-7c3e-8f5b-2f0e6f1d9c11", datetime.now(UTC), body.encode())
    sent = {name.upper().replace("-", "_"): value for name, value in headers.items()}
    for secret, said in ((old, "genuine"), (new, "genuine"), (other, "refuse")):
        run = ["sh", "-c", script]
        answer = subprocess.run(
            run, cwd=tmp_path, env=os.environ | sent | {"SECRET": secret}, capture_output=True, text=True, check=True
        )
        assert answer.stdout.strip() == said
