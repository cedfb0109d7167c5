"""Row security stands on every table with personal data, and no way leads around it. New tables fail here first."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

import casemgmt
from casemgmt.db.addresses import driver_url
from casemgmt.db.migrate import migrate
from casemgmt.machines import MACHINES

NOT_PERSONAL = {
    "alembic_version": "number of the newest migration",
    "assessment_instrument": "instruments: what is asked, nobody's answers",
    "audit_head": "signed heads of the log: outsiders check them",
    "audit_key": "public keys of the log",
    "audit_node": "hashes of the tree",
    "case_serial": "the last number given, no right for the service",
    "centre_room": "rooms of a centre",
    "contact_source": "systems that send contacts",
    "contact_taxonomy": "names of topics",
    "qr_plate": "where plates hang",
    "deployment": "digests and the generation of this database",
    "mobile_group": "name and region of a group",
    "mobile_group_area": "duty areas",
    "mobile_group_duty": "duty times",
    "organisation": "bodies",
    "role_grant": "what roles mean",
    "state_transition": "what routes exist",
}
"""Tables without personal data, each with what it holds instead. `code_*` tables are code lists."""

OUT_OF_REACH = {
    "audit_salt",
    "auth_session",
    "login_attempt",
    "user_credential",
    "client_secret",
    "signing_secret",
    "login_challenge",
    "login_place",
    "course_guest",
    "former_iin",
    "recovery_code",
    "search",
    "second_factor",
    "start_code",
    "research_key",
    "webhook_progress",
    "webhook_secret",
}
"""Tables on which the service has no right at all: named functions read and write them."""

DEFINER_FUNCTIONS = {
    "is_on_duty": "whether somebody is on duty: asked for escalations of all; for the worker alone",
    "give_to_duty": "what is at the desks of all bodies goes to who is on duty; for the worker alone",
    "return_from_duty": "as give_to_duty",
    "take_shift": "a shift that is offered to the actor becomes the actor's, and the one in return the other's",
    "shift_changed": "tells those whom a shift concerns",
    "settle_rights": "a role that is over leaves the rights before a token is made; no right for the service",
    "warn_of_role_end": "tells holder and heads of a role that ends; for the worker alone",
    "end_role": "as warn_of_role_end; what the role leaves passes unseen",
    "end_of_role_changed": "the task of the head ends with an act of administrators, who see no task",
    "tell_subscribers": "writes the outbox, also of a record that the act took out of the writer's sight",
    "webhook_again": "for who keeps subscriptions: tables that the service does not write",
    "webhook_beaten": "as webhook_claim",
    "webhook_beats": "as webhook_claim",
    "webhook_begin": "as webhook_again",
    "webhook_claim": "the worker takes subscriptions; no right for the service",
    "webhook_due": "ids of events on their way, for the worker; no right for the service",
    "webhook_keep": "as webhook_claim",
    "webhook_keep_secret": "keeps a sealed secret, for who keeps subscriptions",
    "webhook_newest": "as webhook_due",
    "webhook_release": "puts what an account saw on its way; no right for the service",
    "webhook_rest": "as webhook_claim",
    "webhook_resume": "as webhook_again",
    "webhook_rewind": "as webhook_again",
    "webhook_sealed": "sealed secrets, for the worker; no right for the service",
    "webhook_secrets": "lists secrets without the secrets, for who keeps subscriptions",
    "webhook_standing": "moments and counts, for who keeps subscriptions",
    "webhook_tried": "notes a try; no right for the service",
    "webhook_window": "a place in the outbox, past events that the reader does not see: ids of transactions and events",
    "webhook_withhold": "as webhook_release",
    "absence_changed": "an absence gives the deputy places in cases that who enters it may not see",
    "absence_case_changed": "as absence_changed",
    "requests_follow_team": "a question to another body goes with its people on the team, whoever changes that",
    "place_changed": "a case comes to who is away by somebody who knows nothing of the absence",
    "cover_absence": "as absence_changed; for the worker alone",
    "absences_to_tend": "looks through the cases of all who are away; ids of absences, for the worker alone",
    "ask_for_cover": "who is away puts a task into the queue of the head; refuses all but them and the head",
    "absence_cover": "cases of who is away, restricted ones too: to who is away, the head of the body and the service",
    "absences_around": "absences of the own body for single cases out of sight: ids and times",
    "may_stand_in": "roles of a colleague are read by their holder only; answers of the own body alone",
    "gives_help_of": "what help a colleague gives in cases out of sight; yes or no, of the own body alone",
    "absence_group_cover": "as absence_cover: places in groups",
    "ask_for_groups": "as ask_for_cover, of the head of the body of each group",
    "group_place_changed": "the question of the head ends with an act of administrators, who see no task",
    "group_members_away": "absences of members of groups of other bodies: moments alone, as with bookings",
    "empty_lapsed_answer": "the ends of the actor's own places, roles and grounds; empties an own answer",
    "keeps_absence": "asked by policies: may the actor know how an absence is covered",
    "is_away": "whether somebody is away at this moment: known in the body, asked for escalations of all",
    "stood_in_for": "for whom the actor stands in now, of cases of the absence out of sight too",
    "coming_of_age_by": "birthdays of children whose cases the worker does not read",
    "note_life_event": "a death that one body learns of concerns the manager of another",
    "take_back_death": "as note_life_event: what it gave to do stands in cases out of sight",
    "hand_on_all": "a head hands on the cases of a worker who leaves, restricted ones unseen",
    "hand_to_stand_ins": "an administrator stops an account at once and sees nothing of what it leaves",
    "work_of": "how much a worker answers for: counts, of what the head or administrator does not see",
    "refuse_orphans": "counts the work of an account that is being switched off",
    "refuse_gone": "locks the account of whoever gets work; no right for the service",
    "accept_transfer": "the case comes from out of sight, and leaves the sight of those who had it",
    "end_places_of_stay": "who records that a family left may be of the centre that loses the case with this act",
    "mark_session_note": "the second person marks a note of a session, and never reads it",
    "end_transfer": "the clock stands in the queue of another body, the story in a case never seen",
    "answer_service_referral": "the body that answers does not see the case, nor its team the queue of the body",
    "answers_service_referrals": "whether somebody of a body answers: the flags of others are read by few",
    "may_do_service_referral": "roles of a colleague are read by their holder only; answers of the own body alone",
    "reads_referred": "the consent that a referral rests on is out of the sight of the body that it is shared with",
    "referred_child": "name and age of a person whose record the body does not see",
    "referral_follows_task": "who hands on the work of others does not see what it is about",
    "service_referral_tally": "numbers of what the body sees no more",
    "answer_conference": "whoever is invited does not see the case, nor its team the queue of the body",
    "complete_conference_decision": "as answer_conference: the note stands in a case never seen",
    "conference_children": "first name and age of persons whose records those invited do not see",
    "may_attend_conference": "roles held are read by their holder only",
    "reads_conference": "the consent that it is shared on is out of the sight of those invited",
    "set_conference_clocks": "the clocks of those invited stand in the queues of their bodies",
    "sign_conference": "the clock of the signature stands in a case that the signer need not see",
    "sits_in_conference": "the policies of conference and invitations ask it, and it both tables",
    "pass_place_on": "of a place that ended at this moment: whoever ended it need not see what names another body",
    "end_absence_clocks": "as start_absence_clocks: takes back what it gave to do",
    "start_deputy_clocks": "as start_absence_clocks, of what a deputy was booked for and can give no more",
    "start_absence_clocks": "who records an absence sees the times of sessions, not the cases whose managers are asked",
    "start_service_referral_clock": "the clock stands in the queue of another body",
    "start_transfer_clock": "the clock stands in the queue of another body",
    "reserve_case_numbers": "beside the transaction of an import, for the worker; no right for the service",
    "record_first_iin": "as record_iin, for the worker; no right for the service",
    "tell_import_progress": "told beside the transaction that is told of, for the worker; no right for the service",
    "account_change_frame": "what a request for an account rests on; roles held are read by few",
    "account_change_takes_effect": "what a second person granted: a role, a way in, another body",
    "accept_handover": "passes accountability: the old manager's rows leave the writer's sight",
    "commitments_of": "what keeps a case open, asked with every case that is read; kinds alone",
    "met_on_visit": "whether the child of a case was met on a visit, whose signal stays with the body that took it",
    "body_caseload": "the load of a manager holds restricted cases, as a number",
    "active_case_manager": "who can be made a manager; rights held are read by their holder only",
    "attach_signal": "joins a signal to a case that the actor may not see",
    "audit_leaf_hashes": "proofs for everybody are made of hashes, which tell nothing",
    "audit_make_months": "makes partitions; no right for the service",
    "audit_months_ahead": "counts partitions",
    "audit_place": "where the event of a hash stands: who knows the hash holds the event",
    "audit_sealing": "how far the log is sealed, and the age of the oldest transaction",
    "audit_witnesses": "how far the witnesses were told",
    "audit_write": "the only way into the audit log",
    "drop_draft": "drafts are deleted when they were sent or put aside; the owner's own alone",
    "drafts_saved_before": "ids of drafts that end soon, for the worker; no right for the service",
    "note_draft_warning": "notes that an owner was told, for the worker; no right for the service",
    "search_keep": "keeps what a search found and deletes what has expired",
    "search_kept": "one's own searches alone",
    "nth_last_act": "counts one's own events, for the limit of searches",
    "auth_attempt": "counts a try at a log-in and reads the password hash",
    "auth_end_session": "ends a session",
    "auth_is_display": "whether an account is a screen's: it comes in by a door of its own",
    "suggestion_counts": "rounded counts of decisions for reports, of readers who see no signal; of the own region",
    "board_counts": "numbers for a screen, which sees no record: of its region, and of categories in the country",
    "board_holds": "which sessions of screens go on: no session is within reach of the service",
    "auth_identity": "what a token is made of",
    "auth_open_session": "opens a session",
    "auth_rotate": "turns a refresh token",
    "auth_keeps_accounts": "who may use a password where the provider is for everybody else",
    "auth_keep_password": "keeps a password; no right for the service",
    "auth_set_password": "sets one's own password",
    "auth_start": "sets a password for both halves of a start code",
    "auth_start_names": "names that a password may not hold, for both halves of a start code",
    "auth_tell_renamed": "tells the owner of an account of its new log-in name",
    "auth_unread_notices": "counts notices before there is a session",
    "tell_of_account": "writes notices for others; no right for the service",
    "auth_begin_factor": "keeps a sealed secret",
    "auth_close_challenge": "a challenge opens one session",
    "auth_confirm_factor": "lets a secret count",
    "auth_end_sessions": "ends sessions of oneself, or of a user",
    "auth_external": "the account that a subject is linked to, and its session",
    "auth_note_place": "keeps the signs of a log-in, and says what is new",
    "raise_alert": "an alert is written by nobody's own hand, and goes to whom its writer need not see",
    "auth_factor_need": "what a log-in needs beside the password",
    "auth_factor_secret": "reads a sealed secret",
    "auth_forget_attempt": "takes a counted try back",
    "auth_open_challenge": "the password was right, a code is due",
    "auth_remove_factor": "checks that two administrators decided",
    "auth_session_shown": "the session has shown a code",
    "auth_factor_shown_at": "when the actor's own session showed a code",
    "auth_fresh_factor_missing": "whether the actor's own session showed a code lately",
    "auth_sessions": "lists sessions of oneself, or of a user",
    "auth_take_challenge": "counts a try at a code",
    "auth_use_recovery_code": "uses a code once",
    "auth_use_step": "uses a code once",
    "calls_without_signal": "contacts of a number that became no signal, counted for who may know reporters",
    "contact_source_speaks": "trigger: ends a task of a desk that the sender does not see",
    "settle_contact": "the contact is the source's, so that what arrives later finds it; signals of the own body alone",
    "contact_goes_on": "trigger: ends a task of a desk that the sender does not see",
    "abandoned_contacts": "ids for the worker; no right for the service",
    "note_abandoned": "notes that a desk was told, for the worker; no right for the service",
    "silent_senders": "ids for the worker; no right for the service",
    "note_silent": "notes that a desk was told, for the worker; no right for the service",
    "unknown_taxonomies": "counts for who loads topics and sees no contact",
    "answer_standing": "whether a child may be written to hangs on records that the asker may not see: yes or no alone",
    "contact_signals": "ids of the signals of a contact, to hide its caller where one of them is hidden",
    "file_contact_correction": "a correction concerns those who work on a signal that the sender may see no more",
    "auth_senders": "under which sealed secrets a source may have signed, and as whom it acts",
    "auth_signing_secrets": "lists secrets without what is sealed",
    "auth_revoke_signing_secret": "a secret ends with its session",
    "auth_client_secrets": "lists secrets without their digests",
    "auth_revoke_client_secret": "a secret ends with its sessions",
    "auth_use_client_secret": "finds a secret by its digest",
    "begin_work": "reads the actor's account",
    "case_scope_changed": "trigger: moves the rows of a case with it",
    "centre_busy": "taken times behind bookings that the planner doesn't see",
    "centre_specialists": "roles are read by the keepers of the directory alone",
    "check_manager": "trigger: one accountable manager",
    "check_state": "trigger: reads the transition table",
    "research_cases": "pseudonymised rows of an approved project: its officer sees no case",
    "research_key": "the key of pseudonyms is out of the service's reach but for an approved project",
    "research_project_changed": "trigger: a key lives as long as its project",
    "research_signals": "as research_cases",
    "find_subject": "the person that a subject's letter names: the officer sees no file",
    "subject_data": "what is held about the person of a request, for its copy",
    "draft_retention": "what is due for destruction, as ids and counts",
    "run_retention": "destroys what a second person approved, batch by batch",
    "execute_erasure": "erases what a second person approved, and nobody of the service may delete",
    "find_record": "the record that a court's paper names; officers learn its id alone",
    "preview_erasure": "what an erasure would do, as ids and codes",
    "end_escalations": "trigger: an escalation is out of the sight of most who end its clock",
    "end_break_glass": "a grant is written by nobody's own hand",
    "end_sessions_of_inactive": "trigger: sessions are out of the service's reach",
    "child_has_open_case": "a child's other case may be hidden",
    "conflict_declared": "trigger: takes from a user the work on what the user declared, seen or not",
    "course_roster": "names of participants for the leader, who may not see the persons",
    "course_taken": "numbers",
    "enrol_in_course": "counts places behind participants that the team doesn't see",
    "leave_course": "the link to a case is out of the leader's sight",
    "decline_handover": "the receiver loses sight of the offer; the story goes to a case never seen",
    "family_hides_members": "that somebody of a family is hidden: an answer for a part of it would be wrong",
    "events_naming": "finds the events of a record by an index, for auditors",
    "forget_answers_of_referral": "kept answers are their owner's; whoever ends a referral is another",
    "former_iin_holders": "numbers that were somebody's: out of everybody's sight, held against the searched one",
    "former_iins": "the ends of earlier numbers of a person who is seen",
    "forget_answers_outside_team": "trigger: the service changes nothing there, and sees no kept answer of others",
    "forget_kept_answers": "trigger: the service changes nothing there, and sees no kept answer of others",
    "fill_scope": "trigger: copies the scope of case, signal or family",
    "glass_case": "asked by policies: what the grant named by the transaction opens",
    "glass_signals": "asked by policies: the signals of that case",
    "imported_before": "which rows of a register of one's own body are here, also where the record is hidden by now",
    "is_shut_out": "whether somebody may be given work; what conflicts there are is known to few",
    "job_identity": "what an account may do now, for a job that it asked for; no right for the service",
    "join_case": "attaches signals and their tasks to a case that the actor may not see",
    "keep_declared": "trigger: a corrected name ends no conflict",
    "link_made": "trigger: takes the work from whoever has declared the person who is linked",
    "match_persons": "is this child known, also where hidden",
    "next_case_number": "serial numbers across regions",
    "note_sign_off": "which sign-off file the service decides under; a change is an event",
    "on_team": "asked by the policy of the table that it reads",
    "on_team_for": "asked by the policy of the table that it reads",
    "open_break_glass": "opens a case that the actor does not see, and tells its team and reviewer",
    "open_case": "the opener need not be on the team",
    "person_joined_case": "trigger: hides a person with the case",
    "record_iin": "uniqueness of the IIN across hidden persons",
    "redirect_signal": "gives a signal to another body",
    "return_signal": "gives a refused signal back to the body that redirected it",
    "is_open_signal": "whether a signal is in no restricted case, for the body that redirected it",
    "refresh_reach": "works out how far a user sees; no right for the service",
    "release_signal_from_group": "the declining group loses the signal",
    "request_sealed_contact": "makes a task for who may know of an adoption that the actor may not know of",
    "request_contact": "makes a task for the manager of a hidden child",
    "restrict_to_team": "a restriction leaves the sight of many",
    "review_break_glass": "the story and the task belong to a case that the reviewer need not see",
    "room_needed": "a room may be taken for a case that its keeper does not see: numbers and a moment",
    "role_changed": "trigger: a change of rights makes tokens stale",
    "seal_names": "names of before an adoption leave the sight of who saw them; the service deletes nothing",
    "set_restriction": "a restriction leaves the supervisor's sight",
    "shelter_occupancy": "beds of the own centre, taken for cases that their keeper does not see: never by whom",
    "stay_counted_from": "an earlier stay may belong to a hidden case: a moment",
    "lapsed_waiting_offers": "offers of all centres whose time is over, as ids; for the worker alone",
    "pass_waiting_place_on": "gives a place to a case that nobody at the centre sees; for the worker alone",
    "warn_of_paper_end": "tells specialist and head of a paper; for the worker alone",
    "waiting_queue": "an order over cases that the centre does not see: places, risk and age",
    "offer_waiting_place": "gives the manager of a case that the centre does not see a clock",
    "taken_slots": "times taken behind bookings that the planner doesn't see: no more than a refused booking tells",
    "take_stay_places": "gives beds of a shelter that the admitting team does not see",
    "signal_scope_changed": "trigger: moves the rows of a signal with it",
    "sweep_audit_months": "makes partitions; no right for the service, the worker alone",
    "sweep_technical": "deletes technical rows whose term is over; no right for the service, the worker alone",
    "trail_events": "who looked at a person: the audit log is read by auditors alone; for roles with the right `trail`",
    "unusual_access": "counts in the audit log for those who answer for a body; compares with persons unseen",
}
"""Functions with the owner's rights, each with its reason. The list may only shrink."""


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def service(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(database_url))
    yield connection
    await connection.close()


