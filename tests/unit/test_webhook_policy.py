"""When an event is tried again and when it is given up; where events may be sent."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from itertools import pairwise
from typing import Any

import pytest

from casemgmt.notifications.addresses import AddressRefused, check_address, find_target
from casemgmt.notifications.policy import JITTER, RETRIES, Outcome, judge, next_try

FIRST = datetime(2026, 3, 1, 8, tzinfo=UTC)
REFUSED = Outcome(500, "status", 12)
OWN = (ip_network("10.20.0.0/16"),)


def test_tries_come_as_the_table_says_never_earlier_and_hardly_later() -> None:
    due = FIRST
    for before, planned in pairwise(RETRIES):
        found = next_try(FIRST, max(due, FIRST + before))
        assert found is not None
        assert FIRST + planned <= found <= FIRST + planned + (planned - before) * JITTER
        due = FIRST + planned
    assert RETRIES[-1] == timedelta(hours=24)
    assert next_try(FIRST, FIRST + timedelta(hours=24)) is None


def test_the_first_failures_hold_up_what_follows_and_later_ones_do_not() -> None:
    for tries in (1, 2):
        verdict = judge(REFUSED, tries, FIRST, FIRST, FIRST)
        assert (verdict.resume_at, verdict.result) == (verdict.due_at, None)
    later = judge(REFUSED, 3, FIRST, FIRST, FIRST + timedelta(minutes=6))
    assert (later.resume_at, later.result) == (None, None)


def test_after_a_day_an_event_is_given_up_and_a_receiver_that_took_nothing_is_disabled() -> None:
    day = timedelta(hours=24)
    assert judge(REFUSED, 10, FIRST, FIRST + day, FIRST + day).result == "dead"
    assert judge(REFUSED, 10, FIRST, FIRST + day, FIRST + day).disabled is None
    assert judge(REFUSED, 10, FIRST, FIRST, FIRST + day).disabled == "failing"
    assert judge(Outcome(410, "status", 3), 1, FIRST, None, FIRST).disabled == "gone"
    assert judge(Outcome(204, None, 3), 9, FIRST, FIRST, FIRST).result == "delivered"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://receiver.example.kz/events", "scheme"),
        ("ftp://receiver.example.kz/", "scheme"),
        ("http://10.20.1.1/", "scheme"),
        ("https://user:word@receiver.example.kz/", "form"),
        ("https://receiver.example.kz/#part", "form"),
        ("https:///events", "form"),
        ("https://receiver.example.kz:99999/", "form"),
        ("https://receiver.example.kz\\@127.0.0.1/", "form"),
        ("https://қабылдау.kz/", "form"),
        ("https://127.0.0.1/", "network"),
        ("https://10.1.2.3/", "network"),
        ("https://172.16.0.1/", "network"),
        ("https://192.168.1.1/", "network"),
        ("https://100.64.0.1/", "network"),
        ("https://169.254.169.254/latest/meta-data", "network"),
        ("https://0.0.0.0/", "network"),
        ("https://224.0.0.1/", "network"),
        ("https://[::1]/", "network"),
        ("https://[fe80::1]/", "network"),
        ("https://[fd00:ec2::254]/", "network"),
        ("https://[::ffff:127.0.0.1]/", "network"),
        ("https://[64:ff9b::7f00:1]/", "network"),
        ("https://[2002:7f00:1::]/", "network"),
    ],
)
def test_what_is_no_address_of_the_outside_is_refused(url: str, code: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        check_address(url, OWN)
    assert str(refused.value) == code


def test_the_outside_and_what_the_operator_allows_may_be_called() -> None:
    for url in ("https://receiver.example.kz/events?for=111", "https://10.20.1.1:8443/", "https://[2606:4700::1111]/"):
        check_address(url, OWN)


@pytest.mark.parametrize(
    ("addresses", "code"),
    [
        (["127.0.0.1"], "network"),
        (["8.8.8.8", "10.0.0.1"], "network"),
        (["fe80::1%eth0"], "network"),
        (["::ffff:169.254.169.254"], "network"),
        ([], "name"),
    ],
)
async def test_a_name_that_leads_inside_is_not_called(
    addresses: list[str], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _names(monkeypatch, addresses)
    with pytest.raises(AddressRefused) as refused:
        await find_target("https://receiver.example.kz/", OWN)
    assert str(refused.value) == code


async def test_the_call_goes_to_the_address_that_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    _names(monkeypatch, ["8.8.8.8"])
    target = await find_target("https://receiver.example.kz/events", OWN)
    assert (target.ip, target.host, target.port) == ("8.8.8.8", "receiver.example.kz", 443)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "localhost", "127.1"])
async def test_other_ways_to_write_this_machine_are_not_called(host: str) -> None:
    with pytest.raises(AddressRefused):
        await find_target(f"https://{host}/", OWN)


def _names(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    async def found(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
