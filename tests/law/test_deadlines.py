from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import DayKind
from rules.deadlines import Due, add_months, compute_due, show_moment
from rules.errors import BeyondConfirmedError, NaiveTimeError, NotInForceError, UnknownNameError
from rules.loader import COUNTING_VERSION, load_law, rules_version
from rules.parameters import Status
from rules.terms import DayOff, TermUnit
from rules.zone import local_moment, to_local
from tests.law.files import small_law

LAW = load_law()
HOUSE = sorted(code for code, entry in LAW.deadlines.items() if not entry.values[0].status.is_law)
CITED = sorted(set(LAW.deadlines) - set(HOUSE))
NEEDED = [
    "triage_emergency",
    "triage_urgent",
    "triage_standard",
    "referral_acceptance_emergency",
    "referral_acceptance_urgent",
    "referral_acceptance_standard",
    "visit_emergency",
    "visit_urgent",
    "visit_standard",
    "visit_report",
    "case_opening",
    "first_contact_with_child",
    "assessment",
    "plan_draft",
    "plan_approval",
    "plan_review",
    "measure_request_answer",
    "handover_acceptance",
    "transfer_acceptance",
    "service_referral_acceptance",
    "service_referral_completion",
    "service_referral_return",
    "conference_answer",
    "conference_attendance",
    "conference_decision",
    "conference_record",
    "conference_return",
    "conference_sign_off",
    "contact_after_transfer",
    "correction_decision",
    "coming_of_age",
    "death_review",
    "responsibility_review",
    "risk_review_high",
    "risk_review_medium",
    "risk_review_low",
    "follow_up_check",
    "closure_approval",
    "consultation_answer",
    "redirect_acknowledgement",
    "redirect_acknowledgement_emergency",
    "redirect_acknowledgement_urgent",
    "known_child_contact",
    "mandatory_notice_police",
    "mandatory_notice_guardianship",
    "emergency_acknowledgement",
    "high_severity_no_action_review",
    "benefit_decision",
    "benefit_refusal_confirmation",
    "benefit_offer_answer",
    "benefit_appeal",
    "conflict_take_over",
    "staff_take_over",
    "absence_uncovered",
    "group_place_uncovered",
    "role_ending",
    "break_glass_review",
    "contact_abandoned",
    "contact_correction",
    "contact_source_silent",
    "answer_decision",
    "answer_delivery",
    "answer_failed",
    "draft_end",
    "escalation_head",
    "escalation_region",
    "escalation_supervisor",
    "escalation_urgent",
    "mention",
    "no_show_call",
    "no_show_signal",
    "no_show_visit",
    "plan_draft_high_risk",
    "plan_review_high_risk",
    "repeated_no_show",
    "session_without_specialist",
    "risk_change_grace",
    "temporary_stay",
    "stay_after_transfer",
    "waiting_offer",
    "warning_review",
]
FIRST = datetime(2024, 3, 2, tzinfo=UTC)
FOUR_YEARS = 4 * 365 * 24 * 3600 * 1_000_000
MOMENTS = st.integers(0, FOUR_YEARS).map(lambda count: FIRST + timedelta(microseconds=count))


def due(code: str, moment: str) -> Due:
    return compute_due(code, datetime.fromisoformat(moment))


# Event, due and warning on the clocks of Kazakhstan. A difference here without a change of the data means
# that counting changed: raise COUNTING_VERSION and say so in rules/CHANGELOG.md.
GOLDEN = [
    (
        "triage_emergency",
        "2025-12-31T23:50+05:00",
        "Thu 2026-01-01 00:05 +05:00",
        "Wed 2025-12-31 23:59 +05:00",
    ),
    (
        "triage_standard",
        "2025-06-13T17:59+05:00",
        "Mon 2025-06-16 18:00 +05:00",
        "Mon 2025-06-16 14:00 +05:00",
    ),
    ("visit_urgent", "2024-02-28T10:00+06:00", "Thu 2024-02-29 10:00 +06:00", "Thu 2024-02-29 04:00 +06:00"),
    (
        "visit_standard",
        "2025-03-20T16:00+05:00",
        "Fri 2025-03-28 18:00 +05:00",
        "Fri 2025-03-28 09:00 +05:00",
    ),
    (
        "visit_standard",
        "2024-05-03T16:00+05:00",
        "Fri 2024-05-10 18:00 +05:00",
        "Fri 2024-05-10 09:00 +05:00",
    ),
    ("visit_report", "2026-11-20T16:00+05:00", "Mon 2026-11-23 18:00 +05:00", "Mon 2026-11-23 14:00 +05:00"),
    ("assessment", "2025-12-22T09:00+05:00", "Thu 2026-01-08 18:00 +05:00", "Tue 2026-01-06 09:00 +05:00"),
    ("plan_review", "2025-01-31T12:00+05:00", "Fri 2025-02-28 18:00 +05:00", "Mon 2025-02-24 09:00 +05:00"),
    ("plan_review", "2024-01-31T12:00+06:00", "Thu 2024-02-29 18:00 +06:00", "Fri 2024-02-23 09:00 +06:00"),
    ("plan_review", "2025-02-22T12:00+05:00", "Wed 2025-03-26 18:00 +05:00", "Mon 2025-03-17 09:00 +05:00"),
    (
        "follow_up_check",
        "2025-11-30T12:00+05:00",
        "Mon 2026-03-02 18:00 +05:00",
        "Tue 2026-02-17 09:00 +05:00",
    ),
    (
        "benefit_multi_child_decision",
        "2025-03-07T10:00+05:00",
        "Wed 2025-03-19 18:00 +05:00",
        "Tue 2025-03-18 09:00 +05:00",
    ),
    (
        "proactive_survivor_answer",
        "2025-06-05T10:00+05:00",
        "Sun 2025-06-08 18:00 +05:00",
        "Sat 2025-06-07 14:48 +05:00",
    ),
]


