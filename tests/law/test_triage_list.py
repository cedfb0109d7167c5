"""The list of words of danger: its cases, its forms of writing, and what is said of a file that can not be used."""

from datetime import time
from pathlib import Path

import pytest

from rules.__main__ import FOUND_FAULTS, NO_ANSWER, main
from rules.desk.arguments import DONE
from rules.errors import LawFilesError
from rules.triage.cases import Placed, find_faults, run, shipped_cases
from rules.triage.reading import Lists, WordList, load_lists, read_lists
from rules.triage.suggestion import Circumstances, explain, facts_of, suggest
from tests.law.triage_files import LIST, small_list

CASES = shipped_cases()


@pytest.fixture(scope="module")
def words() -> WordList:
    return load_lists().versions[-1]


@pytest.mark.parametrize("placed", CASES, ids=lambda p: f"{Path(p.document.path).stem}-{p.index}")
def test_a_sentence_is_read_as_a_person_would(placed: Placed, words: WordList) -> None:
    assert run(placed, words).differences == ()


def test_there_are_sentences_in_every_way_of_writing_and_each_sign_counts_in_one(words: WordList) -> None:
    assert len(CASES) >= 100
    assert sum(not placed.case.signs for placed in CASES) >= 25
    assert find_faults(CASES, words, "cases") == []


@pytest.mark.parametrize(
    "written",
    ["бьёт", "бьет", "БЬЁТ", "бьёёёт", "б.ь.ё.т", "б ь ё т", "бьe\u0301т", "бь\u00adёт", "byet", "b'yet"],
)
def test_the_same_word_is_found_however_it_is_written(written: str, words: WordList) -> None:
    assert suggest(f"отчим {written} меня", (), words).signs == ("beaten",)


@pytest.mark.parametrize("written", ["ұрады", "урады", "ūrady", "urady", "uradi", "ҰРАДЫ", "ұраааады"])
def test_a_kazakh_word_is_found_in_all_its_alphabets(written: str, words: WordList) -> None:
    assert suggest(f"мені {written}", (), words).signs == ("beaten",)


def test_a_russian_letter_may_be_a_kazakh_one_and_never_the_other_way_round(tmp_path: Path) -> None:
    words = small_list(tmp_path, phrases="олды бол").versions[0]
    assert suggest("олды бол", (), words).signs == ("sign",)
    assert suggest("өлді бол", (), words).signs == ()
    assert suggest("өлды бол", (), words).signs == ()


def test_the_place_of_each_word_is_its_place_in_the_text(words: WordList) -> None:
    text = "Анам кеше жоқ еді.\nӘкем е\u0301мес, мен\u200bі «ұ-р-а-д-ы»!"
    [hit] = [h for h in explain(text, (), words).hits if h.standing == "counted"]
    [place] = hit.places
    assert text[place.start : place.end] == place.words == "мен\u200bі «ұ-р-а-д-ы"


def test_what_is_negated_is_shown_and_weighs_nothing(words: WordList) -> None:
    told = explain("Отчим не бьёт меня. Дома нечего есть.", (), words)
    assert [(h.code, h.weight, h.standing) for h in told.hits] == [("hunger", 3, "counted"), ("beaten", 0, "negated")]
    assert told.suggestion.total == 3


def test_an_innocent_sense_excuses_its_own_words_only(words: WordList) -> None:
    assert suggest("мама бьёт яйца", (), words).total == 0
    assert suggest("мама бьёт яйца, отчим бьёт меня", (), words).signs == ("beaten",)


def test_facts_weigh_only_beside_a_word(words: WordList) -> None:
    known = Circumstances(youngest_age=3, repeat_caller=True, several_concerns=True)
    facts = facts_of(known, words)
    assert facts == ("repeat_caller", "several_concerns", "small_child")
    assert suggest("Здравствуйте", facts, words).total == 0
    assert suggest("хочу кушать", facts, words).total == 3 + 1 + 1 + 3


