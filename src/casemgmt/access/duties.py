"""Separation of duties: which two acts on one record are never taken by one person.

Declared here, refused with a reason by the guard of the step, and refused by a constraint of the database whatever the
code does. `tests/contract/test_duties.py` walks these tables: a column that names who decided is in one of them.
"""

from typing import NamedTuple


class Separation(NamedTuple):
    """Two columns of a table that never name the same person."""

    table: str
    first: str
    second: str
    rule: str
    """In words, for `docs/matrix.md`."""


SEPARATIONS = (
    Separation(
        "account_change", "requested_by_id", "decided_by_id", "Who asks for something for an account does not grant it."
    ),
    Separation("account_change", "user_id", "requested_by_id", "Nobody asks for something for their own account."),
    Separation("account_change", "user_id", "decided_by_id", "Nobody decides on their own account."),
    Separation("benefit_appeal", "against_id", "settled_by_id", "Who decided does not settle the appeal against it."),
    Separation(
        "benefit_appeal", "proposer_id", "settled_by_id", "Who proposed a refusal settles no appeal against it."
    ),
    Separation(
        "benefit_determination",
        "proposed_by_id",
        "decided_by_id",
        "Who proposes to refuse a benefit does not refuse it.",
    ),
    Separation("break_glass_grant", "user_id", "reviewed_by_id", "Who broke the glass does not review it."),
    Separation("case_closure", "proposed_by_id", "decided_by_id", "Who proposes a closure does not decide on it."),
    Separation("case_handover", "from_user_id", "to_user_id", "A case is handed over to somebody else."),
    Separation("case_transfer", "offered_by_id", "decided_by_id", "Who offers a transfer does not accept it."),
    Separation(
        "document", "removal_proposed_by_id", "removed_by_id", "Who proposes to remove a document does not do it."
    ),
    Separation("conference", "recorded_by_id", "signed_by_id", "Who writes the minutes does not sign them."),
    Separation("erasure_request", "requested_by_id", "decided_by_id", "Who asks for an erasure does not approve it."),
    Separation("client_secret", "created_by_id", "approved_by_id", "Two persons make a secret of a machine account."),
    Separation("factor_removal", "requested_by_id", "decided_by_id", "Two administrators take a second factor away."),
    Separation("factor_removal", "user_id", "requested_by_id", "Nobody asks for the removal of their own factor."),
    Separation("factor_removal", "user_id", "decided_by_id", "Nobody decides on their own factor."),
    Separation("identity_link", "user_id", "linked_by_id", "Nobody links an identity to their own account."),
    Separation("import_run", "created_by_id", "signed_off_by_id", "Who prepares an import does not sign it off."),
    Separation("identity_link", "linked_by_id", "approved_by_id", "Two persons link an identity to an account."),
    Separation("identity_link", "user_id", "approved_by_id", "Nobody approves an identity of their own account."),
    Separation("legal_hold", "lift_requested_by_id", "lifted_by_id", "Two persons lift a hold."),
    Separation("plan", "signed_by_id", "approved_by_id", "Who signs a plan does not approve it."),
    Separation("record_error", "proposed_by_id", "decided_by_id", "Who finds a record in error does not confirm it."),
    Separation(
        "plan_measure_request",
        "asked_by_id",
        "answered_by_id",
        "Who signs a plan does not take its measures on for another body.",
    ),
    Separation(
        "research_project", "proposed_by_id", "decided_by_id", "Who proposes a research project does not approve it."
    ),
    Separation(
        "retention_plan", "made_by_id", "approved_by_id", "Who makes a plan of destruction does not approve it."
    ),
    Separation("security_alert", "user_id", "closed_by_id", "Nobody says what an alert about them was."),
    Separation("service_referral", "offered_by_id", "answered_by_id", "Who asks another body does not answer for it."),
    Separation(
        "signal", "triaged_by_id", "reviewed_by_id", "Who finds no ground in a severe signal does not confirm it."
    ),
    Separation("specialist_paper", "user_id", "created_by_id", "Nobody records their own attestation or licence."),
    Separation(
        "signing_secret", "created_by_id", "approved_by_id", "Two persons make a secret by which a system signs."
    ),
    Separation("staff_conflict", "declared_by_id", "ended_by_id", "Who declared a conflict does not end it."),
    Separation("staff_conflict", "user_id", "ended_by_id", "Nobody ends their own conflict."),
    Separation(
        "subject_copy", "prepared_by_id", "decided_by_id", "Who prepares a copy for a subject does not release it."
    ),
    Separation("user_role", "user_id", "granted_by_id", "Nobody gives a role to themselves."),
    Separation("user_role", "granted_by_id", "approved_by_id", "Who asks for a role does not grant it."),
    Separation("user_role", "user_id", "approved_by_id", "Nobody grants a role to themselves."),
)

ONE_PERSON = {
    ("contact", "settled_by_id"): "it says which signals a contact became; what arrives of it later stands beside them",
    (
        "answer_stop",
        "lifted_by_id",
    ): "a stop is a word among colleagues: who lifts it says why, and all of them read it",
    ("case_flag", "lifted_by_id"): "a flag is a word among colleagues: who lifts it says why, and all of them read it",
    ("consent", "ended_by_id"): "the family takes it back; who writes that down decides nothing",
    ("legal_hold", "reviewed_by_id"): "a review says that the hold goes on, and lifts nothing",
    ("task_hold", "ended_by_id"): "the clock runs again, as it did before anybody stopped it",
    ("visitor_warning", "reviewed_by_id"): "a review says that the warning goes on, and lifts nothing",
    ("visitor_warning", "lifted_by_id"): "a warning is dated, and the desk that sees it no more than the visitors do",
}
"""Columns that name who decided alone: (table, column) → why no second person is needed."""
