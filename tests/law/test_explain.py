"""The command `explain`: every answer to a case, as text, as data, and as a page to be read and printed."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rules.__main__ import FOUND_FAULTS, NO_ANSWER, main
from rules.graph.page_style import STYLE

CHILDREN = str(Path(__file__).parents[2] / "rules" / "cases" / "multi_child_benefit.yaml")
FIVE = "5 children, 2025-03, published sum"
CASE = """\
name: "a family that is refused in every way"
on: 2025-07-15
family:
  residence: other
  poverty_line: 30000
  inspection_refused: yes
  commission_found_no_need: no
  employment_measures_refused: yes
  employment_measures_refused_on: 2025-05-01
  social_contract_broken: no
  false_data_found: no
  defaults: {members: {lives_with_family: yes, full_time_student: no, counted_in_birth_order: yes}}
  members:
    - {id: mother, birth_date: 1985-01-01, role: parent,
       incomes: [{kind: wage, received_in: 2025-05-01, received: 600000}]}
    - {id: small, birth_date: 2025-06-01, role: child, birth_grant_paid: no, incomes: []}
    - {id: big, birth_date: 2007-07-01, role: child, birth_grant_paid: yes, incomes: []}
answers:
  multi_child_benefit: {entitled: no}
  birth_grant: {entitled: no}
  targeted_social_assistance: {entitled: no}
"""


LINE = "Poverty line of the region for the quarter of application"


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["explain", *arguments]) == 0
    return capsys.readouterr().out.replace("\u00a0", " ")


@pytest.fixture
def case(tmp_path: Path) -> str:
    path = tmp_path / "case.yaml"
    path.write_text(CASE, "utf-8")
    return str(path)


def test_the_benefit_comes_from_the_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Көпбалалы отбасына жәрдемақы" in explained(capsys, CHILDREN, "--name", FIVE, "--lang", "kk")
    assert json.loads(explained(capsys, CHILDREN, "--name", "2025-03", "--as", "json"))["amount"] == "78798"
    other = explained(capsys, CHILDREN, "--name", FIVE, "--benefit", "birth_grant", "--lang", "en")
    assert other.startswith("Birth grant\nOn: 2025-03-10\nEntitled: no\n")


def test_what_is_missing_is_named_in_words_and_by_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    told = explained(capsys, CHILDREN, "--name", "Not known whether a son of 20 studies", "--lang", "en")
    assert "Missing facts:\n    Studies full time (members.child_4.full_time_student)\n" in told
    assert "\n    Studies full time (members.child_4.full_time_student) → no, yes\n" in told


def test_a_case_with_several_questions_gets_every_answer(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(explained(capsys, case, "--as", "json"))
    assert [one["benefit"] for one in told] == ["multi_child_benefit", "birth_grant", "targeted_social_assistance"]


def test_a_no_names_every_condition_at_once_with_its_distance(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = explained(capsys, case, "--lang", "en", "--benefit", "targeted_social_assistance")
    listed = told.split("Conditions not met:\n")[1].split("\n\n")[0].splitlines()
    assert listed == [
        f"    Average per-capita income (66 666 2/3) ≤ {LINE} (30 000): over by 36 666 2/3 ₸",
        "    «The commission's inspection was refused»: yes",
        "    «An able-bodied member refused employment measures (not one of article 122(4))»: yes",
        "    2025-07-15 ≥ 2025-05-01 + 6 months: short by 109 days",
    ]
    grant = explained(capsys, case, "--lang", "en", "--benefit", "birth_grant")
    assert "    Status of the applicant (other) [members.small]: needed: citizen or kandas or foreigner" in grant
    assert "    Place in the family (parent) [members.mother]: needed: child" in grant


def test_what_is_not_known_is_bounded_in_the_distance_too(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(case)
    path.write_text(CASE.replace("paid: yes, incomes: []", "paid: yes, incomes: [{kind: other, received: 90000,"
                                 " received_in: 2025-05-01}]"), "utf-8")  # fmt: skip
    told = explained(capsys, case, "--lang", "en", "--benefit", "targeted_social_assistance")
    assert "over by 36 666 2/3 – 46 666 2/3 ₸" in told


class Page(HTMLParser):
    """Checks that what is opened is closed, and gathers links, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_whole_in_its_language_and_links_to_the_acts(case: str, tmp_path: Path) -> None:
    out = tmp_path / "answer.html"
    assert main(["explain", case, "--as", "html", "--lang", "ru", "--out", str(out)]) == 0
    page = Page()
    page.feed(out.read_text("utf-8"))
    assert page.opened == []
    assert ("html", {"lang": "ru"}) in page.seen
    assert [tag for tag, _ in page.seen].count("h1") == 1
    links = [attributes["href"] for tag, attributes in page.seen if tag == "a"]
    assert "#birth_grant" in links
    assert "https://adilet.zan.kz/rus/docs/K2300000224" in links
    assert not {"script", "img", "link", "iframe", "form"} & {tag for tag, _ in page.seen}
    assert "Предварительный расчёт" in page.text
    assert "Дата рождения" in page.text
    assert any("http-equiv" in attributes for _, attributes in page.seen)


