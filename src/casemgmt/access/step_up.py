"""Steps for which a session shows its second factor anew, because one unlocked telephone would be enough otherwise.

A route says so by `fresh_factor=True` (`api/routing.py`); `tests/contract/test_step_up.py` compares the routes with
this list, and `docs/permissions.md` is written from it. How long a code is fresh is a setting.
"""

from collections.abc import Mapping
from datetime import timedelta

from casemgmt.db.work import Work
from casemgmt.errors import FreshFactorNeeded
from casemgmt.settings import Settings

SHOW = "/v1/me/second-factor/show"
"""Where a code is shown: `POST`, one code, nothing else."""
_MISSING = "SELECT auth_fresh_factor_missing(:since, :demanded)"

STEPS: Mapping[str, str] = {
    "approve_account_change": "lets an account come in or see more",
    "break_glass": "opens a case that its team alone sees",
    "get_reporter": "tells who reported: a neighbour whose name gets out is in danger",
    "get_contact_caller": "tells who got in touch: a child that calls in silence, or a neighbour in danger",
    "list_protected_addresses": "tells where the shelter is",
    "list_shelters": "tells where the shelter is",
    "list_adoption_facts": "tells what the law keeps secret from nearly everybody",
    "release_subject_copy": "lets a whole file leave the service",
    "get_subject_copy_document": "a whole file leaves the service",
    "get_subject_copy_page": "a whole file leaves the service",
    "make_webhook_secret": "shows the secret by which others know messages of ours",  # nosec B105 - words about a secret
    "export_research_table": "a table of all children leaves the service",
}
"""Operation → what is at stake."""


async def demand_fresh_factor(work: Work, settings: Settings) -> None:
    """Refuse the step where the session's account has a second factor and showed it too long ago, or never.

    Of an account without one nothing is asked, unless its roles or the deployment demand one.
    """
    lasts = timedelta(minutes=settings.fresh_factor_minutes)
    how = await work.call(_MISSING, since=work.now - lasts, demanded=settings.fresh_factor_demanded)
    if how is None:
        return
    data: dict[str, object] = {"how": how, "max_age_seconds": int(lasts.total_seconds())}
    if how == "code":
        data["show_at"] = SHOW
    elif how == "provider" and settings.oidc_acr_values:
        data["acr_values"] = settings.oidc_acr_values
    raise FreshFactorNeeded(_SENTENCES[how], data=data)


_SENTENCES = {
    "code": "Show a code of your authenticator first, then send the same request again.",
    "provider": "Log in at the identity provider again, with the second factor, then send the request with the new"
    " token.",
    "enrolment": "Enrol a second factor first, then send the same request again.",
}
