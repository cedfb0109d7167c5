"""What things of the law are called, in the reader's language."""

from casemgmt.benefits.engine import law_graph
from casemgmt.reference.languages import Language
from rules.errors import UnknownNameError
from rules.graph.words import Language as RuleLanguage
from rules.graph.words import say, word


def label_of(name: str, language: Language) -> str:
    """Return what a benefit, rule, fact or value is called; its name, where the rules of today have it no more."""
    try:
        return say(law_graph().label(name), RuleLanguage(language))
    except UnknownNameError:
        return name


def answer_word(answer: str, language: Language) -> str:
    """Return yes, no or cannot tell yet."""
    return word(answer, RuleLanguage(language))