@pytest.mark.parametrize(("code", "event", "due_at", "warn_at"), GOLDEN)
def test_counting_gives_the_due_times_worked_out_by_hand(code: str, event: str, due_at: str, warn_at: str) -> None:
    found = due(code, event)
    assert (show_moment(found.due_at), show_moment(found.warn_at)) == (due_at, warn_at)
    assert COUNTING_VERSION == 1


def test_every_deadline_of_the_route_exists_and_none_of_them_claims_to_be_law() -> None:
    assert sorted(NEEDED) == HOUSE
    for code in HOUSE:
        found = due(code, "2026-11-20T16:00+05:00")
        assert (found.status, found.citation, found.is_law) == (Status.HOUSE_DEFAULT, None, False)
        assert "not law" in found.steps[0].text


@pytest.mark.parametrize("code", CITED)
def test_a_term_of_law_carries_its_citation_and_is_refused_past_its_confirmed_date(code: str) -> None:
    found = due(code, "2026-03-31T10:00+05:00")
    assert found.citation is not None
    assert found.citation.source in found.steps[0].text
    with pytest.raises(BeyondConfirmedError, match=code):
        due(code, "2026-04-01T00:00+05:00")


@given(st.sampled_from(HOUSE), MOMENTS, MOMENTS)
def test_a_later_event_is_never_due_or_warned_earlier(code: str, one: datetime, other: datetime) -> None:
    first, last = (compute_due(code, at) for at in sorted((one, other)))
    assert first.due_at <= last.due_at
    assert first.warn_at <= last.warn_at


@given(st.sampled_from(HOUSE), MOMENTS)
def test_event_warning_and_due_stand_in_order_and_every_step_is_told(code: str, at: datetime) -> None:
    found = compute_due(code, at)
    assert found.started_at <= found.warn_at <= found.due_at
    assert found.started_at < found.due_at
    codes = [step.code for step in found.steps]
    assert codes[:2] == ["term", "started"]
    assert {"due", "warn"} <= set(codes)
    assert ("provisional" in codes) == found.provisional
    assert found.rules_version == rules_version()
    assert all(moment.tzinfo is UTC for moment in (found.started_at, found.warn_at, found.due_at))


@given(st.sampled_from(HOUSE), MOMENTS)
def test_a_term_of_days_is_never_due_on_a_day_off_and_ends_with_the_working_day(code: str, at: datetime) -> None:
    deadline = LAW.deadlines[code]
    if deadline.values[0].unit.counts_whole_days and deadline.last_day_off is not DayOff.KEEP:
        local = to_local(compute_due(code, at).due_at)
        assert LAW.calendar.is_working_day(local.date())
        assert local.time() == time(18)
        assert local.date() > to_local(at).date()


