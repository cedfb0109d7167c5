"""What each act of the year means for the clocks of signals and referrals, said once more in plain words."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from benchmarks.year import plain_time
from benchmarks.year.clocks import Clock, Clocks
from benchmarks.year.country import Body, Country, Worker
from benchmarks.year.records import SEVERE, SEVERITIES, TRIAGE, Case, Signal, suggested_severity, suggested_urgency

ACCEPTANCE = tuple(f"referral_acceptance_{u}" for u in ("emergency", "urgent", "standard"))
VISIT = tuple(f"visit_{u}" for u in ("emergency", "urgent", "standard"))
_DESK = ("triage_emergency", "triage_urgent", "triage_standard", "emergency_acknowledgement", "case_opening")


def redirect_clock(urgency: str) -> str:
    """Return the clock of a redirect's answer."""
    return "redirect_acknowledgement" + {"standard": ""}.get(urgency, f"_{urgency}")


class SignalBook:
    """Signals and their clocks as they must be."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self.clocks = Clocks(country)
        self.signals: dict[str, Signal] = {}
        self.cases: dict[str, Case] = {}
        self.acts = 0

    def start(
        self,
        kind: str,
        record_type: str,
        record: str,
        at: datetime,
        body: Body,
        region: str | None,
        *,
        since: datetime | None = None,
        term: str | None = None,
        last_day: date | None = None,
        **about: Any,
    ) -> Clock:
        """Begin a clock by a declared term; on an earlier day that a person chose, it is due when that day ends."""
        start, term = since or at, term or kind
        due = plain_time.due_of(term, start)
        warn = plain_time.warning_of(term, start, due)
        if last_day is not None and plain_time.closing(last_day) < due:
            due = max(plain_time.closing(last_day), start)
            warn = min(warn, due)
        return self.clocks.add(Clock(kind, record_type, record, term, start, warn, due, body, region, **about))

    def desk_clock(self, signal: Signal, kind: str, at: datetime, **more: Any) -> Clock:
        about = {"record_type": "signal", "record": signal.id} | more
        return self.start(kind, at=at, body=signal.body, region=signal.region, signal=signal.id, **about)

    def of_case(self, case: Case, kind: str, at: datetime, owner: Worker | None = None, **more: Any) -> Clock:
        """Begin a clock of a case."""
        about = {"record_type": "case", "record": case.id} | more
        return self.start(kind, at=at, body=case.body, region=case.region, case=case.id, owner=owner, **about)

    def end(self, record: str, kinds: Sequence[str], at: datetime, how: str = "completed") -> None:
        """End the open clocks of a record."""
        self.clocks.end(self.clocks.of_record(record, *kinds), at, how)

    # The desk

    def registered(self, signal: Signal, at: datetime) -> None:
        """A signal was recorded: its triage is owed."""
        self.signals[signal.id] = signal
        signal.gravest = suggested_severity(signal.category)
        signal.urgency = suggested_urgency(signal.category, signal.gravest)
        self.desk_clock(signal, f"triage_{signal.urgency}", at)

    def triaged(
        self,
        signal: Signal,
        at: datetime,
        outcome: str,
        severity: str,
        referral: str | None = None,
        group: str | None = None,
    ) -> None:
        """The desk has decided; `no_ground_proposed` waits for a second person."""
        signal.gravest = max(signal.gravest, severity, key=SEVERITIES.index)
        signal.urgency = "emergency" if outcome == "emergency" else suggested_urgency(signal.category, severity)
        self.end(signal.id, _DESK, at)
        match outcome:
            case "emergency":
                self.desk_clock(signal, "emergency_acknowledgement", at)
            case "mobile_group_referral":
                kind = f"referral_acceptance_{signal.urgency}"
                self.desk_clock(signal, kind, at, record_type="referral", record=referral, group=group)
            case "consultation":
                self.desk_clock(signal, "consultation_answer", at)
            case "redirect":
                self.desk_clock(signal, redirect_clock(signal.urgency), at)
            case "no_ground_proposed":
                self.desk_clock(signal, "high_severity_no_action_review", at)
        if not outcome.startswith("no_ground") and (signal.gravest in SEVERE or signal.urgency != "standard"):
            self._notices(signal, at)

    def _notices(self, signal: Signal, at: datetime) -> None:
        known = {c.kind for c in self.clocks.of_signal(signal.id)}
        for kind in TRIAGE["mandatory_notices"].get(signal.category, ()):
            if kind not in known:
                self.desk_clock(signal, kind, at)

    def desk_done(self, signal: Signal, at: datetime, kind: str, then: str | None = None) -> None:
        """A clock of the desk was answered; `then` begins."""
        self.end(signal.id, (kind,), at)
        if then is not None:
            self.desk_clock(signal, then, at)

    # The mobile group

    def referral_step(
        self, signal: Signal, referral: str, group: str, at: datetime, step: str, offered: datetime
    ) -> None:
        """The group answered, visited, or gave back."""
        about = {"record_type": "referral", "record": referral, "group": group}
        match step:
            case "accept":
                self.end(referral, ACCEPTANCE, at)
                self.desk_clock(signal, f"visit_{signal.urgency}", at, since=offered, **about)
            case "decline":
                self.end(referral, ACCEPTANCE, at)
                self.end(referral, VISIT, at, "cancelled")
                self.desk_clock(signal, f"triage_{signal.urgency}", at)
            case "visit":
                self.end(referral, VISIT, at)
                self.desk_clock(signal, "visit_report", at, **about)

    def reported(self, signal: Signal, referral: str, at: datetime, outcome: str) -> None:
        """The act of the visit was handed in: the signal is with its desk again, or closed."""
        self.end(referral, ("visit_report",), at)
        if outcome == "emergency_measures":
            self.desk_clock(signal, "emergency_acknowledgement", at)
            self._notices(signal, at)
        elif outcome == "accompaniment":
            self.desk_clock(signal, "case_opening", at)