def test_an_address_that_is_no_page_of_the_web_is_no_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = explained(capsys, CHILDREN, "--name", FIVE, "--as", "html")
    assert 'href="javascript' not in told
    page = Page()
    page.feed(told)
    links = [str(attributes["href"]) for tag, attributes in page.seen if tag == "a"]
    assert links
    assert all(link.startswith("https://") for link in links)


def brightness(colour: str) -> float:
    wide = "".join(sign * 2 for sign in colour) if len(colour) == 3 else colour
    parts = [int(wide[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_text_of_the_page_stands_out_from_every_ground() -> None:
    style = re.sub(r"var\(--(\w+)\)", lambda found: re.search(rf"--{found[1]}:(#\w+)", STYLE)[1], STYLE)  # type: ignore[index]  # every colour of the page is named in its style
    texts = set(re.findall(r"[{;]color:#(\w+)", style)) | {"1b1f24", "0a3d91"}
    grounds = set(re.findall(r"background:#(\w+)", style))
    assert len(texts) >= 5
    assert len(grounds) >= 5
    for text in texts:
        for ground in grounds:
            assert contrast(text, ground) >= 7, (text, ground)


def test_a_question_that_can_not_be_asked_says_what_to_do(
    tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    late = ["explain", CHILDREN, "--name", FIVE, "--on", "2027-01-01"]
    assert main(late) == NO_ANSWER
    assert "confirmed only through 2026-03-31" in capsys.readouterr().err
    assert main(["explain", CHILDREN]) == FOUND_FAULTS
    told = capsys.readouterr().err
    assert "cases fit; name one of them with --name:\n    5 children, 2020-02, published sum\n" in told
    assert main(["explain", CHILDREN, "--name", "fifty"]) == FOUND_FAULTS
    assert "no case has that name; there are:\n    5 children, 2020-02, published sum" in capsys.readouterr().err
    assert main(["explain", case, "--benefit", "multi_child"]) == NO_ANSWER
    assert "no benefit is called 'multi_child'; near to it: multi_child_benefit" in capsys.readouterr().err
    assert main(["explain", str(tmp_path / "none.yaml")]) == FOUND_FAULTS
    assert "can not be read" in capsys.readouterr().err
    assert main(["explain", case, "--benefit", "birth_grant", "--mode", "decide"]) == NO_ANSWER
    assert "an authority signs them" in capsys.readouterr().err
    bare = tmp_path / "bare.yaml"
    bare.write_text('name: "n"\nfamily: {members: [{birth_date: 2010-01-01}]}\n', "utf-8")
    assert main(["explain", str(bare), "--on", "2025-01-01"]) == FOUND_FAULTS
    assert "the case names no benefit: name one with --benefit" in capsys.readouterr().err
    assert main(["explain", str(bare), "--benefit", "birth_grant"]) == FOUND_FAULTS
    assert "give the day with --on or in the case" in capsys.readouterr().err
