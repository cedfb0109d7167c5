"""Printed documents before a database: what they say, how they are set, and what a name in them can't do."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typst

from casemgmt.errors import Invalid
from casemgmt.generated import DOCUMENTS
from casemgmt.printing.pictures import FOLDER, INDEX
from casemgmt.printing.repertoire import PRINTABLE, SQUARE, printable
from casemgmt.printing.samples import sample_sheets
from casemgmt.printing.sheet import Part, Sheet, canonical, check_code, digest_of, text
from casemgmt.printing.typesetting import TEMPLATES, pictures, typeset
from casemgmt.printing.words import wordings

AT = datetime(2026, 11, 26, 6, tzinfo=UTC)
SAMPLES = dict(sample_sheets())
EVIL = '#read("/etc/passwd") $x^2$ *bold* `code` @ref <label> #eval("1+1") \\ // comment'


def _with(sheet: Sheet, title: str, said: str) -> Sheet:
    return replace(sheet, parts=(Part(title, (text(said),)),))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_set_as_a_pdf_for_keeping(name: str) -> None:
    content = typeset(SAMPLES[name], AT)
    assert content.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in content


def test_the_same_record_printed_for_the_same_moment_is_the_same_file() -> None:
    sheet = SAMPLES["plan-kk"]
    assert typeset(sheet, AT) == typeset(sheet, AT)
    assert typeset(sheet, AT) != typeset(sheet, AT + timedelta(seconds=1))


def test_what_somebody_typed_is_set_as_text_and_never_read_as_markup(tmp_path: Path) -> None:
    data = json.dumps(_with(SAMPLES["plan-ru"], EVIL, EVIL).as_data())
    compiler = typst.Compiler(input=str(TEMPLATES / "sheet.typ"), root=str(TEMPLATES), ignore_system_fonts=True)
    assert compiler.compile(format="pdf", sys_inputs={"sheet": data})
    asked = typst.Compiler(
        input=str(TEMPLATES / "sheet.typ"), root=str(TEMPLATES), ignore_system_fonts=True, sys_inputs={"sheet": data}
    )
    headings = json.loads(asked.query("heading", field="body"))
    assert {"func": "text", "text": EVIL} in headings


@pytest.mark.parametrize("path", ["/etc/passwd", "../words.py", "/../words.py"])
def test_the_compiler_reads_nothing_outside_the_folder_of_templates(path: str) -> None:
    compiler = typst.Compiler(input=f'#read("{path}")'.encode(), root=str(TEMPLATES), ignore_system_fonts=True)
    with pytest.raises(typst.TypstError):
        compiler.compile(format="pdf")


def test_the_folder_of_templates_holds_the_template_alone_and_that_reads_and_fetches_nothing() -> None:
    (template,) = TEMPLATES.iterdir()
    assert not re.search(r"#?(import|include|eval|plugin)\b|read\(|image\(|https?:", template.read_text("utf-8"))


def test_every_character_that_is_called_printable_can_be_set() -> None:
    for first, last in PRINTABLE:
        said = " ".join(chr(c) for c in range(first, last + 1))
        assert typeset(_with(SAMPLES["plan-kk"], "Тексеру", said), AT), hex(first)


def test_letters_of_kazakh_russian_and_latin_are_printed_as_they_are() -> None:
    kept = "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі Ёё Щщ Ыы Ğğ Şş Ññ Ūū Iı « » – — „ “ № ₸ …"
    assert printable(kept) == kept


def test_what_no_font_has_becomes_a_square_and_the_paper_says_so() -> None:
    sheet = _with(SAMPLES["plan-ru"], "Слова", "Мне страшно 😢 \u202eбон\u200bус")
    data = sheet.as_data()
    assert data["parts"][0]["blocks"][0]["text"] == f"Мне страшно {SQUARE} бонус"
    assert SQUARE in data["replaced"]
    assert typeset(sheet, AT)
    assert SAMPLES["plan-ru"].as_data()["replaced"] is None


def test_a_document_beyond_the_limit_is_refused_and_the_longest_one_is_still_set() -> None:
    with pytest.raises(Invalid) as refused:
        typeset(_with(SAMPLES["plan-ru"], "Слова", "слово " * 100_000), AT)
    assert refused.value.code == "print-too-long"
    assert typeset(_with(SAMPLES["plan-ru"], "Слова", "слово " * 20_000), AT)


def test_however_many_have_signed_nothing_runs_out_of_a_page() -> None:
    sheet = SAMPLES["plan-ru"]
    pages = [len(pictures(replace(sheet, electronic=sheet.electronic * n), pixels_per_inch=10)) for n in (1, 10, 40)]
    assert pages[0] < pages[1] < pages[2]


@pytest.mark.parametrize("name", ["visit-act-ru", "visit-act-kk", "closure-kk", "plan-ru"])
def test_wherever_a_page_ends_what_was_said_last_the_signatures_and_the_digest_are_on_one(name: str) -> None:
    sheet, pages = SAMPLES[name], set()
    for lines in range(1, 66, 4):
        longer = replace(sheet, parts=(Part("Слова", (text("слово\n" * lines),)), *sheet.parts))
        asked = typst.Compiler(
            input=str(TEMPLATES / "sheet.typ"),
            root=str(TEMPLATES),
            ignore_system_fonts=True,
            sys_inputs={"sheet": json.dumps(longer.as_data())},
        )
        stands = json.loads(asked.query("metadata", field="value"))
        assert {each["what"] for each in stands} == {"said", "signatures", "digest"}
        assert len({each["page"] for each in stands}) == 1, lines
        pages.add(stands[-1]["page"])
    assert len(pages) > 1


def test_a_paper_in_either_language_is_compared_by_the_same_code() -> None:
    assert digest_of(canonical({"b": 1, "a": "ә"})) == digest_of(canonical({"a": "ә", "b": 1}))
    assert check_code("8c26d52bc7e48971") == "8C26-D52B-C7E4"


def test_a_draft_says_on_each_page_that_it_is_one_and_an_approved_plan_who_approved_it() -> None:
    draft, approved = SAMPLES["plan-draft-ru"], SAMPLES["plan-ru"]
    assert (draft.mark, draft.stamp) == ("ЧЕРНОВИК", None)
    assert approved.mark is None
    assert approved.stamp is not None
    assert approved.stamp.lines == ("Оспанов Нұрлан Қайратұлы", "27.11.2026")


@pytest.mark.parametrize("name", SAMPLES)
def test_the_number_of_a_person_is_masked_and_no_secret_is_on_paper(name: str) -> None:
    said = json.dumps(SAMPLES[name].as_data(), ensure_ascii=False)
    assert "••••••••••47" in said
    assert "*" not in said


def test_every_wording_is_there_in_both_languages_and_used() -> None:
    source = "".join(path.read_text("utf-8") for path in (TEMPLATES.parent).glob("*.py"))
    for key, wording in wordings().items():
        assert wording.kk, key
        assert wording.ru, key
        stem = key.partition("_")[0]
        assert re.search(rf"""["']{key}["']|f["']{stem}_\{{""", source), f"{key} is nowhere used"


def test_the_pictures_show_the_samples_as_they_are_now() -> None:
    root = Path(__file__).parents[2]
    assert (root / INDEX).read_text("utf-8") == DOCUMENTS[INDEX](), "run `make docs`"
    made = json.loads((root / INDEX).read_text("utf-8"))
    expected = {
        f"{name}-{i}.png" for name in made for i in range(1, len(pictures(SAMPLES[name], pixels_per_inch=10)) + 1)
    }
    assert {path.name for path in (root / FOLDER).glob("*.png")} == expected
