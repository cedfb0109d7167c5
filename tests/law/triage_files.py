"""A small list of one sign, to be broken in one place by each test."""

from pathlib import Path

from rules.triage.reading import Lists, read_lists

LIST = """\
status: house_default
reason: "r"
versions:
  - number: 1
    in_force_from: 2026-01-01
    what: {kk: "a", ru: "b", en: "c"}
    thresholds: {urgent: 5, emergency: 12}
negation: {before: [не], after: [жоқ]}
groups:
  кто: [меня]
facts:
  night: {label: {kk: "a", ru: "b", en: "c"}, weight: 1, reason: "r",
    hours_from: "22:00",
    hours_until: "06:00"
  }
signs:
  sign:
    label: {kk: "a", ru: "b", en: "c"}
    weight: 5
    reason: "r"
    phrases: {ru: ["бьёт + <кто>"]}
"""


def small_list(folder: Path, phrases: str = "бьёт + <кто>") -> Lists:
    """Write the list into a folder and read it."""
    (folder / "list.yaml").write_text(LIST.replace("бьёт + <кто>", phrases), "utf-8")
    return read_lists(folder, "my_signs")
