import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgmt.people.name_letters import KAZAKH_CYRILLIC
from casemgmt.people.names import NAME_KEY_VERSION, NameKeys, name_key

# Each line: spellings of one name that people and documents use. All of a line must fold together.
SAME_GIVEN = """
Айгерім Айгерим Айгерiм Aigerim Aygerim Aygerım Aıgerim АЙГЕРІМ
Жанұзақ Жанузак Zhanuzak Januzaq Jañuzaq Zhanuzaq
Нұрсұлтан Нурсултан Нур-Султан Nursultan Nūrsūltan Nursūltan
Шыңғыс Шынгыс Шингис Shyngys Shynggys Şyñğys Shyngghys
Жеңіс Женис Женгис Zhenis Zhengis Jeñis Jeñıs
Өмірбек Омирбек Умирбек Omirbek Ömirbek Umirbek
Төлеген Толеген Тулеген Tolegen Tulegen Tölegen
Болат Булат Bolat Bulat
Қайрат Кайрат Kairat Kayrat Qairat Qayrat
Қуаныш Куаныш Kuanysh Quanysh Quanyş Kuanish
Ұлжан Улжан Ulzhan Uljan Ūljan
Гүлнәр Гульнар Гүлнар Gulnar Gul'nar Gülnär Gulʼnar
Сәуле Сауле Saule Säule Sawle
Дәурен Даурен Dauren Däuren Dawren
Мағжан Магжан Maghzhan Magzhan Mağjan Maǵjan
Ғалым Галым Галим Galym Ghalym Ğalym
Һадиша Хадиша Khadisha Hadisha Hadişa
Ләззат Ляззат Лаззат Lazzat Lyazzat Läzzat
Жәмилә Жамиля Жамила Джамиля Zhamilya Jamila Dzhamilya
Кәмилә Камиля Камила Kamila Kamilya
Ерлан Yerlan Erlan Ierlan
Елдос Елдoс Yeldos Eldos
Еркебұлан Еркебулан Yerkebulan Erkebūlan
Алия Әлия Aliya Alia Aliia Äliia
Асель Әсел Асел Assel Asel Äsel
Мұхаммед Мухаммед Мухамед Muhammed Mukhammed Mukhamed
Динмұхамед Динмухамед Dinmukhamed Dinmuhamed Dinmuhammed
Бекхан Bekkhan Bekhan
Мейірім Мейрим Meirim Meyirim Meiırım
Қайыржан Каиржан Кайыржан Kairzhan Qaiyrjan
Жұлдыз Жулдыз Zhuldyz Juldyz Jūldyz
Шолпан Sholpan Şolpan
Әйгерім Айгерім
Нұрғали Нургали Nurgali Nurghali Nūrğali
Еңлік Енлик Englik Yenlik Eñlik
Тоғжан Тогжан Togzhan Toghzhan Toğjan
Ахмет Akhmet Ahmet Axmet
Александр Aleksandr Alexandr
Алексей Alexey Aleksey Alexei Aleksei
Наталья Наталия Natalya Nataliya Natalia
Юлия Yulia Yuliya Iuliia Yuliia
Дмитрий Dmitry Dmitriy Dmitrii Dmitri
Артём Артем Artem Artyom Artiom
Фёдор Федор Fedor Fyodor
Евгений Yevgeny Evgeniy Evgenii Evgeny
Екатерина Yekaterina Ekaterina
Илья Ilya Ilia Илия
Дарья Дария Darya Dariya Daria
Максим Maksim Maxim
Виктория Viktoria Victoria Viktoriya
Ксения Kseniya Ksenia Kseniia
Пётр Петр Petr Pyotr
Щукран Shchukran Schukran
Данияр Daniyar Daniar Danyar
Жан-Али|Жанали|Жан Али|Zhanali|Jan-Ali|Жан – Али
Бауыржан Бауржан Baurzhan Bauyrzhan Bauyrjan
Әлихан Алихан Alikhan Alihan Älihan
Ботагөз Ботагоз Botagoz Botagöz
Арайлым Araylym Arailym Арайлим
Мөлдір Молдир Moldir Möldır Muldir
Үміт Умит Umit Ümit Ümıt
Өтепберген Утепберген Отепберген Utepbergen
Сымбат Symbat Simbat
Гүлжан Гульжан Gulzhan Güljan Gul`zhan
Oʻlmas Ўлмас Улмас Ulmas O'lmas
Çinara Чинара Chinara
"""

