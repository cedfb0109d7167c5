"""Clocks as they must be: started, held, recalculated, ended, warned of and overdue, kept beside the service's own.

This is the plain calculation: a clock is a few moments, and a step is written down whenever they change. Nothing of the
service decides anything here; its answers are compared with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush

from benchmarks.year import plain_time
from benchmarks.year.country import Body, Country, Worker

FOR_EVER = datetime.max.replace(tzinfo=UTC)
LEVELS = ("escalation_supervisor", "escalation_head", "escalation_region")
_URGENT = "escalation_urgent"
_A_MOMENT = timedelta(microseconds=1)


@dataclass(slots=True)
class Step:
    """What holds of a clock from a moment on."""

    since: datetime
    warn: datetime
    due: datetime
    held_until: datetime | None = None


@dataclass(slots=True, eq=False)
class Clock:
    """A task with its term."""

    kind: str
    record_type: str
    record: str
    term: str
    start: datetime
    warn: datetime
    due: datetime
    body: Body
    region: str | None
    signal: str | None = None
    case: str | None = None
    group: str | None = None
    owner: Worker | None = None
    about: str | None = None
    origin: "Clock | None" = None
    """Of an escalation: the clock that is overdue."""
    task_id: str | None = None
    """By which the service knows it, once that was seen."""
    end: datetime | None = None
    how: str | None = None
    steps: list[Step] = field(default_factory=list)
    stops: list[list[datetime]] = field(default_factory=list)
    """Holds: since when its time stood still, and until when."""
    changes: int = 0
    alerts: list[tuple[str, str | None, datetime, datetime]] = field(default_factory=list)
    """Kind, level, when it came true, when it was noticed."""
    warned: bool = False
    breached: datetime | None = None

    @property
    def working(self) -> bool:
        """Whether it runs in working time alone."""
        if not plain_time.is_declared(self.kind):
            return False
        return plain_time.term_on(self.kind, plain_time.local(self.start).date()).working

    def held_at(self, at: datetime) -> bool:
        """Whether its time stands still at a moment."""
        held = self.at(at).held_until
        return held is not None and at < held

    def at(self, moment: datetime) -> Step:
        """Return what held of it at a moment, as was known then."""
        return next((s for s in reversed(self.steps) if s.since <= moment), self.steps[0])

    def state_at(self, moment: datetime) -> str:
        """Return where it stood at a moment, in the words of the service."""
        step = self.at(moment)
        if self.end is not None and self.end <= moment:
            return f"{self.how}_late" if self.end > step.due else str(self.how)
        if moment < self.start:
            return "not_started"
        if step.held_until is not None and moment < step.held_until:
            return "on_hold"
        if moment > step.due:
            return "breached"
        return "warning" if moment >= step.warn else "running"


@dataclass(slots=True)
class Fact:
    """A warning, a breach or a step of an escalation that must be noticed."""

    clock: Clock
    kind: str
    level: str | None
    at: datetime
    candidates: tuple[Worker, ...] = ()
    """Of an escalation: who may be told."""


class Clocks:
    """All clocks there have been, and what must be noticed of them when."""

    def __init__(self, country: Country) -> None:
        self._country = country
        self.all: list[Clock] = []
        self._open: dict[str, list[Clock]] = defaultdict(list)
        self._of_case: dict[str, list[Clock]] = defaultdict(list)
        self._of_signal: dict[str, list[Clock]] = defaultdict(list)
        self._of_owner: dict[str, dict[int, Clock]] = defaultdict(dict)
        self._looks: list[tuple[datetime, int, Clock]] = []
        self._looked = 0

    def add(self, clock: Clock) -> Clock:
        """Take a clock in that begins."""
        clock.steps.append(Step(clock.start, clock.warn, clock.due))
        self.all.append(clock)
        self._open[clock.record].append(clock)
        if clock.case is not None:
            self._of_case[clock.case].append(clock)
        if clock.signal is not None:
            self._of_signal[clock.signal].append(clock)
        self.give(clock, clock.owner)
        self._watch(clock)
        return clock

    def give(self, clock: Clock, owner: Worker | None) -> None:
        """Say who has it from now on."""
        if clock.owner is not None:
            self._of_owner[clock.owner.id].pop(id(clock), None)
        clock.owner = owner
        if owner is not None:
            self._of_owner[owner.id][id(clock)] = clock

    def join(self, clock: Clock, case: str) -> None:
        """Say that it belongs to a case from now on."""
        clock.case = case
        self._of_case[case].append(clock)

    def of_record(self, record: str, *kinds: str) -> list[Clock]:
        """Return the open clocks of a record, of some kinds or all."""
        return [c for c in self._open.get(record, ()) if c.end is None and (not kinds or c.kind in kinds)]

    def of_case(self, case: str) -> list[Clock]:
        """Return the open clocks of a case."""
        return [c for c in self._of_case.get(case, ()) if c.end is None]

    def ever_of_case(self, case: str) -> list[Clock]:
        """Return all clocks of a case."""
        return self._of_case.get(case, [])

    def of_signal(self, signal: str) -> list[Clock]:
        """Return all clocks of a signal."""
        return self._of_signal.get(signal, [])

    def of_owner(self, worker: Worker) -> list[Clock]:
        """Return the open clocks that somebody has."""
        return [c for c in self._of_owner[worker.id].values() if c.end is None]

    def end(self, clocks: Iterable[Clock], at: datetime, how: str = "completed") -> None:
        """End clocks; the escalations that are about them end with them."""
        for clock in list(clocks):
            clock.end, clock.how = at, how
            self._open[clock.record].remove(clock)
            if clock.task_id is not None and clock.origin is None:
                self.end(self.of_record(clock.task_id), at)

    def move(self, clock: Clock, since: datetime, warn: datetime, due: datetime, held: datetime | None = None) -> None:
        """Write down new moments of a clock."""
        clock.warn, clock.due = warn, due
        clock.steps.append(Step(since, warn, due, held))
        self._watch(clock)

    def set_moments(self, clock: Clock, warn: datetime, due: datetime) -> None:
        """Give a clock that has just begun other moments than its term does."""
        clock.warn, clock.due = warn, due
        clock.steps[:] = [Step(clock.start, warn, due)]
        self._watch(clock)

    def hold(self, clock: Clock, at: datetime, until: datetime) -> None:
        """Stop its time until a moment."""
        clock.stops.append([at, until])
        warn, due = (plain_time.put_off(m, at, until, working=clock.working) for m in (clock.warn, clock.due))
        self.move(clock, at, warn, due, until)

    def end_hold(self, clock: Clock, at: datetime) -> None:
        """Let it go on now: it is due by as much earlier as the hold is shorter."""
        until, clock.stops[-1][1] = clock.stops[-1][1], at
        warn, due = (plain_time.put_off(m, until, at, working=clock.working) for m in (clock.warn, clock.due))
        self.move(clock, at, warn, due)

    def _watch(self, clock: Clock) -> None:
        held = clock.steps[-1].held_until
        for moment in {max(clock.warn, held or clock.warn), clock.due + _A_MOMENT}:
            self._looked += 1
            heappush(self._looks, (moment, self._looked, clock))

    def next_look(self) -> datetime:
        """Return the earliest moment at which something may have to be noticed."""
        while self._looks:
            moment, _, clock = self._looks[0]
            gone = clock.end is not None and clock.end <= clock.due
            if not gone and clock.breached is None and (moment > clock.due or not clock.warned):
                return moment
            heappop(self._looks)
        return FOR_EVER

    def notice(self, at: datetime) -> list[Fact]:
        """Return what a look at a moment must notice, each fact once."""
        looked_at: dict[int, Clock] = {}
        while self._looks and self._looks[0][0] <= at:
            clock = heappop(self._looks)[2]
            looked_at[id(clock)] = clock
        return [fact for clock in looked_at.values() for fact in self._notice(clock, at)]

    def _notice(self, clock: Clock, at: datetime) -> Iterator[Fact]:
        if clock.breached is not None:
            return
        if clock.due < at and (clock.end is None or clock.end > clock.due):
            clock.breached = clock.due
            yield self._fact(clock, "breach", None, clock.due, at)
            if clock.end is None:
                yield from self._climb(clock, at)
        elif clock.end is None and not clock.warned and clock.warn <= at <= clock.due and not clock.held_at(at):
            clock.warned = True
            yield self._fact(clock, "warning", None, clock.warn, at)

    @staticmethod
    def _fact(clock: Clock, kind: str, level: str | None, at: datetime, found: datetime) -> Fact:
        clock.alerts.append((kind, level, at, found))
        return Fact(clock, kind, level, at)

    def _climb(self, overdue: Clock, at: datetime) -> Iterator[Fact]:
        """Return the step to the next level that has somebody: supervisor, then head, then the region."""
        origin = overdue.origin or overdue
        if origin.end is not None:
            return
        after = 0 if overdue.origin is None else LEVELS.index(overdue.kind) + 1
        for level in LEVELS[after:]:
            found = self._country.who_hears(level, origin.body, origin.region, besides=overdue.owner)
            if found:
                fact = self._fact(origin, "escalation", level.removeprefix("escalation_"), at, at)
                fact.candidates = found
                yield fact
                return

    def told(self, fact: Fact, worker: Worker, at: datetime) -> Clock:
        """Begin the clock of whoever was told."""
        origin, level = fact.clock, f"escalation_{fact.level}"
        urgent = (
            plain_time.is_declared(origin.kind)
            and plain_time.term_on(origin.kind, plain_time.local(origin.start).date()).urgent
        )
        term = _URGENT if urgent else level
        due = plain_time.due_of(term, at)
        return self.add(
            Clock(
                level,
                "task",
                str(origin.task_id),
                term,
                at,
                plain_time.warning_of(term, at, due),
                due,
                worker.body,
                worker.body.region,
                owner=worker,
                about=origin.kind,
                origin=origin,
            )
        )