@given(st.sampled_from(HOUSE), MOMENTS)
def test_calendar_hours_run_at_night_and_on_days_off(code: str, at: datetime) -> None:
    term = LAW.deadlines[code].values[0]
    lengths = {TermUnit.CALENDAR_MINUTES: timedelta(minutes=1), TermUnit.CALENDAR_HOURS: timedelta(hours=1)}
    if term.unit in lengths:
        found = compute_due(code, at)
        assert found.due_at - at == lengths[term.unit] * term.value
        assert not found.provisional
        assert found.calendar_status is None


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_months_keep_the_number_of_the_day_or_take_the_last_day(day: date, count: int) -> None:
    found = add_months(day, count)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == count
    assert found.day == day.day or (found.day < day.day and (found + timedelta(1)).day == 1)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
        (date(2025, 1, 30), 1, date(2025, 2, 28)),
    ],
)
def test_months_at_leap_days_and_year_ends(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(st.times())
def test_the_hour_of_the_event_does_not_move_a_term_of_days(clock: time) -> None:
    found = compute_due("visit_standard", local_moment(date(2025, 6, 10), clock))
    assert found.due_at == local_moment(date(2025, 6, 13), time(18))


def test_the_day_of_the_event_is_that_of_kazakhstan_not_of_utc() -> None:
    assert to_local(due("triage_standard", "2025-06-09T20:00+00:00").due_at).date() == date(2025, 6, 11)


def test_the_explanation_names_every_day_that_was_not_counted() -> None:
    texts = [step.text for step in due("visit_standard", "2025-03-06T16:00+05:00").steps]
    assert "Sat 2025-03-08 is a holiday (International Women's Day): not counted." in texts
    assert "Mon 2025-03-10 is a moved day off: not counted." in texts
    worked = [step.text for step in due("triage_standard", "2025-01-04T12:00+05:00").steps]
    assert "Working day 1: Sun 2025-01-05 (a weekend day that is worked)." in worked
    assert LAW.calendar.day(date(2025, 1, 5)).kind is DayKind.WORKING_WEEKEND


def test_a_term_that_passes_the_known_calendar_is_provisional_and_still_answered() -> None:
    assert not due("visit_report", "2025-12-30T12:00+05:00").provisional
    assert due("visit_report", "2025-12-31T12:00+05:00").provisional
    beyond = due("assessment", "2035-05-01T12:00+05:00")
    assert (beyond.provisional, beyond.calendar_status) == (True, Status.UNVERIFIED)


def test_the_term_of_another_day_and_of_earlier_knowledge_can_be_asked(tmp_path: Path) -> None:
    law = small_law(tmp_path)
    event = datetime.fromisoformat("2025-03-03T10:00+05:00")
    assert compute_due("answer", event, law=law).parameter == "answer@2025-01-01"
    assert compute_due("answer", event, on=date(2024, 12, 31), law=law).parameter == "answer@2020-01-01"
    known = compute_due("answer", event, on=date(2024, 1, 1), known_on=date(2024, 1, 1), law=law)
    assert to_local(known.due_at).date() == date(2025, 3, 6)


def test_a_question_without_answer_is_a_named_error() -> None:
    with pytest.raises(UnknownNameError, match="near to it: visit_urgent"):
        due("visit_urgnt", "2025-06-10T10:00+05:00")
    with pytest.raises(NaiveTimeError):
        due("visit_urgent", "2025-06-10T10:00")
    with pytest.raises(NotInForceError, match="2023-12-31"):
        due("visit_urgent", "2023-12-31T10:00+06:00")


WORKING_HOURS_TERM = """\
deadlines:
  reply:
    label: {kk: "a", ru: "b", en: "A reply"}
    runs_from: "the question"
    values:
      - {value: 4, unit: working_hours, in_force_from: 2020-01-01, status: house_default, reason: "r"}
    warn: {after_percent: 50}
"""


@pytest.mark.parametrize(
    ("event", "due_at", "warn_at"),
    [
        ("2025-03-07T16:00+05:00", "Tue 2025-03-11 11:00 +05:00", "Fri 2025-03-07 18:00 +05:00"),
        ("2025-03-07T14:00+05:00", "Fri 2025-03-07 18:00 +05:00", "Fri 2025-03-07 16:00 +05:00"),
        ("2025-03-08T03:00+05:00", "Tue 2025-03-11 13:00 +05:00", "Tue 2025-03-11 11:00 +05:00"),
    ],
)
def test_working_hours_stand_still_outside_the_hours_of_work(
    tmp_path: Path, event: str, due_at: str, warn_at: str
) -> None:
    law = small_law(tmp_path, {"kz/deadlines/reply.yaml": WORKING_HOURS_TERM})
    found = compute_due("reply", datetime.fromisoformat(event), law=law)
    assert (show_moment(found.due_at), show_moment(found.warn_at)) == (due_at, warn_at)
    assert any(step.code == "hours" for step in found.steps)


def test_a_warning_longer_than_its_term_is_given_with_the_event(tmp_path: Path) -> None:
    text = WORKING_HOURS_TERM.replace("after_percent: 50", "before: 8, unit: working_hours")
    law = small_law(tmp_path, {"kz/deadlines/reply.yaml": text})
    found = compute_due("reply", datetime.fromisoformat("2025-03-12T10:00+05:00"), law=law)
    assert found.warn_at == found.started_at
