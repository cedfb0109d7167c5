-- What a visit act says is kept before it changes, whatever code asks for it; outcome, day and what was seen never change.
CREATE OR REPLACE FUNCTION keep_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'casemgmt_owner' AND current_setting('casemgmt.erasing', true) = 'on' THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM visit_act_edition e WHERE e.visit_act_id = NEW.id AND e.said = jsonb_build_object(
                       'present', OLD.present, 'findings', OLD.findings, 'risk_signs', OLD.risk_signs,
                       'child_words', OLD.child_words, 'child_wishes', OLD.child_wishes,
                       'immediate_measures', OLD.immediate_measures, 'outcome_note', OLD.outcome_note)) THEN
        RAISE EXCEPTION 'what this visit act says would be lost' USING ERRCODE = 'CM409';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER keep_edition
    BEFORE UPDATE OF present, findings, risk_signs, child_words, child_wishes, immediate_measures, outcome_note ON visit_act
    FOR EACH ROW EXECUTE FUNCTION keep_edition();

-- Acts that move a signal out of the writer's sight: to a case that the writer may not see, or back from a mobile group.

-- Attaches a signal to the open case of a child whom it is about; answers nothing where the child has none. The clock of
-- a new contact with the child (`p_task`) runs for the case's manager. A group that held the signal loses it here too.
DROP FUNCTION IF EXISTS attach_signal(uuid, uuid, jsonb, timestamptz);
CREATE OR REPLACE FUNCTION attach_signal(p_signal uuid, p_person uuid, p_task jsonb, p_at timestamptz, p_ground text)
RETURNS TABLE (case_id uuid, manager_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    target record;
BEGIN
    SELECT c.id, c.manager_id INTO target
      FROM case_person cp JOIN case_record c ON c.id = cp.case_id
     WHERE cp.person_id = p_person AND cp.role = 'child' AND cp.until IS NULL AND c.state <> 'closed'
       AND EXISTS (SELECT 1 FROM signal_person sp WHERE sp.signal_id = p_signal AND sp.person_id = p_person)
     ORDER BY c.opened_at DESC LIMIT 1 FOR SHARE OF c;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE signal SET mobile_group_id = NULL WHERE id = p_signal AND mobile_group_id IS NOT NULL;
    PERFORM join_case(target.id, ARRAY[p_signal], p_at);
    IF p_ground IS NOT NULL THEN  -- of the signal's category
        PERFORM restrict_to_team(target.id, p_ground);
    END IF;
    target.manager_id := (SELECT c.manager_id FROM case_record c WHERE c.id = target.id);  -- a conflict may have moved it
    INSERT INTO task SELECT * FROM jsonb_populate_record(NULL::task, p_task || jsonb_build_object(
        'case_id', target.id, 'record_type', 'case', 'record_id', target.id, 'assignee_id', target.manager_id));
    RETURN QUERY SELECT target.id, target.manager_id;
END $$;

-- Gives a signal back from the actor's own mobile group to its desk. A group that declines (`p_decline` holds reason
-- and note) loses the referral with it. Answers false where the signal isn't with a group of the actor.
CREATE OR REPLACE FUNCTION release_signal_from_group(p_referral uuid, p_state text, p_at timestamptz, p_decline jsonb)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE signal s SET mobile_group_id = NULL, state = p_state, version = s.version + 1,
           closed_at = CASE WHEN p_state = 'closed' THEN p_at END
      FROM referral r
     WHERE r.id = p_referral AND s.id = r.signal_id AND s.mobile_group_id = r.mobile_group_id
       AND r.mobile_group_id = ANY (actor_groups());
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF p_decline IS NOT NULL THEN
        UPDATE referral SET state = 'declined', answered_by_id = actor_user(), answered_at = p_at,
               decline_reason = p_decline->>'reason', decline_note = p_decline->>'note', version = version + 1
         WHERE id = p_referral;
    END IF;
    RETURN true;
END $$;