SAME_FAMILY = """
Сарсенбаев Сарсенбаева Сәрсенбаев Сәрсенбаева Sarsenbayev Sarsenbayeva Sarsenbaeva Särsenbaev
Ахметов Ахметова Akhmetov Akhmetova Ahmetova Axmetov
Иванов Иванова Ivanov Ivanova Ivanow Ivanoff
Юрьев Юрьева Yuriev Yuryeva Yurieva
Абаев Абаева Абайев Abayev Abaeva
Никитин Никитина Nikitin Nikitina
Ковальский Ковальская Kovalsky Kovalskaya Kovalskii Kovalskaia
Троицкий Троицкая Troitsky Troitskaya
Белый Белая Belyi Belaya
Толстой Толстая Tolstoy Tolstaya
Щербаков Щербакова Shcherbakov Scherbakova
Сәрсенбайұлы Сәрсенбайқызы Сарсенбайулы Sarsenbaiuly Sarsenbayqyzy
Цой Tsoy Tsoi
Хван Khvan Hvan
Иванова-Петрова|Иванов-Петров|Ivanova Petrova|Ivanov–Petrov|Иванова - Петрова
Әбдіқадыров Абдикадырова Abdikadyrov Abdiqadyrova
Мұхамеджанов Мухамеджанова Mukhamedzhanov Muhamedjanova
Байсейітова Байсейтов Baiseitov Bayseyitova
Қонаев Кунаев Конаева Kunayev Qonaev
Зайцева Зайцев Zaitsev Zaytseva
"""

SAME_PATRONYMIC = """
Сәрсенбайқызы Сәрсенбайұлы Сарсенбаевна Сарсенбаевич Сарсенбайкызы Сарсенбайулы Sarsenbaiuly Sarsenbayqyzy
Сәрсенбай қызы|Сәрсенбай-қызы|Сарсенбаевна|Sarsenbay kyzy|Сәрсенбай
Серікқызы Серікұлы Серикович Сериковна Serikkyzy Serikuly Serıkqyzy Serikovna Серік
Қанатұлы Канатулы Канатович Канатовна Kanatuly Qanatūly Qanatqyzy
Нұрланқызы Нурланкызы Нурлановна Nurlankyzy Nūrlanqyzy Nurlanovich
Мұсаұлы Мусаулы Мусаевич Мусаевна Musauly
Әлиұлы Алиевич Алиевна Aliuly Alievich Aliyevna
Анатольевич Анатольевна Анатолийұлы Anatolyevich Anatolievna Анатолий
Васильевич Васильевна Vasilievich Vasilyevna Василий
Сергеевич Сергеевна Сергейқызы Sergeevich Sergeyevna
Ильич Ильинична Ilyich Ilyinichna Илья
Никитич Никитична Nikitich Никита
Игоревич Игоревна Igorevich Igorevna Игорьұлы
Ғалымжанұлы Галымжанович Galymzhanuly Ğalymjanqyzy
Ахметқызы Ахметовна Akhmetkyzy Ahmetqyzy Akhmetovna
Рустам ўғли|Рустам угли|Rustam o'g'li|Rustam ogli|Рустамович|Rustam oglu
Олегұлы Олегович Олеговна Oleguly
"""

DIFFERENT_GIVEN = """
Айгерим Айгуль
Ерлан Нурлан
Алия Алла
Асель Асем
Асель Айсель
Мадина Мадияр
Дана Дина
Дамир Тимур
Серик Берик
Данияр Дания
Жанар Жанат
Айдар Айдана
Арман Армат
Динара Диана
Марат Мурат
Марат Мерет
Канат Кенес
Самат Самал
Алмас Алмат
Ербол Ержан
Айсулу Айжан
Бауыржан Болатжан
Гульнар Гульмира
Гульнар Гульнара
Ахмет Ахмад
Шолпан Чолпан
Жанна Зана
Жанар Шынар
Сауле Сания
Камила Карима
Юлия Лия
Алина Элина
Арсен Арслан
Наталья Наталла
Мария Марьяна
Бекзат Бегзада
"""

DIFFERENT_FAMILY = """
Ахметов Ахмедов
Иванов Иваненко
Оспанов Османов
Ким Ли
Абаев Абиев
Сериков Бериков
Жанибеков Жанабеков
Никитин Никишин
Каримов Керимов
"""

DIFFERENT_PATRONYMIC = """
Серикович Бериковна
Маратович Муратович
Сәрсенбайқызы Сәрсенбекқызы
Ахметұлы Ахмедұлы
Ильич Игоревич
"""


def spellings(table: str) -> list[list[str]]:
    lines = [line for line in table.splitlines() if line]
    return [line.split("|") if "|" in line else line.split() for line in lines]


