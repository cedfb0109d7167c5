"""What is set on paper while a test runs: a PDF doesn't tell its words to a test."""

import json
from datetime import datetime

import pytest

from casemgmt.printing import typesetting
from casemgmt.printing.sheet import Sheet


def sheets_of(monkeypatch: pytest.MonkeyPatch) -> list[Sheet]:
    """Return a list to which every sheet is added that is set from now on."""
    seen: list[Sheet] = []
    really = typesetting.typeset

    def typeset(sheet: Sheet, at: datetime) -> bytes:
        seen.append(sheet)
        return really(sheet, at)

    monkeypatch.setattr(typesetting, "typeset", typeset)
    return seen


def words_of(sheet: Sheet) -> str:
    """Return everything that stands on a sheet."""
    return json.dumps(sheet.as_data(), ensure_ascii=False)
