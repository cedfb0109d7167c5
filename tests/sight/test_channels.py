"""Every operation that can show a record is in the table of channels, or says why it is not."""

from tests.all_rows import TABLES
from tests.sight import channels as table
from tests.sight.channels import channels, id_places

OUTSIDE = {"auth_session": "sessions of log-ins, seen by functions only"}


def test_every_parameter_of_a_path_names_a_known_kind_of_record() -> None:
    missing = [
        f"{c.method} {c.path}: add '{p}' to PATH_RECORDS in tests/sight/channels.py with the table whose row it names,"
        " or to NOT_SECRET with the reason why nobody's sight decides about it"
        for c in channels().values()
        for p in c.parameters
        if c.table_of(p) is None and p not in table.NOT_SECRET and not c.path.startswith("/v1/users/")
    ]
    assert not missing, "\n".join(["", *missing])


def test_every_id_in_a_body_names_a_known_kind_of_record() -> None:
    missing = [
        f"{c.method} {c.path}: add '{name}' of the body to BODY_RECORDS in tests/sight/channels.py with its table,"
        " or to NOT_SECRET with the reason why nobody's sight decides about it"
        for c in channels().values()
        for _, name in id_places(c.schema)
        if name not in table.BODY_RECORDS and name not in table.NOT_SECRET and name != "id"
    ]
    assert not missing, "\n".join(["", *missing])


def test_every_operation_without_a_record_in_its_path_says_what_it_shows() -> None:
    told = {**table.LISTS, **table.SEARCHES, **table.COUNTS, **table.SHOW_NO_RECORD}
    missing = [
        f"{c.method} {c.path}: add '{c.name}' to LISTS, SEARCHES or COUNTS in tests/sight/channels.py with the table of"
        " what it shows, or to SHOW_NO_RECORD with what it shows instead"
        for c in channels().values()
        if not any(p in table.PATH_RECORDS or p in table.NOT_SECRET for p in c.parameters)
        and not c.records
        and c.name not in told
    ]
    assert not missing, "\n".join(["", *missing])


def test_the_table_names_nothing_that_is_gone() -> None:
    operations = channels()
    named = {**table.LISTS, **table.SEARCHES, **table.COUNTS, **table.SHOW_NO_RECORD}
    assert named.keys() <= operations.keys()
    assert {name for name, _ in table.PATH_RECORDS_OF} <= operations.keys()
    parameters = {p for c in operations.values() for p in c.parameters}
    fields = {name for c in operations.values() for _, name in id_places(c.schema)}
    assert table.PATH_RECORDS.keys() <= parameters
    assert table.BODY_RECORDS.keys() <= fields
    assert table.NOT_SECRET.keys() <= parameters | fields


def test_every_table_that_a_channel_shows_has_an_independent_statement_of_who_sees_it() -> None:
    tables = {
        *table.PATH_RECORDS.values(),
        *table.PATH_RECORDS_OF.values(),
        *table.BODY_RECORDS.values(),
        *table.LISTS.values(),
        *table.SEARCHES.values(),
        *table.COUNTS.values(),
    }
    assert tables - set(TABLES) == OUTSIDE.keys()
