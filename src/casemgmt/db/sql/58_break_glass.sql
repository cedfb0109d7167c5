-- What a grant opens, in a transaction that names it: the case, its persons, their plain addresses, the kinds of its
-- warnings. For reading alone, so nothing can be written through it. And what such a transaction closes, so that a person
-- who is in sight by a grant brings nothing else along. PostgreSQL asks permissive policies against the order of their names:
-- this one after `sight`, where the case is in sight anyhow not at all.
DO $$
DECLARE
    t text;
    opened constant jsonb := jsonb_build_object(
        'case_record', 'id = (SELECT glass_case())',
        'case_person', 'case_id = (SELECT glass_case())',
        'person', '(SELECT glass_case()) IS NOT NULL AND EXISTS (SELECT 1 FROM case_person c WHERE c.person_id = person.id
                    AND c.until IS NULL AND c.case_id = (SELECT glass_case()))',
        'person_address', '(SELECT glass_case()) IS NOT NULL AND EXISTS (SELECT 1 FROM case_person c
                    WHERE c.person_id = person_address.person_id AND c.until IS NULL AND c.case_id = (SELECT glass_case()))',
        'visitor_warning', 'case_id = (SELECT glass_case()) OR signal_id = ANY ((SELECT glass_signals())::uuid[])');
BEGIN
    FOR t IN SELECT jsonb_object_keys(opened) LOOP
        EXECUTE format('DROP POLICY IF EXISTS sight_through_glass ON %I', t);
        EXECUTE format('DROP POLICY IF EXISTS glass ON %I', t);
        EXECUTE format('CREATE POLICY glass ON %I FOR SELECT USING (%s)', t, opened->>t);
    END LOOP;
    FOREACH t IN ARRAY array['person_iin', 'person_contact', 'protected_address', 'health_note', 'adoption_fact', 'family',
                             'family_member', 'relationship', 'reporter', 'session_note', 'benefit_determination', 'document',
                             'document_key', 'webhook_event'] LOOP
        EXECUTE format('DROP POLICY IF EXISTS no_glass ON %I', t);
        EXECUTE format('CREATE POLICY no_glass ON %I AS RESTRICTIVE USING ((SELECT glass_case()) IS NULL)', t);
    END LOOP;
END $$;

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON break_glass_grant
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change('state', 'ended_at', 'reviewed_at', 'reviewed_by_id', 'review_note');

CREATE OR REPLACE TRIGGER frozen_reviewed BEFORE UPDATE ON break_glass_grant
    FOR EACH ROW WHEN (OLD.state <> 'awaiting_review') EXECUTE FUNCTION refuse_frozen_change('ended_at');