@pytest.mark.parametrize(("hour", "night"), [(21, False), (22, True), (3, True), (6, False), (12, False)])
def test_the_night_reaches_over_midnight(hour: int, *, night: bool, words: WordList) -> None:
    assert ("night" in facts_of(Circumstances(at=time(hour)), words)) is night


def broken(tmp_path: Path, old: str, new: str) -> str:
    """Return what is said of the small list with one thing changed."""
    assert old in LIST
    (tmp_path / "list.yaml").write_text(LIST.replace(old, new), "utf-8")
    with pytest.raises(LawFilesError) as refused:
        read_lists(tmp_path, "my_signs")
    return str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weight: 5", "weight: 50", "my_signs/list.yaml:19: signs.sign.weight: "),
        ("weight: 5", "wieght: 5", "unknown key 'wieght'; did you mean 'weight'?"),
        ('ru: ["бьёт + <кто>"]', 'ru: ["бьёт + <кого>"]', "my_signs/list.yaml:21: sign: no group is called 'кого'"),
        ('ru: ["бьёт + <кто>"]', 'ru: ["<кто> бьёт"]', "begins with a word of its own"),
        ('ru: ["бьёт + <кто>"]', 'ru: ["бь*"]', "the beginning 'бь' is shorter than 3 letters"),
        ('ru: ["бьёт + <кто>"]', 'ru: ["бьёт +"]', "the phrase ends in the middle"),
        ('ru: ["бьёт + <кто>"]', 'ru: ["+ бьёт"]', "'+' stands between words"),
        ('ru: ["бьёт + <кто>"]', 'ru: ["бьёт~глагол"]', "no list of endings is called 'глагол'"),
        (
            'ru: ["бьёт + <кто>"]',
            'ru: ["бьёт, меня"]',
            "is no word: letters, with * or ~endings behind them, or <group>",
        ),
        ('ru: ["бьёт + <кто>"]', 'ru: ["бьёт меня", "бьёт меня"]', "'бьёт меня' stands here twice"),
        ('ru: ["бьёт + <кто>"]', 'ru: ["а б в г д е ж"]', "a phrase has 6 words at most"),
        ('ru: ["бьёт + <кто>"]', 'ru: ["а .. б .. в .. г"]', "stands 2 times in a phrase at most"),
        (
            'reason: "r"\n    phrases',
            "phrases",
            "say either named_in, the source that names this danger, or the reason",
        ),
        ("number: 1", "number: 2", "versions are counted from 1, the oldest first"),
        ("emergency: 12", "emergency: 3", "emergency needs a higher sum than urgent"),
        ("    weight: 5", "    since: 3\n    weight: 5", "sign: there is no version 3; add it to the versions first"),
        ("night:", "nigth:", "nigth is not known of a contact; known are night, repeat_caller"),
        ('    hours_until: "06:00"\n', "", "night: the key 'hours_until' is missing"),
        ("facts:\n", "facts:\n  sign: {label: {kk: a, ru: b, en: c}, weight: 1, reason: r}\n", "sign is a sign too"),
    ],
)
def test_bad_data_is_named_with_its_file_and_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in broken(tmp_path, old, new)


def test_the_same_sign_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(LIST[LIST.index("signs:") :], "utf-8")
    (tmp_path / "list.yaml").write_text(LIST, "utf-8")
    with pytest.raises(LawFilesError, match="sign stands in the list twice"):
        read_lists(tmp_path, "my_signs")


