"""Writes small XLSX workbooks as people keep them: texts, numbers, dates by their style, formulas, merged cells."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.sax.saxutils import escape

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/></Types>'
)
_RELATIONS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_STYLES = (
    f'<?xml version="1.0"?><styleSheet {_MAIN}><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders>'
    '<cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs>'
    "</styleSheet>"
)


@dataclass(frozen=True)
class Formula:
    """A formula, with the value that was saved for it, or none."""

    text: str
    value: str | None = None


@dataclass(frozen=True)
class Styled:
    """A cell with a format and nothing in it."""


Value = str | int | float | date | datetime | Formula | Styled | None


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Value]]],
    *,
    merged: Sequence[str] = (),
    far: Mapping[str, Value] | None = None,
    hidden: Sequence[str] = (),
    extra: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a workbook. `merged` and `far` (cells by their place) belong to its first sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr(
            "_rels/.rels",
            _RELATIONS
            + f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        names = ""
        for n, name in enumerate(sheets, 1):
            state = ' state="hidden"' if name in hidden else ""
            names += f'<sheet name="{escape(name)}" sheetId="{n}" r:id="s{n}"{state}/>'
        archive.writestr(
            "xl/workbook.xml",
            f'<?xml version="1.0"?><workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{names}</sheets></workbook>',
        )
        links = "".join(
            f'<Relationship Id="s{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        styles = f'<Relationship Id="st" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        archive.writestr("xl/_rels/workbook.xml.rels", f"{_RELATIONS}{links}{styles}</Relationships>")
        archive.writestr("xl/styles.xml", _STYLES)
        for n, rows in enumerate(sheets.values(), 1):
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml", _sheet(rows, merged if n == 1 else (), far if n == 1 else None)
            )
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def _sheet(rows: Sequence[Sequence[Value]], merged: Sequence[str], far: Mapping[str, Value] | None) -> str:
    body = ""
    for number, row in enumerate(rows, 1):
        cells = "".join(_cell(f"{_column(n)}{number}", value) for n, value in enumerate(row) if value is not None)
        body += f'<row r="{number}">{cells}</row>'
    for place, value in (far or {}).items():
        number = "".join(c for c in place if c.isdigit())
        body += f'<row r="{number}">{_cell(place, value)}</row>'
    ranges = "".join(f'<mergeCell ref="{each}"/>' for each in merged)
    tail = f"<mergeCells>{ranges}</mergeCells>" if merged else ""
    return f'<?xml version="1.0"?><worksheet {_MAIN}><sheetData>{body}</sheetData>{tail}</worksheet>'


def _column(number: int) -> str:
    return chr(65 + number) if number < 26 else f"{chr(64 + number // 26)}{chr(65 + number % 26)}"


def _cell(place: str, value: Value) -> str:
    if isinstance(value, Styled):
        return f'<c r="{place}" s="1"/>'
    if isinstance(value, Formula):
        saved = "" if value.value is None else f"<v>{escape(value.value)}</v>"
        return f'<c r="{place}" t="str"><f>{escape(value.text)}</f>{saved}</c>'
    if isinstance(value, datetime):
        days = (value - datetime(1899, 12, 30)).total_seconds() / 86400  # noqa: DTZ001 - days of a spreadsheet
        return f'<c r="{place}" s="2"><v>{days!r}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'
