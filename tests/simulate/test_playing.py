"""A half hour of the contact centre against a real process, and against one that is not honest."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from click.testing import Result
from typer.testing import CliRunner

from casemgmt.cli import app as command_line
from casemgmt.simulate.command_line import app
from tests.conftest import fresh_database, owner_of, worker_of
from tests.embedded.conftest import signals_heard
from tests.forked import Forked
from tests.records import rows
from tests.running import Service
from tests.simulate.tampering import Deed, double, lose, tampering

PROGRAM = "from casemgmt.simulate.command_line import app; app()"
"""As `casemgmt simulate`, without the other commands, which take seconds to load."""
LED = """
    SELECT (s.place, s.kato, s.organisation_id) = (p.place, p.kato, p.duty_organisation_id) AS there
      FROM signal s JOIN contact_concern k ON k.signal_id = s.id JOIN contact c ON c.id = k.contact_id
      JOIN qr_plate p ON p.code = c.plate_code AND p.region_code = s.region_code
"""
HALF_HOUR = ("111", "--day", "2025-11-20", "--from", "09:00", "--until", "09:30", "--speed", "2400")


@pytest.fixture(scope="module")
def database(admin_url: str) -> Iterator[str]:
    """The database of the demo."""
    with fresh_database(admin_url) as url:
        yield url


@pytest.fixture(scope="module")
def service(database: str) -> Iterator[Service]:
    """The running service of the demo, with its worker."""
    running = Service(database)
    running.start()
    addresses = {"CASEMGMT_DATABASE_URL": database, "CASEMGMT_WORKER_DATABASE_URL": worker_of(database)}
    worker = Forked("casemgmt", "work", environment=os.environ | {"CASEMGMT_MODE": "demo"} | addresses)
    yield running
    worker.stop()
    running.stop()


def play(url: str, *words: str) -> Result:
    """Play in this process."""
    return CliRunner().invoke(app, [*HALF_HOUR, "--url", url, *words])


def test_the_command_line_has_it() -> None:
    assert "QR messages in bursts" in CliRunner().invoke(command_line, ["simulate", "111", "--help"]).output


def row(said: str, name: str) -> tuple[int, int, str]:
    """Return a line of the comparison: as sent, the service's account, the difference."""
    found = re.search(rf"^ *{name}\D* (\d+) +(\d+) +([+-]\d+) *$", said, re.MULTILINE)
    assert found is not None, said
    return int(found[1]), int(found[2]), found[3]


def difference(said: str, name: str) -> str:
    """Return the last column of a line of the comparison."""
    return row(said, name)[2]


def test_what_was_sent_is_there_once(service: Service) -> None:
    played = play(service.url, "--max", "24")
    assert played.exit_code == 0, played.output
    assert "Nothing was lost, nothing is there twice." in played.output
    assert re.search(r"Roll call: (\d+) contacts asked for once more, \1 there as before", played.output)
    assert "Copies of one message: 2, answered alike: 2." in played.output
    for code in ("invalid-request", "signature-refused"):
        assert code in played.output
    assert difference(played.output, "contacts received") == difference(played.output, "refused") == "+0"


def test_children_are_answered_in_safe_hours_and_what_became_of_it_is_told_back(service: Service) -> None:
    for contacts in ("9", "40"):  # what was there before is not of the second run
        played = play(service.url, "--max", contacts)
        assert played.exit_code == 0, played.output
    written, handed_out = row(played.output, "answers to children")[0], row(played.output, "handed out")[0]
    ended = sum(row(played.output, name)[0] for name in ("delivered", "not delivered", "had by somebody else"))
    assert written > handed_out == ended > 0
    told = re.search(r"tell of a wish to be answered, or not to be: (\d+)\.", played.output)
    assert told is not None
    assert int(told[1]) > written
    kept_back = re.search(r"Answers kept back, by why: (.*)\.", played.output)
    assert kept_back is not None
    assert {"not_now", "wants_none"} <= set(re.findall(r"[a-z_]+", kept_back[1]))


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_whole_day_is_there_to_the_item(service: Service) -> None:
    day = ("111", "--day", "2025-11-20", "--speed", "600", "--url", service.url)
    played = CliRunner().invoke(app, day)
    assert played.exit_code == 0, played.output
    differences = re.findall(r" ([+-][\d,]+) *$", played.output, re.MULTILINE)
    assert (set(differences), len(differences) > 7) == ({"+0"}, True), played.output
    called = re.search(r"Roll call: ([\d,]+) contacts asked for once more, \1 there as before", played.output)
    assert called is not None, played.output
    assert int(called[1].replace(",", "")) > 1000
    assert "Nothing was lost, nothing is there twice." in played.output


