"""A reform over a population: every family counted once, as it would be told alone; pages that stand for themselves."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.__main__ import main
from rules.errors import RuleError
from rules.graph.answers import ask
from rules.graph.domain import Answer
from rules.graph.graph import Graph
from rules.graph.records import Record
from rules.graph.reform import Reform, read_reform
from rules.graph.words import Language
from rules.kernel.columns import record_at
from rules.loader import load_law
from rules.parameters import Unit
from rules.population.charts import draw_groups
from rules.population.compare_page import compare_page
from rules.population.compare_text import compare_data, compare_text
from rules.population.comparing import (
    GAINS,
    LOSES,
    NOT_COMPARED,
    SAME,
    Comparison,
    Groups,
    NothingChangesError,
    affected,
    band_labels,
    compare,
    load_bands,
)
from rules.population.drawing import Box, Words, width_of
from rules.population.generate import write_population
from rules.population.layout import Note
from rules.population.profile import load_profile
from rules.population.reader import open_population
from rules.population.summary import count_children
from rules.population.synthesis import make_setting
from rules.population.wording import load_words, millions, millions_exactly, percent, shown_change
from tests.law.graphs import graph

ON = date(2025, 12, 1)
README = Path(main.__code__.co_filename).parent / "population" / "README.md"
MIXED = """\
title: "More for some, <less> for others"
parameters:
  multi_child_benefit.size.4: {value: 10, from: 2025-12-01}
  multi_child_benefit.size.5: {value: 30, from: 2025-12-01}
  birth_grant.size.lower: {value: 40, from: 2025-01-01}
  multi_child_benefit.children_from: {value: 3, from: 2025-12-01}
new_parameters:
  multi_child_benefit.size.3: {value: 5, unit: mrp, from: 2025-12-01}
