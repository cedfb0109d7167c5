"""A small law of one benefit in a folder, to be broken in one place by each test."""

from pathlib import Path

import pytest

from rules.errors import LawFilesError
from rules.graph.graph import Graph
from rules.graph.reader import read_graph
from tests.law.files import small_law

LABEL = 'label: {kk: "a", ru: "b", en: "c"}'
GROUND = (
    "in_force_from: 2020-01-01, confirmed_through: 2030-12-31, status: unverified, "
    'citation: {act: "Act 1", article: "2", edition: "2020", source: "a page"}'
)
PARAMETERS = f"""\
parameters:
  least: {{{LABEL}, values: [{{value: 2, unit: count, {GROUND}}}]}}
  share: {{{LABEL}, values: [{{value: 12.5, unit: tenge, {GROUND}}}]}}
  step: {{{LABEL}, values: [{{value: 1, unit: tenge, {GROUND}}}]}}
  direction: {{{LABEL}, values: [{{value: "up", unit: rounding_direction, {GROUND}}}]}}
  rate.north: {{{LABEL}, values: [{{value: 7, unit: tenge, {GROUND}}}]}}
"""
FACTS = f"""\
groups:
  members: {{{LABEL}, least: 1, most: 10}}
facts:
  born: {{{LABEL}, of: members, type: day, earliest: 1950-01-01, latest: 2100-01-01, past: true}}
  income: {{{LABEL}, of: members, type: number, unit: tenge, least: 0, most: 1000000, decimals: 2}}
  region: {{{LABEL}, type: code, codes: {{north: {{kk: a, ru: b, en: N}}, south: {{kk: a, ru: b, en: S}}}}}}
  poor: {{{LABEL}, type: truth}}
"""
FORMULAS = f"""\
conventions:
  ages: {{{LABEL}, values: [{{missing_day: last_day_of_month, reached: next_day, {GROUND}}}]}}
formulas:
  heads:
    {LABEL}
    type: number
    unit: count
    versions:
      - {{formula: "count(members where income > 0)", {GROUND}}}
  right:
    {LABEL}
    type: truth
    versions:
      - formula: |
          heads >= least
          and poor   # as told
        {GROUND.replace(", ", chr(10) + "        ", 3)}
  sum:
    {LABEL}
    type: number
    unit: tenge
    versions:
      - {{formula: "rounded(if right then share * heads else 0, step, direction)", {GROUND}}}
benefits:
  help: {{{LABEL}, entitled: right, amount: sum, paid: monthly}}
"""
GRAPH_FILES = {
    "kz/one/parameters/figures.yaml": PARAMETERS,
    "kz/one/facts/words.yaml": FACTS,
    "kz/one/formulas/help.yaml": FORMULAS,
}


def small_graph(folder: Path, changes: dict[str, str] | None = None) -> Graph:
    return read_graph(small_law(folder, GRAPH_FILES | (changes or {})))


def graph_faults(folder: Path, formulas: str, name: str = "kz/one/formulas/help.yaml") -> list[str]:
    with pytest.raises(LawFilesError) as caught:
        small_graph(folder, {name: formulas})
    return [str(problem) for problem in caught.value.problems]
