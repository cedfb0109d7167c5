"""How a word is written, folded until the ways of writing it are one.

Children write Kazakh with its own letters, with Russian ones, in the Latin alphabet of 2021 and as in a chat; letters
stand twice for emphasis, others are put between, or look like another one. Everything here is a table or one rule a
line, so that it can be looked up why two words are taken for the same.
"""

import re

KAZAKH = "әғқңөұүһі"
_AS_RUSSIAN = tuple(zip("әғқңөұүһіёй", "агкноуухиеи", strict=True))
"""Kazakh written with Russian letters; ё as е; й as и, which is left of it where its mark was a sign of its own."""
_IGNORED = "\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff'’‘ʼ`´ʹ"
"""Marks over letters, signs that nobody sees, apostrophes: as if they were not there."""
_ODD = re.compile(f"[{_IGNORED}]")
_REPEATED = re.compile(r"([^\W\d_])\1+")
_LATIN_BESIDE_CYRILLIC = re.compile(r"[a-z0-9][а-яёәғқңөұүһі]|[а-яёәғқңөұүһі][a-z0-9]")
_LATIN_AS_CYRILLIC = str.maketrans("aceopxykmthbi0346", "асеорхукмтнвіозчб")
"""Letters and digits that look like Cyrillic ones, in a word that has Cyrillic ones too."""
_CYRILLIC_AS_LATIN = str.maketrans({
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e", "ж": "j", "з": "z",
    "и": "i", "й": "i", "і": "i", "к": "k", "қ": "k", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "h", "һ": "h", "ц": "c",
    "ч": "ч", "ш": "ш", "щ": "ш", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
})  # fmt: skip
_ONE_LATIN = str.maketrans("äáğǵıíïñńŋöóüúūýşçéèqwxy", "aaggiiinnnoouuuiшчeekuhi")
_LATIN_PAIRS = (
    ("shch", "ш"), ("sch", "ш"), ("sh", "ш"), ("ch", "ч"), ("zh", "j"), ("kh", "h"), ("gh", "g"), ("ts", "c"),
    ("ng", "n"), ("io", "e"), ("ie", "e"),
)  # fmt: skip

LAST_LATIN = "\u024f"
WORD = r"[^\W_]+"
WORD_AS_SENT = re.compile(rf"[^\W_](?:[^\W_]|[{_IGNORED}])*")
"""A word of the text as it came: the n-th of them is the n-th word of the prepared text."""


def prepare(text: str) -> str:
    """Return the text in small letters, without ignored signs, a letter that is repeated once, look-alikes put right.

    No word comes or goes.
    """
    small = text.lower()
    if _ODD.search(small):
        small = _ODD.sub("", small)
    if _LATIN_BESIDE_CYRILLIC.search(small):
        small = re.sub(WORD, _one_alphabet, small)
    return _REPEATED.sub(r"\1", small)


def key_of(word: str) -> str:
    """Return what a prepared word of a text is looked up by."""
    return cyrillic_key(word) if word[0] > LAST_LATIN else latin_key(word)


def cyrillic_key(prepared: str) -> str:
    """Return prepared words as they are written with Russian letters, letter for letter."""
    for letter, russian in _AS_RUSSIAN:
        prepared = prepared.replace(letter, russian)
    return prepared


def latin_key(word: str) -> str:
    """Return a prepared word as it sounds in Latin letters, whichever Latin alphabet it was written in."""
    word = word.translate(_CYRILLIC_AS_LATIN).translate(_ONE_LATIN)
    for written, sound in _LATIN_PAIRS:
        if written in word:
            word = word.replace(written, sound)
    return _REPEATED.sub(r"\1", word)


def is_as_kazakh(written: str, meant: str) -> bool:
    """Return whether the Kazakh letters of a text are those of the word meant: `өл` is not `ол`, while `ол` may be."""
    return all(one == other for one, other in zip(written, meant, strict=False) if one in KAZAKH)


def _one_alphabet(found: re.Match[str]) -> str:
    word = found.group()
    if not _LATIN_BESIDE_CYRILLIC.search(word):
        return word
    first = word[0] if word[0].isdigit() else word[0].translate(_LATIN_AS_CYRILLIC)  # `6лет` begins with a number
    return first + word[1:].translate(_LATIN_AS_CYRILLIC)
