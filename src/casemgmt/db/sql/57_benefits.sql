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
