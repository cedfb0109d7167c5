"""What the words of a narrative and the circumstances of a contact add to the urgency that is suggested.

The list of words is data of the rules (`rules/triage`): it can only raise. What was suggested is kept with the signal,
by codes and without a word of the narrative; the words are found again whenever somebody reads the signal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from casemgmt.consents.policy import age_on
from casemgmt.people.tables import Person
from casemgmt.signals.commands import RegisterSignal
from casemgmt.signals.policy import more_urgent, suggested_urgency
from casemgmt.signals.tables import Signal
from casemgmt.signals.views import HitView, SuggestionView, WordsView
from rules.triage.reading import load_lists
from rules.triage.suggestion import Circumstances, explain, facts_of, suggest
from rules.zone import to_local

_LEAST = "standard"


@dataclass(frozen=True)
class Beside:
    """What is known of a contact beside the signal that one of its concerns becomes."""

    repeat_caller: bool = False
    several_concerns: bool = False


NOTHING = Beside()


def read_list_of_words() -> None:
    """Read the list before the first signal comes, which else would wait for it."""
    load_lists()


def columns(command: RegisterSignal, at: datetime, beside: Beside, children: Iterable[Person]) -> dict[str, object]:
    """Return the columns of a new signal that keep what is suggested for it."""
    by_facts = suggested_urgency(command.category, command.severity, danger_now=command.danger_now)
    local = to_local(at)
    words = load_lists().on(local.date())
    if words is None:
        return {"suggested_urgency": by_facts, "list_urgency": None, "word_list_version": None, "danger_signs": []}
    births = [c.birth_date for c in children if c.birth_date is not None]
    circumstances = Circumstances(
        at=local.time(),
        youngest_age=None if not births else age_on(max(births), local.date()),
        repeat_caller=beside.repeat_caller,
        several_concerns=beside.several_concerns,
    )
    found = suggest(command.narrative, facts_of(circumstances, words), words)
    return {
        "suggested_urgency": more_urgent(by_facts, found.urgency.value),
        "list_urgency": found.urgency.value,
        "word_list_version": found.version,
        "danger_signs": list(found.signs),
    }


def suggested_now(command: RegisterSignal, at: datetime) -> str:
    """Return the urgency that is suggested for what is told of a signal that is there already."""
    return str(columns(command, at, NOTHING, ())["suggested_urgency"])


def suggested_for(signal: Signal) -> str:
    """Return the urgency that is suggested for a signal as it stands: by its facts or its words."""
    by_facts = suggested_urgency(signal.category, signal.severity, danger_now=signal.danger_now)
    return more_urgent(by_facts, signal.list_urgency or _LEAST)


def explained(signal: Signal) -> SuggestionView:
    """Return why this urgency is suggested. It quotes the narrative: for whoever reads that, and nobody else."""
    by_facts = suggested_urgency(signal.category, signal.severity, danger_now=signal.danger_now)
    return SuggestionView(
        urgency=suggested_for(signal),
        by_facts=by_facts,
        when_recorded=signal.suggested_urgency,
        words=_words_of(signal),
    )


def _words_of(signal: Signal) -> WordsView | None:
    """Return what the version of the list says that was in force when the signal came; none where nothing is left."""
    if signal.word_list_version is None or not signal.narrative:
        return None
    words = load_lists().numbered(signal.word_list_version)
    told = explain(signal.narrative, [code for code in signal.danger_signs if code in words.facts], words)
    limits = told.thresholds
    return WordsView(
        urgency=told.suggestion.urgency,
        total=told.suggestion.total,
        urgent_from=limits.urgent,
        emergency_from=limits.emergency,
        list_version=told.suggestion.version,
        confirmed_by=words.version.confirmed_by,
        hits=[HitView.model_validate(hit) for hit in told.hits],
    )
