"""`python -m benchmarks board-page`: how long after it was sent a contact stands on the page that hangs on the wall.

`contacts` reads the board's messages as a browser does; here a browser does, and what counts is the number in the page.
Contacts go out one by one at random moments, so that each meets the board at another point of its second. Writes
results/board_page.json.
"""

import argparse
import asyncio
import json
import platform
import random
import shutil
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil
from playwright.sync_api import Error as PageError
from playwright.sync_api import Page, sync_playwright

from benchmarks.contacts.messages import contact, request
from benchmarks.contacts.report import OURS, SEEN_LIMIT_MS, percentile
from benchmarks.contacts.screen import USER
from benchmarks.database import ROOT, BenchDatabase, bench_server
from benchmarks.processes import BenchmarkError, Servers
from casemgmt.demo.accounts import DEMO_PASSWORD
from casemgmt.demo.seed import seed
from casemgmt.embedded.errors import EmbeddedServerError

RESULTS = ROOT / "benchmarks" / "results" / "board_page.json"
_PATIENCE_MS = 15_000
_WATCH = """() => {
  const figure = document.getElementById("contacts");
  window.told = [];
  new MutationObserver(() => window.told.push([Date.now(), Number(figure.textContent)]))
    .observe(figure, { childList: true, characterData: true, subtree: true });
  return Number(figure.textContent);
}"""
_FOUND = "(wanted) => (window.told.find(([, count]) => count >= wanted) || [0])[0]"


def main(arguments: Sequence[str], say: Callable[[str], None]) -> int:
    """Run it; 1 where a contact never showed or nothing could be measured, not where the target of time is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks board-page", description=__doc__)
    parser.add_argument("--contacts", type=int, default=20, help="how many are sent, one by one")
    parser.add_argument("--cases", type=int, default=50_000, help="cases that are there already")
    parser.add_argument("--no-write", action="store_true", help="show the result and keep the file as it is")
    chosen = parser.parse_args(arguments)
    try:
        with bench_server(say) as server:
            original = BenchDatabase(server, chosen.cases)
            asyncio.run(original.prepare(say))
            database = BenchDatabase(server, chosen.cases, "_board_page")
            try:
                asyncio.run(_prepare(database, original))
                with Servers(database, (OURS,)) as servers:
                    seen = _measure(servers[OURS].port, chosen.contacts)
            finally:
                asyncio.run(database.drop())
    except (BenchmarkError, EmbeddedServerError, PageError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 1
    found = _report(vars(chosen), seen)
    say(json.dumps(found["seen_ms"]))
    say("Target met." if not found["missed"] else "Missed: " + "; ".join(found["missed"]))
    if not chosen.no_write:
        RESULTS.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return 1 if found["seen_ms"]["unseen"] else 0


async def _prepare(database: BenchDatabase, original: BenchDatabase) -> None:
    await database.copy(original)
    await seed(database.admin_url)


def _measure(port: int, number: int) -> list[float | None]:
    """Send contacts to the service on a port; return of each the milliseconds until the page showed it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise BenchmarkError("Chromium is missing: apt-get install chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"http://127.0.0.1:{port}/board?language=en")
        page.fill("#username", USER)
        page.fill("#password", DEMO_PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_selector("#state[data-state=live]", timeout=_PATIENCE_MS)
        count = int(page.evaluate(_WATCH))
        seen = []
        for n in range(number):
            time.sleep(random.uniform(0.2, 1.8))
            seen.append(_sent_and_seen(port, n, page, count + n + 1))
        browser.close()
    return seen


def _sent_and_seen(port: int, number: int, page: Page, wanted: int) -> float | None:
    sent = time.time()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(request(contact("page", number)))
        answer = line.recv(4096)
    if not answer.startswith(b"HTTP/1.1 201"):
        raise BenchmarkError(f"A contact was not taken: {answer.partition(b' ')[2][:3].decode()}")
    until = time.monotonic() + _PATIENCE_MS / 1000
    while time.monotonic() < until:
        shown = float(page.evaluate(_FOUND, wanted))
        if shown:
            return round(shown - sent * 1000, 1)
        page.wait_for_timeout(50)
    return None


def _report(settings: dict[str, Any], seen: list[float | None]) -> dict[str, Any]:
    shown = [ms for ms in seen if ms is not None]
    figures: dict[str, Any] = {name: percentile(shown, share) for name, share in (("p50", 0.5), ("p90", 0.9))}
    figures |= {"max": max(shown, default=0.0), "unseen": len(seen) - len(shown)}
    missed = [f"{figures['unseen']} contacts never showed"] if figures["unseen"] else []
    if figures["p50"] > SEEN_LIMIT_MS:
        missed.append(f"on the page after {figures['p50']} ms at median")
    return {
        "machine": {
            "cpus": psutil.cpu_count(),
            "python": platform.python_version(),
            "system": platform.machine(),
            "load": psutil.getloadavg()[0],  # what else ran: above the number of processors, all of it waited
        },
        "settings": settings,
        "seen_ms": figures,
        "each_ms": seen,
        "targets": {"seen_p50_ms": SEEN_LIMIT_MS, "unseen": 0},
        "missed": missed,
    }
