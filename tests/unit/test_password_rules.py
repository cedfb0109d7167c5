"""Which passwords are refused: those that are guessed first, and those that name their user."""

import hashlib
from pathlib import Path

import pytest

from casemgmt.access.password_rules import BreachedPasswords, check_password, common_words
from casemgmt.access.passwords import hash_password, password_matches
from casemgmt.errors import Invalid

NOBODY = BreachedPasswords(None)
ABOUT = ["duty.almaty", "Ахметов", "Ерлан", "Управление по правам детей г. Алматы", "Child-rights department, Almaty"]


def _code(password: str, about: list[str] = ABOUT, breached: BreachedPasswords = NOBODY) -> str | None:
    try:
        check_password(password, about, breached, "/password")
    except Invalid as refusal:
        return refusal.code if refusal.faults[0].pointer == "/password" else "at the wrong place"
    return None


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd2026!",
        "Passw0rd!!!!!!",
        "qwertyuiop123",
        "qwerty-qwerty-1",
        "admin_admin_1",
        "пароль123456",
        "ПарольПароль1",
        "gfhjkmgfhjkm1",
        "йцукенгшщзхъ1",
        "құпиясөз2026!!",
        "Қазақстан2050!",
        "сәлемсәлем12",
        "kazakhstan2026",
        "iloveyou12345qwerty",
        "demo-password-111",
        "850412300123",
        "aaaaaaaaaaaaa",
        "abcdefghijklmn",
        "xkcdxkcdxkcdxkcd",
        "summer-winter-2026",
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str) -> None:
    assert _code(password, []) == "password-common"


@pytest.mark.parametrize(
    "password",
    [
        "a much longer secret 2026",
        "three quiet herons 77",
        "үш тырна көл үстінде",
        "лиловый утюг поёт басом",
        "Vh7-kq2L-pp9Z",
        "correct horse battery staple",
    ],
)
def test_a_long_password_of_any_characters_is_taken(password: str) -> None:
    assert _code(password, []) is None


@pytest.mark.parametrize(
    "password",
    ["Ахметов любит грозу", "3rl4n-ALMATY-sky", "the sky of a1maty-almaty", "мой ЕРЛАН и ветер", "department of winds"],
)
def test_a_password_with_a_name_of_the_user_or_the_body_is_refused(password: str) -> None:
    assert _code(password) == "password-names-you"
    assert _code(password, ["other.name", "Серік"]) is None


@pytest.mark.parametrize("ending", ["", ":17"])
def test_passwords_of_a_file_of_breaches_are_found_and_no_others(tmp_path: Path, ending: str) -> None:
    known = [f"breached phrase number {n}" for n in range(500)]
    hashes = sorted(hashlib.sha1(p.encode(), usedforsecurity=False).hexdigest().upper() for p in known)
    file = tmp_path / "breached.txt"
    file.write_text("".join(f"{h}{ending}\n" for h in hashes))
    breached = BreachedPasswords(file)
    assert all(p in breached for p in known)
    assert not any(f"another phrase number {n}" in breached for n in range(500))
    assert _code("breached phrase number 7", [], breached) == "password-common"


def test_the_common_words_are_there_in_three_languages_and_typed_with_the_keyboard_in_latin() -> None:
    assert {"password", "пароль", "құпиясөз", "gfhjkm", "ghbdtn"} <= common_words()


def test_one_password_typed_on_two_keyboards_is_one_password() -> None:
    composed, decomposed = "лиловый утюг", "лиловый утюг"
    assert password_matches(decomposed, hash_password(composed))


@pytest.mark.parametrize("length", [11, 129])
def test_a_password_is_neither_short_nor_endless(length: int) -> None:
    with pytest.raises(Invalid):
        hash_password("ж" * length)
