"""Guards of a referral's route, as they refuse who sees the referral and holds the permission."""

import pytest

from casemgmt.access.actor import Actor
from casemgmt.access.roles import permissions_of
from casemgmt.errors import Forbidden, WrongState
from casemgmt.ids import new_id
from casemgmt.outreach.states import REFERRAL, ReferralFacts

GROUP = new_id()
ROLES = ("duty_officer", "mobile_group_lead")
ACTOR = Actor(new_id(), new_id(), new_id(), "KZ-75", ROLES, permissions_of(ROLES), 1)


def facts(*, member: bool = True, desk: bool = True, warnings: int = 0) -> ReferralFacts:
    groups = frozenset({GROUP}) if member else frozenset({new_id()})
    return ReferralFacts(GROUP, groups, at_the_desk=desk, unread_warnings=warnings)


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("accept", "offered"),
        ("decline", "offered"),
        ("depart", "accepted"),
        ("record_no_contact", "departed"),
        ("record_visit", "departed"),
        ("report", "visited"),
    ],
)
def test_who_leads_another_group_does_not_act_for_this_one(action: str, state: str) -> None:
    assert REFERRAL.check(ACTOR, action, state, facts()).action == action
    with pytest.raises(WrongState) as refusal:
        REFERRAL.check(ACTOR, action, state, facts(member=False))
    assert refusal.value.code == "not-your-group"


def test_a_desk_of_another_region_withdraws_nothing() -> None:
    assert REFERRAL.check(ACTOR, "withdraw", "offered", facts(member=False)).target == "withdrawn"
    with pytest.raises(WrongState) as refusal:
        REFERRAL.check(ACTOR, "withdraw", "offered", facts(desk=False))
    assert refusal.value.code == "not-your-desk"


def test_nobody_departs_past_an_unread_warning() -> None:
    with pytest.raises(WrongState) as refusal:
        REFERRAL.check(ACTOR, "depart", "accepted", facts(warnings=1))
    assert refusal.value.code == "warnings-unread"


def test_a_member_without_the_leads_permission_does_not_answer() -> None:
    roles = ("mobile_group_member",)
    member = Actor(new_id(), new_id(), new_id(), "KZ-75", roles, permissions_of(roles), 1)
    with pytest.raises(Forbidden):
        REFERRAL.check(member, "accept", "offered", facts())
