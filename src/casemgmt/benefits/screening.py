"""Use case of a screening: facts in, answers with explanations out, nothing stored."""

from datetime import date

from casemgmt.benefits.answer_views import RefusalView, ScreenedView, ScreeningView
from casemgmt.benefits.answers import answer_view, sign_off_view
from casemgmt.benefits.commands import ScreenFamily
from casemgmt.benefits.engine import Engine
from casemgmt.benefits.facts import read_given
from casemgmt.benefits.failures import law_failure, require_benefit
from casemgmt.errors import DomainError
from casemgmt.reference.languages import Language
from casemgmt.texts import problem_text
from rules.errors import RuleError
from rules.graph.records import Record
from rules.graph.settle import MOST_WORK
from rules.graph.words import Language as RuleLanguage
from rules.graph.words import say


async def screen_family(engine: Engine, command: ScreenFamily, language: Language) -> bytes:
    """Return what the law answers to each benefit asked about, as JSON; `Invalid` where it answers to none of them.

    Written in the thread: explanations are long, and the event loop has other requests.
    """
    return await engine.public.run(lambda: _screen(engine, command, language).model_dump_json().encode())


def _screen(engine: Engine, command: ScreenFamily, language: Language) -> ScreeningView:
    graph = engine.graph
    asked = list(dict.fromkeys(command.benefits or graph.benefits))
    for index, name in enumerate(asked):
        require_benefit(graph, name, f"/benefits/{index}")
    record = read_given(graph, command.facts, command.on, language)
    items: list[ScreenedView] = []
    refused: list[DomainError] = []
    for name in asked:
        item, failure = _ask(engine, name, record, command, language, MOST_WORK // len(asked))
        items.append(item)
        refused.extend([failure] if failure else [])
    if len(refused) == len(items):
        raise refused[0]
    return ScreeningView(
        on=command.on,
        known_on=command.known_on,
        language=language,
        sign_off=sign_off_view(engine.signed, language),
        items=items,
        rules_version=graph.law.version,
    )


def _ask(
    engine: Engine, name: str, record: Record, command: ScreenFamily, language: Language, most_work: int
) -> tuple[ScreenedView, DomainError | None]:
    graph = engine.graph
    label = say(graph.benefits[name].label, RuleLanguage(language))
    try:
        told = engine.explain(name, record, command.on, command.known_on, RuleLanguage(language), most_work)
    except RuleError as error:
        failure = law_failure(graph, error, language)
        refusal = _refusal(failure, command, language)
        return ScreenedView(benefit=name, label=label, answer=None, refusal=refusal), failure
    answer = answer_view(told, engine.signed, language)
    return ScreenedView(benefit=name, label=label, answer=answer, refusal=None), None


def _refusal(failure: DomainError, command: ScreenFamily, language: Language) -> RefusalView:
    title, detail = problem_text(failure.code, language, failure.data)
    data = failure.data
    return RefusalView(
        code=failure.code,
        title=title,
        detail=detail or failure.detail,
        value=_text(data.get("value")),
        value_label=_text(data.get("value_label")),
        on=_day(data.get("on")) or command.on,
        known_on=_day(data.get("known_on")),
        confirmed_through=_day(data.get("confirmed_through")),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _day(value: object) -> date | None:
    return None if value is None else date.fromisoformat(str(value))
