"""The figures of the benefit law: cited, without gaps, and true to every sum that was published."""

import re
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from rules.errors import BeyondConfirmedError, NotInForceError, NotKnownYetError
from rules.loader import load_law
from rules.parameters import ParameterValue, RoundingDirection, Status, Unit
from tests.law.files import HOURS, faults_of

LAW = load_law()
BENEFITS = sorted(name for name, place in LAW.places.items() if re.search(r"/kz/[a-z_]+/parameters/", place.path))
MRP, MINIMUM = "mrp.benefits", "subsistence_minimum"
MULTI, CARE, CHILD, ADULT, SURVIVOR, AWARD = (
    "multi_child_benefit.size.",
    "child_care_benefit.size.",
    "disability_benefit.size.child.",
    "disability_benefit.size.adult.",
    "survivor_state_benefit.size.",
    "awarded_mother_benefit.size.",
)
CARER, CARER_1 = "disabled_child_carer_benefit.size", "group1_carer_benefit.size"


def figure(name: str, on: date) -> Fraction:
    return LAW.value(name, on).exact


def rounded(sum_: Fraction, direction: str) -> int:
    if direction == RoundingDirection.UP:
        return -(-sum_.numerator // sum_.denominator)
    assert direction == RoundingDirection.HALF_UP
    return (2 * sum_.numerator + sum_.denominator) // (2 * sum_.denominator)


# The evidence on rounding, of the notes and beside them: size, index, day, exact sum, sum published.
SAY_UP = [
    (f"{CARE}2", MRP, date(2018, 6, 1), "16378.05", 16379),
    (f"{CARE}3", MRP, date(2018, 6, 1), "18879.25", 18880),
    (CARER, MINIMUM, date(2018, 6, 1), "29698.20", 29699),
    (f"{MULTI}5", MRP, date(2020, 1, 1), "53126.04", 53127),
    (f"{MULTI}7", MRP, date(2020, 3, 31), "74387.06", 74388),
    (f"{MULTI}4", MRP, date(2020, 4, 1), "44531.34", 44532),
    (f"{MULTI}7", MRP, date(2021, 12, 31), "81851.02", 81852),
    (f"{MULTI}6", MRP, date(2022, 3, 31), "73665.15", 73666),
    (f"{MULTI}5", MRP, date(2025, 7, 1), "78797.28", 78798),
    (CARER, MINIMUM, date(2026, 3, 1), "81870.11", 81871),
    (f"{CHILD}group_1", MINIMUM, date(2026, 3, 1), "111872.2", 111873),
    (f"{CHILD}group_2", MINIMUM, date(2026, 3, 1), "93057.33", 93058),
    (f"{ADULT}group_3", MINIMUM, date(2026, 3, 1), "61021.2", 61022),
    (CARER, MINIMUM, date(2019, 7, 1), "41577.20", 41578),
    (CARER_1, MINIMUM, date(2019, 7, 1), "41577.20", 41578),
    (f"{CARE}3", MRP, date(2021, 1, 1), "22898.45", 22899),
    (f"{CARE}4", MRP, date(2021, 1, 1), "25961.30", 25962),
    (f"{CHILD}group_2", MINIMUM, date(2021, 1, 1), "54540.18", 54541),
    (f"{MULTI}4", MRP, date(2022, 4, 1), "50975.4", 50976),
    (f"{ADULT}group_2", MINIMUM, date(2025, 1, 1), "81361.28", 81362),
    (f"{CARE}2", MRP, date(2026, 2, 1), "29453.25", 29454),
    (f"{CARE}3", MRP, date(2026, 2, 1), "33951.25", 33952),
    (f"{MULTI}6", MRP, date(2026, 2, 1), "104016.25", 104017),
    (f"{SURVIVOR}5", MINIMUM, date(2026, 3, 1), "139840.25", 139841),
]
SAY_HALF_UP = [
    (f"{MULTI}4", MRP, date(2022, 4, 1), "50975.4", 50975),
    (f"{MULTI}5", MRP, date(2022, 4, 1), "63727.2", 63727),
    (f"{CARE}2", MRP, date(2022, 1, 1), "20859.03", 20859),
    (f"{CARE}1", MRP, date(2025, 7, 1), "22648.32", 22648),
    (f"{CARE}3", MRP, date(2025, 7, 1), "30866.2", 30866),
    (CARER, MINIMUM, date(2025, 7, 1), "74427.08", 74427),
    (f"{ADULT}group_1", MINIMUM, date(2026, 3, 1), "111872.2", 111872),
    (f"{ADULT}group_3", MINIMUM, date(2026, 3, 1), "61021.2", 61021),
    (f"{CARE}2", MRP, date(2026, 2, 1), "29453.25", 29453),
    (f"{CARE}3", MRP, date(2026, 2, 1), "33951.25", 33951),
]
# Sums that both directions give, so they prove size and index, and nothing about rounding.
SAY_NEITHER = [
    (f"{MULTI}4", MRP, date(2020, 1, 1), 42496),
    (f"{MULTI}4", MRP, date(2024, 5, 1), 59183),
    (f"{MULTI}4", MRP, date(2025, 5, 1), 63030),
    (f"{MULTI}6", MRP, date(2025, 5, 1), 94565),
    (f"{MULTI}7", MRP, date(2025, 5, 1), 110332),
    ("birth_grant.size.lower", MRP, date(2019, 5, 1), 95950),
    ("asp_child_supplement.size", MRP, date(2025, 5, 1), 5898),
    ("survivor_state_benefit.full_orphan", MINIMUM, date(2026, 1, 1), 78311),
    (f"{SURVIVOR}1", MINIMUM, date(2026, 3, 1), 46783),
    (f"{SURVIVOR}2", MINIMUM, date(2026, 3, 1), 86447),
    (f"{SURVIVOR}3", MINIMUM, date(2026, 3, 1), 114415),
    (f"{SURVIVOR}4", MINIMUM, date(2026, 3, 1), 132213),
    (f"{SURVIVOR}6", MINIMUM, date(2026, 3, 1), 152553),
    (f"{AWARD}altyn_alka", MRP, date(2021, 6, 1), 18669),
    (f"{AWARD}kumis_alka", MRP, date(2021, 6, 1), 18669),
    (f"{AWARD}mother_heroine", MRP, date(2023, 7, 1), 25530),
    (f"{AWARD}kumis_alka", MRP, date(2025, 8, 1), 25165),
    (f"{AWARD}maternal_glory_2", MRP, date(2025, 8, 1), 29097),
    (f"{AWARD}altyn_alka", MRP, date(2026, 3, 1), 32005),
    (CARER, MINIMUM, date(2019, 6, 30), 31183),
    (CARER_1, MINIMUM, date(2021, 11, 1), 48023),
    (f"{CHILD}group_1", MINIMUM, date(2021, 6, 1), 65860),
    (f"{CHILD}group_3", MINIMUM, date(2021, 6, 1), 48023),
    (f"{ADULT}group_1", MINIMUM, date(2025, 1, 1), 101702),
    (f"{ADULT}group_3", MINIMUM, date(2025, 1, 1), 55474),
    ("birth_grant.size.higher", MRP, date(2022, 1, 1), 192969),
    ("birth_grant.size.higher", MRP, date(2023, 1, 1), 217350),
    (f"{ADULT}group_1", MINIMUM, date(2023, 3, 1), 77889),
    (f"{ADULT}group_2", MINIMUM, date(2023, 3, 1), 62068),
    (f"{ADULT}group_3", MINIMUM, date(2023, 3, 1), 42190),
]


@pytest.mark.parametrize(("size", "index", "on", "exact", "published"), [*SAY_UP, *SAY_HALF_UP])
def test_each_sum_of_the_evidence_has_its_exact_value(
    size: str, index: str, on: date, exact: str, published: int
) -> None:
    found = figure(size, on) * figure(index, on)
    assert found == Fraction(exact)
    assert published in {rounded(found, RoundingDirection.UP), rounded(found, RoundingDirection.HALF_UP)}


@pytest.mark.parametrize(("size", "index", "on", "exact", "published"), SAY_UP)
def test_a_sum_of_the_body_that_pays_is_rounded_as_the_parameter_says(
    size: str, index: str, on: date, exact: str, published: int
) -> None:
    benefit = size.split(".", maxsplit=1)[0]
    direction = str(LAW.value(f"rounding.direction.{benefit}", on).value)
    found = figure(size, on) * figure(index, on)
    assert rounded(found, direction) == published
    assert rounded(found, RoundingDirection.HALF_UP) != published, "it would prove nothing"


@pytest.mark.parametrize(("size", "index", "on", "exact", "published"), SAY_HALF_UP)
def test_a_press_sum_agrees_with_the_reading_that_was_not_taken(
    size: str, index: str, on: date, exact: str, published: int
) -> None:
    direction = LAW.value(f"rounding.direction.{size.split('.', maxsplit=1)[0]}", on)
    assert direction.status is Status.UNVERIFIED
    assert [other.value for other in direction.alternatives] == [RoundingDirection.HALF_UP]
    assert rounded(figure(size, on) * figure(index, on), RoundingDirection.HALF_UP) == published


@pytest.mark.parametrize(("size", "index", "on", "published"), SAY_NEITHER)
def test_a_published_sum_comes_out_in_either_direction(size: str, index: str, on: date, published: int) -> None:
    found = figure(size, on) * figure(index, on)
    assert {rounded(found, way) for way in (RoundingDirection.UP, RoundingDirection.HALF_UP)} == {published}


@pytest.mark.parametrize(("on", "published"), [(date(2020, 5, 1), 88896), (date(2022, 5, 1), 101760)])
def test_eight_children_are_paid_four_for_each(on: date, published: int) -> None:
    children = LAW.value("multi_child_benefit.per_child_from", on).exact
    value = LAW.value("multi_child_benefit.per_child", on)
    assert children * value.exact * figure(MRP, on) == published
    assert value.status is Status.UNVERIFIED
    assert "32.06" in str(value.alternatives[0].value)


def test_the_poverty_lines_that_were_published_are_their_share_of_the_minimum() -> None:
    share = "asp.line_share.minimum"
    for on, published in ((date(2019, 3, 31), 14849), (date(2019, 4, 1), 20789)):
        assert rounded(figure(share, on) * figure(MINIMUM, on), RoundingDirection.UP) == published
        assert figure("asp.poverty_line.republic", on) == published
    on = date(2020, 6, 30)
    assert figure(share, on) * figure("asp.regional_minimum.almaty_city", on) == 23513
    assert figure("asp.poverty_line.almaty_city", on) == 23513
    on = date(2023, 7, 1)
    assert rounded(figure(share, on) * figure(MINIMUM, on), RoundingDirection.UP) == 28397


def test_the_index_values_are_those_of_the_table() -> None:
    table = [
        (date(2019, 1, 1), "2525", "29698", "42500"),
        (date(2020, 1, 1), "2651", "31183", "42500"),
        (date(2020, 4, 1), "2778", "32668", "42500"),
        (date(2021, 1, 1), "2917", "34302", "42500"),
        (date(2022, 1, 1), "3063", "36018", "60000"),
        (date(2022, 4, 1), "3180", "37389", "60000"),
        (date(2023, 1, 1), "3450", "40567", "70000"),
        (date(2024, 1, 1), "3692", "43407", "85000"),
        (date(2025, 1, 1), "3932", "46228", "85000"),
        (date(2026, 1, 1), "4325", "50851", "85000"),
    ]
    firsts = [*(row[0] for row in table), date(2026, 4, 1)]
    for (_, *row), (first, following) in zip(table, pairwise(firsts), strict=True):
        for on in (first, following - timedelta(days=1)):
            assert [str(LAW.value(name, on).value) for name in (MRP, MINIMUM, "minimum_wage")] == row


def test_there_are_two_indexes_from_april_2022() -> None:
    assert figure("mrp.other", date(2022, 3, 31)) == figure(MRP, date(2022, 3, 31))
    assert figure("mrp.other", date(2022, 4, 1)) == 3063
    assert figure(MRP, date(2022, 4, 1)) == 3180
    with pytest.raises(NotInForceError):
        LAW.value("mrp.other", date(2023, 1, 1))


SAMPLE = [
    ("birth_grant.size.higher", date(2026, 1, 1), 63, "mrp", Status.PUBLISHED),
    ("birth_grant.size.higher", date(2020, 1, 1), 63, "mrp", Status.UNVERIFIED),
    ("birth_grant.claim_months", date(2026, 1, 1), 12, "months", Status.UNVERIFIED),
    ("child_care_benefit.size.4", date(2026, 1, 1), Fraction("8.90"), "mrp", Status.PUBLISHED),
    ("child_care_benefit.until_months", date(2022, 12, 31), 12, "months", Status.PUBLISHED),
    ("child_care_benefit.until_months", date(2023, 1, 1), 18, "months", Status.PUBLISHED),
    ("awarded_mother_benefit.size.altyn_alka", date(2026, 1, 1), Fraction("7.40"), "mrp", Status.PUBLISHED),
    ("awarded_mother_benefit.size.kumis_alka", date(2026, 1, 1), Fraction("6.40"), "mrp", Status.PUBLISHED),
    ("awarded_mother_benefit.size.altyn_alka", date(2023, 6, 30), Fraction("6.40"), "mrp", Status.PUBLISHED),
    ("awarded_mother_benefit.size.maternal_glory_1", date(2023, 6, 30), Fraction("6.40"), "mrp", Status.UNVERIFIED),
    ("mother_award.children_from.altyn_alka", date(2026, 1, 1), 7, "count", Status.PUBLISHED),
    (CARER, date(2019, 6, 30), Fraction("1.05"), MINIMUM, Status.PUBLISHED),
    (CARER, date(2019, 7, 1), Fraction("1.40"), MINIMUM, Status.PUBLISHED),
    (CARER, date(2023, 6, 30), Fraction("1.40"), MINIMUM, Status.PUBLISHED),
    (CARER, date(2023, 7, 1), Fraction("1.61"), MINIMUM, Status.UNVERIFIED),
    (CARER, date(2026, 1, 1), Fraction("1.61"), MINIMUM, Status.PUBLISHED),
    ("multi_child_benefit.student_before_age", date(2026, 1, 1), 23, "years", Status.UNVERIFIED),
    ("child_maintenance.size.guardianship", date(2023, 7, 28), 10, "mrp", Status.UNVERIFIED),
    ("child_maintenance.size.professional_foster_family", date(2025, 7, 1), 10, "mrp", Status.PUBLISHED),
    ("survivor_state_benefit.size.6", date(2026, 1, 1), 3, MINIMUM, Status.PUBLISHED),
    ("disability_benefit.size.child_under_7", date(2026, 1, 1), Fraction("1.61"), MINIMUM, Status.PUBLISHED),
    (f"{ADULT}group_2", date(2024, 1, 1), Fraction("1.76"), MINIMUM, Status.UNVERIFIED),
    ("maternity_payment.days.nuclear_zone", date(2026, 1, 1), 170, "days", Status.PUBLISHED),
    ("child_care_payment.share", date(2026, 1, 1), Fraction(2, 5), "percent", Status.PUBLISHED),
    ("survivor_payment.minimum_wage_share", date(2026, 1, 1), Fraction(1, 2), "percent", Status.PUBLISHED),
    ("asp_child_supplement.before_months", date(2026, 1, 1), 84, "months", Status.PUBLISHED),
    ("asp_refusal.contract_broken", date(2026, 1, 1), 6, "months", Status.PUBLISHED),
    ("asp_income_counts.multi_child_benefit", date(2019, 12, 31), 0, "flag", Status.UNVERIFIED),
    ("asp_income_counts.multi_child_benefit", date(2020, 1, 1), 1, "flag", Status.UNVERIFIED),
    ("housing_assistance.share.ekibastuz", date(2026, 1, 1), Fraction(1, 20), "percent", Status.PUBLISHED),
]


@pytest.mark.parametrize(("name", "on", "exact", "unit", "status"), SAMPLE)
def test_a_figure_is_the_one_of_the_notes(name: str, on: date, exact: Fraction, unit: str, status: Status) -> None:
    value = LAW.value(name, on)
    assert (value.exact, value.unit, value.status) == (exact, unit, status)


def test_a_disputed_size_keeps_the_other_reading_and_the_reason() -> None:
    value = LAW.value("professional_foster_pay.size", date(2025, 7, 1))
    assert (value.value, value.status) == (75, Status.UNVERIFIED)
    assert [(other.value, "line 1203" in other.source, bool(other.why_not)) for other in value.alternatives] == [
        (70, True, True)
    ]
    with pytest.raises(NotInForceError):
        LAW.value("professional_foster_pay.size", date(2025, 6, 30))


def test_a_change_that_became_known_late_can_be_asked_as_it_was_known() -> None:
    on = date(2020, 4, 3)
    assert [LAW.value(MRP, on, day).value for day in (date(2020, 4, 7), date(2020, 4, 8))] == [2651, 2778]
    share, on = "asp.line_share.median", date(2025, 1, 3)
    assert [LAW.value(share, on, day).value for day in (date(2025, 1, 5), date(2025, 1, 6))] == [50, 35]
    with pytest.raises(NotKnownYetError):
        LAW.value("asp.line_share.minimum", on, date(2025, 1, 5))


@pytest.mark.parametrize(
    ("name", "on"),
    [(MRP, date(2026, 4, 1)), (f"{CHILD}group_1", date(2022, 1, 1)), (f"{CHILD}group_3", date(2023, 6, 30))],
)
def test_a_day_that_no_source_speaks_of_is_refused(name: str, on: date) -> None:
    with pytest.raises(BeyondConfirmedError):
        LAW.value(name, on)


def all_values() -> list[tuple[str, ParameterValue]]:
    return [(name, value) for name in BENEFITS if name in LAW.parameters for value in LAW.parameters[name].values]


def test_every_value_is_cited_and_none_claims_to_be_verified() -> None:
    assert len(all_values()) > 150
    for name, value in all_values():
        assert value.citation is not None, name
        assert value.status in {Status.PUBLISHED, Status.UNVERIFIED}, name
        assert value.in_force_before is not None or value.confirmed_through is not None, name
        if value.confirmed_through is not None:
            assert value.confirmed_through <= date(2026, 3, 31), name


def test_general_knowledge_and_disputes_are_never_published() -> None:
    for name, value in all_values():
        assert value.citation is not None
        if value.status is Status.PUBLISHED:
            assert "general knowledge" not in value.citation.source, name
            assert not value.alternatives, name


def test_on_every_day_between_its_first_and_last_a_figure_has_one_value() -> None:
    for name in BENEFITS:
        if name not in LAW.parameters:
            continue
        values = LAW.parameters[name].values
        starts = sorted({value.in_force_from for value in values})
        ends = [value.in_force_before for value in values]
        for start in starts:
            assert start in LAW.value(name, start).in_force
        for end in ends:
            if end is not None and end < max(e or date.max for e in ends):
                assert any(end in value.in_force for value in values), f"{name} has no value on {end}"


def test_a_figure_is_exact_and_fits_its_unit() -> None:
    for name, value in all_values():
        assert not isinstance(value.value, float), name
        if value.unit is Unit.ROUNDING_DIRECTION:
            with pytest.raises(TypeError):
                _ = value.exact
        else:
            assert value.exact.denominator <= 100, name


def test_the_list_of_absent_figures_names_parameters_by_their_names() -> None:
    listed = (Path(__file__).parents[2] / "rules/law/kz/ABSENT.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+\.[a-z_.0-9]+)`", listed))
    assert named
    for name in named:
        assert any(known == name or known.startswith(f"{name}.") for known in LAW.parameters), name


