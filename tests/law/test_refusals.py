"""A rule is not added without citation, cases and translations: bad ones in a folder of the law are each refused."""

import shutil
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from rules.__main__ import main
from rules.desk.arguments import FOUND_FAULTS
from tests.law.files import FILES, line_of

PARAMETERS = """\
parameters:
  extra.least:
    label: {kk: "а", ru: "б", en: "Least number of children"}
    values:
      - value: 2
        unit: count
        in_force_from: 2020-01-01
        in_force_before: 2024-01-01
        status: published
        citation: {act: "Act 1", article: "2", edition: "2020", source: "a page"}
      - value: 3
        unit: count
        in_force_from: 2024-01-01
        confirmed_through: 2026-03-31
        status: unverified
        citation: {act: "Act 1", article: "2", edition: "2024", source: "a page"}
        alternatives:
          - {value: 4, source: "another page", why_not: "the body that pays says three"}
  extra.size:
    label: {kk: "а", ru: "б", en: "Sum for each child"}
    values:
      - value: 1000.5
        unit: tenge
        in_force_from: 2020-01-01
        confirmed_through: 2026-03-31
        status: published
        citation: {act: "Act 1", article: "3", edition: "2020", source: "a page"}
  extra.step:
    label: {kk: "а", ru: "б", en: "Step of rounding"}
    values:
      - {value: 1, unit: tenge, in_force_from: 2020-01-01, status: house_default, reason: "whole tenge"}
  extra.direction:
    label: {kk: "а", ru: "б", en: "Direction of rounding"}
    values:
      - {value: "up", unit: rounding_direction, in_force_from: 2020-01-01, status: house_default, reason: "upwards"}
"""
FACTS = """\
groups:
  members:
    label: {kk: "а", ru: "б", en: "Members"}
    least: 1
    most: 40
facts:
  role:
    of: members
    type: code
    codes: {child: {kk: "а", ru: "б", en: "Child"}, other: {kk: "а", ru: "б", en: "Other"}}
    label: {kk: "а", ru: "б", en: "Role"}
  lives_with_family:
    of: members
    type: truth
    label: {kk: "а", ru: "б", en: "Lives with the family"}
  wealth:
    type: number
    unit: tenge
    least: 0
    most: 1000000
    label: {kk: "а", ru: "б", en: "Wealth"}
"""
FORMULAS = """\
formulas:
  extra.children:
    label: {kk: "а", ru: "б", en: "Children"}
    type: number
    unit: count
    versions:
      - formula: |
          count(members where role is child)
        in_force_from: 2020-01-01
        in_force_before: 2024-01-01
        status: unverified
        citation: {act: "Act 1", article: "2", edition: "2020", source: "a page"}
      - formula: |
          count(members where role is child and lives_with_family)
        in_force_from: 2024-01-01
        confirmed_through: 2026-03-31
        status: unverified
        citation: {act: "Act 1", article: "2", edition: "2024", source: "a page"}
  extra.entitled:
    label: {kk: "а", ru: "б", en: "Right"}
    type: truth
    versions:
      - formula: extra.children >= extra.least
        in_force_from: 2020-01-01
        confirmed_through: 2026-03-31
        status: unverified
        citation: {act: "Act 1", article: "2", edition: "2020", source: "a page"}
  extra.amount:
    label: {kk: "а", ru: "б", en: "Sum"}
    type: number
    unit: tenge
    versions:
      - formula: |
          if extra.entitled
          then rounded(extra.size * extra.children, extra.step, extra.direction)
          else 0
        in_force_from: 2020-01-01
        confirmed_through: 2026-03-31
        status: unverified
        citation: {act: "Act 1", article: "3", edition: "2020", source: "a page"}
benefits:
  extra:
    label: {kk: "а", ru: "б", en: "Extra benefit"}
    entitled: extra.entitled
    amount: extra.amount
    paid: monthly
    notices:
      extra_guest:
        of: members
        label: {kk: "а", ru: "б", en: "Does not live here and is left out"}
        holds: lives_with_family
"""
CASES = """\
benefit: extra
cases:
  - name: "Two children in 2023"
    on: 2023-12-31
    family: {members: [{role: child, lives_with_family: yes}, {role: child, lives_with_family: no}]}
    expected: {entitled: yes, amount: 2001, notices: [extra_guest]}
  - name: "Two children in 2024"
    on: 2024-01-01
    family: {members: [{role: child, lives_with_family: yes}, {role: child, lives_with_family: yes}]}
    expected: {entitled: no, amount: 0}
"""
OTHER_CASE = """\
name: "Of no day that the benefit knows"
benefit: extra
on: 2019-01-01
family: {members: [{role: other}]}
expected: {refused: "no value is in force"}
"""
FIGURES_PATH, RULES_PATH, CASES_PATH = (
    "law/kz/extra/parameters/extra.yaml",
    "law/kz/extra/formulas/extra.yaml",
    "cases/extra.yaml",
)
TITLES_PATH = "law/kz/extra/acts/extra.yaml"
TITLES = 'acts:\n  - {kk: "1-акт", ru: "Акт 1", en: "Act 1"}\n'
TEXTS = {
    **{f"law/{name}": text for name, text in FILES.items()},
    "law/kz/small/facts/words.yaml": FACTS,
    FIGURES_PATH: PARAMETERS,
    RULES_PATH: FORMULAS,
    CASES_PATH: CASES,
    TITLES_PATH: TITLES,
}


