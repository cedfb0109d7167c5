"""How one account stands: who it is, how far it reaches, and what its own conflicts shut it out of."""

from typing import Any
from uuid import UUID

from casemgmt.access.roles import ROLES, Reach
from tests.all_rows import Row, World

_OF_STAFF = {"account_change", "account_notice", "staff_conflict", "app_user", "user_role", "mobile_group_member"}
"""Rows that tell of no person but of staff: nobody is shut out of them."""
_OWN_KEYS = {
    "case_record": ("id",),
    "document": ("record_id",),
    "family": ("id",),
    "person": ("id",),
    "signal": ("id",),
    "task": ("record_id",),
}
"""What a row itself is, where it can be shut out as such."""
_PARENTS = {
    "benefit_appeal": ("determination_id", "benefit_determination"),
    "benefit_offer": ("determination_id", "benefit_determination"),
    "benefit_recomputation": ("determination_id", "benefit_determination"),
    "booking": ("session_id", "centre_session"),
    "document_key": ("document_id", "document"),
}
"""Rows that are shut out with another one."""


def _is_the_named(conflict: Row, person: Row) -> bool:
    born = person["birth_year"]
    near = born is None or abs(born - conflict["birth_year"]) <= 1
    return near and bool(person["match_key"] == conflict["match_key"])


class Standing:
    """The account, with the world as far as no conflict closes it."""

    def __init__(self, world: World, user_id: UUID, now: Any) -> None:
        self.world = world
        self.user_id = user_id
        self.now = now
        me = world.by_id["app_user"][user_id]
        self.body = me["organisation_id"]
        self.region = world.by_id["organisation"][self.body]["region_code"]
        roles = [
            ROLES[r["role"]] for r in world.rows["user_role"] if r["user_id"] == user_id and r["revoked_at"] is None
        ]
        self.signals = {r.signals for r in roles}
        self.cases = {r.cases for r in roles}
        self.flags = {flag for r in roles for flag in r.flags}
        self.groups = {
            m["group_id"]
            for m in world.rows["mobile_group_member"]
            if m["user_id"] == user_id and m["until"] is None and (m["rests_until"] is None or m["rests_until"] > now)
        }
        places = [m for m in world.rows["case_member"] if m["user_id"] == user_id and m["ended_at"] is None]
        # A place that rests on a consent ends with its last day, whether somebody noted it or not.
        self.places = [m for m in places if m["rests_until"] is None or m["rests_until"] > now]
        self.teams = {m["case_id"] for m in self.places}
        # Who stands in gives the absentee's help where named for that very case to hold the sessions.
        held = {
            (n["absence_id"], n["case_id"])
            for n in world.rows["staff_absence_case"]
            if n["deputy_id"] == user_id and n["holds_sessions"] and n["ended_at"] is None
        }
        self.helps = {
            (m["case_id"], m["help_kind"])
            for m in self.places
            if m["absence_id"] is None or (m["absence_id"], m["case_id"]) in held
        }

        self.shut_out = self._shut_out()
        if self.shut_out:  # first of all: no rule below finds anything by a row that is closed to the account
            self.world = World({t: [r for r in rows if not self._is_closed(t, r)] for t, rows in world.rows.items()})

    def _shut_out(self) -> set[UUID]:
        """Everything that the account's own standing conflicts keep it away from: before all other rules.

        Kin are the persons declared, whoever shares or shared a family with them, and their relations. Of these: every
        case and signal that names one of them, or a child of such a case or signal as a child; everybody in those; and
        the families of kin and children.
        """
        rows = self.world.rows
        mine = [c for c in rows["staff_conflict"] if c["user_id"] == self.user_id and c["state"] == "standing"]
        if not mine:
            return set()
        declared = {c["record_id"] for c in mine if c["record_type"] == "person"} | {
            p["id"] for c in mine if c["match_key"] is not None for p in rows["person"] if _is_the_named(c, p)
        }
        homes = {m["family_id"] for m in rows["family_member"] if m["person_id"] in declared}
        kin = declared | {m["person_id"] for m in rows["family_member"] if m["family_id"] in homes}
        for tie in rows["relationship"]:
            if {tie["person_id"], tie["other_id"]} & declared:
                kin |= {tie["person_id"], tie["other_id"]}
        of_signals, of_cases = rows["signal_person"], rows["case_person"]
        case_of = {s["id"]: s["case_id"] for s in rows["signal"]}
        signals = {c["record_id"] for c in mine if c["record_type"] == "signal"}
        signals |= {s["signal_id"] for s in of_signals if s["person_id"] in kin}
        numbers = {c["case_number"] for c in mine} - {None}
        cases = {c["record_id"] for c in mine if c["record_type"] == "case"}
        cases |= {c["id"] for c in rows["case_record"] if c["number"] in numbers}
        cases |= {c["case_id"] for c in of_cases if c["person_id"] in kin}
        cases |= {case_of.get(s) for s in signals} - {None}
        children = {c["person_id"] for c in of_cases if c["role"] == "child" and c["case_id"] in cases}
        children |= {s["person_id"] for s in of_signals if s["role"] == "child" and s["signal_id"] in signals}
        cases |= {c["case_id"] for c in of_cases if c["role"] == "child" and c["person_id"] in children}
        signals |= {s for s, case in case_of.items() if case in cases}
        signals |= {s["signal_id"] for s in of_signals if s["person_id"] in children}
        persons = kin | children | {c["person_id"] for c in of_cases if c["case_id"] in cases}
        persons |= {s["person_id"] for s in of_signals if s["signal_id"] in signals}
        families = {m["family_id"] for m in rows["family_member"] if m["person_id"] in kin | children}
        return cases | signals | persons | families

    def _is_closed(self, table: str, row: Row) -> bool:
        """Answer whether a row belongs to something that a conflict shuts the account out of."""
        if table in _OF_STAFF:
            return False
        ids = {row.get(column) for column in ("case_id", "signal_id", "person_id", "other_id", "family_id")}
        ids |= set(row.get("person_ids") or ()) | set(row.get("record_ids") or ())
        ids |= {row[column] for column in _OWN_KEYS.get(table, ())}
        if table in _PARENTS:
            column, parent = _PARENTS[table]
            return row[column] is not None and self._is_closed(parent, self.world.by_id[parent][row[column]])
        return bool(ids & self.shut_out)

    def _by_reach(self, reaches: set[Reach], row: Row) -> bool:
        wide = {Reach.ORGANISATION, Reach.REGION}
        return (
            Reach.NATIONAL in reaches
            or (Reach.REGION in reaches and self.region is not None and row["region_code"] == self.region)
            or (bool(wide & reaches) and row["organisation_id"] == self.body)
        )

    @property
    def _leads(self) -> bool:
        return bool({Reach.ORGANISATION, Reach.REGION} & self.cases)
