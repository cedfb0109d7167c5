"""Who may see what, written down a second time, in other words and another language than row security.

It reads all rows as the owner and answers, for one account and one table, the set of keys that the account may see.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg

from casemgmt.access.roles import Reach
from tests.all_rows import Row
from tests.standing import Standing

Rule = Callable[["Expectation", Row], bool]


class Expectation(Standing):
    """What one account may see."""

    def visible(self, table: str) -> list[Row]:
        """Return the rows of a table that the account may see."""
        rule = RULES.get(table, Expectation.in_case)
        return [r for r in self.world.rows[table] if rule(self, r)]

    def in_case(self, row: Row) -> bool:
        """A row of a case: its team, and those whose reach covers it while it is not restricted."""
        return row["case_id"] in self.teams or (not row["restricted"] and self._by_reach(self.cases, row))

    def case(self, row: Row) -> bool:
        return self.in_case(row | {"case_id": row["id"]})

    def membership(self, row: Row) -> bool:
        return row["user_id"] == self.user_id or self.in_case(row)

    def handover(self, row: Row) -> bool:
        return self.in_case(row) or (row["to_user_id"] == self.user_id and row["state"] == "offered")

    def transfer(self, row: Row) -> bool:
        """An act of transfer: as its case; the body asked, and its answer; the body that gave, the act."""
        asked = row["to_organisation_id"] == self.body and row["state"] != "withdrawn"
        gave = row["from_organisation_id"] == self.body and not row["restricted"]
        return self.in_case(row) or (self._leads and (asked or gave))

    def service_referral(self, row: Row) -> bool:
        """What a body is asked: as its case; while it is open also the desk of that body, and who does it there."""
        open_there = row["to_organisation_id"] == self.body and row["state"] in {"offered", "accepted"}
        theirs = "referral_desk" in self.flags or row["responsible_id"] == self.user_id
        return self.in_case(row) or (open_there and theirs)

    def referred(self, row: Row) -> bool:
        """Whom it is about: as its case; those of the body once it has accepted, while the consent holds."""
        consent = self.world.by_id["consent"].get(row["consent_id"])
        over = consent is not None and (
            consent["state"] != "given" or (consent["expires_at"] is not None and consent["expires_at"] <= self.now)
        )
        referral = self.world.by_id["service_referral"][row["referral_id"]]
        accepted = referral["state"] == "accepted" and not over
        return self.in_case(row) or (accepted and self.service_referral(referral))

    def _sits(self, conference_id: UUID, *, may_read: bool = False) -> bool:
        """Invited to a conference that is still to come, or there when it was held and its minutes are unsigned.

        Whom it is about is read by who accepted or was there, and while the consent holds that names the body.
        """
        conference = self.world.by_id["conference"].get(conference_id)  # gone for who is shut out
        if conference is None:
            return False
        for place in self.world.rows["conference_participant"]:
            if place["conference_id"] != conference_id or place["user_id"] != self.user_id:
                continue
            answered = {"accepted"} if may_read else {"invited", "accepted"}
            comes = conference["state"] == "called" and place["state"] in answered
            if (comes or (conference["state"] == "held" and place["came"])) and (
                not may_read or self._holds(place["consent_id"])
            ):
                return True
        return False

    def _holds(self, consent_id: UUID | None) -> bool:
        consent = self.world.by_id["consent"].get(consent_id)
        if consent is None:
            return True
        return consent["state"] == "given" and (consent["expires_at"] is None or consent["expires_at"] > self.now)

    def conference(self, row: Row) -> bool:
        return self.in_case(row) or self._sits(row["id"])

    def of_conference(self, row: Row) -> bool:
        return self.in_case(row) or self._sits(row["conference_id"])

    def decision(self, row: Row) -> bool:
        """What was decided: as its case; who does it, until it is done; who was there, until the minutes are signed."""
        mine = row["responsible_id"] == self.user_id and row["state"] == "open"
        return mine or self.of_conference(row)

    def conference_share(self, row: Row) -> bool:
        mine = any(
            d["conference_id"] == row["conference_id"]
            and d["responsible_id"] == self.user_id
            and d["state"] == "open"
            and self._holds(d["consent_id"])
            for d in self.world.rows["conference_decision"]
        )
        return self.in_case(row) or mine or self._sits(row["conference_id"], may_read=True)

    def note(self, row: Row) -> bool:
        return (row["case_id"], row["help_kind"]) in self.helps

    def correction(self, row: Row) -> bool:
        """As its case; of a session's note: its readers, who says it, the case's manager, who leads body or region."""
        if row["record_type"] != "session_note" or not self.in_case(row):
            return self.in_case(row)
        note = self.world.by_id["session_note"].get(row["record_id"])
        manages = {m["case_id"] for m in self.places if m["team_role"] in {"manager", "deputy_manager"}}
        leads = self._by_reach(self.cases - {Reach.NATIONAL}, row)
        reads = note is not None and self.note(note)
        return reads or leads or row["proposed_by_id"] == self.user_id or row["case_id"] in manages

    def session(self, row: Row) -> bool:
        """A session: as its case, and for who leads the body in which it is held while it is not restricted."""
        return self.in_case(row) or (self._leads and row["centre_id"] == self.body and not row["restricted"])

    def participant(self, row: Row) -> bool:
        """Who takes part in a course: its leader, and who leads the centre; never the region, never the country."""
        course = self.world.by_id["course"][row["course_id"]]
        heads = bool({Reach.ORGANISATION, Reach.REGION} & self.cases) and course["organisation_id"] == self.body
        return heads or course["leader_id"] == self.user_id

    def attendance(self, row: Row) -> bool:
        return self.participant(self.world.by_id["course_participant"][row["participant_id"]])

    def booking(self, row: Row) -> bool:
        if row["meeting_id"] is not None:
            return True  # a course is open to all: when its leader and its room are taken
        return self.session(self.world.by_id["centre_session"][row["session_id"]])

    def absence(self, row: Row) -> bool:
        """Why a colleague is away is known in the own body, and to who is away."""
        return row["organisation_id"] == self.body or row["user_id"] == self.user_id

    def shelter(self, row: Row) -> bool:
        """A house for those who flee, and its beds: the heads of the centre that keeps it."""
        return "shelters" in self.flags and row["organisation_id"] == self.body

    def staying(self, row: Row) -> bool:
        """Who is in which bed: the team, whatever anybody's reach."""
        return row["case_id"] in self.teams

    def grant(self, row: Row) -> bool:
        """A grant of break-glass: its holder, the team, and those who review for the body that reviews it.

        What a grant opens is no part of this statement: it opens in a transaction that names it and in no other.
        """
        reviews = "break_glass" in self.flags and row["review_body_id"] == self.body
        return row["user_id"] == self.user_id or row["case_id"] in self.teams or reviews

    def conflict(self, row: Row) -> bool:
        """One's own declarations; those of one's body for who keeps them, but for what shuts out the keeper."""
        if row["user_id"] == self.user_id:
            return bool(row["declared_by_id"] == self.user_id)
        keeps = "conflicts" in self.flags and row["organisation_id"] == self.body
        return keeps and row["record_id"] not in self.shut_out

    def signal(self, row: Row) -> bool:
        if row["case_id"] in self.teams:
            return True
        if row["restricted"]:
            return False
        took = {Reach.ORGANISATION, Reach.REGION} & self.signals and row["received_by_organisation_id"] == self.body
        mine = row["registered_by_id"] == self.user_id or row["mobile_group_id"] in self.groups
        return bool(self._by_reach(self.signals, row) or took or mine)

    def event(self, row: Row) -> bool:
        """What is told outside: to who sees the case, or a signal by which it may be known."""
        signals, cases = self.world.by_id["signal"], self.world.by_id["case_record"]
        named = [signals[i] for i in row["signal_ids"] if i in signals]
        case = cases.get(row["about_case_id"])
        return any(self.signal(each) for each in named) or (case is not None and self.case(case))

    def keeps_webhooks(self, _: Row) -> bool:
        return "directory" in self.flags

    def of_signal(self, row: Row) -> bool:
        return self.signal(self.world.by_id["signal"][row["signal_id"]])

    def redirect(self, row: Row) -> bool:
        """A signal that was handed on: as the signal, and the body that did it, but of a restricted case."""
        bodies = {row["from_organisation_id"], row["by_organisation_id"]}
        handed_on = {Reach.ORGANISATION, Reach.REGION} & self.signals and self.body in bodies
        hidden = self.world.by_id["signal"][row["signal_id"]]["restricted"]
        return self.of_signal(row) or bool(handed_on and not hidden)

    def referral(self, row: Row) -> bool:
        if self.world.by_id["signal"][row["signal_id"]]["case_id"] in self.teams:
            return True
        holds = row["mobile_group_id"] in self.groups and row["state"] not in {"declined", "withdrawn"}
        return not row["restricted"] and (holds or self._by_reach(self.signals, row))

    def of_referral(self, row: Row) -> bool:
        return self.referral(self.world.by_id["referral"][row["referral_id"]])

    def of_visit_act(self, row: Row) -> bool:
        return self.of_referral(self.world.by_id["visit_act"][row["visit_act_id"]])

    def reporter(self, row: Row) -> bool:
        return "reporters" in self.flags and self.of_signal(row)

    def of_signal_or_case(self, row: Row) -> bool:
        return (row["signal_id"] is not None and self.of_signal(row)) or (
            row["case_id"] is not None and self.in_case(row)
        )

    def task(self, row: Row) -> bool:
        if row["case_id"] in self.teams:
            return True
        asked = row["kind"] in _ASKED_OF_ONE and row["assignee_id"] == self.user_id
        offered = row["record_type"] == "case_transfer" and self._leads and row["organisation_id"] == self.body
        if asked or offered:
            return True  # the receiver of an offer, and who reviews, also where the case is restricted
        if self._sees_what_it_is_about(row["record_id"]):
            return True
        if row["restricted"]:
            return False
        reach = self.signals if row["case_id"] is None else self.cases
        mine = row["assignee_id"] == self.user_id or row["mobile_group_id"] in self.groups
        return mine or self._by_reach(reach, row)

    def _sees_what_it_is_about(self, record_id: UUID) -> bool:
        """Whether a task shows because its record does: a referral of a body, a grant to review, a determination."""
        referred = self.world.by_id["service_referral"].get(record_id)
        glass = self.world.by_id["break_glass_grant"].get(record_id)
        about = self.world.by_id["benefit_determination"].get(record_id)
        return (
            (referred is not None and self.service_referral(referred))
            or (glass is not None and glass["user_id"] != self.user_id and self.grant(glass))
            or (about is not None and self.determination(about))
        )

    def of_task(self, row: Row) -> bool:
        task = self.world.by_id["task"].get(row["task_id"])  # gone for who is shut out
        return task is not None and self.task(task)

    def person(self, row: Row) -> bool:
        fresh = row["created_by_id"] == self.user_id and (self.now - row["created_at"]).days < 1
        if not row["restricted"] and (fresh or self._by_reach(self.cases, row)):
            return True
        in_cases = [c for c in self.world.rows["case_person"] if c["person_id"] == row["id"] and c["until"] is None]
        in_signals = [s for s in self.world.rows["signal_person"] if s["person_id"] == row["id"]]
        if row["restricted"]:
            return any(c["case_id"] in self.teams for c in in_cases)
        return any(self.in_case(c) for c in in_cases) or any(self.of_signal(s) for s in in_signals)

    def determination(self, row: Row) -> bool:
        """Facts of a whole family: all of its persons must be seen; or a benefits officer of its body or its region."""
        persons = [self.world.by_id["person"][person] for person in row["person_ids"]]
        if all(self.person(person) for person in persons):
            return True
        hidden = row["restricted"] or any(person["restricted"] for person in persons)
        mine = row["organisation_id"] == self.body or (self.region is not None and row["region_code"] == self.region)
        return "benefits" in self.flags and mine and not hidden

    def of_determination(self, row: Row) -> bool:
        return self.determination(self.world.by_id["benefit_determination"][row["determination_id"]])

    def of_person(self, row: Row) -> bool:
        return self.person(self.world.by_id["person"][row["person_id"]])

    def iin(self, row: Row) -> bool:
        return "identifiers" in self.flags and self.of_person(row)

    def contact(self, row: Row) -> bool:
        return "contacts" in self.flags and self.of_person(row)

    def protected_address(self, row: Row) -> bool:
        return bool(self._cases_of(row["person_id"]) & self.teams)

    def health_note(self, row: Row) -> bool:
        """Who writes it while seeing the person, and the medical side of the team."""
        if row["recorded_by_id"] == self.user_id and self.of_person(row):
            return True
        return any(m["sector"] == "health" or m["help_kind"] == "medical" for m in self._places_with(row["person_id"]))

    def screening_answers(self, row: Row) -> bool:
        """Who asked while seeing the signal, and those of the team who give psychological help."""
        if row["recorded_by_id"] == self.user_id and self.of_signal(row):
            return True
        return any(m["help_kind"] in {"psychological", "psychosocial"} for m in self._places_with(row["person_id"]))

    def adoption_fact(self, row: Row) -> bool:
        places = self._places_with(row["person_id"])
        return "adoptions" in self.flags and any(m["sector"] == "guardianship" for m in places)

    def _cases_of(self, person_id: UUID) -> set[UUID]:
        """The cases in which a person is now."""
        return {
            c["case_id"] for c in self.world.rows["case_person"] if c["person_id"] == person_id and c["until"] is None
        }

    def _places_with(self, person_id: UUID) -> list[Row]:
        """The account's places in teams of cases in which a person is now."""
        cases = self._cases_of(person_id)
        return [m for m in self.places if m["case_id"] in cases]

    def family(self, row: Row) -> bool:
        own = bool({Reach.ORGANISATION, Reach.REGION} & self.cases) and row["organisation_id"] == self.body
        fresh = row["created_by_id"] == self.user_id and (self.now - row["created_at"]).days < 1
        if not row["restricted"] and (own or fresh):
            return True
        return any(m["family_id"] == row["id"] and self.of_person(m) for m in self.world.rows["family_member"])

    def relationship(self, row: Row) -> bool:
        """Both must be seen; and of an adoption only those know who work on a case of one of the two."""
        if not (self.of_person(row) and self.person(self.world.by_id["person"][row["other_id"]])):
            return False
        adoption = row["kind"] in {"adoptive_parent", "adopted_child"}
        cases = self._cases_of(row["person_id"]) | self._cases_of(row["other_id"])
        return not adoption or bool(cases & self.teams)

    def document(self, row: Row) -> bool:
        """With its record; a secret one for those of the team whose work it is, and a day for who brought it."""
        owner, record, found = row["record_type"], row["record_id"], self.world.by_id
        cases = {row["case_id"]}
        if owner in {"case", "plan", "session"}:
            sees = self.in_case(row)
        elif owner == "signal":
            sees = record in found["signal"] and self.signal(found["signal"][record])
        elif owner == "visit_act":
            sees = record in found["visit_act"] and self.of_referral(found["visit_act"][record])
        elif owner == "person":
            sees = record in found["person"] and self.person(found["person"][record])
            cases = self._cases_of(record)
        else:
            decided = found["benefit_determination"].get(row["determination_id"])
            sees = decided is not None and self.determination(decided)
            cases = set() if decided is None else {decided["case_id"]}
        return sees and (self._opens(row["secrecy"], cases) or self._brought(row))

    def _opens(self, secrecy: str, cases: set[Any]) -> bool:
        if secrecy in {"ordinary", "reporter"}:
            return secrecy == "ordinary" or "reporters" in self.flags
        places = [m for m in self.places if m["case_id"] in cases]
        if secrecy == "adoption":
            return "adoptions" in self.flags and any(m["sector"] == "guardianship" for m in places)
        if secrecy == "medical":
            return any(m["sector"] == "health" or m["help_kind"] == "medical" for m in places)
        helps = {"legal"} if secrecy == "legal" else {"psychological", "psychosocial"}
        return any(m["help_kind"] in helps for m in places)

    def _brought(self, row: Row) -> bool:
        no_team_yet = row["case_id"] is None and row["record_type"] in {"signal", "visit_act"}
        return row["created_by_id"] == self.user_id and (no_team_yet or (self.now - row["created_at"]).days < 1)

    def intake(self, row: Row) -> bool:
        """A contact: the system that tells of it, its body, its region, and who sees a signal that it became."""
        became = [c for c in self.world.rows["contact_concern"] if c["contact_id"] == row["id"]]
        return self.told(row) or any(map(self.of_signal, became))

    def told(self, row: Row) -> bool:
        """What a system told: that system, its body, its region, and who sees all signals."""
        return row["sender_id"] == self.user_id or self._by_reach(self.signals, {"region_code": None} | row)

    def concern(self, row: Row) -> bool:
        """What a contact became: as the signal, and the system that tells of it."""
        return row["sender_id"] == self.user_id or self.of_signal(row)

    def caller(self, row: Row) -> bool:
        """Who got in touch: who may know reporters, sees the contact, and all signals that it became."""
        contact = self.world.by_id["contact"][row["contact_id"]]
        signals = [c for c in self.world.rows["contact_concern"] if c["contact_id"] == row["contact_id"]]
        may = "reporters" in self.flags and self.intake(contact) and all(map(self.of_signal, signals))
        return row["sender_id"] == self.user_id or may

    def wish(self, row: Row) -> bool:
        """How a child may be answered: the system that told it, and who sees the contact and all that it became."""
        contact = self.world.by_id["contact"][row["contact_id"]]
        signals = [c for c in self.world.rows["contact_concern"] if c["contact_id"] == row["contact_id"]]
        return row["sender_id"] == self.user_id or (self.intake(contact) and all(map(self.of_signal, signals)))

    def _carries(self, answer: Row) -> bool:
        return bool(self.world.by_id["contact"][answer["contact_id"]]["sender_id"] == self.user_id)

    def answer(self, row: Row) -> bool:
        """An answer: as its signal; the carrier keeps what it was given, to tell what became of it."""
        return self.of_signal(row) or (row["fetched_at"] is not None and self._carries(row))

    def answer_words(self, row: Row) -> bool:
        """The words: as the answer, but the carrier only while they are handed out to it."""
        answer = self.world.by_id["contact_answer"][row["answer_id"]]
        return self.answer(answer) and (answer["state"] == "fetched" or not self._carries(answer))

    def of_answer(self, row: Row) -> bool:
        return self.answer(self.world.by_id["contact_answer"][row["answer_id"]])

    def draft(self, row: Row) -> bool:
        """Its owner's alone."""
        return bool(row["owner_id"] == self.user_id)

    def document_key(self, row: Row) -> bool:
        document = self.world.by_id["document"].get(row["document_id"])
        return document is not None and self.document(document)

    def account(self, row: Row) -> bool:
        return row["kind"] != "system"

    def import_run(self, row: Row) -> bool:
        """An import: who prepares it, and those of its body who sign imports off."""
        return row["created_by_id"] == self.user_id or ("imports" in self.flags and row["organisation_id"] == self.body)

    def import_content(self, row: Row) -> bool:
        return self.import_run(self.world.by_id["import_run"][row["import_id"]])

    def origin(self, row: Row) -> bool:
        """Where a record came from is seen with the record."""
        if row["person_id"] is not None:
            return self.of_person(row)
        return self.of_signal_or_case(row)

    def everybody(self, _: Row) -> bool:
        return True

    def user_role(self, row: Row) -> bool:
        return row["user_id"] == self.user_id or "directory" in self.flags

    def account_change(self, row: Row) -> bool:
        """What is asked for accounts: administrators, and who heads the body, but for what is their own."""
        heads = "accounts" in self.flags and row["organisation_id"] == self.body
        return "directory" in self.flags or (heads and row["user_id"] != self.user_id)

    def account_notice(self, row: Row) -> bool:
        return bool(row["reader_id"] == self.user_id)

    def audit(self, _: Row) -> bool:
        return "audit" in self.flags

    def alert(self, row: Row) -> bool:
        """Log-ins for keepers of accounts, access for who answers for the body, all for auditors; no own ones."""
        mine = row["audience"] == "body" and "alerts" in self.flags and row["organisation_id"] == self.body
        hears = mine or "audit" in self.flags or (row["audience"] == "accounts" and "directory" in self.flags)
        return hears and row["user_id"] != self.user_id

    def records(self, _: Row) -> bool:
        """Holds, requests and plans: the records officers alone, for that a court asks is itself a secret."""
        return "records" in self.flags

    def subjects(self, _: Row) -> bool:
        """Requests for copies: the officers who answer them."""
        return "subjects" in self.flags

    def research(self, _: Row) -> bool:
        """What went out for research: those who take it out, and those who approve it."""
        return bool({"research", "records"} & self.flags)


