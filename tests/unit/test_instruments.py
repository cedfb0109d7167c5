"""The files of the instruments, and what the loader refuses."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from casemgmt.assessments.instrument import find_instrument, instruments, parse_instrument
from casemgmt.reference.data_files import ReferenceDataError
from casemgmt.reference.lists import code_list

# A version that was used keeps its meaning: this digest of what is scored changes with a new version only.
SCORED = {("casemgmt_needs_and_risk", 1): "e96119cbaace27dfdd3b3ce66597f6ad1add845fac1278e26930009afae415c9"}


def _document() -> dict[str, Any]:
    instrument = find_instrument("casemgmt_needs_and_risk", 1)
    assert instrument is not None
    document: dict[str, Any] = json.loads(instrument.model_dump_json())
    return document


def _scored(document: dict[str, Any]) -> str:
    meaning = {
        "scale": [value["score"] for value in document["scale"]],
        "critical_from": document["critical_from"],
        "cut_offs": document["cut_offs"],
        "domains": [
            [each["domain"], [[item["code"], item["critical"]] for item in each["items"]]]
            for each in document["domains"]
        ],
    }
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()


def test_a_version_that_was_published_keeps_its_meaning() -> None:
    assert {(each.code, each.version): _scored(json.loads(each.model_dump_json())) for each in instruments()} == SCORED


def test_the_free_example_says_that_it_is_not_validated_and_covers_every_domain() -> None:
    example = find_instrument("casemgmt_needs_and_risk", 1)
    assert example is not None
    assert example.validated is False
    assert "not a validated instrument" in example.notice.en
    assert [each.domain for each in example.domains] == list(code_list("assessment_domain").codes)
    assert all(2 <= len(each.items) <= 3 for each in example.domains)


def _repeat_item(document: dict[str, Any]) -> None:
    document["domains"][1]["items"][0]["code"] = document["domains"][0]["items"][0]["code"]


def _repeat_domain(document: dict[str, Any]) -> None:
    document["domains"][1]["domain"] = document["domains"][0]["domain"]


def _unknown_domain(document: dict[str, Any]) -> None:
    document["domains"][0]["domain"] = "money"


def _scale_with_a_gap(document: dict[str, Any]) -> None:
    document["scale"][2]["score"] = 5


def _cut_offs_that_fall(document: dict[str, Any]) -> None:
    document["cut_offs"][2]["from_total"] = 3


def _cut_off_beyond_reach(document: dict[str, Any]) -> None:
    document["cut_offs"][3]["from_total"] = 61


def _level_missing(document: dict[str, Any]) -> None:
    del document["cut_offs"][3]


def _always_alarmed(document: dict[str, Any]) -> None:
    document["critical_from"] = 0


def _unknown_key(document: dict[str, Any]) -> None:
    document["domains"][0]["items"][0]["weight"] = 2


def _language_missing(document: dict[str, Any]) -> None:
    del document["title"]["kk"]


def _text_for_a_number(document: dict[str, Any]) -> None:
    document["critical_from"] = "2"


def _other_version(document: dict[str, Any]) -> None:
    document["version"] = 2


@pytest.mark.parametrize(
    "spoil",
    [
        _repeat_item,
        _repeat_domain,
        _unknown_domain,
        _scale_with_a_gap,
        _cut_offs_that_fall,
        _cut_off_beyond_reach,
        _level_missing,
        _always_alarmed,
        _unknown_key,
        _language_missing,
        _text_for_a_number,
        _other_version,
    ],
)
def test_a_file_that_is_wrong_is_refused_by_name(spoil: Any, tmp_path: Path) -> None:
    document = _document()
    file = tmp_path / "casemgmt_needs_and_risk.1.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    assert parse_instrument(file) == find_instrument("casemgmt_needs_and_risk", 1)
    spoil(document)
    file.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    with pytest.raises(ReferenceDataError, match=r"casemgmt_needs_and_risk\.1\.yaml"):
        parse_instrument(file)
