"""The letters of personal names: Kazakh and Russian Cyrillic, the Latin alphabets, and their look-alikes.

Sources of the spellings: the Kazakh Cyrillic alphabet, the Kazakh Latin alphabets of 2018 and 2021, the
transliteration printed in passports, and the letters of Uzbek, Turkish and Ukrainian names that occur beside
them. They are general knowledge, held together by the table of pairs in the tests.
"""

import unicodedata
from functools import lru_cache
from typing import Final

KAZAKH_CYRILLIC: Final = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
KAZAKH_LATIN: Final = "aäbcdefgğhıijklmnñoöpqrsştuūüvwxyz"

# What people type when the layout at hand lacks a letter: upper and lower case look like different letters.
_LATIN_AS_CYRILLIC: Final = str.maketrans(
    "AaBCcEeHhIiKkMmOoPpTtXxYyƏəƟɵ",
    "АаВСсЕеНһІіКкМмОоРрТтХхУуӘәӨө",
)
_CYRILLIC_AS_LATIN: Final = str.maketrans(
    "АаВСсЕеНһІіКкМмОоРрТтХхУу",
    "AaBCcEeHhIiKkMmOoPpTtXxYy",
)

# One letter of a name, as the key hears it: j is ж, c is ч, x is ш and щ.
SOUNDS: Final[dict[str, str]] = {
    # Latin letters of the Kazakh alphabets of 2018 (ý is у there) and 2021, Turkish and others
    "ə": "a",
    "ğ": "g",
    "ı": "i",
    "ñ": "n",
    "ŋ": "n",
    "ɵ": "o",
    "ø": "o",
    "ş": "x",
    "ș": "x",
    "š": "x",
    "ç": "c",
    "č": "c",
    "ž": "j",
    "ý": "u",
    "ß": "s",
    "æ": "a",
    "đ": "d",
    "ł": "l",
    # passport transliteration
    "dzh": "j",
    "zh": "j",
    "kh": "h",
    "gh": "g",
    "sh": "x",
    "ch": "c",
    "ph": "f",
    "th": "t",
    "ck": "k",
    "j": "j",
    "q": "k",
    "y": "i",
    # Cyrillic
    "а": "a",
    "ә": "a",
    "б": "b",
    "в": "v",
    "г": "g",
    "ґ": "g",
    "ғ": "g",
    "д": "d",
    "е": "e",
    "є": "e",
    "ё": "io",
    "ж": "j",
    "җ": "j",
    "з": "z",
    "и": "i",
    "й": "i",
    "і": "i",
    "ї": "i",
    "ы": "i",
    "к": "k",
    "қ": "k",
    "л": "l",
    "м": "m",
    "н": "n",
    "ң": "n",
    "о": "o",
    "ө": "o",
    "п": "p",
    "р": "r",
    "с": "s",
    "т": "t",
    "у": "u",
    "ұ": "u",
    "ү": "u",
    "ў": "u",
    "ф": "f",
    "х": "h",
    "һ": "h",
    "ҳ": "h",
    "ц": "ts",
    "ч": "c",
    "ш": "x",
    "щ": "x",
    "ъ": "",
    "ь": "",
    "э": "e",
    "ю": "iu",
    "я": "ia",
}


def split_words(text: str) -> list[str]:
    """Split a name into words of letters and digits, in composed form and lower case.

    Spaces and every kind of hyphen separate words; apostrophes of every kind vanish, because the soft sign is
    written with or without one. In a word of two scripts the look-alikes follow the majority: a Latin 'i'
    for the Kazakh 'і' is the common case.
    """
    words: list[str] = []
    current: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category[0] in "LNM" and category != "Lm":
            current.append(character)
        elif category[0] == "Z" or category == "Pd" or character in "\t\n\r/,.;":
            words.append("".join(current))
            current = []
    words.append("".join(current))
    return [_one_script(word).lower() for word in words if word]


@lru_cache(maxsize=1024)
def script_of(character: str) -> str:
    """Return "latin", "cyrillic" or "other"."""
    if character.isascii():
        return "latin" if character.isalpha() else "other"
    name = unicodedata.name(character, "")
    return next((script for script in ("latin", "cyrillic") if name.startswith(script.upper())), "other")


def _one_script(word: str) -> str:
    scripts = [script_of(character) for character in word]
    cyrillic, latin = scripts.count("cyrillic"), scripts.count("latin")
    if not cyrillic or not latin:
        return word
    return word.translate(_LATIN_AS_CYRILLIC if cyrillic >= latin else _CYRILLIC_AS_LATIN)


def strip_marks(text: str) -> str:
    """Remove the marks above and below letters: é becomes e."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))
