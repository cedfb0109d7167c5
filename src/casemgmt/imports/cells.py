"""Cells as people fill them, read as the field that they are: what is certain is taken, everything else is refused."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final

from casemgmt.imports.findings import CellFault
from casemgmt.people.iin import check_iin
from casemgmt.people.phones import InvalidPhoneError, normalise_phone
from casemgmt.reference.lists import code_list
from casemgmt.reference.regions import InvalidKatoError, region_of_kato, regions
from rules.zone import almaty

Cell = str | int | float | bool | date | datetime | time | timedelta | None

DATE_FORMS: Final = ("DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "YYYY-MM-DD", "YYYY.MM.DD", "excel-serial")
_PATTERNS: Final[dict[str, str]] = {
    "DD.MM.YYYY": r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})",
    "DD/MM/YYYY": r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})",
    "MM/DD/YYYY": r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})",
    "YYYY-MM-DD": r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})",
    "YYYY.MM.DD": r"(?P<y>\d{4})\.(?P<m>\d{1,2})\.(?P<d>\d{1,2})",
}
_TIME = r"(?:(?:\s+|T)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"
_YEAR_WORD = r"(?:\s*(?:г|ж)\.?)?"
_SERIAL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - days of a spreadsheet have no zone
_FIRST_SERIAL, _LAST_SERIAL = 61, 73_050
"""1900-03-01, from which on spreadsheets count rightly, and the end of 2099."""
_ERROR = re.compile(
    r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|Н/Д|ДЕЛ/0!|ИМЯ\?|ССЫЛКА!|ЗНАЧ!|ЧИСЛО!|ПУСТО!)"
)
_SCIENTIFIC = re.compile(r"\d[.,]\d+[eEеЕ]\+?\d+")
_IIN_DIGITS: Final = 12
_SHORTEST_IIN: Final = 9
"""Digits that are left of a number which began with three noughts: a birthday from January to September 2000."""
_LOOK_ALIKES = str.maketrans("aeopcyxkmthbi", "аеорсухкмтнві")
_YES = {"да", "иә", "ия", "yes", "true", "истина", "ақиқат", "1", "+"}
_NO = {"нет", "жоқ", "no", "false", "ложь", "жалған", "0", "-"}


def text_of(cell: Cell) -> str:
    """Return a cell as text, trimmed; a whole number without a decimal point, however it was kept."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return unicodedata.normalize("NFC", str(cell).replace("\u00a0", " ").replace("\ufeff", "")).strip()


def is_empty(cell: Cell) -> bool:
    """Answer whether nothing but space stands in a cell."""
    return text_of(cell) == ""


@cache
def title_key(text: str) -> str:
    """Return a title, or a word of a list, so that spaces, case and look-alike letters make no difference."""
    words = " ".join(unicodedata.normalize("NFC", text.replace("\u00a0", " ")).split())
    return words.casefold().replace("ё", "е").translate(_LOOK_ALIKES)


def check_whole(cell: Cell) -> None:
    """Refuse the error of a formula, and characters that can't be stored."""
    if not isinstance(cell, str):
        return
    if _ERROR.fullmatch(cell.strip()):
        raise CellFault("formula-error")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\t\n\r" for c in cell) or "�" in cell:
        raise CellFault("broken-characters")


def read_line(cell: Cell, limit: int) -> str:
    """Return a text of one line."""
    text = " ".join(text_of(cell).split())
    if len(text) > limit:
        raise CellFault("too-long")
    return text


def read_long(cell: Cell, limit: int) -> str:
    """Return a text as it stands, lines and all."""
    text = text_of(cell)
    if len(text) > limit:
        raise CellFault("too-long")
    return text


def read_name(cell: Cell, limit: int) -> str:
    """Return a name of a person; refused where digits or signs show that it is no name, or more than one."""
    text = read_line(cell, limit)
    if re.search(r"[;,/\n]|\s(?:и|және|мен|and)\s|\d", text_of(cell)):
        raise CellFault("several-in-one-cell" if re.search(r"[;,/\n]|\s(?:и|және|мен|and)\s", text) else "not-a-name")
    return text


_PATRONYMIC_WORDS = frozenset({"ұлы", "қызы", "улы", "кызы", "оглы", "углы"})


def read_full_name(cell: Cell, limit: int) -> tuple[str, str, str | None]:
    """Return family name, given name and patronymic as written in this order; refused where that is not clear."""
    words = read_name(cell, limit).split()
    if len(words) == 4 and words[3].casefold() in _PATRONYMIC_WORDS:  # noqa: PLR2004 - a patronymic of two words
        words[2:] = [f"{words[2]} {words[3]}"]
    if len(words) == 2:  # noqa: PLR2004 - without a patronymic
        return words[0], words[1], None
    if len(words) != 3:  # noqa: PLR2004 - the three names
        raise CellFault("name-not-split")
    return words[0], words[1], words[2]


def read_year(cell: Cell, today: date) -> int:
    """Return a year of birth."""
    text = re.sub(r"\s*(?:г|ж)\.?(?:р|т)?\.?$", "", text_of(cell))
    if not re.fullmatch(r"(?:19|20)\d{2}", text):
        raise CellFault("not-a-year")
    if int(text) > today.year:
        raise CellFault("in-the-future")
    return int(text)


