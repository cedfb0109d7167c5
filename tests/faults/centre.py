"""A contact centre that knows its contract alone: signs by itself, sends again until it is told that it was taken."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx

SOURCE = "sandbox-111"
KEY = b"demo-only signing secret of the sandbox source!!"
PATH = "/v1/integrations/contacts"
AGAIN = {408, 429, 500, 503}
"""What the contract says of these: send again, the same id and body."""
GIVE_UP_SECONDS = 240
Json = dict[str, Any]


def signed(message_id: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """Return the headers of a message, made as the contract says."""
    stamp = str(int(time.time() if at is None else at))
    mac = hmac.new(KEY, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "contact-source": SOURCE,
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
        "content-type": "application/json",
    }


def call(contact_id: str, revision: int = 1, stage: str = "final", concerns: int = 1, **given: Any) -> Json:
    """Return what is told of a call that begins this second."""
    return {
        "contact_id": contact_id,
        "revision": revision,
        "stage": stage,
        "channel": "call",
        "started_at": datetime.now(UTC).isoformat(),
        "language": "kk",
        "caller": {"relation": "self", "phone": "8 701 111 22 33"},
        "concerns": [
            {"ref": str(n), "category": "bullying", "narrative": "Мені мазақтайды.", "region_code": "KZ-75"}
            for n in range(concerns)
        ],
    } | given


@dataclass(frozen=True)
class Message:
    """A message: the same id and the same bytes whenever it is sent."""

    id: str
    told: Json
    body: bytes

    @classmethod
    def of(cls, told: Json) -> "Message":
        """Make the message that tells of a revision of a contact."""
        return cls(f"m-{told['contact_id']}-{told['revision']}", told, json.dumps(told, ensure_ascii=False).encode())


def life_of(contact_id: str, random: Random) -> list[Message]:
    """Return the messages of a contact, of one of the lives that contacts have."""
    silent = {"non_data": "silent"}
    life: list[tuple[str, int, Json]] = random.choice(
        [
            [("final", 1, {})],
            [("draft", 1, {}), ("final", 2, {})],
            [("draft", 1, {}), ("draft", 1, {}), ("final", 1, {})],
            [("final", 1, {}), ("final", 2, {})],
            [("final", 0, silent)],
            [("draft", 1, {})],
        ]
    )
    began = datetime.now(UTC).isoformat()
    return [
        Message.of(call(contact_id, revision, stage, concerns, started_at=began, **given))
        for revision, (stage, concerns, given) in enumerate(life, 1)
    ]


@dataclass
class Centre:
    """Sends contacts, and remembers what it was told of each."""

    address: str
    sent: dict[str, list[Message]] = field(default_factory=dict)
    """Messages by their contact, also those of which nobody knows whether they were taken."""
    taken: dict[str, list[tuple[Message, Json]]] = field(default_factory=dict)
    """What was answered, by contact: only this says that the service has it."""
    answers: Counter[int | str] = field(default_factory=Counter)
    """How often which status was answered, or which failure of the connection met."""

    def signals(self) -> list[str]:
        """Return the signals that it was told of."""
        return list(
            dict.fromkeys(s["signal_id"] for taken in self.taken.values() for _, a in taken for s in a["signals"])
        )

    async def live(self, lives: Iterable[list[Message]], at_once: int = 4, twice: Random | None = None) -> None:
        """Live through the lives of contacts, some at once; where `twice` says so, two copies of a message go out."""
        waiting = iter(lives)
        async with httpx.AsyncClient(base_url=self.address, timeout=10) as client, asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(self._line(client, waiting, twice))

    async def _line(self, client: httpx.AsyncClient, waiting: Iterable[list[Message]], twice: Random | None) -> None:
        for messages in waiting:
            for message in messages:
                copies = 2 if twice is not None and twice.random() < 0.2 else 1
                said = await asyncio.gather(*(self.deliver(client, message) for _ in range(copies)))
                assert all(each == said[0] for each in said), "the same message, another answer"

    async def deliver(self, client: httpx.AsyncClient, message: Message) -> Json:
        """Send a message until it is taken, and return what was answered."""
        contact_id = message.told["contact_id"]
        known = self.sent.setdefault(contact_id, [])
        if message not in known:
            known.append(message)
        async with asyncio.timeout(GIVE_UP_SECONDS):
            while True:
                taken = await self._sent_once(client, PATH, message.id, message.body)
                if taken is not None:
                    self.taken.setdefault(contact_id, []).append((message, taken))
                    return taken
                await asyncio.sleep(0.05)

    async def deliver_backlog(self, client: httpx.AsyncClient, messages: list[Message]) -> None:
        """Send messages as one batch, and those again of which it says that they were not taken."""
        for message in messages:
            self.sent.setdefault(message.told["contact_id"], []).append(message)
        waiting = {message.id: message for message in messages}
        async with asyncio.timeout(GIVE_UP_SECONDS):
            while waiting:
                items = [{"message_id": m.id, "contact": m.told} for m in waiting.values()]
                body = json.dumps({"contacts": items}, ensure_ascii=False).encode()
                answer = await self._sent_once(client, f"{PATH}/batch", f"b-{len(waiting)}-{next(iter(waiting))}", body)
                for item in answer["items"] if answer else ():
                    if item["taken"] is None:
                        assert item["status"] == 503, item
                        continue
                    message = waiting.pop(item["message_id"])
                    self.taken.setdefault(message.told["contact_id"], []).append((message, item["taken"]))
                await asyncio.sleep(0.05)

    async def _sent_once(self, client: httpx.AsyncClient, path: str, message_id: str, body: bytes) -> Json | None:
        """Send something once; None where the contract says to send it again."""
        try:
            answer = await client.post(path, content=body, headers=signed(message_id, body))
        except httpx.TransportError as error:
            self.answers[type(error).__name__] += 1
            return None
        self.answers[answer.status_code] += 1
        if answer.status_code in {200, 201}:
            taken: Json = answer.json()
            return taken
        check_refusal(answer)
        return None


def check_refusal(answer: httpx.Response) -> None:
    """Hold that an answer says, as the contract does, that the message is to be sent again."""
    assert answer.status_code in AGAIN, answer.text
    assert answer.status_code != 500, f"a fault of the program: {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    if answer.status_code in {429, 503}:
        assert int(answer.headers["retry-after"]) >= 1
