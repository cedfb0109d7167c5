"""What each act of the year means for the clocks and owners of cases, said once more in plain words.

The book is told what was done and when, never what the service made of it. It names the clocks that begin and end by
the words of the route (docs/states.md and the decisions 0033, 0037 and 0038), and who has them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from benchmarks.year import plain_time
from benchmarks.year.clocks import Clock
from benchmarks.year.country import Body, Worker
from benchmarks.year.records import RISKS, Case, Child, Signal
from benchmarks.year.signal_book import SignalBook

_NOTICES = ("mandatory_notice_police", "mandatory_notice_guardianship")
_REVIEWS = ("risk_review_low", "risk_review_medium", "risk_review_high")
_RISKY = {"plan_draft": "plan_draft_high_risk", "plan_review": "plan_review_high_risk"}
_LEAST = "risk_change_grace"


class Book(SignalBook):
    """Signals, cases and clocks of the year as they must be."""

    def opened(self, case: Case, signals: Sequence[Signal], at: datetime) -> None:
        """A case was opened from signals."""
        self.cases[case.id] = case
        for signal in signals:
            self._join(case, signal, at)
        for kind in ("first_contact_with_child", "assessment"):
            self.of_case(case, kind, at, case.manager)

    def attached(self, case: Case, signal: Signal, at: datetime) -> None:
        """A signal about a child of an open case joined it: the child is to be met anew."""
        self._join(case, signal, at)
        self.of_case(case, "first_contact_with_child", at, case.manager, signal=signal.id)

    def _join(self, case: Case, signal: Signal, at: datetime) -> None:
        signal.case = case
        for clock in self.clocks.of_signal(signal.id):
            clock.body, clock.region = case.body, case.region
            if clock.case is None:
                self.clocks.join(clock, case.id)
        waiting = [c for c in self.clocks.of_signal(signal.id) if c.end is None]
        for clock in waiting:
            if clock.kind in _NOTICES:
                self.clocks.give(clock, case.manager)
        self.clocks.end([c for c in waiting if c.kind not in _NOTICES], at)

    def met(self, case: Case, at: datetime) -> None:
        """The child was met."""
        case.contacts += 1
        self.end(case.id, ("first_contact_with_child",), at)

    def assessed(self, case: Case, child: Child, assessment: str, risk: str, at: datetime) -> None:
        """An assessment of a child was completed: the level of the case is the heaviest of its children's."""
        before = case.risk
        if child.assessment is not None and child.risk is not None and child.assessed_at is not None:
            self.end(child.assessment, _REVIEWS, at)
            child.earlier.append((child.assessment, child.risk, child.assessed_at))
        kind = "risk_review_high" if risk == "critical" else f"risk_review_{risk}"
        child.assessment, child.risk, child.assessed_at, case.assessed_at = assessment, risk, at, at
        case.risk = _heaviest(c.risk for c in case.children)
        if all(self._of_this_round(case, c) for c in case.children):
            self.end(case.id, ("assessment",), at)
        self._recalculate(case, before, at)
        self.of_case(case, kind, at, case.manager, record_type="assessment", record=assessment)

    @staticmethod
    def _of_this_round(case: Case, child: Child) -> bool:
        since = case.reopened_at or case.opened_at
        return child.assessed_at is not None and child.assessed_at >= since

    def _recalculate(self, case: Case, before: str | None, at: datetime) -> None:
        """Change running clocks that depend on the level: from their start, with the holds that there were."""
        if (before == "high") == (case.risk == "high") or case.risk is None:
            return
        for clock in self.clocks.of_case(case.id):
            if clock.kind not in _RISKY or clock.due < at:
                continue
            old, new = (_RISKY[clock.kind] if r == "high" else clock.kind for r in (before, case.risk))
            warn, due = self._counted(clock, new)
            if due < clock.due:  # nobody is late by it: a working day is left, and never more than there was
                least = plain_time.due_of(_LEAST, at)
                due, warn = (
                    min(max(due, least), clock.due),
                    min(max(warn, plain_time.warning_of(_LEAST, at, least)), clock.warn),
                )
            elif clock.due != self._counted(clock, old)[1]:
                continue  # somebody chose an earlier day
            clock.changes += 1
            held = clock.steps[-1].held_until
            self.clocks.move(clock, at, min(warn, due), due, held if held is not None and held > at else None)
            if clock.warn > at:
                clock.warned = False  # it is warned of again before its new due moment

    @staticmethod
    def _counted(clock: Clock, term: str) -> tuple[datetime, datetime]:
        due = plain_time.due_of(term, clock.start)
        warn = plain_time.warning_of(term, clock.start, due)
        working = plain_time.term_on(term, plain_time.local(clock.start).date()).working
        for since, until in clock.stops:
            warn, due = (plain_time.put_off(m, since, until, working=working) for m in (warn, due))
        return warn, due

    def staged(self, case: Case, at: datetime, stage: str) -> None:
        """The case went on to its next stage."""
        stops = {"assessment": ("first_contact_with_child",), "planning": ("first_contact_with_child", "assessment")}
        self.end(case.id, stops.get(stage, ("",)), at)
        if stage == "planning":
            self._owe_draft(case, at, since=case.assessed_at)

    def _owe_draft(self, case: Case, at: datetime, since: datetime | None = None) -> None:
        term = _RISKY["plan_draft"] if case.risk == "high" else "plan_draft"
        self.of_case(case, "plan_draft", at, case.manager, term=term, since=since)

    # The plan

    def signed(self, case: Case, plan: str, at: datetime) -> None:
        """The manager signed a version of the plan."""
        self.end(case.id, ("plan_draft",), at)
        self.of_case(case, "plan_approval", at, record_type="plan", record=plan)

    def returned(self, case: Case, plan: str, at: datetime) -> None:
        """The second person gave a version back."""
        self.end(plan, ("plan_approval",), at)
        self._owe_draft(case, at)

    def approved(self, case: Case, plan: str, at: datetime, review_on: date) -> None:
        """A version is in force; the one before has given way."""
        self.end(plan, ("plan_approval",), at)
        if case.plan is not None:
            self.end(case.plan, ("plan_review",), at)
        case.plan = plan
        self.owe_review(case, at, review_on)

    def reviewed(self, case: Case, at: datetime, next_on: date) -> None:
        """The plan in force was looked at."""
        self.end(str(case.plan), ("plan_review",), at)
        self.owe_review(case, at, next_on)

    def owe_review(self, case: Case, at: datetime, day: date) -> None:
        """The plan in force is to be looked at by its term, or earlier by a day that was chosen."""
        term = _RISKY["plan_review"] if case.risk == "high" else "plan_review"
        about = {"record_type": "plan", "record": case.plan}
        self.of_case(case, "plan_review", at, case.manager, term=term, last_day=day, **about)

    # The end, and after it

    def closure_proposed(self, case: Case, at: datetime) -> None:
        """Somebody proposed to close the case."""
        self.of_case(case, "closure_approval", at)

    def closure_returned(self, case: Case, at: datetime) -> None:
        """The second person sent the closure back."""
        self.end(case.id, ("closure_approval",), at)

    def closed(self, case: Case, at: datetime, check: str | None) -> None:
        """The case is closed: what is left of its clocks ends, and the child is looked after once more later."""
        self.end(case.id, ("closure_approval",), at)
        self.clocks.end(self.clocks.of_case(case.id), at, "cancelled")
        case.closed = True
        if check is not None:
            self._owe_check(case, check, at)

    def _owe_check(self, case: Case, check: str, at: datetime, day: date | None = None) -> None:
        about = {"record_type": "follow_up_check", "record": check}
        self.of_case(case, "follow_up_check", at, case.manager, last_day=day, **about)

    def followed_up(self, case: Case, check: str, at: datetime, next_check: tuple[str, date] | None) -> None:
        """Somebody looked after the child after the closure."""
        self.end(check, ("follow_up_check",), at)
        if next_check is not None:
            self._owe_check(case, next_check[0], at, next_check[1])

    def reopened(self, case: Case, at: datetime) -> None:
        """The case begins anew at the assessment."""
        checks = [c for c in self.clocks.of_case(case.id) if c.kind == "follow_up_check"]
        self.clocks.end(checks, at, "cancelled")
        case.closed, case.reopened_at = False, at
        for kind in ("first_contact_with_child", "assessment"):
            self.of_case(case, kind, at, case.manager)

    # Who answers for it

    def handover_offered(self, case: Case, handover: str, to: Worker, at: datetime) -> None:
        """The case was offered to a colleague."""
        self.of_case(case, "handover_acceptance", at, to, record_type="case_handover", record=handover)

    def handover_answered(self, case: Case, handover: str, to: Worker, at: datetime, *, accepted: bool) -> None:
        """The colleague answered; accepted, all that was open of the one before is theirs."""
        self.end(handover, ("handover_acceptance",), at)
        if accepted:
            self._pass(case, to, at, [c for c in self.clocks.of_case(case.id) if c.owner is case.manager])

    def _pass(self, case: Case, to: Worker, at: datetime, clocks: Iterable[Clock]) -> None:
        for clock in list(clocks):
            self.clocks.give(clock, to)
        moved = to.body is not case.body
        case.manager, case.body, case.region = to, to.body, to.body.region or case.region
        case.owners.append((at, to))
        if moved:
            for clock in self.clocks.ever_of_case(case.id):
                clock.body, clock.region = case.body, case.region

    def transfer_offered(self, transfer: str, to: Body, at: datetime) -> None:
        """The case was offered to a body elsewhere, whose desk owes an answer."""
        self.start("transfer_acceptance", "case_transfer", transfer, at, to, to.region)

    def transfer_answered(
        self, case: Case, transfer: str, at: datetime, manager: Worker | None = None, left: Iterable[Worker] = ()
    ) -> None:
        """The body answered; accepted, the case is the new manager's, with all that those who left had to do."""
        self.end(transfer, ("transfer_acceptance",), at)
        if manager is None:
            return
        open_ones = self.clocks.of_case(case.id)
        self.clocks.end([c for c in open_ones if c.kind == "handover_acceptance"], at, "cancelled")
        gone = {case.manager, *left}
        self._pass(case, manager, at, [c for c in self.clocks.of_case(case.id) if c.owner in gone or c.group])
        for clock in self.clocks.of_case(case.id):
            clock.group = None
        self.of_case(case, "contact_after_transfer", at, manager)

    def handed_on(self, worker: Worker, to: Sequence[Worker], at: datetime, offers: Iterable[str]) -> None:
        """All work of somebody who leaves went to colleagues: each case to the one with the fewest."""
        for offer in offers:
            self.end(offer, ("handover_acceptance",), at, "cancelled")
        loads = [sum(not c.closed for c in self._cases_of(w)) for w in to]
        for case in sorted(self._cases_of(worker), key=lambda c: (c.opened_at, c.id)):
            heir = min(range(len(to)), key=lambda n: (loads[n], n))
            loads[heir] += not case.closed
            self._pass(case, to[heir], at, [c for c in self.clocks.of_case(case.id) if c.owner is worker])
        for clock in self.clocks.of_owner(worker):
            self.clocks.give(clock, self.cases[clock.case].manager if clock.case else None)

    def _cases_of(self, worker: Worker) -> list[Case]:
        return [c for c in self.cases.values() if c.manager is worker]

    # Errors

    def error_proposed(self, case: Case, correction: str, at: datetime) -> None:
        """Somebody said that a record is an error."""
        self.of_case(case, "correction_decision", at, record_type="record_error", record=correction)

    def error_decided(self, correction: str, at: datetime) -> None:
        """A second person decided on it."""
        self.end(correction, ("correction_decision",), at)

    def contact_taken_out(self, case: Case, at: datetime) -> None:
        """A contact never happened: the clock that it had stopped runs again from where it began."""
        case.contacts -= 1
        if case.contacts == 0 and not case.seen_on_visit:
            self._again(case, "first_contact_with_child", at)

    def assessment_taken_out(self, case: Case, child: Child, at: datetime) -> None:
        """An assessment was of another child: the one before it counts, or none."""
        before = case.risk
        self.clocks.end(self.clocks.of_record(str(child.assessment), *_REVIEWS), at, "cancelled")
        child.assessment, child.risk, child.assessed_at = child.earlier.pop() if child.earlier else (None,) * 3
        case.risk = _heaviest(c.risk for c in case.children)
        case.assessed_at = max((c.assessed_at for c in case.children if c.assessed_at is not None), default=None)
        self._recalculate(case, before, at)
        if child.assessment is not None:
            self._review_again(case, child.assessment, at)
        if not all(self._of_this_round(case, c) for c in case.children):
            self._again(case, "assessment", at)

    def _review_again(self, case: Case, assessment: str, at: datetime) -> None:
        """The review that the error had ended is owed again, at the moment that it had then."""
        before = next(c for c in reversed(self.clocks.ever_of_case(case.id)) if c.record == assessment)
        if before.end is not None:
            about = {"record_type": "assessment", "record": assessment, "since": before.start}
            clock = self.of_case(case, before.kind, at, case.manager, **about)
            self.clocks.set_moments(clock, before.warn, before.due)

    def _again(self, case: Case, kind: str, at: datetime) -> None:
        before = [c for c in self.clocks.ever_of_case(case.id) if c.kind == kind and c.record == case.id]
        if before and before[-1].end is not None:
            self.of_case(case, kind, at, case.manager, since=before[-1].start)

    # By hand

    def task_set(self, case: Case, task: str, owner: Worker, at: datetime, due: datetime) -> None:
        """Somebody set a task by hand: it warns when three quarters of its time have passed."""
        warn = due - (due - at) / 4
        clock = Clock("manual", "case", case.id, "", at, warn, due, case.body, case.region, case=case.id, owner=owner)
        clock.task_id = task
        self.clocks.add(clock)


def _heaviest(risks: Iterable[str | None]) -> str | None:
    known = [r for r in risks if r is not None]
    return max(known, key=RISKS.index) if known else None


def days_after(at: datetime, days: int) -> date:
    """Return the day so many days after a moment, in Kazakhstan."""
    return plain_time.local(at).date() + timedelta(days=days)
