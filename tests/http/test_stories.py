"""The demo's stories, played as a test: every step by the account whose work it is, wrong turns refused."""

import httpx
import pytest
from rich.console import Console

from casemgmt.demo.play import STORIES, play
from tests.clients import World


@pytest.mark.parametrize("story", list(STORIES))
async def test_the_story_can_be_played(world: World, story: str) -> None:
    console = Console(record=True, width=160)
    played = await play(world.client, console, stories=[story])
    _, record = played[story]
    assert record.acts >= 3
    assert record.refusals >= 1
    assert all(status < httpx.codes.INTERNAL_SERVER_ERROR for _, _, status in record.calls)