async def _tables(owner: asyncpg.Connection) -> set[str]:
    rows = await owner.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    )
    return {r["relname"] for r in rows}


async def _guarded(owner: asyncpg.Connection) -> set[str]:
    return {t for t in await _tables(owner) if t not in NOT_PERSONAL and not t.startswith("code_")}


async def test_every_table_with_personal_data_has_policies_for_reading_and_writing(owner: asyncpg.Connection) -> None:
    missing = []
    for table in sorted(await _guarded(owner) - OUT_OF_REACH):
        enabled = await owner.fetchval("SELECT relrowsecurity FROM pg_class WHERE oid = $1::regclass", table)
        commands = {r["cmd"] for r in await owner.fetch("SELECT cmd FROM pg_policies WHERE tablename = $1", table)}
        if not enabled or not {"SELECT", "INSERT", "UPDATE"} <= commands:
            missing.append(table)
    assert missing == []


async def test_the_service_can_delete_nothing_and_owns_nothing(owner: asyncpg.Connection) -> None:
    rights = await owner.fetch(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = 'casemgmt_service' AND privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE')"
    )
    assert [tuple(r) for r in rights] == []
    owned = await owner.fetchval(
        "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
        " WHERE r.rolname IN ('casemgmt_service', 'casemgmt_app')"
    )
    assert owned == 0
    role = await owner.fetchrow("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'casemgmt_app'")
    assert tuple(role) == (False, False)