_ASKED_OF_ONE = {"handover_acceptance", "break_glass_review", "known_child_contact"}
"""Kinds of tasks that their assignee sees also where they are restricted."""


RULES: dict[str, Rule] = {
    "account_change": Expectation.account_change,
    "account_notice": Expectation.account_notice,
    "adoption_fact": Expectation.adoption_fact,
    "answer_receipt": Expectation.of_answer,
    "answer_stop": Expectation.of_signal,
    "answer_text": Expectation.answer_words,
    "answer_wish": Expectation.wish,
    "app_user": Expectation.account,
    "audit_event": Expectation.audit,
    "contact": Expectation.intake,
    "contact_answer": Expectation.answer,
    "contact_caller": Expectation.caller,
    "contact_correction": Expectation.of_signal,
    "contact_concern": Expectation.concern,
    "contact_message": Expectation.told,
    "contact_refusal": Expectation.told,
    "benefit_appeal": Expectation.of_determination,
    "benefit_determination": Expectation.determination,
    "benefit_offer": Expectation.of_determination,
    "benefit_recomputation": Expectation.of_determination,
    "booking": Expectation.booking,
    "break_glass_grant": Expectation.grant,
    "case_handover": Expectation.handover,
    "case_transfer": Expectation.transfer,
    "record_error": Expectation.correction,
    "case_member": Expectation.membership,
    "case_record": Expectation.case,
    "centre_session": Expectation.session,
    "conference": Expectation.conference,
    "conference_decision": Expectation.decision,
    "conference_participant": Expectation.of_conference,
    "conference_share": Expectation.conference_share,
    "conference_signature": Expectation.of_conference,
    "draft": Expectation.draft,
    "course": Expectation.everybody,
    "course_attendance": Expectation.attendance,
    "course_meeting": Expectation.everybody,
    "course_participant": Expectation.participant,
    "duty_assignment": Expectation.of_task,
    "duty_shift": Expectation.everybody,
    "erasure_request": Expectation.records,
    "document": Expectation.document,
    "document_key": Expectation.document_key,
    "family": Expectation.family,
    "family_member": Expectation.of_person,
    "former_name": Expectation.of_person,
    "health_note": Expectation.health_note,
    "import_content": Expectation.import_content,
    "import_progress": Expectation.import_content,
    "import_run": Expectation.import_run,
    "imported_record": Expectation.origin,
    "legal_hold": Expectation.records,
    "mobile_group_member": Expectation.everybody,
    "person": Expectation.person,
    "person_address": Expectation.of_person,
    "person_contact": Expectation.contact,
    "person_iin": Expectation.iin,
    "protected_address": Expectation.protected_address,
    "referral": Expectation.referral,
    "relationship": Expectation.relationship,
    "reporter": Expectation.reporter,
    "research_export": Expectation.research,
    "research_project": Expectation.research,
    "retention_item": Expectation.records,
    "retention_plan": Expectation.records,
    "screening": Expectation.of_signal,
    "screening_answers": Expectation.screening_answers,
    "sealed_name": Expectation.adoption_fact,
    "security_alert": Expectation.alert,
    "service_referral": Expectation.service_referral,
    "service_referral_share": Expectation.referred,
    "session_note": Expectation.note,
    "shelter": Expectation.shelter,
    "shelter_place": Expectation.shelter,
    "signal": Expectation.signal,
    "signal_person": Expectation.of_signal,
    "signal_redirect": Expectation.redirect,
    "specialist_absence": Expectation.absence,
    "specialist_hours": Expectation.everybody,
    "specialist_paper": Expectation.everybody,
    "stay_person": Expectation.staying,
    "subject_copy": Expectation.subjects,
    "staff_absence": Expectation.absence,
    "staff_conflict": Expectation.conflict,
    "task": Expectation.task,
    "task_alert": Expectation.of_task,
    "mandatory_notice": Expectation.of_task,
    "task_hold": Expectation.of_task,
    "task_recalculation": Expectation.of_task,
    "timeline_entry": Expectation.of_signal_or_case,
    "user_role": Expectation.user_role,
    "webhook_attempt": Expectation.keeps_webhooks,
    "webhook_delivery": Expectation.keeps_webhooks,
    "webhook_event": Expectation.event,
    "webhook_subscription": Expectation.keeps_webhooks,
    "visit_act": Expectation.of_referral,
    "visit_act_edition": Expectation.of_visit_act,
    "visit_act_signature": Expectation.of_visit_act,
    "visit_attempt": Expectation.of_referral,
    "visitor_warning": Expectation.of_signal_or_case,
}


def keys(rows: list[Row], primary: list[str]) -> set[tuple[Any, ...]]:
    """Return the primary keys of rows."""
    return {tuple(r[c] for c in primary) for r in rows}


async def seen(service: asyncpg.Connection, table: str, primary: list[str]) -> set[tuple[Any, ...]]:
    """Return the primary keys that an unfiltered query shows to the actor of the open transaction."""
    rows = await service.fetch(f"SELECT {', '.join(primary)} FROM {table}")
    return {tuple(r) for r in rows}
