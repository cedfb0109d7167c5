"""The words of the wall screen."""

import json
import re
from importlib import resources
from typing import Any

import yaml

from api.board_page import _words
from casemgmt.reference.lists import code_list
from casemgmt.reference.regions import regions

TEXTS = resources.files("casemgmt.texts")
LANGUAGES = {"kk", "ru", "en"}


def _texts(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((TEXTS / name).read_text("utf-8"))
    return found


def test_every_word_is_there_in_three_languages_and_used() -> None:
    page = "".join((resources.files("api") / "board" / name).read_text("utf-8") for name in ("index.html", "board.js"))
    used = set(re.findall(r'data-word="(\w+)"', page)) | set(re.findall(r'"(\w+)"', page))
    answers = {"emergency", "urgent", "standard", "signals", "cases"}  # said by the name that the service gives
    words = _texts("board.yaml")
    assert set(words) <= used | answers
    assert set(re.findall(r'data-word="(\w+)"|say\("(\w+)"', page)) <= {(w, "") for w in words} | {
        ("", w) for w in words
    }
    for name, word in words.items():
        assert set(word) == LANGUAGES, name
        assert all(word.values()), name


def test_short_names_are_of_codes_that_there_are_and_no_two_of_them_are_the_same() -> None:
    names = _texts("board_names.yaml")
    assert set(names["regions"]) == {r.iso_code for r in regions()}
    assert set(names["categories"]) <= set(code_list("signal_category").codes)
    for of in names.values():
        assert all(set(name) == LANGUAGES for name in of.values())
        for language in LANGUAGES:
            assert len({name[language] for name in of.values()}) == len(of), language


def test_a_category_without_a_short_name_is_shown_with_its_own() -> None:
    shown = json.loads(_words())["categories"]
    assert set(shown) == set(code_list("signal_category").codes)
