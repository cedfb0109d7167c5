"""Search keys and sort keys of personal names.

One person is written Айгерім, Айгерим, Aigerim and Aygerım, in documents of three alphabets and by people in
haste. A search key folds these spellings into one short ASCII text, so that the question 'is this child
already known?' is an equality in the database. A key finds candidates and proves nothing: a person compares
them, with birth year and patronymic. Where folding must choose, it would rather offer one candidate too many.

What folds and what stays apart is fixed by the tables in tests/unit/test_names.py. Whoever changes a rule
raises NAME_KEY_VERSION, and stored keys are computed anew.
"""

import re
from typing import Final, NamedTuple

from casemgmt.people.name_letters import (
    KAZAKH_CYRILLIC,
    KAZAKH_LATIN,
    SOUNDS,
    script_of,
    split_words,
    strip_marks,
)

NAME_KEY_VERSION: Final = 1
SORT_KEY_VERSION: Final = 1

_VOWELS = "aeiou"

# Longer writings first, for 'dzh' is one sound. A letter that has no writing of its own is read alone.
_WRITING = re.compile("|".join([*sorted(SOUNDS, key=len, reverse=True), "."]), re.DOTALL)

# Ләззат is written Ляззат, Жәмилә Жамиля: a soft ә after л. Not Илья and Наталья, whose я is one.
_SOFT_A: Final = (
    (re.compile(r"(^л+|(?<=[^аәеёиіоөуұүыэюя])ил+(?=я$))я"), r"\1а"),
    (re.compile(r"(^l+|(?<=[^aäeiıoöuūüy])il+(?=ya$))ya"), r"\1a"),
)

# The soft and hard sign before a vowel are heard, Юрьев as Yuriev; elsewhere they are not.
_SIGN_BEFORE_VOWEL = re.compile("[ьъ](?=[еёиоэюя])")

_SETTLING: Final = (
    (re.compile(r"([a-z])\1+"), r"\1"),  # Assel, Асель
    (re.compile(r"tc"), "c"),
    (re.compile(r"xc|sc"), "x"),  # щ as shch, sch, сч
    (re.compile(r"dj"), "j"),  # Джамиля, Жамиля
    (re.compile(r"kh"), "h"),  # Бекхан, Bekkhan, Bekhan
    (re.compile(rf"(^|[{_VOWELS}])ie"), r"\1e"),  # Yerlan, Abayev, Nikolaievich
    (re.compile(r"io"), "e"),  # Артём, Artyom, Артем
    (re.compile(rf"(?<=a)ui(?=[^{_VOWELS}])"), "u"),  # Бауыржан, Бауржан
    (re.compile(r"ng+"), "n"),  # ң is written ң, н, нг and ng: Жеңіс, Женис, Zhengis
    (re.compile(r"o"), "u"),  # ө is written о and у: Төлеген, Толеген, Тулеген
    (re.compile(r"([a-z])\1+"), r"\1"),
)

# 'Son of' and 'daughter of' in Kazakh, Uzbek and Azerbaijani, then the Russian endings.
_CHILD_OF = re.compile(r"(?:uli|[ou]gl[iu]|[kg]izi)$")
# In the field of another name -гүлі is a woman's name, Айгүлі, and not a son of anybody.
_SURELY_CHILD_OF = re.compile(r"(?:(?<!g)uli|[ou]gl[iu]|[kg]izi)$")
_RUSSIAN_PATRONYMIC = re.compile(r"(?:[oe]vic|[oe]vna)$")
# Father's names in -а take another ending, and too few of them do so for a rule; written as they settle.
_SHORT_PATRONYMICS: Final = {
    "ilic": "ilia",
    "ilinicna": "ilia",
    "fumic": "fuma",
    "fuminicna": "fuma",
    "lukic": "luka",
    "lukinicna": "luka",
    "kuzmic": "kuzma",
    "kuzminicna": "kuzma",
    "nikitic": "nikita",
    "nikiticna": "nikita",
    "savic": "sava",
    "savicna": "sava",
}
_SHORTEST_STEM = 2

_FEMALE_SURNAME = re.compile(r"(?<=..)(?:(?P<keep>[oe]v|in)a|skaia|(?<=...)aia|(?<=...)oi)$")
_LATIN_OFF = re.compile(r"(?<=..)([oe])ff$")


class NameKeys(NamedTuple):
    """The search keys of one name: lower-case ASCII, empty for a part that is not known.

    `match_key` is made of family and given name and is the same when the two were swapped. It leaves out the
    patronymic, which is missing more often than wrong. An empty `match_key` must never be matched on.
    """

    given: str
    family: str
    patronymic: str
    match_key: str


def name_key(family_name: str | None, given_name: str | None, patronymic: str | None = None) -> NameKeys:
    """Fold a name in Kazakh, Russian or Latin letters into its search keys; pure and stable per version.

    A patronymic that was written into the field of the given name is recognised by its ending and moved.
    """
    family_words = _spoken_words(family_name)
    given_words = _spoken_words(given_name)
    patronymic_words = _spoken_words(patronymic)
    if not patronymic_words:
        given_words, patronymic_words = _split_off_patronymic(given_words)
    # Each side is reduced as a family name would be, because after a swap it is not known which one is.
    sides = (_family_key(family_words), _family_key(given_words))
    return NameKeys(
        given=_settle("".join(given_words)),
        family=sides[0],
        patronymic=_settle(_father_name("".join(patronymic_words))),
        match_key=" ".join(sorted(side for side in sides if side)),
    )


