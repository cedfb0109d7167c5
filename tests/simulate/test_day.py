"""The day that is played: the volumes of the documents, the same from the same seed."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from casemgmt.answers.commands import WishGiven
from casemgmt.answers.policy import SafeHours, Standing, Wish, bars, next_safe
from casemgmt.contacts.commands import ContactTold
from casemgmt.demo.accounts import PLATES
from casemgmt.reference.lists import code_list
from casemgmt.reference.regions import find_region
from casemgmt.simulate.day import WHOLE_DAY, Stretch, plan
from casemgmt.simulate.narratives import TEXTS
from casemgmt.simulate.playing import Tempo, as_told
from casemgmt.simulate.scenes import Way
from casemgmt.simulate.volumes import CALLS_OF_2025, KINDS, QR_OF_A_DAY, TEXTS_OF_2025, arrivals, kind_of
from casemgmt.simulate.wishes import forbids, safe_until

SCHOOL_DAY = date(2025, 11, 20)


def test_the_date_gives_the_kind_of_day() -> None:
    kinds = {date(2025, 11, 20): "school-day", date(2025, 11, 22): "day-off", date(2025, 12, 16): "holiday"}
    assert {day: kind_of(day) for day in kinds} == kinds
    assert kind_of(date(2026, 7, 15)) == "day-off"


def test_volumes_are_those_of_the_documents() -> None:
    week = ["school-day"] * 5 + ["day-off"] * 2
    counts: Counter[str] = Counter()
    for seed in range(20):
        for n, kind in enumerate(week):
            day = Counter(a.channel for a in arrivals(kind, Random(f"{seed} {n}"), 60))
            assert QR_OF_A_DAY[0] <= day["qr_message"] <= QR_OF_A_DAY[1]
            counts += day
    assert counts["call"] / 20 / 7 * 365 == pytest.approx(CALLS_OF_2025, rel=0.03)
    assert counts["text_message"] / 20 / 7 * 365 == pytest.approx(TEXTS_OF_2025, rel=0.03)


def test_qr_messages_of_a_school_day_come_in_bursts_from_one_school() -> None:
    schools = Counter(
        (a.school, int(a.at // 180)) for a in arrivals("school-day", Random("1"), 60) if a.school is not None
    )
    assert max(schools.values()) >= 8
    assert all(a.school is None for a in arrivals("holiday", Random("1"), 60))


def test_the_same_seed_plays_the_same_day_and_a_part_of_it_is_a_part() -> None:
    whole = plan(SCHOOL_DAY, "school-day", 1, "run")
    assert plan(SCHOOL_DAY, "school-day", 1, "run") == whole
    assert plan(SCHOOL_DAY, "school-day", 2, "run") != whole
    hour = plan(SCHOOL_DAY, "school-day", 1, "run", Stretch(9 * 3600, 10 * 3600), 20)
    assert len(hour.scenes) == 20
    told = {scene.contact_id: scene.tellings[-1].contact for scene in whole.scenes}
    assert all(told[scene.contact_id] == scene.tellings[-1].contact for scene in hour.scenes)


@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_goes_wrong_happens_on_a_day(kind: str) -> None:
    day = plan(SCHOOL_DAY, kind, 111, "run")
    assert {telling.way for telling in day.tellings} == set(Way)
    assert day.outage is not None
    assert any(telling.at in day.outage for telling in day.tellings)
    finals = {s.contact_id for s in day.scenes if any(t.contact["stage"] == "final" for t in s.tellings)}
    assert len(finals) < len(day.scenes), "some calls break off"
    assert all(WHOLE_DAY.begin <= t.at <= WHOLE_DAY.end for t in day.tellings)
    languages = {t.contact["language"] for t in day.tellings}
    assert len({t.contact["plate"] for t in day.tellings if "plate" in t.contact}) > 5 or kind != "school-day"
    assert languages == {"kk", "kk-Latn", "ru", "mul"}
    revisions = [t.contact["revision"] for s in day.scenes for t in sorted(s.tellings, key=lambda t: t.at)]
    assert revisions != [t.contact["revision"] for s in day.scenes for t in s.tellings], "some overtake another"


def wish_of(told: ContactTold, given: WishGiven) -> Wish:
    """Return a wish as the service keeps it."""
    hours = [SafeHours(frozenset(range(7)), each.safe_from, each.safe_until) for each in given.safe_times]
    if not hours and told.caller is not None and told.caller.safe_from and told.caller.safe_until:
        hours = [SafeHours(frozenset(range(7)), told.caller.safe_from, told.caller.safe_until)]
    spoken = told.language.partition("-")[0]
    return Wish(
        wanted=given.wanted,
        means=given.means,
        language=given.language or (spoken if spoken in {"kk", "ru"} else None),
        reads=given.reads,
        hours=tuple(hours),
        anonymous=told.anonymous,
        in_session=told.channel == "qr_message",
        revision=told.revision,
    )


def test_its_reckoning_of_wishes_is_that_of_the_service() -> None:
    """Made twice, from the contract and from its code: this test knows both."""
    now, may, must_not, tempo = datetime.now(UTC), 0, 0, Tempo(0, 60)
    for telling in plan(SCHOOL_DAY, "school-day", 5, "run").tellings:
        contact = as_told(telling, tempo)
        told = ContactTold.model_validate(contact)
        if told.answer is None:
            continue
        wish = wish_of(told, told.answer)
        assert (forbids(contact) is None) == (bars(wish, Standing()) == ()), contact
        for hours in range(0, 24, 3):
            at = now + timedelta(hours=hours)
            if bars(wish, Standing()):
                must_not += 1
            else:
                may += 1
                span = next_safe(wish, at)
                assert span is not None
                assert safe_until(contact, at) == (span.until if span.opens <= at else None), contact
    assert min(may, must_not) > 100


def test_its_words_are_of_the_lists_of_the_service() -> None:
    """The simulator knows the contract alone; this test knows both."""
    assert set(TEXTS) <= set(code_list("signal_category").codes)
    for scene in plan(SCHOOL_DAY, "school-day", 3, "run").scenes:
        for told in (t.contact for t in scene.tellings):
            assert told.get("region_code") is None or find_region(told["region_code"]) is not None
            assert told.get("non_data") in {None, *code_list("non_data_contact").codes}
            assert told.get("function") in {None, *code_list("contact_centre_function").codes}
            assert told.get("plate") in {None, *(code for code, *_ in PLATES)}
