"""The three languages of the service and the choice among them."""

from typing import Final, Literal, get_args

Language = Literal["kk", "ru", "en"]

# Kazakh is the state language, Russian is used officially beside it, English always exists in our files.
FALLBACK_ORDER: Final[tuple[Language, ...]] = get_args(Language)

# A header is written by a stranger. No client names more languages than this.
_RANGES_READ = 20


def preferred_languages(accept_language: str | None) -> tuple[Language, ...]:
    """Order the three languages as an Accept-Language header (RFC 9110, 12.5.4) wishes.

    All three are always in the answer: what the header does not name, refuses or garbles follows in the
    order kk, ru, en, because a label in another language is better than none. Regional tags count as their
    language.
    """
    weighted: list[tuple[float, Language]] = []
    for item in (accept_language or "").split(",")[:_RANGES_READ]:
        tag, _, parameters = item.partition(";")
        primary = tag.strip().lower().split("-")[0]
        weight = _weight(parameters)
        if primary in FALLBACK_ORDER and weight > 0:
            weighted.append((weight, primary))
    # sorted() is stable, so equal weights keep the order in which the client wrote them.
    wished = [language for _, language in sorted(weighted, key=lambda pair: -pair[0])]
    return tuple(dict.fromkeys([*wished, *FALLBACK_ORDER]))


def _weight(parameters: str) -> float:
    name, _, text = parameters.strip().partition("=")
    if not parameters.strip():
        return 1.0
    whole, dot, fraction = text.strip().partition(".")
    well_formed = (
        name.strip().lower() == "q"
        and whole in {"0", "1"}
        and len(fraction) <= len("999")
        and (not dot or fraction == "" or (fraction.isascii() and fraction.isdigit()))
    )
    return min(float(f"{whole}.{fraction or 0}"), 1.0) if well_formed else 0.0