def as_heard(word: str) -> str:
    """Return a word, in small letters, as a search key hears it: for finding names in a text."""
    return _settle(_sounds(word))


def _spoken_words(text: str | None) -> list[str]:
    spoken = (_sounds(word) for word in split_words(text or ""))
    return [word for word in spoken if word]


def _sounds(word: str) -> str:
    """Write one word as it is heard, still with its double letters."""
    if any(script_of(letter) == "other" for letter in strip_marks(word) if letter.isalpha()):
        # A script without a table (Arabic, Chinese) is kept letter by letter, so that different names differ.
        return "".join(f"{ord(letter):07}" for letter in word if letter.isalpha())
    for pattern, replacement in _SOFT_A:
        word = pattern.sub(replacement, word)
    word = _SIGN_BEFORE_VOWEL.sub("и", word)
    return "".join(
        SOUNDS[found[0]] if found[0] in SOUNDS else _plain_letter(word, found.start())
        for found in _WRITING.finditer(word)
    )


def _plain_letter(word: str, position: int) -> str:
    """Return the sound of a letter that has no writing of its own; c, w and x depend on their neighbours."""
    letter = strip_marks(word[position])
    following = strip_marks(word[position + 1 : position + 2])
    at_edge = position == 0 or not following
    match letter:
        case "c":
            return "s" if following and following in "eiy" else "k"
        case "w":
            return "v" if at_edge else "u"  # Walter, Ivanow; but Dawren, Sawle
        case "x":
            # Xasan and Baxtiyor are Uzbek х, Maxim and Alexandr are кс.
            return "h" if position == 0 or (following and following not in "aeiouys") else "ks"
        case _:
            sound = SOUNDS.get(letter, letter)
            return sound if sound.isascii() and sound.isalpha() else ""


def _settle(spoken: str) -> str:
    for pattern, sound in _SETTLING:
        spoken = pattern.sub(sound, spoken)
    return spoken


def _father_name(spoken: str) -> str:
    """Reduce a patronymic to the father's name: Сәрсенбайқызы and Сарсенбаевна to the same stem."""
    spoken = _SHORT_PATRONYMICS.get(_settle(spoken), spoken)
    for ending in (_CHILD_OF, _RUSSIAN_PATRONYMIC):
        stem = ending.sub("", spoken)
        if stem != spoken and len(stem) >= _SHORTEST_STEM:
            spoken = stem
            break
    # Russian endings swallow the last й: Сарсенбай, Сарсенбаевна; Анатолий, Анатольевич.
    stem = spoken.rstrip("i")
    return stem if len(stem) >= _SHORTEST_STEM else spoken


def _family_key(words: list[str]) -> str:
    """Reduce each part of a family name to a form without sex and join the parts."""
    joined = "".join(words)
    if (found := _SURELY_CHILD_OF.search(joined)) and found.start() >= _SHORTEST_STEM:
        return _settle(_father_name(joined))
    return _settle("".join(_without_sex(word) for word in words))


def _without_sex(spoken: str) -> str:
    spoken = _LATIN_OFF.sub(r"\1v", spoken)
    found = _FEMALE_SURNAME.search(spoken)
    if found is None:
        return spoken
    ending = found["keep"] or ("ski" if found[0] == "skaia" else "i")
    return spoken[: found.start()] + ending


def _split_off_patronymic(words: list[str]) -> tuple[list[str], list[str]]:
    """Split given-name words into given name and patronymic; 'Серік қызы' is two words of it."""
    for count in (1, 2):
        given, tail = words[:-count], words[-count:]
        # Alone, қызы or ұлы is an ending whose father's name is the word before it.
        joined = "".join(tail)
        if given and any(
            (found := ending.search(joined)) and found.start() >= _SHORTEST_STEM
            for ending in (_SURELY_CHILD_OF, _RUSSIAN_PATRONYMIC)
        ):
            return given, tail
    return words, []


_DIGITS = "0123456789"
# Two digits for each letter, so that comparing bytes compares letters: digits, Cyrillic, then Latin.
_RANKS: Final = {letter: f"{rank:02}" for rank, letter in enumerate(_DIGITS + KAZAKH_CYRILLIC + KAZAKH_LATIN)}
_SORTED_LIKE: Final = {
    "ў": "у",
    "ҳ": "х",
    "є": "е",
    "ї": "і",
    "ґ": "г",
    "җ": "ж",
    "ə": "ä",
    "ɵ": "ö",
    "ș": "ş",
}
_LAST_RANK = "99"


def sort_key(family_name: str | None, given_name: str | None, patronymic: str | None = None) -> str:
    """Return a text whose order under the C collation is the alphabetical order of names.

    Order: by family name, given name, patronymic; Kazakh Cyrillic alphabet (а ә б в г ғ д …), after it the
    Kazakh Latin one, after it other scripts by code point. Case, apostrophes and accents of foreign Latin
    letters do not count. A space ends a part and an exclamation mark a word of it: both sort before any
    letter, so the shorter name comes first. Nothing else occurs but ASCII digits and the letters a to f.
    """
    parts = (family_name, given_name, patronymic)
    return " ".join("!".join(_ranked(word) for word in split_words(part or "")) for part in parts).rstrip()


def _ranked(word: str) -> str:
    return "".join(_rank(letter) for letter in word)


def _rank(letter: str) -> str:
    letter = _SORTED_LIKE.get(letter, letter)
    rank = _RANKS.get(letter) or _RANKS.get(strip_marks(letter))
    if rank is None:
        return f"{_LAST_RANK}{ord(letter):06x}" if letter.isalnum() else ""
    return rank