def label(group: list[str]) -> str:
    return group[0]


def test_the_version_is_the_one_whose_folding_this_file_fixes() -> None:
    assert NAME_KEY_VERSION == 1


@pytest.mark.parametrize("group", spellings(SAME_GIVEN), ids=label)
def test_spellings_of_a_given_name_fold_together(group: list[str]) -> None:
    assert {spelling: name_key("Ким", spelling).given for spelling in group} == dict.fromkeys(
        group, name_key("Ким", group[0]).given
    )


@pytest.mark.parametrize("group", spellings(SAME_FAMILY), ids=label)
def test_spellings_and_sexes_of_a_family_name_fold_together(group: list[str]) -> None:
    assert {spelling: name_key(spelling, "").family for spelling in group} == dict.fromkeys(
        group, name_key(group[0], "").family
    )


@pytest.mark.parametrize("group", spellings(SAME_PATRONYMIC), ids=label)
def test_patronymics_fold_to_the_name_of_the_father(group: list[str]) -> None:
    assert {spelling: name_key("", "", spelling).patronymic for spelling in group} == dict.fromkeys(
        group, name_key("", "", group[0]).patronymic
    )


@pytest.mark.parametrize("pair", spellings(DIFFERENT_GIVEN), ids=" ".join)
def test_different_given_names_stay_apart(pair: list[str]) -> None:
    first, second = (name_key("Ким", name) for name in pair)
    assert first.given != second.given
    assert first.match_key != second.match_key


@pytest.mark.parametrize("pair", spellings(DIFFERENT_FAMILY), ids=" ".join)
def test_different_family_names_stay_apart(pair: list[str]) -> None:
    first, second = (name_key(name, "Айгерім") for name in pair)
    assert first.family != second.family
    assert first.match_key != second.match_key


@pytest.mark.parametrize("pair", spellings(DIFFERENT_PATRONYMIC), ids=" ".join)
def test_different_fathers_stay_apart(pair: list[str]) -> None:
    assert name_key("", "", pair[0]).patronymic != name_key("", "", pair[1]).patronymic


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("Инга", "Инна", "ng is ң"),
        ("Жанғали", "Жанали", "ng is ң"),
        ("Айгүлжан", "Айголжан", "ө is written о and у"),
    ],
)
def test_the_price_of_folding_is_known(first: str, second: str, why: str) -> None:
    assert name_key("", first).given == name_key("", second).given, why


def test_a_womans_name_in_ina_loses_its_ending_only_in_the_match_key() -> None:
    # After a swap nobody knows which of the two is the family name.
    woman, man = name_key("Ким", "Алина"), name_key("Ким", "Алин")
    assert woman.given != man.given
    assert woman.match_key == man.match_key


def test_no_two_groups_of_given_names_fold_into_one() -> None:
    groups = [group for group in spellings(SAME_GIVEN) if group[0] != "Әйгерім"]
    keys = [name_key("", group[0]).given for group in groups]
    assert len(set(keys)) == len(keys)


def test_a_key_is_what_the_version_says() -> None:
    # Stored keys would no longer be found if these changed without a new version.
    assert name_key("Сәрсенбаева", "Айгерім", "Серікқызы") == NameKeys(
        given="aigerim", family="sarsenbaev", patronymic="serik", match_key="aigerim sarsenbaev"
    )
    assert name_key("Щёголева", "Ұлжан-Шырын", "Ильинична") == NameKeys(
        given="uljanxirin", family="xegulev", patronymic="ilia", match_key="uljanxirin xegulev"
    )


@pytest.mark.parametrize(
    "given_name", ["Шыңғыс Серікұлы", "Shyngys Serik uly", "Шынгыс Серикович", "Шыңғыс  Серік-ұлы "]
)
def test_a_patronymic_in_the_field_of_the_given_name_is_moved(given_name: str) -> None:
    assert name_key("Әлімов", given_name) == name_key("Алимов", "Шынгыс", "Серикович")


@pytest.mark.parametrize("given_name", ["Роза Айгүлі", "Серік", "қызы", "Анна Мария", "ұлы Серік"])
def test_what_is_no_patronymic_stays_a_given_name(given_name: str) -> None:
    assert name_key("Ким", given_name).patronymic == ""


def test_a_given_name_of_two_words_keeps_both_when_a_patronymic_is_there() -> None:
    assert name_key("Ким", "Али Бекұлы", "Саматович").given == "alibekuli"


