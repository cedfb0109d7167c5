import hashlib
import hmac
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgmt.people.phones import InvalidPhoneError, is_kazakhstan_phone, normalise_phone, phone_hash

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+7 701 234 56 78", "+77012345678"),
        ("8 (701) 234-56-78", "+77012345678"),
        ("87012345678", "+77012345678"),
        ("77012345678", "+77012345678"),
        ("7012345678", "+77012345678"),
        ("+8 701 234 56 78", "+77012345678"),
        ("007 701 2345678", "+77012345678"),
        ("8 10 7 701 234 56 78", "+77012345678"),
        ("8 (7172) 12-34-56", "+77172123456"),
        ("7172 123456", "+77172123456"),
        ("+7\u00a0701\u2013234\u201156 78", "+77012345678"),
        ("+76012345678", "+76012345678"),
        ("+7 912 345 67 89", "+79123456789"),
        ("8 912 345 67 89", "+79123456789"),
        ("+996 555 123456", "+996555123456"),
        ("00998 90 123 45 67", "+998901234567"),
        ("8 10 49 30 123456", "+4930123456"),
        ("+1 (212) 555-0123", "+12125550123"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("  +77012345678\n", "+77012345678"),
    ],
)
def test_a_number_gets_its_one_form(text: str, expected: str) -> None:
    assert normalise_phone(text) == expected
    assert is_kazakhstan_phone(expected) == expected.startswith(("+76", "+77"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "111",
        "112",
        "12-34-56",
        "9012345678",
        "701234567",
        "+7701234567",
        "+770123456789",
        "870123456789",
        "+75012345678",
        "+70012345678",
        "+07012345678",
        "00",
        "810",
        "810 555 1234",
        "++77012345678",
        "7+7012345678",
        "+7701CALLNOW",
        "8 701 234 56 78 доб. 5",
        "+7701234567８",
        "+٧٧٠١٢٣٤٥٦٧٨",
        "+123456",
        "+1234567890123456",
        "+7701234\x005678",
        "8" * 5000,
        " " * 41,
    ],
)
def test_nonsense_is_refused_without_an_echo(text: str) -> None:
    with pytest.raises(InvalidPhoneError) as caught:
        normalise_phone(text)
    assert not re.search("[0-9]", str(caught.value))


KAZAKH_NUMBERS = st.from_regex(r"[67][0-9]{9}", fullmatch=True)


@given(
    KAZAKH_NUMBERS,
    st.sampled_from(["+7", "7", "8", "", "007", "8107", "+8"]),
    st.sampled_from(["", " ", "-", ")"]),
)
def test_every_writing_of_a_number_is_the_same_number(national: str, prefix: str, separator: str) -> None:
    if prefix == "+8" and national.startswith("6"):
        return  # '+8 6…' is China
    written = prefix + separator.join([national[:3], national[3:6], national[6:8], national[8:]])
    assert normalise_phone(written) == f"+7{national}"
    assert phone_hash(written, KEY) == phone_hash(f"+7{national}", KEY)


@given(st.text(max_size=45))
def test_any_text_gives_e164_or_is_refused(text: str) -> None:
    try:
        number = normalise_phone(text)
    except InvalidPhoneError:
        return
    assert re.fullmatch(r"\+[1-9][0-9]{6,14}", number)
    assert normalise_phone(number) == number


@given(st.from_regex(r"[+0-9 ()-]{1,20}", fullmatch=True))
def test_normalising_twice_changes_nothing(text: str) -> None:
    try:
        number = normalise_phone(text)
    except InvalidPhoneError:
        return
    assert normalise_phone(number) == number


def test_the_hash_is_the_hmac_of_purpose_and_number() -> None:
    expected = hmac.new(KEY, b"casemgmt phone v1:+77012345678", hashlib.sha256).hexdigest()
    assert phone_hash("8 701 234 56 78", KEY) == expected


def test_the_hash_depends_on_number_and_key() -> None:
    hashes = {phone_hash(number, key) for number in ("+77012345678", "+77012345679") for key in (KEY, b"l" * 32)}
    assert len(hashes) == 4


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        phone_hash("+77012345678", b"k" * 31)


def test_the_hash_of_nonsense_is_refused() -> None:
    with pytest.raises(InvalidPhoneError):
        phone_hash("112", KEY)
