"""What a report says of each finding, in three languages: the problem, and what to do."""

from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from casemgmt.reference.data_files import read_document
from casemgmt.reference.languages import Language


class Words(BaseModel):
    """A text in three languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kk: str
    ru: str
    en: str

    def say(self, language: Language) -> str:
        """Return the text in a language."""
        text: str = getattr(self, language)
        return text


class FindingText(BaseModel):
    """What is said of a kind of finding."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    problem: Words
    advice: Words


@cache
def finding_texts() -> dict[str, FindingText]:
    """Return all texts by the code of the finding."""
    found = read_document(resources.files("casemgmt.texts") / "imports.yaml")
    return {code: FindingText.model_validate(text) for code, text in found.items()}