def test_an_unknown_part_is_empty_and_makes_no_match_of_its_own() -> None:
    assert name_key(None, None) == NameKeys("", "", "", "")
    assert name_key("  -  ", "'", "123") == NameKeys("", "", "", "")
    assert name_key(None, "Алия").match_key == name_key("Алия", "").match_key == "alia"


def test_names_of_other_scripts_stay_apart() -> None:
    keys = [name_key(family, given_name) for family, given_name in [("李", "明"), ("李", "华"), ("علي", "明")]]
    assert len({key.match_key for key in keys}) == 3
    assert all(key.match_key.isascii() for key in keys)


NAMES = st.text(alphabet=KAZAKH_CYRILLIC, min_size=1, max_size=14)


@given(NAMES, NAMES)
def test_the_match_key_does_not_mind_the_order(family: str, given_name: str) -> None:
    assert name_key(family, given_name).match_key == name_key(given_name, family).match_key


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_text_gives_short_lower_case_ascii(family: str, given_name: str, patronymic: str) -> None:
    keys = name_key(family, given_name, patronymic)
    assert keys == name_key(family, given_name, patronymic)
    assert re.fullmatch("[a-z0-9]*", keys.given + keys.family + keys.patronymic)
    assert re.fullmatch("[a-z0-9]*( [a-z0-9]+)?", keys.match_key)
    assert len(keys.family) <= 7 * len(unicodedata.normalize("NFC", family))


@given(NAMES, NAMES, NAMES)
def test_case_composition_apostrophes_and_hyphens_do_not_matter(family: str, given_name: str, patronymic: str) -> None:
    expected = name_key(family, given_name, patronymic)
    assert name_key(family.upper(), given_name.title(), patronymic.upper()) == expected
    decomposed = [unicodedata.normalize("NFD", part) for part in (family, given_name, patronymic)]
    assert name_key(*decomposed) == expected
    assert name_key(f" {family}’", f"ʻ{given_name}  ", f"'{patronymic}`") == expected


@given(NAMES, st.integers(min_value=0, max_value=12))
def test_a_doubled_letter_does_not_matter_in_a_given_name(given_name: str, position: int) -> None:
    position = min(position, len(given_name) - 1)
    letter = given_name[position]
    # A doubled й or и after a vowel is a change of the vowel, and я, ю, ё and е are two sounds each.
    if letter not in "бвгдзклмнпрстф":
        return
    doubled = given_name[:position] + letter + given_name[position:]
    assert name_key("Ким", doubled, "Ким").given == name_key("Ким", given_name, "Ким").given


# The transliterations, letter for letter. Syllables keep them unambiguous: 'с' before 'һ' would print the
# same 'sh' as 'ш', and no rule can tell them apart.
LATIN_2021 = dict(zip("аәбвгғдежзийкқлмнңоөпрстуұүфхһшыіэ", "aäbvgğdejziiqqlmnñoöprstuūüfhhşyıe", strict=True)) | {
    "к": "k"
}
PASSPORT = dict(zip("аәбвгғдезийкқлмнңоөпрстуұүфһшыіэ", "aabvggdeziykqlmnnooprstuuufh~yie", strict=True)) | {
    "к": "k", "қ": "k", "ж": "zh", "х": "kh", "ш": "sh", "ң": "ng", "ғ": "gh",
}  # fmt: skip
SYLLABLES = st.builds(
    lambda onset, vowel, coda: onset + vowel + coda,
    st.sampled_from("бгғджзкқлмнпрстш"),
    st.sampled_from("аәоөұүыіе"),
    st.sampled_from(["", "й", "л", "м", "н", "ң", "р", "к", "қ", "т"]),
)
KAZAKH_NAMES = st.builds("".join, st.lists(SYLLABLES, min_size=1, max_size=4))


@given(KAZAKH_NAMES)
def test_the_official_transliterations_fold_with_the_cyrillic_spelling(name: str) -> None:
    expected = name_key("", name, "Ким").given
    assert name_key("", "".join(LATIN_2021[letter] for letter in name), "Ким").given == expected
    assert name_key("", "".join(PASSPORT[letter] for letter in name), "Ким").given == expected


@given(KAZAKH_NAMES, st.booleans())
def test_son_and_daughter_share_the_patronymic(father: str, is_latin: bool) -> None:  # noqa: FBT001  # drawn by Hypothesis
    son, daughter = ("uly", "qyzy") if is_latin else ("ұлы", "қызы")
    if is_latin:
        father = "".join(LATIN_2021[letter] for letter in father)
    assert name_key("", "", father + son).patronymic == name_key("", "", father + daughter).patronymic