VALUE = """\
  some.figure:
    label: {kk: "a", ru: "b", en: "c"}
    values:
      - {value: VALUE, unit: UNIT, in_force_from: 2000-01-01, status: house_default, reason: "r"}
"""


@pytest.mark.parametrize(
    ("value", "unit", "message"),
    [
        ("-1", "tenge", "a value in tenge is an exact number, not negative"),
        ('"1 000"', "tenge", "a value in tenge is an exact number"),
        ("100.5", "percent", "a share in percent is at most 100"),
        ("1.5", "months", "a value in months is a whole number"),
        ("-4", "count", "a value in count is a whole number"),
        ("2", "flag", "a flag is 0 or 1"),
        ('"upwards"', "rounding_direction", "a rounding direction is up, down, half_up"),
        ("1", "mpr", "is needed here; did you mean 'mrp'?"),
    ],
)
def test_a_value_that_its_unit_cannot_count_is_refused(tmp_path: Path, value: str, unit: str, message: str) -> None:
    text = HOURS + VALUE.replace("VALUE", value).replace("UNIT", unit)
    assert any(message in fault for fault in faults_of(tmp_path, "kz/parameters/hours.yaml", text))


def test_a_value_with_another_reading_must_be_unverified(tmp_path: Path) -> None:
    other = 'alternatives: [{value: 2, source: "s", why_not: "w"}]'
    text = HOURS + VALUE.replace("VALUE", "1").replace("UNIT", "mrp").replace('reason: "r"', f'reason: "r", {other}')
    faults = faults_of(tmp_path, "kz/parameters/hours.yaml", text)
    assert any("a value with alternatives is unverified" in fault for fault in faults)
