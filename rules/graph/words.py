"""Every word of an explanation, in Kazakh, Russian and English; one template for each kind of node."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from rules.graph.nodes import (
    Arithmetic,
    Asked,
    Compare,
    Constant,
    DaysBetween,
    Extreme,
    FactNode,
    GatherNode,
    If,
    Logic,
    Node,
    Not,
    OneOf,
    ParameterNode,
    RankNode,
    RoundNode,
    RuleNode,
    ShiftNode,
    StartNode,
    TableNode,
    Verdict,
)
from rules.parameters import Label


class Language(StrEnum):
    """The languages of an explanation."""

    KK = "kk"
    RU = "ru"
    EN = "en"


def say(label: Label, language: Language) -> str:
    """Return the label in the language."""
    return {Language.KK: label.kk, Language.RU: label.ru, Language.EN: label.en}[language]


def in_each(tell: Callable[[Language], str]) -> Label:
    """Return a text in each language."""
    return Label(kk=tell(Language.KK), ru=tell(Language.RU), en=tell(Language.EN))


def _label(kk: str, ru: str, en: str) -> Label:
    return Label(kk=kk, ru=ru, en=en)


_SAME = "{left} {sign} {right}"
# How each kind of node reads with its numbers put in.
TEMPLATES: Mapping[type[Node], Label] = {
    Constant: _label("{value}", "{value}", "{value}"),
    Verdict: _label("{value}", "{value}", "{value}"),
    Asked: _label("{value}", "{value}", "{value}"),
    FactNode: _label("{value}", "{value}", "{value}"),
    RuleNode: _label("{value}", "{value}", "{value}"),
    ParameterNode: _label("{value}", "{value}", "{value}"),
    TableNode: _label("{value}", "{value}", "{value}"),
    Arithmetic: _label(_SAME, _SAME, _SAME),
    Compare: _label(_SAME, _SAME, _SAME),
    Extreme: _label(
        "{left} және {right} ішінен {which}", "{which} из {left} и {right}", "the {which} of {left} and {right}"
    ),
    RoundNode: _label(
        "{part}; {step} дейін {direction} дөңгелектенеді",
        "{part}; округление {direction} до {step}",
        "{part}, rounded {direction} to {step}",
    ),
    DaysBetween: _label(
        "{left} мен {right} арасындағы күндер", "дни от {left} до {right}", "days from {left} to {right}"
    ),
    Logic: _label("{parts}", "{parts}", "{parts}"),
    Not: _label("({part}) емес", "не ({part})", "not ({part})"),
    OneOf: _label("{part} {is_one} {codes}", "{part} {is_one} {codes}", "{part} {is_one} {codes}"),
    If: _label(
        "егер {condition} ({answer}) болса: {result}",
        "если {condition} ({answer}): {result}",
        "if {condition} ({answer}): {result}",
    ),
    GatherNode: _label("{kind} ({group}): {value}", "{kind} ({group}): {value}", "{kind} ({group}): {value}"),
    RankNode: _label(
        "туу реті ({group}): {value}", "очерёдность рождения ({group}): {value}", "order of birth ({group}): {value}"
    ),
    ShiftNode: _label("{day} + {count} {unit}", "{day} + {count} {unit}", "{day} + {count} {unit}"),
    StartNode: _label("{period} басы: {value}", "начало периода ({period}): {value}", "start of the {period}: {value}"),
}

_WORDS: Mapping[str, tuple[str, str, str]] = {
    "yes": ("иә", "да", "yes"),
    "no": ("жоқ", "нет", "no"),
    "cannot_tell_yet": ("әзірге айту мүмкін емес", "пока нельзя сказать", "cannot tell yet"),
    "and": ("және", "и", "and"),
    "or": ("немесе", "или", "or"),
    "is": ("=", "=", "="),
    "is not": ("≠", "≠", "≠"),
    "count": ("саны", "число", "count"),
    "sum": ("қосындысы", "сумма", "sum"),
    "any": ("кем дегенде біреуі", "хотя бы один", "any"),
    "all": ("барлығы", "все", "all"),
    "smaller": ("кішісі", "меньшее", "smaller"),
    "larger": ("үлкені", "большее", "larger"),
    "up": ("жоғары қарай", "вверх", "up"),
    "down": ("төмен қарай", "вниз", "down"),
    "half_up": ("жақынына, жартысы жоғары", "к ближайшему, половина вверх", "to the nearest, a half up"),
    "month": ("ай", "месяц", "month"),
    "quarter": ("тоқсан", "квартал", "quarter"),
    "year": ("жыл", "год", "year"),
    "years": ("жыл", "лет", "years"),
    "months": ("ай", "мес.", "months"),
    "days": ("күн", "дн.", "days"),
    "working_days": ("жұмыс күні", "раб. дн.", "working days"),
    "tenge": ("₸", "₸", "₸"),
    "mrp": ("АЕК", "МРП", "MRP"),
    "subsistence_minimum": ("ең төменгі күнкөріс деңгейі", "прожиточный минимум", "subsistence minimum"),
    "percent": ("%", "%", "%"),
    "ratio": ("", "", ""),
    "flag": ("", "", ""),
    "order": ("", "", ""),
    "between": ("{low} – {high}", "от {low} до {high}", "between {low} and {high}"),
    "short_by": ("{by} жетпейді", "не хватает {by}", "short by {by}"),
    "over_by": ("{by} асып тұр", "превышение на {by}", "over by {by}"),
    "differs_by": ("айырмасы {by}", "отличается на {by}", "differs by {by}"),
    "needed": ("керегі: {codes}", "нужно: {codes}", "needed: {codes}"),
    "not_allowed": ("болмауы керек: {codes}", "не должно быть: {codes}", "must not be: {codes}"),
    "missing": ("белгісіз", "неизвестно", "not known"),
    "entitled": ("Құқығы бар ма", "Право", "Entitled"),
    "amount": ("Мөлшері", "Размер", "Amount"),
    "monthly": ("ай сайын", "ежемесячно", "monthly"),
    "once": ("бір рет", "единовременно", "once"),
    "on": ("Күні", "На дату", "On"),
    "known_on": ("Сол күні белгілі болғаны бойынша", "По сведениям на", "As known on"),
    "formula": ("Формула", "Формула", "Formula"),
    "law": ("Негізі", "Основание", "Law"),
    "wording": (
        "{start} бастап қолданылатын редакция",
        "редакция, действующая с {start}",
        "wording in force from {start}",
    ),
    "known_from": ("{start} бастап белгілі", "известно с {start}", "known from {start}"),
    "see_above": ("жоғарыдан қараңыз", "см. выше", "see above"),
    "not_met": ("Орындалмаған шарттар", "Невыполненные условия", "Conditions not met"),
    "facts": ("Істің мәліметтері", "Сведения дела", "Facts of the case"),
    "steps": ("Есептеу барысы", "Ход расчёта", "How it was computed"),
    "questions": ("Сұрақтарға жауаптар", "Ответы на вопросы", "Answers"),
    "version": ("Ережелер нұсқасы", "Версия правил", "Version of the rules"),
    "family": ("Отбасы", "Семья", "Family"),
    "figures": ("Шамалар", "Величины", "Figures"),
    "missing_facts": ("Белгісіз мәліметтер", "Недостающие сведения", "Missing facts"),
    "could_settle": (
        "Мыналардың кез келгені мәселені шеше алады",
        "Ответ может дать любой из этих наборов",
        "Any of these could settle it",
    ),
    "judged": ("Адам шешеді", "Решает человек", "A person decides"),
    "noticed": ("Назар аударыңыз", "Обратите внимание", "Please note"),
    "stated_of_nothing": (
        "«{fact}» көрсетілген, бірақ «{event}» – жоқ",
        "указано «{fact}», но «{event}» – нет",
        "“{fact}” is stated, but “{event}” is no",
    ),
    "provisional": (
        "Алдын ала есеп: мына мәндер тексерілмеген",
        "Предварительный расчёт: не проверены значения",
        "Provisional: these values are not verified",
    ),
    "verified": ("тексерілген", "проверено", "verified"),
    "published": ("жарияланған", "опубликовано", "published"),
    "unverified": ("тексерілмеген", "не проверено", "unverified"),
    "house_default": ("ішкі ереже, заң емес", "внутреннее правило, не закон", "house default, not law"),
    "not_seen": ("көрілмеген", "не видели", "not seen"),
    "on_the_day": ("сол күні", "в тот же день", "on the day"),
    "next_day": ("келесі күні", "на следующий день", "on the next day"),
    "last_day_of_month": ("айдың соңғы күні", "последний день месяца", "the last day of the month"),
    "first_of_next_month": (
        "келесі айдың бірінші күні",
        "первое число следующего месяца",
        "the first of the next month",
    ),
}
WORDS: Mapping[str, Mapping[Language, str]] = {
    key: dict(zip((Language.KK, Language.RU, Language.EN), texts, strict=True)) for key, texts in _WORDS.items()
}


def word(key: str, language: Language) -> str:
    """Return a word of an explanation."""
    return WORDS[key][language]


def unit_word(unit: str | None, language: Language) -> str:
    """Return a unit as it stands behind a number; a bare count has none."""
    if unit is None or unit == "count":
        return ""
    return word(unit, language)