"""
PAID = ("multi_child_benefit", "birth_grant")
LEAKY = load_profile().model_copy(update={"incomplete": 60_000})


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made") / "town.parquet"
    write_population(make_setting(graph(), 8, profile=LEAKY), 8, 1_500, place, lambda _: None)
    return place


@pytest.fixture(scope="module")
def reform() -> Reform:
    return read_reform(load_law(), "reform.yaml", MIXED.encode())


@pytest.fixture(scope="module")
def found(town: Path, reform: Reform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    cache = tmp_path_factory.mktemp("kernels")
    cache.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEMGMT_KERNEL_CACHE", str(cache))
        population = open_population(graph(), town)
        yield compare(reform, population, affected(reform, PAID), ON, None, lambda _: None, size=400)


def alone(law: Graph, case: Record) -> tuple[int, int] | None:
    """Return what one family gets a month and once; nothing where it can not be told."""
    got = []
    for benefit in PAID:
        try:
            told = ask(law, benefit, case, ON)
        except RuleError:
            return None
        if not told.settled or told.amount is None:
            return None
        got.append(int(told.amount.low) if told.entitled is Answer.YES else 0)
    return got[0], got[1]


def test_every_family_is_counted_as_it_would_be_told_alone(town: Path, reform: Reform, found: Comparison) -> None:
    assert set(found.question.benefits) == set(PAID)
    outcomes = np.zeros((9, 4), dtype=np.int64)
    monthly, once = np.zeros(9, dtype=np.int64), np.zeros(9, dtype=np.int64)
    for batch in open_population(graph(), town).batches(ON):
        children = np.minimum(count_children(graph(), batch.columns, ON), 8)
        for index in range(batch.columns.families):
            case, place = record_at(graph(), batch.columns, index), children[index]
            before, after = alone(reform.graph, case), alone(reform.reformed, case)
            if before is None or after is None:
                outcomes[place, NOT_COMPARED] += 1
                continue
            change = (after[0] - before[0], after[1] - before[1])
            decides = change[0] or change[1]
            outcomes[place, GAINS if decides > 0 else LOSES if decides < 0 else SAME] += 1
            monthly[place] += change[0]
            once[place] += change[1]
    assert found.children.outcomes.tolist() == outcomes.tolist()
    assert found.children.monthly.tolist() == monthly.tolist()
    assert found.children.once.tolist() == once.tolist()
    assert outcomes.sum(axis=0).min() > 0


def test_all_groups_add_up_to_the_same(found: Comparison) -> None:
    assert found.families == 1_500
    for groups in found.groups():
        assert groups.outcomes.sum(axis=0).tolist() == found.regions.outcomes.sum(axis=0).tolist()
        assert (int(groups.monthly.sum()), int(groups.once.sum())) == (found.monthly, found.once)
    lines = found.benefits.values()
    assert found.monthly == sum(line.amount_after - line.amount_before for line in lines if line.paid == "monthly")
    assert found.once == sum(line.amount_after - line.amount_before for line in lines if line.paid == "once")
    for line in lines:
        assert line.entitled_after - line.entitled_before == line.newly - line.no_longer


@pytest.mark.parametrize("language", Language)
def test_each_form_says_first_that_no_family_is_real_and_what_is_not_verified(
    found: Comparison, language: Language
) -> None:
    words = load_words().words
    synthetic = getattr(words["synthetic"], str(language))
    provisional = getattr(words["provisional"], str(language)).split("{")[0]
    text = "\n".join(compare_text(found, language))
    page = compare_page(found, language)
    for told in (text, page[page.index("<body>") :]):
        assert told.index(synthetic) < told.index(provisional) < told.index("More for some")
        assert "multi_child_benefit.entitled" in told or "birth_grant.amount" in told
    assert not re.search(r"\{[a-z]+\}", text + re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))


def test_the_page_runs_nothing_loads_nothing_and_keeps_text_as_text(found: Comparison) -> None:
    page = compare_page(found, Language.EN)
    assert "More for some, &lt;less&gt; for others" in page
    assert "<less>" not in page
    assert "default-src 'none'" in page
    for forbidden in ("<script", "src=", "href=", "url(", "@import", "javascript:"):
        assert forbidden not in page.lower()
    pictures = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(pictures) == 3
    names = []
    for picture in pictures:
        root = ET.fromstring(picture)  # noqa: S314 - the picture is our own
        assert root.get("role") == "img"
        names += [element.get("id") for element in root.iter() if element.get("id")]
        assert all(element.text for element in root if element.tag.endswith(("title", "desc")))
    assert len(names) == len(set(names)) == 6


def test_the_data_hold_every_sum_in_whole_tenge(found: Comparison) -> None:
    data = json.loads(json.dumps(compare_data(found)))
    assert data["label"].startswith("SYNTHETIC")
    assert data["gain"] + data["lose"] + data["same"] + data["not_compared"] == data["families"] == 1_500
    assert data["change_a_month"] == sum(group["change_a_month"] for group in data["by"]["region"])
    assert {change["name"]: (change["before"], change["after"], change["unit"]) for change in data["changes"]} == {
        "multi_child_benefit.size.4": ("16.03", "10", "mrp"),
        "multi_child_benefit.size.5": ("20.04", "30", "mrp"),
        "birth_grant.size.lower": ("38", "40", "mrp"),
        "multi_child_benefit.children_from": ("4", "3", "count"),
        "multi_child_benefit.size.3": (None, "5", "mrp"),
    }


@given(
    st.lists(st.tuples(*[st.integers(0, 10**7)] * 4, *[st.integers(-(10**12), 10**12)] * 2), min_size=8, max_size=8),
    st.sampled_from((["monthly"], ["once"], ["monthly", "once"])),
    st.sampled_from(Language),
)
@settings(deadline=None)
def test_nothing_is_drawn_outside_a_picture(
    rows: list[tuple[int, int, int, int, int, int]], kinds: list[str], language: Language
) -> None:
    table = np.array(rows, dtype=np.int64)
    labels = tuple(band_labels(load_bands().income_bands))
    groups = Groups("incomes", labels, table[:, :4], table[:, 4], table[:, 5])
    if not groups.filled():
        return
    picture = draw_groups(groups, kinds, language)
    for shape in picture.shapes:
        if isinstance(shape, Box):
            assert shape.x >= 0
            assert shape.x + shape.width <= picture.width
            assert shape.width > 0
        elif isinstance(shape, Words):
            length = width_of(shape.text, shape.size)
            left = shape.x - (length if shape.anchor == "end" else 0)
            assert left >= 0
            assert left + length <= picture.width, shape.text


@pytest.mark.parametrize("unit", [None, *Unit])
def test_a_change_is_shown_in_every_unit_and_language(unit: str | None) -> None:
    for language in Language:
        assert shown_change("5", unit, language).startswith("5")
        assert shown_change(None, unit, language) == getattr(load_words().words["nothing"], str(language))


def test_a_benefit_that_nobody_can_be_told_is_left_out_and_named(town: Path, reform: Reform) -> None:
    population = open_population(graph(), town)
    without_law = [name for name in affected(reform, []) if name not in PAID]
    found = compare(reform, population, [*PAID, *without_law], date(2025, 12, 1), None, lambda _: None)
    assert found.count(NOT_COMPARED) < 200
    assert set(PAID) <= found.benefits.keys()
    assert found.benefits.keys() | found.reasons.keys() == {*PAID, *without_law}


def test_sums_are_shown_rounded_with_their_sign() -> None:
    assert [millions_exactly(value) for value in (0, 49_999, 50_000, -50_000, -49_999, 1_234_567_890_123)] == [
        "0.0", "0.0", "+0.1", "−0.1", "0.0", "+1 234 567.9",
    ]  # fmt: skip
    assert [millions(value) for value in (None, 499_999, 500_000, 12_345_678_901)] == ["-", "0", "1", "12 346"]
    assert [percent(*pair) for pair in ((0, 0), (1, 3), (2, 3), (5, 5))] == ["0.0 %", "33.3 %", "66.7 %", "100.0 %"]


def test_a_day_before_the_reform_and_a_benefit_it_does_not_reach_are_refused(town: Path, reform: Reform) -> None:
    later = read_reform(load_law(), "reform.yaml", MIXED.replace("2025-", "2026-").encode())
    population = open_population(graph(), town)
    with pytest.raises(
        NothingChangesError, match="on 2025-12-01 nothing of the reform is in force yet; ask about 2026"
    ):
        compare(later, population, affected(later, []), ON, None, lambda _: None)
    with pytest.raises(NothingChangesError, match="the reform changes nothing that child_care_benefit asks"):
        affected(reform, ["child_care_benefit"])


def test_the_command_writes_a_page_once_and_names_the_line_of_a_fault(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, page = tmp_path / "reform.yaml", tmp_path / "page.html"
    file.write_text(MIXED, encoding="utf-8")
    asked = ["compare", "--reform", str(file), "--population", str(town)]
    assert main([*asked, "--as", "html", "--lang", "ru", "--out", str(page)]) == 0
    assert page.read_text(encoding="utf-8").startswith('<!doctype html>\n<html lang="ru">')
    assert main([*asked, "--out", str(page)]) == 1
    assert "is there already; choose another name" in capsys.readouterr().err
    file.write_text(MIXED.replace("size.5", "sizes.5"), encoding="utf-8")
    assert main(asked) == 1
    assert (
        "reform.yaml:4: no parameter is called 'multi_child_benefit.sizes.5'; did you mean" in capsys.readouterr().err
    )


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_readme_says_what_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (reform,) = blocks("yaml")
    Path("reform.yaml").write_text(reform, encoding="utf-8")
    (commands,) = blocks("sh")
    for command in commands.splitlines():
        program, _, module, *asked = shlex.split(command.replace("20000", "200"))
        assert (program, module) == ("python", "rules")
        assert main(asked) == 0, command
    assert Path("reform.html").stat().st_size > 10_000
    (note,) = blocks("json")
    assert Note.model_validate_json(note).source == "register"
    named = set(re.findall(r"`([a-z_]+)\.(?:csv|parquet|json)`", README.read_text(encoding="utf-8")))
    assert {path.stem for path in Path("result").iterdir() if path.is_file()} <= named
