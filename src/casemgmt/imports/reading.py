"""A file as a table: its own beginning says what it is, never its name."""

from casemgmt.imports.csv_tables import read_csv
from casemgmt.imports.mapping import Mapping
from casemgmt.imports.sheets import Table, unreadable
from casemgmt.imports.xlsx_tables import read_xlsx

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_PACKAGE = b"PK\x03\x04"


def read_table(body: bytes, mapping: Mapping) -> Table:
    """Return the table in a file; refused with the place where it can't be read with certainty."""
    if not body:
        raise unreadable("file-empty", None, "The file is empty.")
    if body.startswith(_OLD_OFFICE):
        raise unreadable(
            "old-office-file", None, "The file is XLS, or locked with a password: save it as XLSX without one."
        )
    if body.startswith(_PACKAGE):
        return read_xlsx(body, mapping)
    return read_csv(body, mapping)
