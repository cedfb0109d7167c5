"""The files of the instruments, and what the loader refuses."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from casemgmt.assessments.instrument import parse_instrument, shipped_instruments
from casemgmt.reference.data_files import ReferenceDataError
from casemgmt.reference.lists import code_list
from tests.steps import shipped

# A version that was used keeps its meaning: this digest of what is scored changes with a new version only.
SCORED = {
    ("casemgmt_needs_and_risk", 1): "e96119cbaace27dfdd3b3ce66597f6ad1add845fac1278e26930009afae415c9",
    ("casemgmt_wellbeing_screening", 1): "fd98579f70f3c975360828cf8c56c3e665d6fa21f627b40abe4c18ad8478aa21",
}


def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(shipped("casemgmt_needs_and_risk").model_dump_json())
    return document


def _scored(document: dict[str, Any]) -> str:
    meaning = {
        "scale": [value["score"] for value in document["scale"]],
        "critical_from": document["critical_from"],
        "cut_offs": [{"level": each["level"], "from_total": each["from_total"]} for each in document["cut_offs"]],
        "domains": [
            [each["domain"], [[item["code"], item["critical"]] for item in each["items"]]]
            for each in document["domains"]
        ],
    }
    backwards = [item["code"] for each in document["domains"] for item in each["items"] if item["reversed"]]
    if backwards or document["missing"]:
        meaning |= {"reversed": backwards, "missing": document["missing"]}
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()


def test_a_version_that_was_published_keeps_its_meaning() -> None:
    assert {
        (each.code, each.version): _scored(json.loads(each.model_dump_json())) for each in shipped_instruments()
    } == SCORED


def test_the_free_example_says_that_it_is_not_validated_and_covers_every_domain() -> None:
    example = shipped("casemgmt_needs_and_risk")
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


def _levels_out_of_order(document: dict[str, Any]) -> None:
    cut_offs = document["cut_offs"]
    cut_offs[1]["level"], cut_offs[2]["level"] = cut_offs[2]["level"], cut_offs[1]["level"]


def _no_lightest_level(document: dict[str, Any]) -> None:
    del document["cut_offs"][0]


def _meaning_missing(document: dict[str, Any]) -> None:
    del document["cut_offs"][0]["meaning"]


def _nobody_may_use_it(document: dict[str, Any]) -> None:
    document["used_by"]["roles"] = ["auditor"]


def _unknown_role(document: dict[str, Any]) -> None:
    document["used_by"]["roles"] = ["doctor"]


def _unknown_help(document: dict[str, Any]) -> None:
    document["used_by"]["help_kinds"] = ["money"]


def _item_not_in_its_languages(document: dict[str, Any]) -> None:
    document["domains"][0]["items"][0]["text"]["kk"] = None


def _language_without_wording(document: dict[str, Any]) -> None:
    document["languages"] = ["kk", "ru"]


def _whose_it_is_missing(document: dict[str, Any]) -> None:
    del document["licence"]["holder"]


def _whole_domain_may_be_missing(document: dict[str, Any]) -> None:
    document["missing"] = {"most_per_domain": 2, "counts_as": "nothing"}


def _change_out_of_reach(document: dict[str, Any]) -> None:
    document["domains"][0]["reliable_change"] = {"points": 99, "source": "manual"}


def _change_of_nobody(document: dict[str, Any]) -> None:
    document["domains"][0]["reliable_change"] = {"points": 2}


def _alarm_without_critical_item(document: dict[str, Any]) -> None:
    for each in document["domains"]:
        for item in each["items"]:
            item["critical"] = False


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
        _levels_out_of_order,
        _no_lightest_level,
        _meaning_missing,
        _nobody_may_use_it,
        _unknown_role,
        _unknown_help,
        _item_not_in_its_languages,
        _language_without_wording,
        _whose_it_is_missing,
        _whole_domain_may_be_missing,
        _change_out_of_reach,
        _change_of_nobody,
        _alarm_without_critical_item,
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
    assert parse_instrument(file) == shipped("casemgmt_needs_and_risk")
    spoil(document)
    file.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    with pytest.raises(ReferenceDataError, match=r"casemgmt_needs_and_risk\.1\.yaml"):
        parse_instrument(file)


def test_the_digest_of_an_instrument_is_that_of_its_content_alone(tmp_path: Path) -> None:
    document = _document()
    file = tmp_path / "casemgmt_needs_and_risk.1.yaml"
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=True)
    file.write_text(f"# a remark\n{text}", "utf-8")
    assert parse_instrument(file).digest == shipped("casemgmt_needs_and_risk").digest
    document["domains"][0]["items"][0]["text"]["en"] += "!"
    file.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    assert parse_instrument(file).digest != shipped("casemgmt_needs_and_risk").digest
