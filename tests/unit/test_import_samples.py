"""The samples that people begin from come in as they are, and the commands for them say what to do."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from casemgmt.cli import app
from casemgmt.imports.templates import KINDS_OF_SAMPLES, LANGUAGES, sample
from casemgmt.imports.wording import finding_texts

RUN = CliRunner()


@pytest.mark.parametrize("kind", KINDS_OF_SAMPLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sample_is_written_and_read_without_a_fault(tmp_path: Path, kind: str, language: str) -> None:
    written = RUN.invoke(app, ["import", "template", kind, "--language", language, "--to", str(tmp_path)])
    assert written.exit_code == 0, written.output
    table, mapping = tmp_path / f"{kind}.{language}.csv", tmp_path / f"{kind}.{language}.yaml"
    read = RUN.invoke(app, ["import", "read", str(table), "--mapping", str(mapping), "--language", language])
    assert read.exit_code == 0, read.output
    assert read.output.splitlines()[-1] in {"3 rows, 0 faults.", "2 rows, 0 faults."}
    again = RUN.invoke(app, ["import", "template", kind, "--language", language, "--to", str(tmp_path)])
    assert again.exit_code == 2


def test_a_fault_of_a_table_is_told_with_row_column_and_what_to_do(tmp_path: Path) -> None:
    mapping, table = tmp_path / "m.yaml", tmp_path / "t.csv"
    mapping.write_bytes(sample("cases", "ru", "yaml"))
    table.write_bytes(sample("cases", "ru", "csv").replace(b"10.02.2026", b"31.02.2026"))
    read = RUN.invoke(app, ["import", "read", str(table), "--mapping", str(mapping)], env={"COLUMNS": "300"})
    assert read.exit_code == 1
    # However narrow the table was set: what stands in a cell goes on in the same column of the next line.
    cells = [line.split("│")[1:-1] for line in read.output.splitlines() if line.startswith("│")]
    said = " ".join(" ".join(part.strip() for part in column) for column in zip(*cells, strict=True))
    for words in ("3", "Открыто", "Такого дня нет", "Сверьте дату с документом.", "31.02.2026"):
        assert words in said, read.output
    assert "2 rows, 1 faults." in read.output


def test_a_mapping_that_can_not_be_used_is_told_by_its_line(tmp_path: Path) -> None:
    mapping, table = tmp_path / "m.yaml", tmp_path / "t.csv"
    mapping.write_bytes(sample("cases", "ru", "yaml").replace(b"kind: cases", b"kind: visits"))
    table.write_bytes(sample("cases", "ru", "csv"))
    read = RUN.invoke(app, ["import", "read", str(table), "--mapping", str(mapping)])
    assert read.exit_code == 2
    assert "Line 5" in read.output + read.stderr


def test_every_finding_has_its_words_in_three_languages_and_none_is_left_over() -> None:
    source = Path(__file__).parents[2] / "src" / "casemgmt" / "imports"
    code = "".join(p.read_text("utf-8") for p in source.glob("*.py"))
    for finding, text in finding_texts().items():
        assert f'"{finding}"' in code, finding
        assert len({text.problem.kk, text.problem.ru, text.problem.en}) == 3, finding
        assert len({text.advice.kk, text.advice.ru, text.advice.en}) == 3, finding
