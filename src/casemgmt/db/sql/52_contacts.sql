-- Contacts of a contact centre.

-- The signals that a contact became, whoever sees them: ids, for the question below.
CREATE OR REPLACE FUNCTION contact_signals(p_contact uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT c.signal_id FROM contact_concern c WHERE c.contact_id = p_contact $$;

-- Contacts of a number before another one that became no signal, in whichever region: who triages the child that speaks at last
-- must know that it called in silence before. They hold nothing about anybody, so they betray no case.
CREATE OR REPLACE FUNCTION calls_without_signal(p_hash text, p_at timestamptz, p_id uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id FROM contact_caller k JOIN contact c ON c.id = k.contact_id
     WHERE k.phone_hash = p_hash AND (c.received_at, c.id) < (p_at, p_id) AND c.signals = 0 AND actor_has('reporters')
$$;

-- Puts what a system tells otherwise before those who work on the signal: what it is, something to do by a moment, and a
-- line in the story. The signal may be out of the system's sight by now; its desk, or the manager of its case, has it. One
-- thing to do is enough until it is done, unless what comes is due earlier: danger waits for no other clock.
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
     WHERE k.id = c.concern_id AND k.contact_id = c.contact_id AND k.signal_id = c.signal_id AND (t.sender_id = actor_user() OR (t.state = 'settled' AND t.settled_by_id = actor_user()))
       AND s.content_digest <> '';
    IF NOT FOUND THEN  -- neither of this system nor settled by this desk, or erased: then nothing of it comes back
        RETURN;
    END IF;
    INSERT INTO contact_correction SELECT c.*;
    INSERT INTO timeline_entry SELECT * FROM jsonb_populate_record(NULL::timeline_entry, fresh || p_story || scope);
    INSERT INTO task SELECT * FROM jsonb_populate_record(NULL::task, fresh || p_task || scope)
     WHERE NOT EXISTS (SELECT 1 FROM task t WHERE t.kind = 'contact_correction' AND t.record_id = c.signal_id
                          AND t.completed_at IS NULL AND t.cancelled_at IS NULL AND t.due_at <= (p_task->>'due_at')::timestamptz);
END $$;

-- Ties signals that a desk recorded by hand to a contact of a source of its body: one that hangs, or one that has not come
-- yet. The contact is the source's: what arrives of it later finds it, and counts as new whatever its revision. Answers its
-- id, or why nothing was done. `p_concerns` are the ids of what ties the two, as many as there are signals.
CREATE OR REPLACE FUNCTION settle_contact(p jsonb, p_signals uuid[], p_concerns uuid[], OUT contact_id uuid, OUT refused text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    at constant timestamptz := (p->>'at')::timestamptz;
    sender uuid;
    known contact;
BEGIN
    SELECT c.user_id INTO sender FROM contact_source c JOIN app_user u ON u.id = c.user_id
     WHERE c.code = p->>'source' AND u.organisation_id = actor_organisation();
    IF sender IS NULL OR EXISTS (SELECT 1 FROM unnest(p_signals) AS each(id) WHERE NOT EXISTS (
            SELECT 1 FROM signal s WHERE s.id = each.id AND NOT s.restricted AND s.id <> ALL (shut_out())
               AND actor_organisation() IN (s.organisation_id, s.received_by_organisation_id))) THEN
        refused := 'absent';
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended((p->>'source') || ' ' || (p->>'contact_id'), 121));
    PERFORM 1 FROM signal s WHERE s.id = ANY (p_signals) ORDER BY s.id FOR NO KEY UPDATE;  -- each is tied to one contact
    SELECT * INTO known FROM contact c WHERE c.source_code = p->>'source' AND c.external_id = p->>'contact_id' FOR UPDATE;
    IF known.state IN ('finalised', 'settled') THEN
        refused := 'final';
    ELSIF EXISTS (SELECT 1 FROM contact_concern k WHERE k.signal_id = ANY (p_signals)) THEN
        refused := 'taken';
    ELSIF cardinality(p_signals) < jsonb_array_length(known.content->'concerns') THEN
        refused := 'unrecorded';  -- what was said goes with the draft: each of it needs a signal that it is put beside
    END IF;
    IF refused IS NOT NULL THEN
        RETURN;
    END IF;
    contact_id := coalesce(known.id, (p->>'id')::uuid);
    IF known.id IS NULL THEN
        INSERT INTO contact (id, source_code, external_id, sender_id, organisation_id, state, revision, content_digest, channel,
                             language, signals, plate_known, taxonomy_known, attachments, started_at, received_at, heard_at, version)
        VALUES (contact_id, p->>'source', p->>'contact_id', sender, actor_organisation(), 'draft', 0, '', p->>'channel',
                p->>'language', 0, false, false, '[]', (p->>'started_at')::timestamptz, at, at, 1);
    END IF;
    UPDATE contact c SET state = 'settled', content = NULL, revision = 0, content_digest = '', settled_by_id = actor_user(),
        settled_at = at, signals = cardinality(p_signals), version = c.version + 1,
        non_data = CASE WHEN cardinality(p_signals) = 0 THEN c.non_data END
     WHERE c.id = contact_id;
    INSERT INTO contact_concern (id, contact_id, sender_id, concern_ref, revision, content_digest, signal_id, withdrawn)
    SELECT each.id, contact_id, sender, 'by-hand/' || each.n, 0, '', each.signal_id, false
      FROM unnest(p_concerns, p_signals) WITH ORDINALITY AS each(id, signal_id, n);
END $$;

-- What a desk is told of a contact that hangs ends with the contact, or with a message about it.
CREATE OR REPLACE FUNCTION contact_goes_on() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE task SET completed_at = NEW.heard_at, completed_by_id = actor_user(), result = 'contact.' || NEW.state,
        version = version + 1
     WHERE kind = 'contact_abandoned' AND record_id = NEW.id AND completed_at IS NULL AND cancelled_at IS NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER contact_goes_on AFTER UPDATE ON contact FOR EACH ROW
    WHEN (OLD.abandoned_at IS NOT NULL AND (NEW.abandoned_at IS NULL OR NEW.state <> 'draft'))
    EXECUTE FUNCTION contact_goes_on();

-- What a desk is told of a line that is silent ends when each source of that account is heard again.
CREATE OR REPLACE FUNCTION contact_source_speaks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE task SET completed_at = NEW.heard_at, completed_by_id = actor_user(), result = 'contact_source.heard',
        version = version + 1
     WHERE kind = 'contact_source_silent' AND record_id = NEW.user_id AND completed_at IS NULL AND cancelled_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM contact_source c WHERE c.user_id = NEW.user_id AND c.silence_told_at IS NOT NULL);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER contact_source_speaks AFTER UPDATE ON contact_source FOR EACH ROW
    WHEN (OLD.silence_told_at IS NOT NULL AND NEW.silence_told_at IS NULL) EXECUTE FUNCTION contact_source_speaks();

-- For the worker, which reads no contact. Heard `p_ahead` is what was heard by a clock that was ahead and has been set back:
-- waiting until it is reached would pass by whoever calls until then.
DROP FUNCTION IF EXISTS abandoned_contacts(timestamptz, integer);
CREATE OR REPLACE FUNCTION abandoned_contacts(p_before timestamptz, p_ahead timestamptz, p_most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id FROM contact c
     WHERE c.state = 'draft' AND (c.heard_at < p_before OR c.heard_at > p_ahead) AND c.abandoned_at IS NULL
     ORDER BY c.heard_at LIMIT p_most
$$;

DROP FUNCTION IF EXISTS note_abandoned(uuid, timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION note_abandoned(p_contact uuid, p_before timestamptz, p_ahead timestamptz, p_at timestamptz)
RETURNS TABLE (organisation_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE contact c SET abandoned_at = p_at
     WHERE c.id = p_contact AND c.state = 'draft' AND (c.heard_at < p_before OR c.heard_at > p_ahead)
       AND c.abandoned_at IS NULL
    RETURNING c.organisation_id
$$;

DROP FUNCTION IF EXISTS silent_senders(timestamptz);
CREATE OR REPLACE FUNCTION silent_senders(p_before timestamptz, p_ahead timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT c.user_id FROM contact_source c
     WHERE c.active AND (c.heard_at < p_before OR c.heard_at > p_ahead) AND c.silence_told_at IS NULL
$$;

DROP FUNCTION IF EXISTS note_silent(uuid, timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION note_silent(p_user uuid, p_before timestamptz, p_ahead timestamptz, p_at timestamptz)
RETURNS TABLE (organisation_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH noted AS (
        UPDATE contact_source c SET silence_told_at = p_at
         WHERE c.user_id = p_user AND c.active AND (c.heard_at < p_before OR c.heard_at > p_ahead)
           AND c.silence_told_at IS NULL RETURNING c.user_id)
    SELECT DISTINCT u.organisation_id FROM noted n JOIN app_user u ON u.id = n.user_id
$$;

-- Versions of topics under which contacts were told, for who loads them and sees no contact: counts.
CREATE OR REPLACE FUNCTION unknown_taxonomies() RETURNS TABLE (version text, contacts bigint, last_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.taxonomy_version, count(*), max(c.heard_at) FROM contact c
     WHERE c.taxonomy_version IS NOT NULL AND NOT c.taxonomy_known AND actor_has('directory') GROUP BY 1
$$;
