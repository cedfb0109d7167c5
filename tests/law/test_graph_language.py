import shutil
from datetime import date
from pathlib import Path

import pytest

import rules
from rules.graph import nodes
from rules.graph.answers import ask
from rules.graph.bounds import find_bound_faults, find_bounds
from rules.graph.dates import MissingDay, Period, Reached, months_after, start_of
from rules.graph.domain import Answer, Span
from rules.graph.facts import FactsError, read_facts
from rules.graph.reader import read_graph
from rules.graph.words import TEMPLATES, WORDS, Language
from rules.loader import read_law
from rules.parameters import Unit
from tests.law.small_graph import FACTS, FORMULAS, PARAMETERS, graph_faults, small_graph

HEADS = "count(members where income > 0)"
RIGHT = "heads >= least\n"
# What stands instead, and the fault with line and column.
BROKEN = [
    (HEADS, "4", "help.yaml:9:20: the number 4 stands in the rule"),
    (HEADS, "count(members where income > 0.5)", "0.5 stands in the rule: give it a name as a cited parameter"),
    (HEADS, "count(members where incme > 0)", "no fact, rule or parameter is called 'incme'; did you mean 'income'?"),
    (HEADS, "count(member where income > 0)", "9:26: no group is called 'member'; did you mean 'members'?"),
    (HEADS, "count(members where income)", "9:40: yes or no is needed here, and this is a number"),
    (HEADS, "income", "9:20: income belongs to each of members: use it inside count, sum, any or all"),
    (HEADS, "sum(members)", "sum needs ':' and what is gathered"),
    (HEADS, "count(members: poor)", "count takes no ':'"),
    (HEADS, "heads + 1", "the rules ask each other in a circle: heads -> heads"),
    (HEADS, "right", "a number is needed here, and this is yes or no"),
    (HEADS, "least ? 1", "9:26: the sign '?' has no meaning here"),
    (HEADS, "(least", "expected ')', got the end of the formula"),
    (HEADS, "least least", "expected the end of the formula, got 'least'"),
    (HEADS, "rounded(share, step)", "rounded takes 3 arguments: rounded(number, step, direction)"),
    (HEADS, "rounded(share, 1, direction)", "the step of a rounding is a parameter"),
    (HEADS, "rounded(share, step, down)", "no direction of rounding is called 'down'"),
    (HEADS, "floor(share)", "no function is called 'floor'"),
    (HEADS, "rates[region]", "no table of parameters is called 'rates'; did you mean 'rate'?"),
    (HEADS, "order(members by born)", "order is asked of one of members, inside a rule of members"),
    (HEADS, "heads at on", "only a parameter is taken `at` another day"),
    (HEADS, f"{'(' * 80}1{')' * 80}", "nested too deeply"),
    (RIGHT, "heads >= lest\n", "help.yaml:15:20: no fact, rule or parameter is called 'lest'"),
    ("and poor", "and region", "help.yaml:16:15: yes or no is needed here, and this is a code"),
    ("and poor", "and region = poor", "compare codes with `is`"),
    ("and poor", "and region is east", "help.yaml:16:25: no code here is called 'east'"),
    ("and poor", "and months_after(on, least, age) > on", "no convention is called 'age'; did you mean 'ages'?"),
    ("entitled: right", "entitled: heads", "help: entitled must name a rule of the family that gives a truth"),
    ("formula: |", "formula: >", "help.yaml:14:18: write a formula plainly on one line, or as a block"),
    ("  sum:\n", "  least:\n", "least is already given in law/kz/one/parameters/figures.yaml:2"),
    ("    unit: tenge\n", "", "a number needs a unit"),
    ("versions:\n      - formula", "version:\n      - formula", "unknown key 'version'; did you mean 'versions'?"),
]


@pytest.mark.parametrize(("text", "instead", "fault"), BROKEN, ids=[row[2][:50] for row in BROKEN])
def test_a_broken_formula_is_refused_with_its_place(tmp_path: Path, text: str, instead: str, fault: str) -> None:
    assert text in FORMULAS
    faults = graph_faults(tmp_path, FORMULAS.replace(text, instead, 1))
    assert any(fault in told for told in faults), faults


@pytest.mark.parametrize(
    "change",
    [
        (", article: ", ", artikel: "),
        ('kk: "a", ', ""),
        ("status: unverified, citation: ", "status: unverified, reason: "),
    ],
)
def test_a_rule_without_citation_or_translation_is_refused(tmp_path: Path, change: tuple[str, str]) -> None:
    assert graph_faults(tmp_path, FORMULAS.replace(*change, 1))


def test_facts_of_an_unknown_group_and_circles_of_groups_are_refused(tmp_path: Path) -> None:
    words = "kz/one/facts/words.yaml"
    assert (
        "no group 'member' holds it" in graph_faults(tmp_path, FACTS.replace("of: members", "of: member", 1), words)[0]
    )
    circle = FACTS.replace("least: 1, most", "of: members, least: 1, most")
    assert "members: no group 'members' holds it" in " ".join(graph_faults(tmp_path, circle, words))


def test_the_small_law_answers(tmp_path: Path) -> None:
    graph = small_graph(tmp_path)
    on = date(2025, 5, 1)
    case = read_facts(graph, {"poor": True, "members": [{"income": 5}, {"income": 7}, {"income": 0}]}, on)
    found = ask(graph, "help", case, on)
    assert (found.entitled, found.amount) == (Answer.YES, Span(25, 25))


