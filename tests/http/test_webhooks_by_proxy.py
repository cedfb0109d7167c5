"""Where the deployment has a forward proxy, who keeps subscriptions sees that the proxy failed, not the receiver."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from casemgmt.clock import ManualClock
from casemgmt.settings import Settings
from tests.clients import World
from tests.conftest import worker_of
from tests.forward_proxy import OPENED, Authority, ForwardProxy
from tests.jobs.worker import do_all_due
from tests.receiver import Receiver
from tests.steps import done
from tests.webhook_steps import subscribe, triaged_signal

NAME = "receiver.example.kz"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest_asyncio.fixture
async def receiver(authority: Authority) -> AsyncIterator[Receiver]:
    async with Receiver().listening(authority.serving(NAME)) as listening:
        yield listening


@pytest_asyncio.fixture
async def proxy(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ForwardProxy]:
    names = asyncio.get_running_loop().getaddrinfo

    async def found(host: str, *given: Any, **more: Any) -> Any:
        if host != NAME:
            return await names(host, *given, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
    async with ForwardProxy(receiver.port).listening() as listening:
        yield listening


@pytest.fixture
def settings(settings: Settings, proxy: ForwardProxy, authority: Authority) -> Settings:
    return settings.model_copy(
        update={"outbound_proxy": proxy.address, "outbound_ca_file": authority.file, "webhook_seconds": 5}
    )


async def test_a_proxy_that_wants_another_log_in_is_told_apart_and_nothing_is_lost(
    world: World, receiver: Receiver, proxy: ForwardProxy, settings: Settings, clock: ManualClock, database_url: str
) -> None:
    proxy.says = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
    path, _ = await subscribe(world, f"https://{NAME}/events", "signal.triaged")
    signal = await triaged_signal(world)
    await do_all_due(worker_of(database_url), settings, clock, ())
    proxy.says = OPENED
    clock.advance(timedelta(seconds=6))
    await do_all_due(worker_of(database_url), settings, clock, ())
    assert [each.event["data"]["record_id"] for each in receiver.received] == [signal]
    admin = await world.as_("admin")
    tries = done(await admin.get(f"{path}/attempts"))["items"]
    assert [(each["status"], each["failure"]) for each in tries] == [(204, None), (None, "proxy_log_in")]
    assert done(await admin.get(path))["state"] == "active"
