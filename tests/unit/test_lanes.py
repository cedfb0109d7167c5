"""Rules run beside the event loop: a few at once, a few wait, and the rest are asked to try again."""

import asyncio
import threading
from pathlib import Path

import pytest

from casemgmt.benefits.engine import open_engine
from casemgmt.errors import Unavailable
from casemgmt.lanes import Lane
from casemgmt.settings import Settings
from rules.errors import LawFilesError


async def test_while_a_question_is_thought_about_everything_else_goes_on() -> None:
    lane, answer = Lane(at_once=1, waiting=1), threading.Event()
    asked = asyncio.create_task(lane.run(lambda: answer.wait(10)))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not asked.done()
    answer.set()
    assert await asked


async def test_one_question_too_many_is_told_to_come_again_and_later_finds_room() -> None:
    lane, answer = Lane(at_once=1, waiting=2), threading.Event()
    asked = [asyncio.create_task(lane.run(lambda: answer.wait(10))) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await lane.run(lambda: True)
    assert refused.value.code == "overloaded"
    answer.set()
    assert await asyncio.gather(*asked) == [True, True, True]
    assert await lane.run(lambda: 7) == 7


async def test_a_question_that_fails_gives_its_place_back() -> None:
    lane = Lane(at_once=1, waiting=0)

    def fails() -> None:
        raise ValueError

    for _ in range(3):
        with pytest.raises(ValueError, match=r"^$"):
            await lane.run(fails)


def test_a_sign_off_file_that_is_not_there_or_wrong_stops_the_service(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="CASEMGMT_SIGN_OFF_FILE"):
        open_engine(Settings(mode="demo", sign_off_file=tmp_path / "nothing.yaml"))
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("authority: somebody\n", "utf-8")
    with pytest.raises(LawFilesError, match=r"wrong\.yaml"):
        open_engine(Settings(mode="demo", sign_off_file=wrong))


def test_outside_the_demo_nobody_has_signed_unless_a_file_is_named() -> None:
    real = Settings.model_construct(mode="production", sign_off_file=None)
    assert open_engine(real).sign_off is None
    demo = open_engine(Settings(mode="demo")).sign_off
    assert demo is not None
    assert demo.example