async def test_the_service_can_put_no_table_in_front_of_another(owner_url: str, service: asyncpg.Connection) -> None:
    await migrate(owner_url)  # a right on a database is not copied with its template: a deployment has it from here
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute("CREATE TEMPORARY TABLE app_user (id uuid)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute("CREATE TABLE anything (id uuid)")


async def test_an_unset_actor_sees_and_writes_nothing(owner: asyncpg.Connection, service: asyncpg.Connection) -> None:
    for table in sorted(await _guarded(owner) - OUT_OF_REACH):
        assert await service.fetchval(f"SELECT count(*) FROM {table}") == 0, table


async def test_passwords_and_sessions_are_out_of_reach(service: asyncpg.Connection) -> None:
    for table in OUT_OF_REACH:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.fetchval(f"SELECT count(*) FROM {table}")


async def test_a_month_of_the_audit_log_is_no_way_around_it(
    owner: asyncpg.Connection, service: asyncpg.Connection
) -> None:
    months = await owner.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit_event'::regclass"
    )
    assert len(months) >= 7
    for month in months:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.fetchval(f"SELECT count(*) FROM {month['name']}")


async def test_functions_with_the_owners_rights_are_few_and_named(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT p.proname, p.proconfig, r.rolname, r.rolcanlogin FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
        " JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.prosecdef"
    )
    assert {r["proname"] for r in rows} == set(DEFINER_FUNCTIONS)
    for row in rows:
        assert row["proconfig"] == ["search_path=pg_catalog, public, pg_temp"], row["proname"]
        assert not row["rolcanlogin"], row["proname"]


