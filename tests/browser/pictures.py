"""docs/board: the wall screen in the middle of a working day, as pictures, and what they were made from.

`make pictures` takes them anew: a service of its own lives through a morning of the simulator of 111, contact by
contact, on a clock that is moved along; the screens are then opened in the machine's own Chromium. What the desks of
the regions decide is written into the database: the demo has two of the twenty.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import asyncpg
import httpx
from playwright.async_api import Browser, async_playwright
from sqlalchemy.engine import make_url

from casemgmt.db.addresses import driver_url
from casemgmt.db.migrate import migrate
from casemgmt.demo.seed import seed
from casemgmt.embedded.server import EmbeddedServer
from casemgmt.simulate.day import Stretch, plan
from casemgmt.simulate.line import written
from casemgmt.simulate.playing import KAZAKHSTAN
from tests.browser.wall import SCREENS, WALL, Scope, opened, sign_in
from tests.faults.centre import PATH, signed
from tests.forked import CLOCK_FILE, set_clock
from tests.running import Service

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "board"
INDEX = FOLDER / "pictures.json"
MADE_FROM = (
    *(f"api/board/{name}" for name in ("index.html", "board.css", "board.js")),
    *(f"src/casemgmt/texts/{name}.yaml" for name in ("board", "board_names")),
)
LOOKS: tuple[tuple[Scope, str, str], ...] = (
    ("region", "kk", "light"),
    ("region", "ru", "dark"),
    ("region", "en", "light"),
    ("country", "kk", "dark"),
    ("country", "ru", "light"),
    ("country", "en", "dark"),
)
_PASSWORD = "only-for-pictures-of-this-machine"
_BEGIN, _NOW = 8 * 3600, 14 * 3600 + 22 * 60
_DESKS = """
WITH decided AS (
    SELECT id, received_at - ln(1 - random()) * interval '1 minute' * (12 + 88 * (random() < 0.15)::integer) AS at
      FROM signal)
UPDATE signal s SET state = 'referred', triaged_at = d.at FROM decided d WHERE d.id = s.id AND d.at < $1
"""
_CLOCKS = """
UPDATE task t SET completed_at = s.triaged_at,
       breached_at = CASE WHEN t.due_at < coalesce(s.triaged_at, $1) THEN t.due_at END
  FROM signal s WHERE s.id = t.signal_id
"""
# The clock of the machine is not the one that was moved along; a screen on a wall has the service's.
_ON_ITS_CLOCK = """(() => {
  const now = Date.now, ahead = %d;
  Date.now = () => now() + ahead;
  Headers.prototype.get = () => null;
})()"""


def index_document() -> str:
    """Return from what the pictures are made: the digest of each file. Pixels and numbers are not compared."""
    made = {name: sha256((ROOT / name).read_bytes()).hexdigest() for name in MADE_FROM}
    return json.dumps(made, indent=2) + "\n"


def name_of(scope: Scope, language: str, theme: str) -> str:
    """Return the file's name of a picture."""
    return f"{scope}-{language}-{theme}.png"


async def take() -> None:
    """Take all pictures, and take away those that are no more."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        sys.exit("The pictures of the wall screen need Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer(Path(folder) / "data", durable=False) as server:
        if server.dsn is None:
            sys.exit("The database server does not run.")
        owner = server.dsn.url()
        login = make_url(owner).set(username="casemgmt_app", password=_PASSWORD)
        url = login.render_as_string(hide_password=False)
        await migrate(owner, url)
        await seed(owner)
        clock = Path(folder) / "clock"
        set_clock(clock, 0)
        os.environ[CLOCK_FILE] = str(clock)
        service = Service(url, rate_messages="1000000")
        service.start()
        midnight = datetime.now(KAZAKHSTAN).replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            await _live(service, clock, midnight)
            await _decide(owner, midnight + timedelta(seconds=_NOW))
            async with async_playwright() as play:
                browser = await play.chromium.launch(executable_path=program, args=["--no-sandbox"])
                await _look(browser, service, midnight + timedelta(seconds=_NOW) - datetime.now(UTC))
                await browser.close()
        finally:
            service.stop()
    INDEX.write_text(index_document(), "utf-8")


async def _live(service: Service, clock: Path, midnight: datetime) -> None:
    """Send what a day of the simulator sends, each message at its moment."""
    played = plan(date(2025, 11, 20), "school-day", 111, "picture", Stretch(_BEGIN, _NOW + 3600))
    async with httpx.AsyncClient(base_url=service.url, timeout=30) as client:
        for telling in played.tellings:
            if telling.at > _NOW:
                break
            at = midnight + timedelta(seconds=telling.at)
            moments = {"started_at": telling.began} | ({"ended_at": telling.ended} if telling.ended else {})
            told = {name: (midnight + timedelta(seconds=when)).isoformat() for name, when in moments.items()}
            body = written(telling.contact | told)
            set_clock(clock, (at - datetime.now(UTC)).total_seconds())
            headers = signed(telling.message_id, body, at.timestamp())
            answer = await client.post(PATH, content=body, headers=headers)
            if not answer.is_success:
                sys.exit(f"{telling.message_id} was not taken: {answer.text}")
    set_clock(clock, (midnight + timedelta(seconds=_NOW) - datetime.now(UTC)).total_seconds())


async def _decide(owner: str, now: datetime) -> None:
    """Have the desks of all regions decide, most of them soon, some of them late."""
    connection = await asyncpg.connect(driver_url(owner))
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("SELECT setseed(0.111)")
        await connection.execute(_DESKS, now)
        await connection.execute(_CLOCKS, now)
    finally:
        await connection.close()


async def _look(browser: Browser, service: Service, ahead: timedelta) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for scope, language, theme in LOOKS:
        page = await opened(
            browser, service, f"?language={language}&theme={theme}", viewport=WALL, reduced_motion="reduce"
        )
        await page.add_init_script(_ON_ITS_CLOCK % (ahead.total_seconds() * 1000))
        await page.reload()
        await sign_in(page, SCREENS[scope])
        await page.mouse.move(0, 0)
        await page.screenshot(path=FOLDER / name_of(scope, language, theme))
        await page.context.close()


if __name__ == "__main__":
    asyncio.run(take())
