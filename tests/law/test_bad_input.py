"""What comes from outside is refused with its file, line and field, quickly, in little memory, and changes nothing."""

import tracemalloc
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.__main__ import main
from rules.desk.arguments import FOUND_FAULTS
from rules.documents import LARGEST_FILE, read_document, read_file
from rules.errors import MOST_FAULTS, FileProblem, LawFilesError
from rules.graph.cases import read_cases
from rules.graph.facts import FactProblem, FactsError, read_facts
from tests.law.graphs import graph
from tests.law.small_graph import small_graph

ON = date(2025, 5, 10)
MEGABYTES = 16_000_000

HOSTILE = {
    "10 megabytes": (b" " * 10_000_000, "1: the file is too large: at most 1000000 bytes are read"),
    "a billion laughs": (
        b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "1: anchors (&name) and aliases (*name) are not allowed",
    ),
    "an alias": (b"a:\n- 1\n- *b\n", "3: anchors (&name) and aliases (*name) are not allowed"),
    "an anchor that nothing uses": (b"a: 1\nb: &x 2\n", "2: anchors (&name) and aliases (*name) are not allowed"),
    "brackets without end": (b"a:\n  " + b"[" * 900_000, "2: nested deeper than 16 levels"),
    "braces without end": (b"{a: " * 200_000, "1: nested deeper than 16 levels"),
    "dashes without end": (b"- " * 450_000, "1: nested deeper than 16 levels"),
    "indents without end": (b"".join(b" " * depth + b"a:\n" for depth in range(1200)), "17: nested deeper than 16"),
    "half a million entries": (b"a: [" + b"x," * 450_000 + b"]", "1: the file has more than 100000 parts"),
    "half a million dashes": (b"-\n" * 450_000, "99999: the file has more than 100000 parts"),
    "a key again and again": (b"a: 1\n" * 190_000, "50000: the file has more than 100000 parts"),
    "a key twice": (b"a: 1\nb: 2\na: 3\n", "3: the key 'a' stands here twice"),
    "a key without end": (b"a: 1\n? " + b"k" * 900_000 + b"\n: 1\n", "2: a key is a word of at most 100 signs"),
    "a number without end": (b"a:\n- " + b"9" * 900_000, "2: a number has at most 30 signs"),
    "digits without end behind the point": (b"a: 0." + b"9" * 900_000, "1: a number has at most 30 signs"),
    "a tag of code": (
        b"a: !!python/object/apply:os.system [id]\n",
        "1: the tag tag:yaml.org,2002:python/object",
    ),
    "a tag of bytes": (b"a: !!binary aGk=\n", "1: the tag tag:yaml.org,2002:binary is not allowed"),
    "two documents": (b"a: 1\n---\nb: 2\n", "not valid YAML: but found another document"),
    "a tab as indent": (b"a:\n\tb: 1\n", "2: not valid YAML"),
    "UTF-16": ("a: ә".encode("utf-16"), "1: the file is not UTF-8 text"),
    "Windows-1251": ("a: 1\nb: имя".encode("cp1251"), "2: the file is not UTF-8 text"),
    "UTF-16 without its mark": ("a: 1\nb: 2".encode("utf-16-le"), "1: the invisible sign U+0000 stands here"),
    "text written backwards": ("a: 1\nb: x\u202ey".encode(), "2: the invisible sign U+202E stands here"),
    "a space of no width": ("a: 1\nro\u200ble: x".encode(), "2: the invisible sign U+200B stands here"),
    "a command to the terminal": (b'a: 1\nb: "\\e[2J"\n', "2: the text holds the invisible sign U+001B"),
    "a day that is none": (b"a: 1\nb: 2025-02-30\n", "2: 2025-02-30 is not a date of the calendar"),
    "a year zero": (b"a: 0000-01-01\n", "1: 0000-01-01 is not a date of the calendar"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("content", "fault"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_at_its_line_in_little_memory(content: bytes, fault: str) -> None:
    tracemalloc.start()
    with pytest.raises(LawFilesError) as caught:
        read_document("case.yaml", content)
    largest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert f"case.yaml:{fault}" in str(caught.value) or fault in str(caught.value)
    assert len(str(caught.value)) < 400
    assert largest < MEGABYTES


@given(st.binary(max_size=200) | st.text("[]{}-:&*!?|>'\"#%@,ab01 \n", max_size=200).map(str.encode))
@example(b"\xef\xbb\xbfa: 1")
@settings(max_examples=500)
def test_whatever_the_bytes_a_file_is_read_or_refused_with_a_line(content: bytes) -> None:
    found: tuple[FileProblem, ...] = ()
    try:
        read_document("a.yaml", content)
    except LawFilesError as error:
        found = error.problems
    assert all(problem.line >= 1 and problem.message for problem in found)


def test_a_file_with_the_mark_of_windows_is_read() -> None:
    assert read_document("a.yaml", b"\xef\xbb\xbfa: 1\r\n").data == {"a": 1}


def test_brackets_in_a_text_are_no_depth() -> None:
    assert read_document("a.yaml", b'a: "[[[[[[[[[[[[[[[[[[[[[[[["\nb: "(("\n').data == {"a": "[" * 24, "b": "(("}


def test_infinity_and_what_is_no_number_are_text_and_so_no_number(tmp_path: Path) -> None:
    for word in (b".inf", b"-.inf", b".nan", b"NaN", b"Infinity", b"1e400", b"0x10", b"1_000", b"+5", b"07"):
        data = read_document("a.yaml", b"members: [{income: " + word + b"}]").data
        with pytest.raises(FactsError, match="income: a number is needed here"):
            read_facts(small_graph(tmp_path), data, ON)


def test_a_list_of_faults_ends(tmp_path: Path) -> None:
    keys = b"".join(b"key_%d: 1\n" % number for number in range(20_000))
    with pytest.raises(LawFilesError) as caught:
        read_cases("a.yaml", keys)
    assert len(caught.value.problems) <= MOST_FAULTS
    with pytest.raises(FactsError) as refused:
        read_facts(small_graph(tmp_path), {f"key_{number}": 1 for number in range(20_000)}, ON)
    assert len(refused.value.problems) == MOST_FAULTS


@pytest.mark.parametrize("command", ["test", "explain"])
def test_what_is_no_file_of_cases_is_refused_by_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (tmp_path / "huge.yaml").write_bytes(b" " * (LARGEST_FILE + 1))
    (tmp_path / "folder.yaml").mkdir()
    for name, fault in [
        ("huge.yaml", ":1: the file is too large"),
        ("none.yaml", ":1: can not be read: No such file"),
        ("folder.yaml", ":1: can not be read: it is a folder"),
    ]:
        asked = ["test", str(tmp_path / name)]
        if command == "explain":
            asked = ["explain", str(tmp_path / name), "--benefit", "birth_grant", "--on", "2025-01-01"]
        elif name == "folder.yaml":
            continue
        assert main(asked) == FOUND_FAULTS
        assert f"{tmp_path / name}{fault}" in "".join(capsys.readouterr())


def test_of_a_file_far_too_large_only_so_much_is_read(tmp_path: Path) -> None:
    (tmp_path / "huge.yaml").write_bytes(b" " * (3 * LARGEST_FILE))
    assert len(read_file(tmp_path / "huge.yaml")) == LARGEST_FILE + 1
    with pytest.raises(LawFilesError, match="/dev/zero:1: can not be read: No such file"):
        read_file(Path("/dev/zero"))


# One fact of a case, and the fault that names its place.
BAD_FACTS = [
    ("birth_date: 2040-01-01", "8: family.members.2.birth_date: 2040-01-01 lies after the day of the question"),
    ("birth_date: 2025-05-11", "8: family.members.2.birth_date: 2025-05-11 lies after the day of the question"),
    ("birth_date: 1850-01-01", "8: family.members.2.birth_date: 1850-01-01 lies outside 1900-01-01 to 2100-12-31"),
    ("birth_date: 12", "8: family.members.2.birth_date: a date of the calendar is needed here"),
    ("birth_date: -5", "8: family.members.2.birth_date: a date of the calendar is needed here"),
    ("birth_date: 2025-02-29", "8: 2025-02-29 is not a date of the calendar"),
    ("birth_date: 01.02.2010", "8: family.members.2.birth_date: a date of the calendar is needed here"),
    ("birth_date: [2010-01-01]", "8: family.members.2.birth_date: a date of the calendar is needed here"),
    ("age: -1", "8: family.members.2.age: no fact of members is called 'age'"),
    ("role: 2010-01-01", "8: family.members.2.role: one of parent, child, other is needed here"),
    ("sex: femail", "8: family.members.2.sex: one of female, male is needed here; did you mean 'female'?"),
    ("full_time_student: 2", "8: family.members.2.full_time_student: yes, no or unknown is needed here"),
    ("incomes: 5", "8: family.members.2.incomes: incomes is a list"),
    ("incomes: [{received: -1}]", "8: family.members.2.incomes.1.received: -1 lies outside 0 to 1000000000"),
    ("incomes: [{received: 0.5}]", "8: family.members.2.incomes.1.received: 0.5 has more than 0 digits behind"),
    ('incomes: [{received: "500"}]', "8: family.members.2.incomes.1.received: a number is needed here"),
    (
        "incomes: [{received_in: 2025-06-01}]",
        "8: family.members.2.incomes.1.received_in: 2025-06-01 lies after the day of the question, 2025-05-10",
    ),
    ("incomes: [{kind: salary}]", "8: family.members.2.incomes.1.kind: one of wage,"),
    ('id: "a\\nb"', "8: family.members.2.id: an id is a short text that no other entry has"),
    ("id: mother", "8: family.members.2.id: an id is a short text that no other entry has"),
]


@pytest.mark.parametrize(("fact", "fault"), BAD_FACTS, ids=[fact for fact, _ in BAD_FACTS])
def test_a_fact_that_can_not_be_is_refused_with_file_line_and_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fact: str, fault: str
) -> None:
    path = tmp_path / "case.yaml"
    head = "name: n\nbenefit: birth_grant\non: 2025-05-10\nexpected: {entitled: no}\n"
    path.write_text(f"{head}family:\n  members:\n    - {{id: mother}}\n    - {{{fact}}}\n", encoding="utf-8")
    assert main(["test", str(path)]) == FOUND_FAULTS
    assert f"{path}:{fault}" in "".join(capsys.readouterr())
    assert [entry.name for entry in tmp_path.iterdir()] == ["case.yaml"]


def test_a_region_that_is_none_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match="region: one of north, south is needed here; did you mean 'north'"):
        read_facts(small_graph(tmp_path), {"region": "norht"}, ON)


def test_too_many_members_and_none_are_refused() -> None:
    for count in (0, 41, 100_000):
        with pytest.raises(FactsError, match=f"members: members has 1 to 40 entries, not {count}"):
            read_facts(graph(), {"members": [{}] * count}, ON)


NUMBERS = [
    (Decimal("NaN"), "a number is needed here"),
    (Decimal("sNaN"), "a number is needed here"),
    (Decimal("Infinity"), "a number is needed here"),
    (float("nan"), "a number is needed here"),
    (1.5, "a number is needed here"),
    (True, "a number is needed here"),
    (10**5000, "the number lies outside 0 to 1000000"),
    (-(10**5000), "the number lies outside 0 to 1000000"),
    (Decimal("1e-999999999"), "1E-999999999 has more than 2 digits behind the point"),
    (Decimal("0." + "1" * 5000), "the number has more than 2 digits behind the point"),
    (Decimal("9e999999999"), "9E+999999999 lies outside 0 to 1000000"),
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("number", "fault"), NUMBERS, ids=[fault[:20] + str(row) for row, (_, fault) in enumerate(NUMBERS)]
)
def test_a_number_that_is_none_or_has_no_end_is_refused(tmp_path: Path, number: object, fault: str) -> None:
    with pytest.raises(FactsError) as caught:
        read_facts(small_graph(tmp_path), {"members": [{"income": number}]}, ON)
    assert str(caught.value) == f"members.1.income: {fault}"


def test_zero_is_zero_however_it_is_written(tmp_path: Path) -> None:
    for text in ("0", "0.00", "-0", "0e-999999999", "0e999999999"):
        record = read_facts(small_graph(tmp_path), {"members": [{"income": Decimal(text)}]}, ON)
        assert str(record.groups["members"][0].facts["income"]) == "Span(low=0, high=0)"


def test_a_moment_is_no_date() -> None:
    with pytest.raises(FactsError, match="a date of the calendar is needed here"):
        read_facts(graph(), {"members": [{"birth_date": datetime(2010, 1, 1)}]}, ON)  # noqa: DTZ001 - the bad input


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.dates() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ("members", "incomes", "birth_date", "role", "defaults", "id", "received", "poverty_line", "x")
    ), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(JSON, st.dates())
@settings(max_examples=500)
def test_whatever_is_told_is_read_or_refused_with_its_field(told: object, on: date) -> None:
    found: tuple[FactProblem, ...] = ()
    try:
        read_facts(graph(), {"members": told} if isinstance(told, list) else told, on)
    except FactsError as error:
        found = error.problems
    assert all(problem.message for problem in found)
