"""Messages about contacts shuffled, repeated, corrected and cut by the desk come to what a plain model says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casemgmt.clock import ManualClock
from casemgmt.ids import new_id
from tests.clients import Caller, World
from tests.contact_steps import CONCERN, contact, send
from tests.factories import count
from tests.outreach_steps import done, record_signal, refused

REFS = ("a", "by-hand-1", "c")


@dataclass
class Plain:
    """A contact as a clerk would keep it on a card, who shares no code with the service."""

    state: str = "unknown"
    revision: int = 0
    told: dict[str, str] = field(default_factory=dict)
    """The newest that was told while it was open: name of a concern → words."""
    signals: dict[str, str] = field(default_factory=dict)
    """What is recorded: name of a concern → words of its signal."""
    by_hand: list[tuple[str, str]] = field(default_factory=list)
    newest: dict[str, str | None] = field(default_factory=dict)
    """What the sender said last of a concern that is a signal; None where it took it back."""
    notes: list[tuple[str, str, str | None]] = field(default_factory=list)
    """What was put before people: concern, kind, words."""

    def tell(self, revision: int, stage: str, told: dict[str, str]) -> None:
        if self.state in ("unknown", "draft"):
            if revision > self.revision:
                self.revision, self.told = revision, told
            elif revision == self.revision:
                return
            self.state = "draft"
            if stage == "final":
                self.state = "finalised"
                for ref, words in self.told.items():
                    self.file(ref, words)
        elif self.state == "settled" or revision > self.revision:
            self.state, self.revision = "finalised", revision
            self.compare(told)

    def compare(self, told: dict[str, str]) -> None:
        for ref, before in self.newest.items():
            now = told.get(ref)
            if now != before:
                self.newest[ref] = now
                self.notes.append((ref, "withdrawn" if now is None else "changed", now))
        for ref in [name for name in told if name not in self.newest]:
            if self.by_hand:
                name, self.signals[ref] = self.by_hand.pop(0)
                self.newest[ref] = told[ref]
                self.notes = [(ref if of == name else of, kind, words) for of, kind, words in self.notes]
                self.notes.append((ref, "arrived", told[ref]))
            else:
                self.file(ref, told[ref])

    def file(self, ref: str, words: str) -> None:
        self.signals[ref] = self.newest[ref] = words

    def settle(self, words: list[str]) -> str | None:
        """Answer why it is refused, if it is."""
        if self.state in ("settled", "finalised"):
            return "contact-final"
        if len(words) < len(self.told):
            return "concerns-unrecorded"
        # What was said so far stands beside what the desk recorded of it: the draft goes.
        self.notes += [(f"by-hand/{n}", "arrived", said) for n, said in enumerate(self.told.values(), 1)]
        self.state, self.revision = "settled", 0
        self.by_hand = [(f"by-hand/{n}", each) for n, each in enumerate(words, 1)]
        return None


TOLD = st.tuples(
    st.sampled_from(["draft", "final"]),
    st.dictionaries(st.sampled_from(REFS), st.sampled_from(["бір", "екі"]), max_size=3),
)
HISTORY = st.lists(TOLD, min_size=1, max_size=4)
"""What the contact centre told, in its order."""
COPIES = st.lists(st.integers(0, 3), max_size=4)
BY_HAND = st.one_of(st.none(), st.tuples(st.integers(0, 6), st.integers(0, 2)))
"""That the desk settled it: after how many messages, and with how many signals."""
RUNS = {"history": HISTORY, "copies": COPIES, "by_hand": BY_HAND, "chance": st.randoms(use_true_random=False)}
HEALTH = [HealthCheck.function_scoped_fixture]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@given(**RUNS)
@settings(max_examples=12, deadline=None, suppress_health_check=HEALTH)
async def test_whatever_comes_in_which_order_and_how_often_nothing_is_lost_or_doubled(
    world: World, clock: ManualClock, owner_url: str, history: Any, copies: Any, by_hand: Any, chance: Any
) -> None:
    await _play(world, clock, owner_url, history, copies, by_hand, chance)


@pytest.mark.long
@pytest.mark.timeout(1800)
@given(**RUNS)
@settings(max_examples=400, deadline=None, suppress_health_check=HEALTH)
async def test_in_hundreds_of_orders_nothing_is_lost_or_doubled(
    world: World, clock: ManualClock, owner_url: str, history: Any, copies: Any, by_hand: Any, chance: Any
) -> None:
    await _play(world, clock, owner_url, history, copies, by_hand, chance)


async def _play(
    world: World, clock: ManualClock, owner_url: str, history: Any, copies: Any, by_hand: Any, chance: Any
) -> None:
    operator, number, card = await world.as_("operator.111"), f"call-{new_id()}", Plain()
    before = await count(owner_url, "SELECT count(*) FROM signal")
    messages = [(f"{number}-{place}", place, *told) for place, told in enumerate(history, 1)]
    # A copy comes under its own id or, where the sender forgot it, under another one.
    messages += [
        (messages[n][0] if n % 2 else f"{number}-again-{place}", *messages[n][1:])
        for place, n in enumerate(copies)
        if n < len(history)
    ]
    chance.shuffle(messages)
    answers: dict[str, Any] = {}
    for place, (message_id, revision, stage, concerns) in enumerate(messages):
        if by_hand is not None and place == by_hand[0]:
            await _settle(world, operator, clock, card, number, by_hand[1])
        told = contact(
            number,
            revision=revision,
            stage=stage,
            started_at=(clock.now() - timedelta(minutes=9)).isoformat(),
            concerns=[CONCERN | {"ref": ref, "narrative": words} for ref, words in concerns.items()],
        )
        answer = done(await send(world, told, message_id, at=clock.now()))
        if message_id not in answers:
            card.tell(revision, stage, concerns)
        assert answers.setdefault(message_id, answer) == answer
    [listed] = [c for c in done(await operator.get("/v1/contacts"))["items"] if c["contact_id"] == number]
    await _compare(operator, card, listed["id"])
    made = await count(owner_url, "SELECT count(*) FROM signal") - before
    hand_made = by_hand[1] if by_hand is not None and by_hand[0] < len(messages) else 0
    assert made == hand_made + sum(not words.startswith("қолмен") for words in card.signals.values()), "none doubled"


async def _settle(world: World, operator: Caller, clock: ManualClock, card: Plain, number: str, signals: int) -> None:
    words = [f"қолмен {n}" for n in range(signals)]
    body = {
        "source": "sandbox-111",
        "contact_id": number,
        "channel": "call",
        "started_at": clock.now().isoformat(),
        "signal_ids": [await record_signal(world, narrative=each) for each in words],
    }
    answer = await operator.post("/v1/contacts/settled", body)
    why = card.settle(words)
    if why is None:
        done(answer)
    else:
        refused(answer, 409, why)


async def _compare(operator: Caller, card: Plain, contact_id: str) -> None:
    read = done(await operator.get(f"/v1/contacts/{contact_id}"))
    assert (read["state"], read["revision"]) == (card.state, card.revision)
    recorded = card.signals | dict(card.by_hand)
    assert read["signals"] == len(recorded)
    found = {
        filed["ref"]: done(await operator.get(f"/v1/signals/{filed['signal_id']}"))["narrative"]
        for filed in read["filed"]
    }
    assert found == recorded, "every word is with its concern"
    notes = [(c["ref"], c["kind"], (c["content"] or {}).get("narrative")) for c in read["corrections"]]
    assert sorted(notes, key=str) == sorted(card.notes, key=str)
    if card.state == "draft":
        assert {c["ref"]: c["narrative"] for c in read["draft"]["concerns"]} == card.told
    else:
        assert read["draft"] is None
