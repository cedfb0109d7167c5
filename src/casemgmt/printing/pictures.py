"""docs/printed: the sample documents as pictures, and what they were made from, so that stale ones are found."""

import json
from hashlib import sha256
from pathlib import Path

from casemgmt.printing.samples import sample_sheets
from casemgmt.printing.sheet import Sheet
from casemgmt.printing.typesetting import TEMPLATES, pictures
from casemgmt.printing.words import wordings

FOLDER = "docs/printed"
INDEX = f"{FOLDER}/pictures.json"
WORDS = f"{FOLDER}/words.md"
_PIXELS_PER_INCH = 75


def index_document() -> str:
    """Return from what each picture is made: a digest of what it says and of the layout. Pixels are not compared."""
    made = {name: _made_from(sheet) for name, sheet in sample_sheets()}
    return json.dumps(made, indent=2) + "\n"


def words_document(note: str) -> str:
    """Return the words of printed documents, for a specialist to confirm the Kazakh."""
    lines = [
        "# Words of printed documents\n\n",
        note,
        "`glossary`: the Kazakh was seen in a source. `proposed`: it is ours, and a Kazakh-speaking specialist has\n",
        "still to confirm it. Code lists have marks of their own, in `src/casemgmt/reference/data/code_lists`.\n\n",
        "| key | Kazakh | Russian | Kazakh is |\n|---|---|---|---|\n",
    ]
    lines += [f"| `{key}` | {w.kk} | {w.ru} | {w.kk_status} |\n" for key, w in wordings().items()]
    return "".join(lines)


def write_pictures(root: Path) -> None:
    """Write the pictures of all samples, a page each, and take away those of pages that are no more."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for name, sheet in sample_sheets():
        for number, page in enumerate(pictures(sheet, pixels_per_inch=_PIXELS_PER_INCH), 1):
            (folder / f"{name}-{number}.png").write_bytes(page)


def _made_from(sheet: Sheet) -> str:
    layout = b"".join(path.read_bytes() for path in sorted(TEMPLATES.iterdir()))
    said = json.dumps(sheet.as_data(), ensure_ascii=False, sort_keys=True)
    return sha256(layout + said.encode()).hexdigest()
