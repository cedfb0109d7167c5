"""What a person may have meant by a word that is no fact or code here: another spelling, place or language."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from rules.faults import LONGEST_SHOWN, suggest
from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.parameters import Label


def suggest_fact(graph: Graph, scope: str, word: str, known: Iterable[str]) -> str:
    """Return where a fact belongs that is written in the wrong place, or the nearest fact of this place."""
    names = list(known)
    elsewhere = graph.facts.get(word) or graph.groups.get(word)
    if elsewhere is not None:
        holder = "of the family" if elsewhere.of == FAMILY else f"of each of {elsewhere.of}"
        return f"; it is a fact {holder}: write it there"
    labels = {name: fact.label for name, fact in graph.facts_of(scope).items()}
    labels |= {name: group.label for name, group in graph.groups_of(scope).items()}
    return suggest(word, names) or suggest_by_label(word, labels)


def suggest_code(word: object, codes: Mapping[str, Label]) -> str:
    """Return the nearest code, by its own spelling or by its name in one of the three languages."""
    return suggest(word, codes) or suggest_by_label(word, codes)


def suggest_by_label(word: object, labels: Mapping[str, Label]) -> str:
    """Return the code whose Kazakh, Russian or English name is nearest to the word."""
    names = {text.casefold(): code for code, label in labels.items() for text in (label.kk, label.ru, label.en)}
    near = get_close_matches(str(word).casefold()[:LONGEST_SHOWN], names, n=1)
    return f"; did you mean {names[near[0]]!r}?" if near else ""
