"""Benefits over whole populations: every row is what one family would be told, and every sum is that of the rows."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.__main__ import main
from rules.errors import RuleError, UnknownNameError
from rules.graph.answers import ask
from rules.graph.domain import Answer
from rules.graph.records import Record
from rules.kernel.columns import record_at, to_columns
from rules.kernel.national import CANNOT_TELL_YET, NO, NO_LAW, YES
from rules.population import desk
from rules.population.answering import Answering, Answers
from rules.population.generate import write_population
from rules.population.layout import PopulationError
from rules.population.profile import load_profile
from rules.population.reader import open_population
from rules.population.run import Question, run_population
from rules.population.summary import ALL, count_children
from rules.population.synthesis import make_block, make_setting
from tests.law.graphs import BENEFITS, Facts, families, graph, leave_out, record

ON = date(2025, 12, 1)
# Each benefit is asked of every so many families: about as many questions as families.
EVERY = len(BENEFITS)
LEAKY = load_profile().model_copy(update={"incomplete": 60_000})


@cache
def answering(on: date) -> Answering:
    return Question(graph(), BENEFITS, on).answering()


def one_by_one(benefit: str, case: Record, on: date) -> tuple[int, Any]:
    """Return what `ask` tells one family: the code, and the amount or what it could be."""
    try:
        told = ask(graph(), benefit, case, on)
    except RuleError:
        return NO_LAW, 0
    if not told.settled:
        return CANNOT_TELL_YET, (told.entitled, told.amount, tuple(sorted(str(ref) for ref in told.missing)))
    amount = told.amount.low if told.amount is not None else 0
    return (YES, amount) if told.entitled is Answer.YES else (NO, 0)


def rows_of(answers: Answers, benefit: str) -> list[tuple[int, Any]]:
    left = {(found.index, found.benefit): (found.entitled, found.amount, found.missing) for found in answers.open}
    codes, amounts = answers.entitled[benefit].tolist(), answers.amount[benefit].tolist()
    return [
        (code, left[index, benefit] if code == CANNOT_TELL_YET else amount)
        for index, (code, amount) in enumerate(zip(codes, amounts, strict=True))
    ]


def test_thousands_of_families_are_told_what_each_would_be_told_alone() -> None:
    setting = make_setting(graph(), 21, profile=LEAKY)
    columns = make_block(setting, 0, 3_000).columns
    answers = answering(ON).answer(columns)
    for place, benefit in enumerate(BENEFITS):
        got = rows_of(answers, benefit)
        for index in range(place % EVERY, columns.families, EVERY):
            assert got[index] == one_by_one(benefit, record_at(graph(), columns, index), ON), (benefit, index)
    assert {code for benefit in BENEFITS for code in np.unique(answers.entitled[benefit])} >= {NO, YES, CANNOT_TELL_YET}


@st.composite
def whole_and_part(draw: st.DrawFn) -> list[Facts]:
    _, facts = draw(families(ON, ON))
    return [facts, leave_out(draw, facts)]


@given(whole_and_part())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_family_that_leaves_facts_out_gets_the_exact_three_answers(told: list[Facts]) -> None:
    records = [record(facts, ON) for facts in told]
    answers = answering(ON).answer(to_columns(graph(), records))
    for benefit in BENEFITS:
        assert rows_of(answers, benefit) == [one_by_one(benefit, case, ON) for case in records]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "town"
    write_population(make_setting(graph(), 5, profile=LEAKY), 5, 2_000, folder, lambda _: None)
    return folder


@pytest.fixture
def result(town: Path, tmp_path: Path) -> Path:
    desk.run(graph().law, town, ON, None, [], tmp_path / "result")
    return tmp_path / "result"


def table_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_files_hold_what_was_answered_and_their_own_sums(town: Path, result: Path) -> None:
    table = pq.read_table(result / "entitlements")
    assert table.column("family_id").to_pylist() == list(range(1, 2_001))
    (batch,) = open_population(graph(), town).batches(ON)
    answers = answering(ON).answer(batch.columns)
    words = ("no", "yes", "cannot_tell_yet", "no_answer_in_law")
    summary = table_of(result / "summary.csv")
    for benefit in BENEFITS:
        codes = [words.index(word) for word in table.column(f"{benefit}_entitled").to_pylist()]
        wanted = rows_of(answers, benefit)
        assert codes == [code for code, _ in wanted]
        amounts = [None if code in {CANNOT_TELL_YET, NO_LAW} else amount for code, amount in wanted]
        if graph().benefits[benefit].amount is None:
            assert f"{benefit}_amount" not in table.column_names
        else:
            assert table.column(f"{benefit}_amount").to_pylist() == amounts
        lines = [row for row in summary if row["benefit"] == benefit]
        (total,) = (row for row in lines if row["region"] == ALL)
        assert int(total["entitled"]) == codes.count(YES)
        assert int(total["amount"] or 0) == sum(amount or 0 for amount in amounts)
        assert int(total["cannot_tell"]) == codes.count(CANNOT_TELL_YET)
        for name in ("families", "persons", "entitled", "amount", "cannot_tell", "no_answer_in_law"):
            assert int(total[name] or 0) == sum(int(row[name] or 0) for row in lines if row["region"] != ALL), name


def test_who_can_not_be_told_yet_is_listed_with_what_is_missing(result: Path) -> None:
    rows = pq.read_table(result / "cannot_tell.parquet").to_pylist()
    assert rows
    assert all(row["missing"] for row in rows)
    assert all(row["amount_least"] <= row["amount_most"] for row in rows if row["amount_least"] is not None)
    assert {row["entitled"] for row in rows} <= {"yes", "no", "cannot_tell_yet"}


def test_every_file_says_that_the_families_are_invented(result: Path) -> None:
    told = json.loads((result / "run.json").read_text(encoding="utf-8"))
    assert told["population"]["source"] == "synthetic"
    assert told["label"].startswith("SYNTHETIC: no real family is behind these figures.")
    assert told["date"] == "2025-12-01"
    assert told["rules_version"] == graph().law.version
    assert "mrp.benefits" in told["not_verified"]
    silent = told.pop("no_answer_in_law")
    assert "no value is in force on 2025-12-01" in silent["survivor_state_benefit"]
    for path in result.rglob("*.parquet"):
        assert json.loads(pq.read_schema(path).metadata[b"casemgmt.run"]) == told, path
    for row in table_of(result / "summary.csv"):
        assert row["population"] == "synthetic"
    for row in table_of(result / "plausibility.csv"):
        assert row["run_population"] == "synthetic"
        assert "Resolution of the Government of 29.01.2026 № 56, L" in row["published_source"] or not row["id"]


def test_the_command_prints_a_banner_the_sums_and_the_published_figures(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["population", "run", "--in", str(town), "--date", str(ON), "--out", str(tmp_path / "result")]
    assert main(asked) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("SYNTHETIC: ")
    assert lines[1].startswith("PROVISIONAL: ")
    assert any(line.startswith("On 2025-12-01: 2 000 families, ") for line in lines)
    assert any(line.split()[0] == "multi_child_benefit" for line in lines if line.strip())
    assert any(line.startswith("  Turkistan Region ") and line.endswith("KZ-61") for line in lines)
    assert any(line.startswith("PLAUSIBILITY: published figures of 2025 beside this synthetic") for line in lines)
    assert any("I-35  multi_child_benefit: families" in line and "606 100" in line for line in lines)
    assert max(len(line) for line in lines) <= 170


def test_only_the_benefits_that_were_named_are_answered(town: Path, tmp_path: Path) -> None:
    desk.run(graph().law, town, ON, None, ["birth_grant"], tmp_path / "result")
    names = pq.read_schema(next((tmp_path / "result" / "entitlements").iterdir())).names
    assert names == ["family_id", "region", "birth_grant_entitled", "birth_grant_amount"]
    with pytest.raises(UnknownNameError, match="near to it: birth_grant"):
        desk.run(graph().law, town, ON, None, ["birth_grants"], tmp_path / "other")


def test_children_are_counted_to_the_day_before_they_turn_18() -> None:
    births = [date(2007, 12, 1), date(2007, 12, 2), date(2025, 12, 1)]
    people = [{"role": "child", "birth_date": birth} for birth in births]
    people += [{"role": "other", "birth_date": births[1]}, {"role": "child"}]
    columns = to_columns(graph(), [record({"members": people}, ON), record({}, ON)])
    assert count_children(graph(), columns, ON).tolist() == [2, 0]


def test_a_day_without_law_is_refused_and_leaves_nothing(town: Path, tmp_path: Path) -> None:
    setting = make_setting(graph(), 5, date(2026, 12, 1))
    write_population(setting, 5, 50, tmp_path / "later", lambda _: None)
    with pytest.raises(PopulationError, match=r"the law answers none of the benefits: .*confirmed only through"):
        desk.run(graph().law, tmp_path / "later", date(2026, 12, 1), None, [], tmp_path / "result")
    with pytest.raises(PopulationError, match="every family would look poor"):
        desk.run(graph().law, town, date(2026, 2, 1), None, [], tmp_path / "result")
    assert [path.name for path in tmp_path.iterdir()] == ["later"]


def test_an_interrupted_run_leaves_nothing_that_looks_whole(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> Iterator[None]:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk, "run_population", interrupted)
    with pytest.raises(KeyboardInterrupt):
        desk.run(graph().law, town, ON, None, [], tmp_path / "result")
    assert list(tmp_path.iterdir()) == []


def test_the_sums_do_not_depend_on_the_size_of_the_batches(town: Path) -> None:
    question = Question(graph(), BENEFITS, ON)
    population = open_population(graph(), town)
    whole = run_population(population, question, None, lambda _: None)
    parts = run_population(population, question, None, lambda _: None, size=150)
    assert list(parts.lines()) == list(whole.lines())
