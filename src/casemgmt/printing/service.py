"""Use cases of printing: a record as a document, and the event that it left the service."""

from dataclasses import dataclass
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.printing.closures import closure_sheet
from casemgmt.printing.commands import PrintDocument
from casemgmt.printing.conferences import conference_sheet
from casemgmt.printing.loading import load_closure, load_conference, load_plan, load_visit
from casemgmt.printing.plans import plan_sheet
from casemgmt.printing.typesetting import Printer
from casemgmt.printing.visits import visit_sheet


@dataclass(frozen=True)
class Printed:
    """A document as it is handed out. Its name names nobody."""

    content: bytes
    file_name: str


async def print_plan(work: Work, printer: Printer, plan_id: UUID, command: PrintDocument) -> Printed:
    """Return a version of the plan as PDF. Whoever is named on it stands in the event."""
    given = await load_plan(work, plan_id)
    sheet = plan_sheet(given, command.language, work.actor.user_id, work.now)
    content = await printer.print(sheet, work.now)
    ids = (plan_id, *sorted(given.named.persons))
    work.record(Event("document.printed", "plan", ids, case_id=given.plan.case_id))
    return Printed(content, f"plan-{given.case.number}-{given.plan.number}-{command.language}.pdf")


async def print_visit_act(work: Work, printer: Printer, act_id: UUID, command: PrintDocument) -> Printed:
    """Return a visit act as PDF. Whoever is named on it stands in the event."""
    given = await load_visit(work, act_id)
    act = given.act
    sheet = visit_sheet(given, command.language, work.actor.user_id, work.now)
    content = await printer.print(sheet, work.now)
    ids = (act_id, *sorted(given.named.persons))
    work.record(Event("document.printed", "visit_act", ids, case_id=act.case_id, signal_id=act.signal_id))
    return Printed(content, f"visit-act-{sheet.check_code}-{command.language}.pdf")


async def print_closure(work: Work, printer: Printer, closure_id: UUID, command: PrintDocument) -> Printed:
    """Return an act of closure as PDF. Whoever is named on it stands in the event."""
    given = await load_closure(work, closure_id)
    sheet = closure_sheet(given, command.language, work.actor.user_id, work.now)
    content = await printer.print(sheet, work.now)
    ids = (closure_id, *sorted(given.named.persons))
    work.record(Event("document.printed", "case_closure", ids, case_id=given.case.id))
    return Printed(content, f"closure-{given.case.number}-{sheet.check_code}-{command.language}.pdf")


async def print_conference(work: Work, printer: Printer, conference_id: UUID, command: PrintDocument) -> Printed:
    """Return the minutes of a conference as PDF. Whoever is named on it stands in the event."""
    given = await load_conference(work, conference_id)
    sheet = conference_sheet(given, command.language, work.actor.user_id, work.now)
    content = await printer.print(sheet, work.now)
    ids = (conference_id, *sorted(given.named.persons))
    work.record(Event("document.printed", "conference", ids, case_id=given.case.id))
    return Printed(content, f"conference-{given.case.number}-{sheet.check_code}-{command.language}.pdf")
