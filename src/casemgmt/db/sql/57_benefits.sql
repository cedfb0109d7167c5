-- What a determination answered is never edited, whatever code asks for it: only what becomes of it is written down.

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON benefit_determination
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change(
        'state', 'case_id', 'ground_rule', 'ground_code', 'article', 'note', 'proposed_by_id', 'proposed_at', 'return_reason',
        'decided_by_id', 'decided_at', 'set_aside_reason');

CREATE OR REPLACE TRIGGER frozen_decided BEFORE UPDATE ON benefit_determination
    FOR EACH ROW WHEN (OLD.state IN ('approved', 'refused', 'set_aside', 'overturned'))
    EXECUTE FUNCTION refuse_frozen_change('state');

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON benefit_recomputation
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change();

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON benefit_appeal
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change('state', 'settled_by_id', 'settled_at', 'reason');

CREATE OR REPLACE TRIGGER frozen_settled BEFORE UPDATE ON benefit_appeal
    FOR EACH ROW WHEN (OLD.state <> 'lodged') EXECUTE FUNCTION refuse_frozen_change();

CREATE OR REPLACE TRIGGER frozen_answered BEFORE UPDATE ON benefit_offer
    FOR EACH ROW WHEN (OLD.state <> 'made') EXECUTE FUNCTION refuse_frozen_change();

-- Does the household have a member on that day whom the actor does not see? An answer for a part of a family would be
-- wrong. It tells that there is somebody, and nothing more; asked about a family that the actor sees.
CREATE OR REPLACE FUNCTION family_hides_members(p_family uuid, p_on date, p_seen uuid[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM family_member m
                    WHERE m.family_id = p_family AND m.since <= p_on AND (m.until IS NULL OR m.until >= p_on)
                      AND m.person_id <> ALL (p_seen))
$$;

-- Under which sign-off file decisions about money are taken is a rule, and a change of it an event: noted by each process as
-- it starts. NULL: there is none, and every answer is an estimate.
CREATE OR REPLACE FUNCTION note_sign_off(p_event uuid, p_digest text, p_salt bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    held text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('casemgmt.sign_off'));
    SELECT d.value INTO held FROM deployment d WHERE d.key = 'sign_off';
    IF held IS NOT DISTINCT FROM p_digest THEN
        RETURN;
    END IF;
    DELETE FROM deployment WHERE key = 'sign_off';
    INSERT INTO deployment (key, value) SELECT 'sign_off', p_digest WHERE p_digest IS NOT NULL;
    PERFORM audit_write(p_event, 'rules.signed_off', 'done', NULL, 'deployment', '{}', NULL, NULL, '{sign_off.digest}', 'start',
        jsonb_build_array(jsonb_build_object('record', 'deployment', 'field', 'sign_off.digest',
            'before', commitment(p_salt, 'deployment', 'sign_off.digest', 'before', to_jsonb(held)),
            'after', commitment(p_salt, 'deployment', 'sign_off.digest', 'after', to_jsonb(p_digest)))), p_salt);
END $$;