def read_code(cell: Cell, list_name: str, values: Mapping[str, str]) -> str:
    """Return the code that a cell means: by the mapping's own words, else the code itself, else a label of the list."""
    key = title_key(text_of(cell))
    for words, code in values.items():
        if title_key(words) == key:
            return code
    found = _words_of(list_name).get(key, frozenset())
    if len(found) != 1:
        raise CellFault("ambiguous-value" if found else "unknown-value")
    return next(iter(found))


@cache
def _words_of(list_name: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for value in code_list(list_name).values:
        for words in {title_key(w) for w in (value.code, value.kk, value.ru, value.en) if w is not None}:
            found[words] = found.get(words, frozenset()) | {value.code}
    return found


def read_flag(cell: Cell, values: Mapping[str, str]) -> bool:
    """Return yes or no."""
    key = title_key(text_of(cell))
    meant = next((v for k, v in values.items() if title_key(k) == key), text_of(cell)).casefold()
    if meant in _YES:
        return True
    if meant in _NO:
        return False
    raise CellFault("not-yes-or-no")


def read_region(cell: Cell, values: Mapping[str, str]) -> str:
    """Return the code of a region, given by its code or its name in one of three languages."""
    key = title_key(text_of(cell))
    key = next((title_key(v) for k, v in values.items() if title_key(k) == key), key)
    for region in regions():
        if key in {title_key(w) for w in (region.iso_code, region.kk, region.ru, region.en)}:
            return region.iso_code
    raise CellFault("unknown-region")


def read_kato(cell: Cell) -> str:
    """Return a KATO code."""
    text = text_of(cell)
    try:
        region_of_kato(text)
    except InvalidKatoError:
        raise CellFault("not-a-kato-code") from None
    return text


def read_phone(cell: Cell) -> str:
    """Return a number as E.164."""
    text = text_of(cell)
    if _SCIENTIFIC.fullmatch(text):
        raise CellFault("digits-lost")
    if len(re.findall(r"\d", text)) > 15 or re.search(r"[;,]|\s(?:или|және|не)\s", text):  # noqa: PLR2004 - digits of E.164
        raise CellFault("several-in-one-cell")
    try:
        return normalise_phone(text)
    except InvalidPhoneError:
        raise CellFault("not-a-phone") from None


def read_iin(cell: Cell) -> tuple[str, bool]:
    """Return an identification number, and whether noughts at its beginning were put back.

    They are put back where the cell is a number, or digits, and the control digit then fits. What lost its last digits
    to `9,5E+11` can't be known.
    """
    text = re.sub(r"[\s\-]", "", text_of(cell))
    if _SCIENTIFIC.fullmatch(text):
        raise CellFault("digits-lost")
    if not (text.isascii() and text.isdigit()):
        raise CellFault("not-an-iin")
    padded = text.zfill(_IIN_DIGITS)
    if len(text) < _SHORTEST_IIN or check_iin(padded):
        raise CellFault("not-an-iin")
    return padded, len(text) < _IIN_DIGITS


def read_day(cell: Cell, forms: Sequence[str], today: date) -> date:
    """Return a day that has been."""
    found = _read_date(cell, forms)
    day = found.date() if isinstance(found, datetime) else found
    if day > today:
        raise CellFault("in-the-future")
    return day


def read_moment(cell: Cell, forms: Sequence[str], now: datetime) -> datetime:
    """Return a moment that has been, on the clocks of Kazakhstan; a day without an hour is its beginning."""
    found = _read_date(cell, forms)
    local = found if isinstance(found, datetime) else datetime.combine(found, time.min)
    moment = local.replace(tzinfo=almaty()).astimezone(UTC)
    if moment > now:
        raise CellFault("in-the-future")
    return moment


def _read_date(cell: Cell, forms: Sequence[str]) -> date | datetime:
    if isinstance(cell, date | datetime):
        return _plausible(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_serial(float(cell), forms)
    text = " ".join(text_of(cell).split())
    if re.fullmatch(r"\d{5}(?:[.,]\d+)?", text):
        return _from_serial(float(text.replace(",", ".")), forms)
    fitting = [each for form in forms if (each := _by_form(text, form)) is not None]
    found = {day for each in fitting if (day := _date_of(each)) is not None}
    if len(found) > 1:
        raise CellFault("ambiguous-date")
    if not found:
        raise CellFault("impossible-date" if fitting else "not-a-date")
    return _plausible(found.pop())


def _by_form(text: str, form: str) -> Mapping[str, str | None] | None:
    pattern = _PATTERNS.get(form)
    match = None if pattern is None else re.fullmatch(pattern + _YEAR_WORD + _TIME + _YEAR_WORD, text)
    return None if match is None else match.groupdict()


def _date_of(part: Mapping[str, str | None]) -> date | datetime | None:
    try:
        day = date(int(part["y"] or 0), int(part["m"] or 0), int(part["d"] or 0))
        if part["hour"] is None:
            return day
        at = time(int(part["hour"]), int(part["minute"] or 0), int(part["second"] or 0))
    except ValueError:
        return None
    return datetime.combine(day, at)


def _from_serial(number: float, forms: Sequence[str]) -> date | datetime:
    if "excel-serial" not in forms or not _FIRST_SERIAL <= number <= _LAST_SERIAL:
        raise CellFault("date-as-number")
    at = _SERIAL_EPOCH + timedelta(seconds=round(number * 86_400))
    return at.date() if at.time() == time.min else at


def _plausible(found: date | datetime) -> date | datetime:
    if found.year < 1900:  # noqa: PLR2004 - nobody who lives was born before
        raise CellFault("impossible-date")
    return found
