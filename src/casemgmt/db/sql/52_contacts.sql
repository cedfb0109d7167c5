-- Contacts of a contact centre.

-- The signals that a contact became, whoever sees them: ids, for the question below.
CREATE OR REPLACE FUNCTION contact_signals(p_contact uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT c.signal_id FROM contact_concern c WHERE c.contact_id = p_contact $$;

-- Puts what a system tells otherwise before those who work on the signal: what it is, something to do by a moment, and a
-- line in the story. The signal may be out of the system's sight by now; its desk, or the manager of its case, has it. One
-- thing to do is enough until it is done.
CREATE OR REPLACE FUNCTION file_contact_correction(p_correction jsonb, p_task jsonb, p_story jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    c constant contact_correction := jsonb_populate_record(NULL::contact_correction, p_correction);
    fresh constant jsonb := '{"restricted": false, "version": 1}';
    scope jsonb;
BEGIN
    SELECT jsonb_build_object('case_id', r.id, 'assignee_id', CASE WHEN r.state <> 'closed' THEN r.manager_id END) INTO scope
      FROM contact_concern k JOIN contact t ON t.id = k.contact_id JOIN signal s ON s.id = k.signal_id
      LEFT JOIN case_record r ON r.id = s.case_id AND r.state <> 'closed'
     WHERE k.id = c.concern_id AND k.contact_id = c.contact_id AND k.signal_id = c.signal_id AND t.sender_id = actor_user()
       AND s.content_digest <> '';
    IF NOT FOUND THEN  -- not of this system, or erased: then nothing of it comes back
        RETURN;
    END IF;
    INSERT INTO contact_correction SELECT c.*;
    INSERT INTO timeline_entry SELECT * FROM jsonb_populate_record(NULL::timeline_entry, fresh || p_story || scope);
    INSERT INTO task SELECT * FROM jsonb_populate_record(NULL::task, fresh || p_task || scope)
     WHERE NOT EXISTS (SELECT 1 FROM task t WHERE t.kind = 'contact_correction' AND t.record_id = c.signal_id
                          AND t.completed_at IS NULL AND t.cancelled_at IS NULL);
END $$;
