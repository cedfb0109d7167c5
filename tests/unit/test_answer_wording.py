"""What may be said to a child where somebody reads along: the check by its cases, and the templates, which pass it."""

import pytest

from casemgmt.answers.policy import Bar
from casemgmt.answers.wording import LONGEST, faults_of, templates
from casemgmt.reference.lists import code_list

NAMES = ["Серікова", "Аружан", "Әлия Нұрқызы", "Ли"]


@pytest.mark.parametrize(
    "text",
    [
        "Привет! Мы всё помним и скоро ответим.",
        "Сәлем! Бәрі есімізде, жақында жауап береміз.",
        "Спасибо, что написали: это важно (правда).",
        "Қалайсың? Бәрі ойдағыдай болады!",
    ],
)
def test_neutral_words_pass(text: str) -> None:
    assert faults_of(text, NAMES) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Мы помним о вашей просьбе и совсем скоро всё подробно вам напишем, ждите.", "answer-text-too-long"),
        ("Ответ в 17 часов", "answer-text-not-plain"),
        ("Пишите на почту а@а", "answer-text-not-plain"),
        ("Зайдите на сайт.кз", "answer-text-not-plain"),
        ("Привет\nкак дела", "answer-text-not-plain"),
        ("Нello", "answer-text-not-plain"),
        ("Привет 🙂", "answer-text-not-plain"),
        ("При\u200bвет", "answer-text-not-plain"),
        ("Привет, Аружан!", "answer-text-names-somebody"),
        ("Аружанға сәлем", "answer-text-names-somebody"),
        ("аружану привет", "answer-text-names-somebody"),
        ("Алиядан хабар бар", "answer-text-names-somebody"),
        ("Серикову мы помним", "answer-text-names-somebody"),
        ("Ждём вас на Абая", "answer-text-names-somebody"),
        ("Пишет вам Центр", "answer-text-names-somebody"),
        ("Он больше не будет вас бить", "answer-text-tells"),
        ("Вас бьёт кто-то?", "answer-text-tells"),
        ("Полиция уже едет", "answer-text-tells"),
        ("Мы говорили с психологом", "answer-text-tells"),
        ("Мамаң білмейді, анаңа айтпаймыз", "answer-text-tells"),
        ("Сені ұрған адам туралы", "answer-text-tells"),
        ("Мектепке барамыз", "answer-text-tells"),
        ("Ваше дело открыто", "answer-text-tells"),
    ],
)
def test_what_would_give_the_child_away_is_refused_and_named(text: str, fault: str) -> None:
    assert fault in faults_of(text, NAMES)


def test_a_name_of_two_letters_refuses_no_word_that_begins_like_it() -> None:
    assert faults_of("Листья падают", NAMES) == []


def test_every_template_is_one_short_plain_message_in_both_languages() -> None:
    for template in templates().values():
        assert template.kk != template.ru
        assert max(len(template.kk), len(template.ru)) <= LONGEST
    means = {each for template in templates().values() for each in template.means}
    assert means == set(code_list("answer_means").codes)


def test_every_reason_to_send_nothing_has_its_text_in_three_languages() -> None:
    texts = code_list("answer_bar")
    assert set(texts.codes) == {str(bar) for bar in Bar}
    assert all(value.kk and value.ru and value.en for value in texts.values)