async def test_a_write_without_an_audit_event_is_refused_on_every_guarded_table(owner: asyncpg.Connection) -> None:
    triggers = {
        r["table"]
        for r in await owner.fetch(
            "SELECT tgrelid::regclass::text AS table FROM pg_trigger WHERE tgname = 'audited' AND tgdeferrable"
        )
    }
    unguarded = await _guarded(owner) - triggers - OUT_OF_REACH - {"idempotency_key", "import_progress"}
    assert {t for t in unguarded if not t.startswith("audit_")} == set()


async def test_every_state_column_has_its_transition_table(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'state'"
    )
    assert {r["table_name"] for r in rows} == set(MACHINES)
    for table in MACHINES:
        names = {
            r["tgname"] for r in await owner.fetch("SELECT tgname FROM pg_trigger WHERE tgrelid = $1::regclass", table)
        }
        assert {"first_state", "next_state"} <= names, table


async def test_every_row_of_a_case_carries_its_scope(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT table_name, array_agg(column_name::text) AS columns FROM information_schema.columns"
        " WHERE table_schema = 'public' GROUP BY table_name"
    )
    for row in rows:
        columns = set(row["columns"])
        if row["table_name"].startswith("audit_event") or "case_id" not in columns:
            continue
        assert {"region_code", "organisation_id", "restricted"} <= columns, row["table_name"]