def check(folder: Path, texts: Mapping[str, str]) -> int:
    """Check the law and the cases in a folder, with these files in it."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return main(["--law", str(folder / "law"), "check"])


def test_a_rule_with_citation_cases_and_translations_is_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, TEXTS) == 0, capsys.readouterr().err
    assert "The law is in order" in capsys.readouterr().out


def test_and_so_it_is_when_added_to_a_copy_of_the_whole_law(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with as_file(files("rules")) as source:
        for name in ("law", "cases"):
            shutil.copytree(source / name, tmp_path / name)
    added = {name: text for name, text in TEXTS.items() if "extra" in name}
    assert check(tmp_path, added) == 0, capsys.readouterr().err
    assert check(tmp_path, added | {CASES_PATH: OTHER_CASE}) == FOUND_FAULTS
    assert "extra: no passing case shows who is entitled" in capsys.readouterr().err


CITATION = '        citation: {act: "Act 1", article: "3", edition: "2020", source: "a page"}\nbenefits'
CONFIRMED = "        confirmed_through: 2026-03-31\n"
# The file, what stands there, what stands instead, the text whose line is named, and the fault.
BAD = {
    "an act without its titles": (
        FIGURES_PATH,
        'act: "Act 1", article: "3"',
        'act: "Act 2", article: "3"',
        "  extra.size:",
        "extra.size: give 'Act 2' its titles in the folder acts",
    ),
    "titles that nothing cites": (
        TITLES_PATH,
        "acts:\n",
        'acts:\n  - {kk: "3-акт", ru: "Акт 3", en: "Act 3"}\n',
        "",
        "no value cites 'Act 3' any more",
    ),
    "a rule without its citation": (
        RULES_PATH,
        CITATION,
        "benefits",
        "      - formula: |\n          if",
        "a value with status unverified needs a citation",
    ),
    "a figure without its citation": (
        FIGURES_PATH,
        '        citation: {act: "Act 1", article: "3", edition: "2020", source: "a page"}\n',
        "",
        "      - value: 1000.5",
        "a value with status published needs a citation",
    ),
    "a citation without its source": (
        RULES_PATH,
        ', source: "a page"}\nbenefits',
        "}\nbenefits",
        CITATION,
        "citation: the key 'source' is missing",
    ),
    "a citation without its article": (
        RULES_PATH,
        'article: "3", ',
        "",
        CITATION,
        "citation: the key 'article' is missing",
    ),
    "a rule without Kazakh": (
        RULES_PATH,
        '{kk: "а", ru: "б", en: "Sum"}',
        '{ru: "б", en: "Sum"}',
        '{kk: "а", ru: "б", en: "Sum"}',
        "the key 'kk' is missing",
    ),
    "a rule without Russian": (
        RULES_PATH,
        '{kk: "а", ru: "б", en: "Sum"}',
        '{kk: "а", en: "Sum"}',
        '{kk: "а", ru: "б", en: "Sum"}',
        "the key 'ru' is missing",
    ),
    "a rule with an empty English name": (
        RULES_PATH,
        'en: "Sum"',
        'en: " "',
        'en: "Sum"',
        "label.en: a text is needed here, and nothing is written",
    ),
    "a benefit without a name": (
        RULES_PATH,
        '    label: {kk: "а", ru: "б", en: "Extra benefit"}\n',
        "",
        "  extra:\n",
        "benefits.extra: the key 'label' is missing",
    ),
    "a figure without Kazakh": (
        FIGURES_PATH,
        '{kk: "а", ru: "б", en: "Sum for',
        '{ru: "б", en: "Sum for',
        '    label: {kk: "а", ru: "б", en: "Sum for',
        "the key 'kk' is missing",
    ),
    "a notice without Russian": (
        RULES_PATH,
        'ru: "б", en: "Does',
        'en: "Does',
        '        label: {kk: "а", ru: "б", en: "Does',
        "the key 'ru' is missing",
    ),
    "a number without its unit": (
        RULES_PATH,
        "    unit: tenge\n",
        "",
        "  extra.amount:",
        "a number needs a unit, and nothing else has one",
    ),
    "a figure without its unit": (
        FIGURES_PATH,
        "        unit: tenge\n",
        "",
        "      - value: 1000.5",
        "the key 'unit' is missing",
    ),
    "a unit that is none": (
        FIGURES_PATH,
        "unit: tenge",
        "unit: dollars",
        "        unit: tenge",
        "one of tenge, mrp,",
    ),
    "a number in the text of a rule": (
        RULES_PATH,
        ">= extra.least",
        ">= 3",
        ">= extra.least",
        "the number 3 stands in the rule: give it a name as a cited parameter",
    ),
    "a share in the text of a rule": (
        RULES_PATH,
        "extra.size * extra.children,",
        "extra.size * 1.5,",
        "          then rounded",
        "1.5 stands in the rule",
    ),
    "an unknown name": (
        RULES_PATH,
        ">= extra.least",
        ">= extra.lest",
        ">= extra.least",
        "no fact, rule or parameter is called 'extra.lest'; did you mean",
    ),
    "an unknown code": (
        RULES_PATH,
        "role is child and",
        "role is kid and",
        "role is child and",
        "no code here is called 'kid'",
    ),
    "two wordings of the same days": (
        RULES_PATH,
        "in_force_before: 2024-01-01",
        "in_force_before: 2024-01-02",
        "        in_force_from: 2024-01-01",
        "extra.children: overlaps value 1 (in force from 2020-01-01 before 2024-01-02)",
    ),
    "a gap between two wordings": (
        RULES_PATH,
        "in_force_before: 2024-01-01",
        "in_force_before: 2023-12-31",
        "        in_force_from: 2024-01-01",
        "extra.children: gap: no value is in force from 2023-12-31 before 2024-01-01",
    ),
    "two figures of the same days": (
        FIGURES_PATH,
        "in_force_before: 2024-01-01",
        "in_force_before: 2024-01-02",
        "        in_force_from: 2024-01-01",
        "extra.least: overlaps value 1",
    ),
    "a gap between two figures": (
        FIGURES_PATH,
        "in_force_before: 2024-01-01",
        "in_force_before: 2023-01-01",
        "        in_force_from: 2024-01-01",
        "extra.least: gap: no value is in force from 2023-01-01 before 2024-01-01",
    ),
    "a wording without an end": (
        RULES_PATH,
        f"{CONFIRMED}        status: unverified\n{CITATION}",
        f"        status: unverified\n{CITATION}",
        "      - formula: |\n          if",
        "a value of law needs in_force_before or confirmed_through",
    ),
    "rules in a circle": (
        RULES_PATH,
        "count(members where role is child)\n",
        "if extra.entitled then 1 else 0\n",
        "  extra.children:",
        "the rules ask each other in a circle: extra.children -> extra.entitled -> extra.children",
    ),
    "a rule of the wrong kind": (
        RULES_PATH,
        "type: truth",
        "type: day",
        "      - formula: extra.children",
        "a day is needed here, and this is yes or no",
    ),
    "a benefit whose right is a sum": (
        RULES_PATH,
        "entitled: extra.entitled",
        "entitled: extra.amount",
        "    entitled: extra.entitled",
        "extra: entitled must name a rule of the family that gives a truth",
    ),
    "a sum that nobody says how often is paid": (
        RULES_PATH,
        "    paid: monthly\n",
        "",
        "  extra:\n",
        "amount and paid belong together",
    ),
    "a rounding outside its node": (
        RULES_PATH,
        "extra.step, extra.direction)",
        "1, extra.direction)",
        "          then rounded",
        "the step of a rounding is a parameter",
    ),
    "a verified figure that nobody signed": (
        FIGURES_PATH,
        'status: published\n        citation: {act: "Act 1", article: "3"',
        'status: verified\n        citation: {act: "Act 1", article: "3"',
        "      - value: 1000.5",
        "a verified value needs verified_by and verified_on",
    ),
    "another reading without the reason": (
        FIGURES_PATH,
        ', why_not: "the body that pays says three"',
        "",
        "          - {value: 4",
        "the key 'why_not' is missing",
    ),
    "another reading of a figure that is called sure": (
        FIGURES_PATH,
        "status: unverified",
        "status: published",
        "      - value: 3",
        "a value with alternatives is unverified until",
    ),
    "a figure that nothing uses": (
        RULES_PATH,
        "extra.size * extra.children",
        "extra.least * extra.children",
        "",
        "extra.yaml:19: the parameter extra.size is used nowhere",
    ),
    "a figure that a rule uses and that says it awaits one": (
        FIGURES_PATH,
        "  extra.size:\n",
        '  extra.size:\n    awaits: "its rule"\n',
        "  extra.size:",
        "extra.size is used by a rule now: take out `awaits`",
    ),
    "a name that is given twice": (
        RULES_PATH,
        "  extra.amount:\n",
        "  working_day.opens:\n",
        "  extra.amount:\n",
        "working_day.opens is already given in",
    ),
    "a sum that no 64 bits hold": (
        RULES_PATH,
        "extra.size * extra.children,",
        f"{' * '.join(['wealth'] * 4)},",
        "  extra.amount:",
        "could arise",
    ),
    "a benefit without any case": (
        CASES_PATH,
        CASES,
        OTHER_CASE,
        "",
        "extra.yaml:42: extra: no passing case shows who is entitled, or who is not, or a sum",
    ),
    "a benefit that no case denies": (
        CASES_PATH,
        "expected: {entitled: no, amount: 0}",
        "expected: {values: {extra.children: 2}}",
        "",
        "extra: no passing case shows who is not",
    ),
    "a benefit whose sum no case shows": (
        CASES_PATH,
        "entitled: yes, amount: 2001, ",
        "entitled: yes, ",
        "",
        "extra: no passing case shows a sum",
    ),
    "a wording that no case uses": (
        CASES_PATH,
        "on: 2024-01-01",
        "on: 2023-12-30",
        "",
        "extra.children: no passing case uses the wording in force from 2024-01-01",
    ),
    "a notice that no case shows": (
        CASES_PATH,
        ", notices: [extra_guest]",
        "",
        "",
        "extra_guest: no passing case breaks it",
    ),
    "a case that fails": (
        CASES_PATH,
        "amount: 2001",
        "amount: 2000",
        '  - name: "Two children in 2023"',
        "the case 'Two children in 2023' fails",
    ),
    "a case of an unknown fact": (
        CASES_PATH,
        "{role: child, lives_with_family: no}",
        "{role: child, lives_here: no}",
        "lives_with_family: no}",
        "no fact of members is called 'lives_here'",
    ),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_addition_is_refused_with_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bad: str
) -> None:
    name, there, instead, marked, fault = BAD[bad]
    text = TEXTS[name]
    assert there in text
    assert check(tmp_path, TEXTS | {name: text.replace(there, instead, 1)}) == FOUND_FAULTS
    told = capsys.readouterr().err
    if marked:
        line = line_of(text, marked)
        assert any(f"{name}:{line}:" in row and fault in row for row in told.splitlines()), told
    assert fault in told
    assert "found." in told
