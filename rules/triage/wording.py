"""What is said around a suggestion, in three languages."""

from enum import StrEnum

from rules.parameters import Label
from rules.triage.models import Urgency
from rules.triage.suggestion import Standing


class Language(StrEnum):
    """The languages in which a suggestion explains itself."""

    KK = "kk"
    RU = "ru"
    EN = "en"


def said(label: Label, language: Language) -> str:
    """Return a text in a language."""
    text: str = getattr(label, language)
    return text


URGENCIES: dict[Urgency, Label] = {
    Urgency.STANDARD: Label(
        kk="сөздер шұғылдықты көтермейді", ru="слова не повышают срочность", en="the words do not raise it"
    ),
    Urgency.URGENT: Label(kk="шұғыл", ru="срочно", en="urgent"),
    Urgency.EMERGENCY: Label(kk="аса шұғыл", ru="экстренно", en="emergency"),
}
STANDINGS: dict[Standing, Label] = {
    "counted": Label(kk="есептеледі", ru="учитывается", en="counts"),
    "negated": Label(
        kk="жоққа шығарылған, есептелмейді",
        ru="сказано с отрицанием, не учитывается",
        en="said not to be so: not counted",
    ),
    "innocent": Label(
        kk="мұнда басқа мағынада, есептелмейді",
        ru="здесь в другом смысле, не учитывается",
        en="means something else here: not counted",
    ),
    "alone": Label(
        kk="басқа белгісіз есептелмейді", ru="без другого признака не учитывается", en="counts beside another sign only"
    ),
}
SUM = Label(
    kk="Қосынды: {total}. Шегі: шұғыл – {urgent}, аса шұғыл – {emergency}. Тізім нұсқасы: {version}.",
    ru="Сумма {total}; срочно с {urgent}, экстренно с {emergency}. Версия списка {version}.",
    en="Sum {total}; urgent from {urgent}, emergency from {emergency}. Version {version} of the list.",
)
NOT_CONFIRMED = Label(
    kk="Тізімді психологтар әлі растаған жоқ. Шешімді адам қабылдайды; тізім шұғылдықты ешқашан төмендетпейді.",
    ru="Психологи список ещё не подтвердили. Решает человек; список никогда не понижает срочность.",
    en="Psychologists have not confirmed the list yet. A person decides; the list never lowers an urgency.",
)
CONFIRMED = Label(
    kk="Растаған: {by}. Шешімді адам қабылдайды; тізім шұғылдықты ешқашан төмендетпейді.",
    ru="Подтверждено: {by}. Решает человек; список никогда не понижает срочность.",
    en="Confirmed by {by}. A person decides; the list never lowers an urgency.",
)