def test_a_share_in_percent_enters_a_formula_as_hundredths(tmp_path: Path) -> None:
    parts = PARAMETERS.replace("value: 12.5, unit: tenge", "value: 12.5, unit: percent")
    graph = small_graph(
        tmp_path,
        {
            "kz/one/parameters/figures.yaml": parts,
            "kz/one/formulas/help.yaml": FORMULAS.replace("share * heads", "share * sum(members: income)"),
        },
    )
    on = date(2025, 5, 1)
    case = read_facts(graph, {"poor": True, "members": [{"income": 800}, {"income": 1}]}, on)
    assert ask(graph, "help", case, on).amount == Span(101, 101), "an eighth of 801 is 100.125, rounded up"
    assert find_bounds(graph).values["sum"] == Span(0, 10 * 1_000_000 // 8)


def test_what_no_64_bits_hold_fails_the_check(tmp_path: Path) -> None:
    graph = small_graph(tmp_path)
    assert not find_bound_faults(graph)
    assert find_bounds(graph).values["sum"] == Span(0, 125)
    product = "income * income * income * income"
    wide = FORMULAS.replace(HEADS, f"sum(members: {product})").replace("unit: count", "unit: tenge", 1)
    faults = find_bound_faults(small_graph(tmp_path, {"kz/one/formulas/help.yaml": wide}))
    assert len(faults) == 1
    assert "heads: a whole number of" in faults[0].message
    assert faults[0].line == 4
    zero = FORMULAS.replace(HEADS, "1 / count(members where income > 0)")
    faults = find_bound_faults(small_graph(tmp_path, {"kz/one/formulas/help.yaml": zero}))
    assert "heads: a divisor could be zero" in faults[0].message


BAD_FACTS = [
    ({"members": [{"income": -1}]}, "members.1.income: -1 lies outside 0 to 1000000"),
    ({"members": [{"income": "5"}]}, "a number is needed here"),
    ({"members": [{"income": True}]}, "a number is needed here"),
    ({"members": [{"born": "yesterday"}]}, "a date of the calendar is needed here"),
    ({"members": [{"born": 5}]}, "a date of the calendar is needed here"),
    ({"members": [{"born": date(2025, 5, 2)}]}, "2025-05-02 lies after the day of the question, 2025-05-01"),
    ({"members": [{"born": date(1949, 5, 2)}]}, "lies outside 1950-01-01"),
    ({"members": [{"brn": date(1999, 5, 2)}]}, "no fact of members is called 'brn'; did you mean 'born'?"),
    ({"members": [{"id": "a"}, {"id": "a"}]}, "an id is a short text that no other entry has"),
    ({"members": []}, "members has 1 to 10 entries, not 0"),
    ({"members": 5}, "members is a list"),
    ({"members": [5]}, "members.1: 1 is written as facts with their values"),
    ({"region": "nort"}, "one of north, south is needed here; did you mean 'north'?"),
    ({"poor": "perhaps"}, "yes, no or unknown is needed here"),
    ({"defaults": {"member": {}}}, "'member' is no group with facts"),
    ([], "family is written as facts with their values"),
]


@pytest.mark.parametrize(("facts", "fault"), BAD_FACTS, ids=[row[1][:40] for row in BAD_FACTS])
def test_facts_that_can_not_be_are_refused(tmp_path: Path, facts: object, fault: str) -> None:
    with pytest.raises(FactsError) as caught:
        read_facts(small_graph(tmp_path), facts, date(2025, 5, 1))
    assert fault in str(caught.value)


def test_the_edges_of_ages_and_quarters() -> None:
    leap, years = date(2008, 2, 29), 18 * 12
    last, first = MissingDay.LAST_DAY_OF_MONTH, MissingDay.FIRST_OF_NEXT_MONTH
    assert months_after(leap, years, last, Reached.ON_THE_DAY) == date(2026, 2, 28)
    assert months_after(leap, years, first, Reached.ON_THE_DAY) == date(2026, 3, 1)
    assert months_after(leap, years, last, Reached.NEXT_DAY) == date(2026, 3, 1)
    assert months_after(date(2024, 12, 31), 2, last, Reached.ON_THE_DAY) == date(2025, 2, 28)
    assert months_after(date(2025, 1, 15), -13, last, Reached.ON_THE_DAY) == date(2023, 12, 15)
    assert start_of(Period.QUARTER, date(2025, 3, 31)) == date(2025, 1, 1)
    assert start_of(Period.QUARTER, date(2025, 1, 1), -1) == date(2024, 10, 1)
    assert start_of(Period.MONTH, date(2025, 12, 31), 1) == date(2026, 1, 1)
    assert start_of(Period.YEAR, date(2025, 12, 31)) == date(2025, 1, 1)


def test_every_node_and_unit_has_its_words_in_three_languages() -> None:
    kinds = {kind for kind in vars(nodes).values() if isinstance(kind, type) and issubclass(kind, nodes.Node)}
    assert kinds - {nodes.Node, nodes.TruthNode, nodes.DayNode} == set(TEMPLATES)
    assert set(Unit) - {"count", "rounding_direction", "time_of_day"} <= set(WORDS)
    assert all(set(texts) == set(Language) for texts in WORDS.values())


def test_a_message_names_the_copy_of_the_law_that_was_asked(tmp_path: Path) -> None:
    folder = Path(rules.__file__).parent / "law"
    shutil.copytree(folder, tmp_path / "law")
    copied, shipped = read_law(tmp_path / "law", "elsewhere"), read_law(folder, "here")
    assert copied.version == shipped.version
    assert {place.path.partition("/")[0] for place in read_graph(copied).places.values()} == {"elsewhere"}
    assert {place.path.partition("/")[0] for place in read_graph(shipped).places.values()} == {"here"}
