"""Pure decisions on mobile groups and roles: is a group complete, is it on duty, may an account hold a role."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from casemgmt.access.permissions import Permission
from casemgmt.access.roles import ROLES, excluded_by
from casemgmt.errors import Conflict, Forbidden, Invalid, invalid_field
from casemgmt.organisations.views import Duty
from casemgmt.reference.lists import code_list
from casemgmt.reference.regions import find_region
from rules.zone import local_moment, to_local

MACHINE_ROLE = "integration"


@dataclass(frozen=True)
class DutyWindow:
    """A duty time: on a weekday (1 Monday to 7 Sunday) or on one date, local times."""

    weekday: int | None
    on_date: date | None
    from_time: time
    until_time: time

    @property
    def ends_next_day(self) -> bool:
        """Whether the time ends on the day after; equal times are a whole day."""
        return self.until_time <= self.from_time


def group_sectors() -> tuple[str, ...]:
    """Return the sectors that a complete mobile group has."""
    return code_list("sector_set").value("mobile_group").members


def missing_sectors(held: Iterable[str]) -> list[str]:
    """Return the sectors that a group lacks, in the order of the list."""
    there = set(held)
    return [sector for sector in group_sectors() if sector not in there]


def duty_at(windows: Sequence[DutyWindow], at: datetime) -> Duty:
    """Answer whether a group with these duty times is on duty at a moment; `unknown` where none are recorded."""
    if not windows:
        return "unknown"
    local = to_local(at)
    today, clock = local.date(), local.time()
    for window in _windows_of(windows, today):
        if window.from_time <= clock and (window.ends_next_day or clock < window.until_time):
            return "on"
    for window in _windows_of(windows, today - timedelta(days=1)):
        if window.ends_next_day and clock < window.until_time:
            return "on"
    return "off"


def first_duty(windows: Sequence[DutyWindow], starts_at: datetime, ends_at: datetime) -> datetime | None:
    """Return the first moment between two at which a group with these duty times is on duty; None where it never is."""
    day, last = to_local(starts_at).date() - timedelta(days=1), to_local(ends_at).date()
    begins: list[datetime] = []
    while day <= last and not begins:
        for window in _windows_of(windows, day):
            start = local_moment(day, window.from_time)
            end = local_moment(day + timedelta(days=1) if window.ends_next_day else day, window.until_time)
            if end > starts_at and start < ends_at:
                begins.append(max(start, starts_at))
        day += timedelta(days=1)
    return min(begins, default=None)


def _windows_of(windows: Sequence[DutyWindow], day: date) -> list[DutyWindow]:
    """Return what holds on a day: times for the very date take the place of those of its weekday."""
    dated = [w for w in windows if w.on_date == day]
    return dated or [w for w in windows if w.on_date is None and w.weekday == day.isoweekday()]


def check_areas(prefixes: Sequence[str], region_code: str) -> None:
    """Refuse areas outside of the region in which the group works, and areas named twice."""
    region = find_region(region_code)
    for index, prefix in enumerate(prefixes):
        if region is None or not prefix.startswith(region.kato_prefix):
            raise invalid_field(
                f"/kato_prefixes/{index}", "area-outside-region", "The area lies outside of the group's region."
            )
    if len(set(prefixes)) < len(prefixes):
        raise invalid_field("/kato_prefixes", "area-named-twice", "An area is named twice.")


def check_scopes(kind: str, scopes: Sequence[Permission] | None) -> None:
    """Refuse scopes of a person, and a permission that no machine account has: it would look granted and never be."""
    if scopes is None:
        return
    if kind != "service":
        raise invalid_field("/scopes", "scopes-of-persons", "Only machine accounts have scopes.")
    if not set(scopes) <= ROLES[MACHINE_ROLE].permissions:
        raise invalid_field("/scopes", "scope-beyond-role", "The role of machine accounts does not carry all of these.")


def check_narrower(held: Sequence[str] | None, wanted: Sequence[str] | None) -> None:
    """Refuse scopes that hold more than those before: a second person decides on that."""
    if held is not None and (wanted is None or not set(wanted) <= set(held)):
        raise Forbidden("Other scopes are asked for: a second person decides.", code="asked-for-instead")


def check_roles_together(held: Iterable[str], role: str) -> None:
    """Refuse a role that nobody holds together with one that the account has."""
    clashing = sorted(excluded_by(role) & set(held))
    if clashing:
        raise Conflict(
            f"The role '{role}' is not held together with {', '.join(clashing)}.",
            code="roles-exclude-each-other",
            data={"role": role, "held": clashing},
        )


def check_role_fits(kind: str, role: str) -> None:
    """Refuse a role of people for a machine account, and the role of machines for a person."""
    if (kind == "service") != (role == MACHINE_ROLE):
        raise Invalid(
            f"The role '{MACHINE_ROLE}' is for machine accounts only, the others are for persons only.",
            code="role-of-other-kind",
        )
