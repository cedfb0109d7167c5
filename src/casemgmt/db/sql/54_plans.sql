-- A plan is frozen when it is signed; only a return to draft opens it again. Goals, measures and arguments are made by
-- the act that approves it, and nothing is added to them or changed in them later but what was done and achieved.

CREATE OR REPLACE TRIGGER frozen_signed BEFORE UPDATE ON plan
    FOR EACH ROW WHEN (OLD.state = 'signed') EXECUTE FUNCTION refuse_frozen_change(
        'state', 'signed_by_id', 'signed_at', 'approved_by_id', 'approved_at', 'supersedes_id', 'return_reason', 'ended_at');

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON plan
    FOR EACH ROW WHEN (OLD.state IN ('approved', 'superseded', 'discarded', 'ended'))
    EXECUTE FUNCTION refuse_frozen_change('state', 'superseded_at', 'ended_at');

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON plan_goal
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change('outcome', 'outcome_note', 'outcome_at');

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON plan_measure
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change('state', 'evidence', 'evidence_document_id', 'drop_reason', 'done_at');

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON plan_measure_request
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change('state', 'answered_by_id', 'answered_at', 'reason');

-- What is signed stays as it was: a proposed closure takes only what was decided on it and what opened the case again.
CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON case_closure
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change('approved', 'decided_at', 'decided_by_id', 'decision_note',
        'reopened_at', 'reopened_by_id', 'reopen_reason', 'reopen_note');

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON visit_act FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change('case_id',
    'present', 'findings', 'risk_signs', 'child_words', 'child_wishes', 'immediate_measures', 'outcome_note');

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY array['visit_act_edition', 'former_name', 'sealed_name', 'former_iin'] LOOP  -- what a person was called is never rewritten
        EXECUTE format('CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON %I FOR EACH ROW'
                       ' EXECUTE FUNCTION refuse_frozen_change()', t);
    END LOOP;
    FOREACH t IN ARRAY array['plan_signature', 'closure_signature', 'conference_signature', 'visit_act_signature'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON %I FOR EACH ROW'
                       ' EXECUTE FUNCTION refuse_frozen_change(''verification'', ''finding'', ''checked_at'')', t);
    END LOOP;
END $$;

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON plan_review
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change('entered_in_error');

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON plan_missing_help
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change();

-- A plan takes goals, measures and arguments until it is approved, and in the transaction that approves it.
CREATE OR REPLACE FUNCTION refuse_late_addition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM plan p WHERE p.id = NEW.plan_id
                    AND (p.state IN ('draft', 'signed') OR p.changed_xid = pg_current_xact_id())) THEN
        RAISE EXCEPTION 'nothing is added to this plan any more' USING ERRCODE = 'CM409';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER late_addition BEFORE INSERT ON plan_goal FOR EACH ROW EXECUTE FUNCTION refuse_late_addition();
CREATE OR REPLACE TRIGGER late_addition BEFORE INSERT ON plan_measure FOR EACH ROW EXECUTE FUNCTION refuse_late_addition();
CREATE OR REPLACE TRIGGER late_addition BEFORE INSERT ON plan_missing_help FOR EACH ROW EXECUTE FUNCTION refuse_late_addition();

-- Trigger: who answers for a body that was asked for a measure comes to the team, or leaves it. The clock is with somebody of
-- that body who is on the team for good: who has it already, else the responsible person, else who came first. Where nobody is,
-- it is the manager's, who has to see to it that somebody comes. It goes with its moments: nobody gets a day more by coming late.
CREATE OR REPLACE FUNCTION requests_follow_team() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- most cases that get a member ask nobody: an import opens thousands in one transaction, and statistics of what it has
    -- written itself are such that the statement below would go through all open clocks for each
    IF NOT EXISTS (SELECT 1 FROM plan_measure_request r WHERE r.case_id = NEW.case_id AND r.state = 'asked') THEN
        RETURN NULL;
    END IF;
    UPDATE task t SET assignee_id = heir.id, version = t.version + 1
      FROM plan_measure_request r JOIN plan_measure p ON p.id = r.measure_id JOIN case_record c ON c.id = r.case_id
      JOIN task k ON k.record_id = r.id AND k.kind = 'measure_request_answer' AND k.completed_at IS NULL AND k.cancelled_at IS NULL
     CROSS JOIN LATERAL (
               SELECT coalesce((SELECT u.id FROM case_member m JOIN app_user u ON u.id = m.user_id AND u.active
                                 WHERE m.case_id = r.case_id AND m.ended_at IS NULL AND m.absence_id IS NULL
                                   AND (m.rests_until IS NULL OR m.rests_until > now())
                                   AND u.organisation_id = r.body_id AND u.id <> r.asked_by_id
                                 ORDER BY (u.id = k.assignee_id) IS TRUE DESC, (u.id = p.responsible_user_id) IS TRUE DESC,
                                          m.since, m.id LIMIT 1), c.manager_id) AS id) heir
     WHERE r.case_id = NEW.case_id AND r.state = 'asked' AND t.id = k.id AND t.assignee_id IS DISTINCT FROM heir.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER requests_follow AFTER INSERT ON case_member
    FOR EACH ROW WHEN (NEW.absence_id IS NULL) EXECUTE FUNCTION requests_follow_team();
CREATE OR REPLACE TRIGGER requests_follow_end AFTER UPDATE OF ended_at ON case_member
    FOR EACH ROW WHEN (NEW.absence_id IS NULL AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
    EXECUTE FUNCTION requests_follow_team();