def test_what_was_in_use_stays_and_a_change_is_a_new_version(tmp_path: Path) -> None:
    lists = small_list(tmp_path)
    sealed = LIST.replace("number: 1", f'number: 1\n    sealed: "{lists.versions[0].digest}"')
    (tmp_path / "list.yaml").write_text(sealed.replace('en: "c"', 'en: "better"'), "utf-8")
    read_lists(tmp_path, "my_signs")  # a name may be bettered
    changed = sealed.replace("меня]", "меня, его]")
    (tmp_path / "list.yaml").write_text(changed, "utf-8")
    with pytest.raises(LawFilesError, match="what was in use stays as it was"):
        read_lists(tmp_path, "my_signs")
    limits = "{urgent: 5, emergency: 12}"
    second = f"  - {{number: 2, in_force_from: 2027-01-01, what: {{kk: a, ru: b, en: c}}, thresholds: {limits}}}\n"
    more = '\n    more: [{since: 2, phrases: {ru: ["пинает"]}}]'
    written = sealed.replace("negation:", f"{second}negation:")
    written = written.replace('["бьёт + <кто>"]}', '["бьёт + <кто>"]}' + more)
    (tmp_path / "list.yaml").write_text(written, "utf-8")
    first, later = read_lists(tmp_path, "my_signs").versions
    assert suggest("пинает", (), first).signs == ()
    assert suggest("пинает", (), later).signs == ("sign",)


def test_each_day_has_its_version(tmp_path: Path) -> None:
    lists: Lists = small_list(tmp_path)
    day = lists.versions[0].version.in_force_from
    assert lists.on(day) is lists.versions[0]
    assert lists.on(day.replace(year=day.year - 1)) is None


def test_the_shipped_version_is_sealed() -> None:
    assert all(words.version.sealed == words.digest for words in load_lists().versions)


def test_explain_shows_words_places_weights_and_the_sum(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["triage", "explain", "Отчим пьяный, бьёт маму. Меня не бьёт.", "--lang", "en"]) == DONE
    told = capsys.readouterr().out
    assert told.startswith("Urgent\nSum 8; urgent from 5, emergency from 12. Version 1 of the list.\n")
    assert "+6  Somebody is beaten  [beaten]\n      «бьёт маму» 15–23" in told
    assert "+0  Somebody is beaten  [beaten]\n      said not to be so: not counted\n      «Меня не бьёт» 26–37" in told
    assert told.rstrip().endswith("A person decides; the list never lowers an urgency.")


@pytest.mark.parametrize(("language", "said"), [("kk", "Шұғыл\nҚосынды: 6."), ("ru", "Срочно\nСумма 6;")])
def test_it_explains_in_kazakh_and_russian(language: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["triage", "explain", "мені ұрады", "--lang", language]) == DONE
    assert capsys.readouterr().out.startswith(said)


def test_a_failing_case_is_shown_with_what_came_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "mine.yaml"
    case.write_text('cases:\n  - {text: "отчим бьёт меня", urgency: emergency, signs: [hunger]}\n', "utf-8")
    assert main(["triage", "test", str(case)]) == FOUND_FAULTS
    told = capsys.readouterr().out
    assert f"{case}:2: отчим бьёт меня" in told
    assert "expected emergency, suggested urgent" in told
    assert "hunger is expected to count, and does not" in told
    assert "beaten counts, and is not expected" in told
    assert "1 case of 1 file: 1 failed." in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["triage", "explain"], "give either a text or --file"),
        (["triage", "explain", "x", "--on", "2020-01-01"], "no version of the list is in force on 2020-01-01"),
        (["triage", "signs", "betean"], "no sign is called 'betean'"),
        (["triage", "explain", "--file", "/no/such"], "can not be read"),
    ],
)
def test_a_question_without_answer_says_why(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == NO_ANSWER
    assert said in capsys.readouterr().err


def test_signs_shows_the_weights_and_of_one_its_phrases(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["triage", "signs", "--lang", "en"]) == DONE
    told = capsys.readouterr().out
    assert "house_default" in told
    assert "digest" in told
    assert main(["triage", "signs", "beaten", "--lang", "en"]) == DONE
    told = capsys.readouterr().out
    assert "    ұр~етістік + <кім>" in told
    assert "not where it says (ru):" in told
