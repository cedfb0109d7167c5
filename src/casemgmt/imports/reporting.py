"""The report of an import, for those who mend the table and for the one who signs it off."""

import csv
import io
from collections.abc import Iterator
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.imports import repository
from casemgmt.imports.findings import MOST_FINDINGS
from casemgmt.imports.tables import ImportContent, ImportRun
from casemgmt.imports.views import FaultView, FindingView, ReportView, StoppedView
from casemgmt.imports.wording import finding_texts
from casemgmt.reference.languages import Language
from casemgmt.settings import Settings
from casemgmt.texts import problem_text

_COLUMNS = ("row", "column", "field", "level", "code", "problem", "advice", "cell")
_ACTING = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet takes for a formula."""


async def read_report(
    work: Work, import_id: UUID, settings: Settings, language: Language, after: int = 0, limit: int = MOST_FINDINGS
) -> ReportView:
    """Return the report of an import, or a page of it; the event tells that it was read, for it shows cells."""
    run = await repository.get_import(work, import_id)
    content = await repository.content_of(work, import_id)
    work.record(Event("import.report_read", "import", (import_id,)))
    kept = content.report or []
    shown, end = kept[after : after + limit], after + limit
    return ReportView(
        **run.model_dump(include=ReportView.model_fields.keys() - {"findings", "complete", "next_after", "stopped"}),
        stopped=_stopped(run, content, settings, language),
        complete=len(kept) < MOST_FINDINGS,
        findings=[_said(finding, language) for finding in shown],
        next_after=end if end < len(kept) else None,
    )


def _stopped(run: ImportRun, content: ImportContent, settings: Settings, language: Language) -> StoppedView | None:
    if run.stopped_because is None:
        return None
    limits = {"most_rows": settings.import_rows, "seconds": settings.import_seconds}
    title, detail = problem_text(run.stopped_because, language, limits)
    faults = [FaultView.model_validate(fault) for fault in content.refusal or []]
    return StoppedView(code=run.stopped_because, title=title, detail=detail, errors=faults)


def _said(finding: dict[str, object], language: Language) -> FindingView:
    text = finding_texts()[str(finding["code"])]
    return FindingView.model_validate(
        {"candidates": []} | finding | {"problem": text.problem.say(language), "advice": text.advice.say(language)}
    )


def as_csv(report: ReportView) -> Iterator[str]:
    """Yield the findings as CSV that a spreadsheet opens as it is; no cell of it is taken for a formula."""
    yield "\ufeff"
    yield _line(_COLUMNS)
    for finding in report.findings:
        yield _line([_harmless(getattr(finding, name)) for name in _COLUMNS])


def _line(cells: list[str] | tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _harmless(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_ACTING) else text