async def test_every_guarded_table_that_names_a_person_or_a_case_knows_who_is_shut_out(
    owner: asyncpg.Connection,
) -> None:
    naming = await owner.fetch(
        "SELECT DISTINCT c.table_name AS name FROM information_schema.columns c"
        " WHERE c.table_schema = 'public' AND c.column_name IN"
        " ('case_id', 'signal_id', 'person_id', 'other_id', 'family_id', 'person_ids')"
    )
    shut = {
        r["tablename"] for r in await owner.fetch("SELECT tablename FROM pg_policies WHERE policyname = 'shut_out'")
    }
    read = {
        r["tablename"] for r in await owner.fetch("SELECT tablename FROM pg_policies WHERE cmd IN ('SELECT', 'ALL')")
    }
    assert {r["name"] for r in naming} & read - shut == set()
    assert shut >= {"case_record", "signal", "person", "family", "task", "audit_event"}


def test_whoever_asks_who_holds_a_role_asks_until_when() -> None:
    """A role ends at its moment, whether a job took it away or not: `role_held` knows, `user_role` alone does not."""
    sources = Path(casemgmt.__file__).parent
    asked = [
        (file.name, found)
        for file in (*sources.rglob("*.sql"), *sources.rglob("*.py"))
        for found in re.findall(r"(?:FROM|JOIN) user_role r\b[^;]{0,260}", file.read_text("utf-8"))
    ]
    assert asked
    forgetful = [each for each in asked if "revoked_at IS NULL" in each[1] and "ends_at" not in each[1]]
    assert forgetful == []
