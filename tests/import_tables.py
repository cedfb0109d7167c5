"""Tables as bodies keep them and the mapping files that go with them, for tests. Everybody in them is invented."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from tests.clients import Caller, World
from tests.conftest import worker_of
from tests.jobs.worker import do_all_due
from tests.steps import done

TITLES = ("№", "Дата обращения", "Кто обратился", "Канал", "Вид", "Суть обращения", "Телефон", "Примечание")
MAPPING = """\
format: 1
name: journal-almaty
revision: 1
kind: signals
source: Журнал обращений
number: №
fields:
  received_at: Дата обращения
  source: {column: Кто обратился, values: {Школа: education_worker, Полиция: police, Соседка: contact_centre_111}}
  channel: {column: Канал, values: {звонок: call, письмо: mandatory_notice}}
  category: {column: Вид, values: {Физ. насилие: violence_physical, Травля: bullying}}
  language: {constant: ru}
  narrative: Суть обращения
  reporter_phone: Телефон
  reporter_relation: {constant: other}
ignored: [Примечание]
"""
ROWS: tuple[tuple[str, ...], ...] = (
    ("15/1", "12.05.2024 г.", "Школа", "звонок", "Травля", "Мальчика дразнят в классе.", "8 701 000 00 01", ""),
    ("15/2", "13.05.2024 14:30", "Полиция", "письмо", "Физ. насилие", "Соседи слышали крики;\nдверь закрыта.", "", "!"),
    ("15/3", "2024-05-14", "Соседка", "звонок", "bullying", "Девочка не ходит в школу.", "", ""),
)


def as_csv(
    rows: Sequence[Sequence[str]] = ROWS,
    *,
    titles: Sequence[str] = TITLES,
    encoding: str = "utf-8",
    delimiter: str = ";",
) -> bytes:
    """Return a table as a spreadsheet program writes it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([titles, *rows])
    return out.getvalue().encode(encoding)


async def announce(caller: Caller, mapping: str = MAPPING) -> str:
    """Announce an import and return its id."""
    return str(done(await caller.post("/v1/imports", {"mapping": mapping}))["id"])


async def send(caller: Caller, import_id: str, body: bytes) -> Any:
    """Send the file and return the answer."""
    return await caller.request("PUT", f"/v1/imports/{import_id}/file", content=body)


async def worked(world: World) -> None:
    """Let a worker do what waits in the queue of the world's service."""
    services = world.services
    await do_all_due(worker_of(services.settings.database_url), services.settings, services.clock, ())


async def report_of(caller: Caller, import_id: str, language: str = "ru") -> dict[str, Any]:
    """Return the report of an import."""
    headers = {"Accept-Language": language}
    return done(await caller.get(f"/v1/imports/{import_id}/report", headers=headers))


async def looked_at(world: World, caller: Caller, answer: Any) -> dict[str, Any]:
    """Let the worker do what an answer says is in its hand, and return the import as it is then."""
    assert answer.status_code == 202, answer.text
    await worked(world)
    return done(await caller.get(f"/v1/imports/{done(answer)['id']}"))


async def checked(world: World, body: bytes, *, mapping: str = MAPPING, by: str = "duty.almaty") -> dict[str, Any]:
    """Announce an import and send its file; return it with its counts."""
    caller = await world.as_(by)
    return await looked_at(world, caller, await send(caller, await announce(caller, mapping), body))


async def signed_off(world: World, run: dict[str, Any], by: str = "supervisor.almaty") -> dict[str, Any]:
    """Sign an import off as it was seen."""
    seen = {"report_digest": run["report_digest"]}
    return done(await (await world.as_(by)).post(f"/v1/imports/{run['id']}/sign-off", seen))


async def carried_out(world: World, run: dict[str, Any], by: str = "duty.almaty") -> dict[str, Any]:
    """Have an import carried out that was signed off; return it as it is then."""
    caller, seen = await world.as_(by), {"report_digest": run["report_digest"]}
    return await looked_at(world, caller, await caller.post(f"/v1/imports/{run['id']}/carry-out", seen))


async def imported(
    world: World, body: bytes, *, mapping: str = MAPPING, by: str = "duty.almaty", second: str = "supervisor.almaty"
) -> dict[str, Any]:
    """Bring a table in, from its announcement to its end."""
    return await carried_out(
        world, await signed_off(world, await checked(world, body, mapping=mapping, by=by), second), by
    )


CASE_TITLES = ("№ дела", "ФИО ребёнка", "Дата рождения", "ИИН", "Открыто", "Ведёт", "Проблема", "Суть")
CASE_MAPPING = """\
format: 1
name: cases-almaty
revision: 2
kind: cases
source: Реестр сопровождения
number: № дела
fields:
  opened_on: Открыто
  manager: {column: Ведёт}
  source: {constant: education_worker}
  channel: {constant: call}
  category: {column: Проблема}
  language: {constant: ru}
  narrative: Суть
  child_full_name: ФИО ребёнка
  child_birth_date: Дата рождения
  child_iin: ИИН
"""


def case_row(number: str = "7", **given: str) -> tuple[str, ...]:
    """Return a row of the register of cases."""
    row = {
        "name": "Серікова Аружан Ерланқызы",
        "born": "08.03.2014",
        "iin": "",
        "opened": "01.02.2026",
        "manager": "manager.almaty",
        "category": "neglect",
        "story": "Мать ночами на работе.",
    } | given
    return (number, *row.values())


def cases_csv(*rows: tuple[str, ...]) -> bytes:
    """Return a register of cases."""
    return as_csv(rows, titles=CASE_TITLES)
