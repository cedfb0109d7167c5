"""Phone numbers: one written form (E.164) and a keyed hash to search by.

Rules for Kazakhstan and general ones for the rest of the world. Source: general knowledge of the numbering
plan (E.164), in which Kazakhstan (7 6xx, 7 7xx) shares the country code 7 with Russia. Whether a number is in
use is not known here.
"""

import hashlib
import hmac
import re
from typing import Final

_LONGEST_INPUT: Final = 40
_SEPARATORS = re.compile(r"[\s().\-\u2010-\u2015\u2212/]+")
_FORM = re.compile(r"(?P<plus>\+?)(?P<digits>[0-9]+)")

# After the country code 7: 6 and 7 are Kazakhstan, 3, 4, 8 and 9 Russia; other first digits are not assigned.
_SHARED_PLAN = re.compile(r"7[346789][0-9]{9}")
_KAZAKHSTAN = re.compile(r"\+7[67][0-9]{9}")
_NATIONAL_DIGITS: Final = 10
# E.164 allows fifteen digits; the shortest numbers of small countries have seven with the country code.
_INTERNATIONAL = re.compile(r"[1-9][0-9]{6,14}")

_SHORTEST_KEY_BYTES: Final = 32
# Keeps this hash apart from any other that might be made with the same key.
_PURPOSE: Final = b"casemgmt phone v1:"


class InvalidPhoneError(ValueError):
    """Not a phone number that can be dialled from anywhere. The message never holds the number."""


def normalise_phone(text: str) -> str:
    """Return the number as E.164: '+' and digits.

    Understood are spaces, brackets, dots, hyphens; '+', '00' or '8 10' before a country code; in Kazakhstan
    '8 701 …', '7 701 …' and '701 …', the same for the area codes of towns ('8 7172 …'). Short numbers (112),
    town numbers without an area code, extensions and letters raise InvalidPhoneError.
    """
    if len(text) > _LONGEST_INPUT:
        raise InvalidPhoneError("too long for a phone number")
    found = _FORM.fullmatch(_SEPARATORS.sub("", text))
    if found is None:
        raise InvalidPhoneError("a phone number has digits, and at most one plus before them")
    digits = _with_country_code(found["digits"], is_international=bool(found["plus"]))
    form = _SHARED_PLAN if digits.startswith("7") else _INTERNATIONAL
    if not form.fullmatch(digits):
        raise InvalidPhoneError("no country has numbers of this form")
    return f"+{digits}"


def is_kazakhstan_phone(e164: str) -> bool:
    """Tell whether a normalised number is one of Kazakhstan."""
    return _KAZAKHSTAN.fullmatch(e164) is not None


def phone_hash(number: str, key: bytes) -> str:
    """Return the keyed hash (HMAC-SHA256, 64 hex digits) of a number in any spelling.

    Equal numbers have equal hashes under one key; without the key nobody can find a number by trying the few
    billion that are possible. InvalidPhoneError for no number, ValueError for a key below 32 bytes.
    """
    if len(key) < _SHORTEST_KEY_BYTES:
        raise ValueError(f"the key needs at least {_SHORTEST_KEY_BYTES} bytes")
    return hmac.new(key, _PURPOSE + normalise_phone(number).encode("ascii"), hashlib.sha256).hexdigest()


def _with_country_code(digits: str, *, is_international: bool) -> str:
    national_with_prefix = _NATIONAL_DIGITS + 1
    # '+8 701 …' is a frequent slip for '8 701 …'; no number in use has eleven digits and begins with +87.
    if len(digits) == national_with_prefix and digits.startswith("87"):
        return "7" + digits[1:]
    if is_international:
        return digits
    if digits.startswith("00"):
        return digits.removeprefix("00")
    # A shorter one is rather a foreign number whose country code was left out.
    if digits.startswith("810") and len(digits) > national_with_prefix:
        return digits.removeprefix("810")
    if len(digits) == national_with_prefix and digits[0] in "78":
        return "7" + digits[1:]
    if len(digits) == _NATIONAL_DIGITS and digits[0] in "67":
        return "7" + digits
    raise InvalidPhoneError("the area code or the country code is missing")