def test_a_class_that_writes_from_its_school_is_led_to_the_body_on_duty_there(
    service: Service, database: str, admin_url: str
) -> None:
    lesson_ends = ("--from", "16:05", "--until", "16:08")
    played = play(service.url, *lesson_ends)
    assert played.exit_code == 0, played.output
    assert re.search(r"QR plates: \d+ contacts named one, all known", played.output)
    led = asyncio.run(rows(owner_of(database, admin_url), LED))
    assert led
    assert all(each["there"] for each in led)


@pytest.mark.parametrize(
    ("deed", "received", "said"),
    [
        (lose, "-1", ("was acknowledged and is lost", "and the account does not name it.")),
        (double, "+1", ("Does another system send as this source?", "-2 is filed by the account, and was not sent")),
    ],
)
def test_a_contact_that_is_lost_or_there_twice_is_found_by_its_name(
    service: Service, deed: Deed, received: str, said: tuple[str, ...]
) -> None:
    with tampering(service.url, deed) as url:
        played = play(url, "--max", "30")
    assert played.exit_code == 1, played.output
    assert difference(played.output, "contacts received") == received
    for words in (*said, "The service's account is not what was sent."):
        assert words in played.output


def test_ctrl_c_ends_it_with_the_tally(service: Service) -> None:
    slowly = [*HALF_HOUR[:-1], "60", "--url", service.url]
    with signals_heard():
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *slowly],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    assert process.stdout is not None
    assert "Contact centre 111 on Thursday 20 November 2025 (school day)" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "Nothing was lost, nothing is there twice." in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--day", "20.11.2025"), "20.11.2025 is no day: write it as 2025-11-20."),
        (("--from", "9"), "--from 9 is no time of a day"),
        (("--until", "25:00"), "the last one is 24:00"),
        (("--from", "10:00", "--until", "09:00"), "--until 09:00 is not after --from 10:00."),
        (("--speed", "0"), "--speed must be above nought"),
        (("--kind", "sunday"), "sunday is no kind of day. There are: school-day, day-off, holiday."),
        (("--url", "ftp://x"), "ftp://x is no address of a service."),
        (("--source", "mine"), "Set CASEMGMT_SIMULATE_SECRET: the signing secret of the source mine."),
        (("--from", "03:00", "--until", "03:01"), "Nobody gets in touch between 03:00 and 03:01"),
        (("--url", "http://127.0.0.1:9"), "No service answers at http://127.0.0.1:9: start it with `make run`"),
    ],
)
def test_a_wrong_word_is_named_and_nothing_is_sent(words: tuple[str, ...], said: str) -> None:
    refused = play("http://127.0.0.1:9", *words)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr


def test_a_wrong_secret_or_log_in_is_named_before_anything_is_sent(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = play(service.url, "--user", "nobody.there")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "nobody.there does not get the day's account: 400 invalid-credentials" in refused.stderr
    refused = play(service.url, "--carrier", "nobody.there")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "nobody.there is told of no answers: 400 invalid-credentials" in refused.stderr
    monkeypatch.setenv("CASEMGMT_SIMULATE_SECRET", "whsec_AAAA")
    refused = play(service.url)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "does not take the signature of the source sandbox-111" in refused.stderr
    monkeypatch.setenv("CASEMGMT_SIMULATE_SECRET", "a secret")
    assert "written as `whsec_` and base64" in play(service.url).stderr
