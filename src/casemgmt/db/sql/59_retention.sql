-- Destruction by term. What is due is worked out here, because nobody who plans it sees the records: ids and codes come out.

-- The records of a class whose term was over when `p_cutoff` was the last moment that counts: when they ended, what would
-- change if anything about them did, and why one stays all the same. With `p_record` the answer for that one.
CREATE OR REPLACE FUNCTION retention_due(p_class text, p_cutoff timestamptz, p_record uuid DEFAULT NULL)
RETURNS TABLE (record_id uuid, ended_at timestamptz, fingerprint text, reason text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    CASE p_class
    WHEN 'signal_without_case' THEN RETURN QUERY
        SELECT s.id, s.closed_at, 'v' || s.version, CASE WHEN is_held('signal', s.id) THEN 'hold' END
          FROM signal s
         WHERE (p_record IS NULL OR s.id = p_record) AND s.state = 'closed' AND s.case_id IS NULL AND s.closed_at < p_cutoff
           AND s.content_digest <> '';
    WHEN 'reporter_identity' THEN RETURN QUERY
        SELECT s.id, greatest(s.closed_at, c.closed_at), 'v' || s.version || ' ' || coalesce('v' || c.version, '-'),
               CASE WHEN is_held('signal', s.id) THEN 'hold' END
          FROM reporter r JOIN signal s ON s.id = r.signal_id LEFT JOIN case_record c ON c.id = s.case_id
         WHERE (p_record IS NULL OR s.id = p_record) AND num_nonnulls(r.name, r.phone) > 0
           AND CASE WHEN s.case_id IS NULL THEN s.state = 'closed' ELSE c.state = 'closed' END
           AND greatest(s.closed_at, c.closed_at) < p_cutoff;
    WHEN 'case_record' THEN RETURN QUERY
        SELECT c.id, x.ended, 'v' || c.version, CASE WHEN is_held('case', c.id) THEN 'hold' END
          FROM case_record c, LATERAL (
            -- A child without a known birth is taken to have been born on the day on which the case was opened.
            SELECT greatest(c.closed_at, max(coalesce(p.birth_date, make_date(p.birth_year, 12, 31), c.opened_at::date)
                                             + interval '18 years')) AS ended
              FROM case_person cp JOIN person p ON p.id = cp.person_id WHERE cp.case_id = c.id AND cp.role = 'child') x
         WHERE (p_record IS NULL OR c.id = p_record) AND c.state = 'closed' AND c.closed_at < p_cutoff AND x.ended < p_cutoff
           AND NOT EXISTS (SELECT 1 FROM follow_up_check f WHERE f.case_id = c.id AND f.state = 'due')
           AND NOT EXISTS (SELECT 1 FROM timeline_entry t WHERE t.case_id = c.id AND t.kind = 'case.content_erased');
    WHEN 'session_notes' THEN RETURN QUERY
        SELECT c.id, c.closed_at, 'v' || c.version, CASE WHEN is_held('case', c.id) THEN 'hold' END
          FROM case_record c
         WHERE (p_record IS NULL OR c.id = p_record) AND c.state = 'closed' AND c.closed_at < p_cutoff
           AND EXISTS (SELECT 1 FROM session_note n WHERE n.case_id = c.id AND n.body <> '');
    WHEN 'ended_contacts' THEN RETURN QUERY
        SELECT k.id, k.ended_at, 'e', CASE WHEN is_held('person', k.person_id) THEN 'hold' END
          FROM person_contact k
         WHERE (p_record IS NULL OR k.id = p_record) AND k.ended_at < p_cutoff AND k.value <> '';
    WHEN 'person_identity' THEN RETURN QUERY
        SELECT p.id, x.ended, 'v' || p.version, CASE WHEN is_held('person', p.id) THEN 'hold' END
          FROM person p, LATERAL (
            SELECT greatest(p.created_at, (SELECT max(t.at) FROM timeline_entry t
                WHERE t.kind IN ('case.content_erased', 'signal.content_erased')
                  AND (t.case_id IN (SELECT cp.case_id FROM case_person cp WHERE cp.person_id = p.id)
                       OR t.signal_id IN (SELECT sp.signal_id FROM signal_person sp WHERE sp.person_id = p.id)))) AS ended) x
         WHERE (p_record IS NULL OR p.id = p_record) AND p.created_at < p_cutoff AND p.match_key <> '#erased'
           AND x.ended < p_cutoff
           -- whoever lives with somebody of a file that stays belongs to it too
           AND NOT EXISTS (SELECT 1 FROM (SELECT p.id UNION SELECT o.person_id FROM family_member m
                             JOIN family_member o ON o.family_id = m.family_id WHERE m.person_id = p.id) near(id)
                            WHERE EXISTS (SELECT 1 FROM case_person cp WHERE cp.person_id = near.id AND NOT EXISTS (
                                      SELECT 1 FROM timeline_entry t WHERE t.case_id = cp.case_id
                                         AND t.kind = 'case.content_erased'))
                               OR EXISTS (SELECT 1 FROM signal_person sp JOIN signal s ON s.id = sp.signal_id
                                           WHERE sp.person_id = near.id AND s.content_digest <> '')
                               OR EXISTS (SELECT 1 FROM benefit_determination d
                                           WHERE d.person_ids @> ARRAY[near.id] AND d.receipt <> ''));
    WHEN 'payment_decisions' THEN RETURN QUERY
        SELECT d.id, coalesce(d.decided_at, d.created_at), 'v' || d.version,
               CASE WHEN is_held('determination', d.id) THEN 'hold'
                    WHEN d.state = 'refusal_proposed' OR c.state <> 'closed'
                      OR EXISTS (SELECT 1 FROM benefit_offer o WHERE o.determination_id = d.id AND o.state = 'made')
                      OR EXISTS (SELECT 1 FROM benefit_appeal a WHERE a.determination_id = d.id AND a.state = 'lodged')
                    THEN 'open_decision' END
          FROM benefit_determination d LEFT JOIN case_record c ON c.id = d.case_id
         WHERE (p_record IS NULL OR d.id = p_record) AND coalesce(d.decided_at, d.created_at) < p_cutoff AND d.receipt <> '';
    ELSE
        RAISE EXCEPTION 'no record of the class % is destroyed one by one', p_class;
    END CASE;
END $$;

-- How many rows of a technical class ended before a moment.
CREATE OR REPLACE FUNCTION technical_rows(p_class text, p_before timestamptz) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE p_class
        WHEN 'idempotency_keys' THEN (SELECT count(*) FROM idempotency_key WHERE created_at < p_before)
        WHEN 'login_attempts' THEN (SELECT count(*) FROM login_attempt WHERE at < p_before)
        WHEN 'ended_sessions' THEN (SELECT count(*) FROM auth_session WHERE coalesce(revoked_at, expires_at) < p_before)
        WHEN 'searches' THEN (SELECT count(*) FROM search WHERE expires_at < p_before)
        WHEN 'course_guests' THEN (SELECT count(*) FROM course_guest g JOIN course_participant p ON p.id = g.participant_id
                                     JOIN course c ON c.id = p.course_id WHERE c.ends_at < p_before)
        WHEN 'contact_callers' THEN (SELECT count(*) FROM contact_caller k JOIN contact c ON c.id = k.contact_id
                                      WHERE c.received_at < p_before)
        WHEN 'non_data_callers' THEN (
            SELECT count(*) FROM contact c WHERE c.received_at < p_before AND c.non_data IS NOT NULL
               AND (c.attachments <> '[]' OR EXISTS (SELECT 1 FROM contact_caller k WHERE k.contact_id = c.id)))
        WHEN 'answer_wishes' THEN (SELECT count(*) FROM answer_wish WHERE told_at < p_before)
        WHEN 'contact_drafts' THEN (SELECT count(*) FROM contact WHERE heard_at < p_before AND content IS NOT NULL)
        WHEN 'drafts' THEN (SELECT count(*) FROM draft WHERE saved_at < p_before)
        WHEN 'log_in_signs' THEN (SELECT count(*) FROM login_place WHERE last_seen_at < p_before)
        WHEN 'security_alerts' THEN (SELECT count(*) FROM security_alert WHERE raised_at < p_before)
        WHEN 'webhook_events' THEN (SELECT count(*) FROM webhook_event WHERE at < p_before)
    END
$$;

-- Deletes up to `p_limit` of them and answers how many.
CREATE OR REPLACE FUNCTION delete_technical(p_class text, p_before timestamptz, p_limit integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    CASE p_class
    WHEN 'idempotency_keys' THEN
        DELETE FROM idempotency_key WHERE ctid IN (SELECT ctid FROM idempotency_key WHERE created_at < p_before LIMIT p_limit);
    WHEN 'login_attempts' THEN
        DELETE FROM login_attempt WHERE ctid IN (SELECT ctid FROM login_attempt WHERE at < p_before LIMIT p_limit);
    WHEN 'ended_sessions' THEN
        DELETE FROM auth_session WHERE ctid IN (SELECT ctid FROM auth_session WHERE coalesce(revoked_at, expires_at) < p_before
                                                 LIMIT p_limit);
    WHEN 'course_guests' THEN
        DELETE FROM course_guest WHERE participant_id IN (
            SELECT g.participant_id FROM course_guest g JOIN course_participant p ON p.id = g.participant_id
              JOIN course c ON c.id = p.course_id WHERE c.ends_at < p_before LIMIT p_limit);
    WHEN 'searches' THEN
        DELETE FROM search WHERE ctid IN (SELECT ctid FROM search WHERE expires_at < p_before LIMIT p_limit);
    WHEN 'contact_callers' THEN
        DELETE FROM contact_caller WHERE contact_id IN (
            SELECT k.contact_id FROM contact_caller k JOIN contact c ON c.id = k.contact_id
             WHERE c.received_at < p_before LIMIT p_limit);
    WHEN 'non_data_callers' THEN  -- and what leads to the recording
        WITH old AS (SELECT c.id FROM contact c
                      WHERE c.received_at < p_before AND c.non_data IS NOT NULL
                        AND (c.attachments <> '[]' OR EXISTS (SELECT 1 FROM contact_caller k WHERE k.contact_id = c.id))
                      LIMIT p_limit),
             callers AS (DELETE FROM contact_caller WHERE contact_id IN (SELECT id FROM old))
        UPDATE contact SET attachments = '[]' WHERE id IN (SELECT id FROM old);
    WHEN 'answer_wishes' THEN
        DELETE FROM answer_wish WHERE contact_id IN (SELECT contact_id FROM answer_wish WHERE told_at < p_before LIMIT p_limit);
    WHEN 'contact_drafts' THEN
        UPDATE contact SET content = NULL WHERE id IN (
            SELECT id FROM contact WHERE heard_at < p_before AND content IS NOT NULL LIMIT p_limit);
    WHEN 'drafts' THEN
        WITH ended AS (DELETE FROM draft WHERE ctid IN (SELECT ctid FROM draft WHERE saved_at < p_before LIMIT p_limit)
                       RETURNING id),
             told AS (UPDATE task SET cancelled_at = now(), cancel_reason = 'draft.ended', version = version + 1
                       WHERE kind = 'draft_end' AND record_id IN (SELECT id FROM ended)
                         AND completed_at IS NULL AND cancelled_at IS NULL)
        SELECT count(*) INTO gone FROM ended;
        RETURN gone;
    WHEN 'log_in_signs' THEN
        DELETE FROM login_place WHERE ctid IN (SELECT ctid FROM login_place WHERE last_seen_at < p_before LIMIT p_limit);
    WHEN 'security_alerts' THEN
        DELETE FROM security_alert WHERE ctid IN (SELECT ctid FROM security_alert WHERE raised_at < p_before LIMIT p_limit);
    WHEN 'webhook_events' THEN
        WITH old AS (DELETE FROM webhook_event WHERE ctid IN (SELECT ctid FROM webhook_event WHERE at < p_before LIMIT p_limit)
                     RETURNING id),
             tried AS (DELETE FROM webhook_attempt a USING old WHERE a.event_id = old.id),
             sent AS (DELETE FROM webhook_delivery d USING old WHERE d.event_id = old.id)
        SELECT count(*) INTO gone FROM old;
        RETURN gone;
    END CASE;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

-- Works out what the terms `p_terms` (class, act, cutoff) make due, puts up to `p_limit` items into the plan, and answers its
-- digest and, by class and reason, what is held back. The digest covers every item and what it rests on.
CREATE OR REPLACE FUNCTION draft_retention(p_plan uuid, p_as_of timestamptz, p_terms jsonb, p_schedule text, p_limit integer)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    term record;
    held jsonb := '[]';
    place integer := 0;
    added integer;
BEGIN
    IF NOT actor_has('records') OR NOT EXISTS (SELECT 1 FROM retention_plan WHERE id = p_plan AND state = 'drafted'
                                                  AND digest = '') THEN
        RETURN NULL;
    END IF;
    FOR term IN SELECT t->>'class' AS class, t->>'act' AS act, (t->>'cutoff')::timestamptz AS cutoff
                  FROM jsonb_array_elements(p_terms) t LOOP
        IF term.act = 'destroy' THEN
            INSERT INTO retention_item (plan_id, position, record_class, ended_before, due_since, rows, fingerprint)
            SELECT p_plan, place + 1, term.class, term.cutoff, p_as_of, n, 'before'
              FROM technical_rows(term.class, term.cutoff) n WHERE n > 0;
        ELSIF term.act <> 'keep' THEN
            INSERT INTO retention_item (plan_id, position, record_class, record_id, due_since, rows, fingerprint)
            SELECT p_plan, place + row_number() OVER (ORDER BY d.ended_at, d.record_id), term.class, d.record_id,
                   d.ended_at + (p_as_of - term.cutoff), 1, d.fingerprint
              FROM retention_due(term.class, term.cutoff) d WHERE d.reason IS NULL
             ORDER BY d.ended_at, d.record_id LIMIT greatest(p_limit - place, 0);
            held := held || coalesce((SELECT jsonb_agg(jsonb_build_object('class', term.class, 'reason', h.reason, 'records', h.n))
                FROM (SELECT d.reason, count(*) AS n FROM retention_due(term.class, term.cutoff) d WHERE d.reason IS NOT NULL
                       GROUP BY 1 ORDER BY 1) h), '[]');
        ELSE
            CONTINUE;
        END IF;
        GET DIAGNOSTICS added = ROW_COUNT;
        place := coalesce((SELECT max(position) FROM retention_item WHERE plan_id = p_plan), 0);
    END LOOP;
    RETURN jsonb_build_object('held_back', held, 'digest', (
        SELECT encode(sha256(convert_to(p_schedule || coalesce(string_agg(concat_ws('|', i.position, i.record_class, i.record_id,
                   i.ended_before, i.rows, i.fingerprint), E'\n' ORDER BY i.position), ''), 'UTF8')), 'hex')
          FROM retention_item i WHERE i.plan_id = p_plan));
END $$;

-- Executes the next items of a plan that a second person approved, all or none of them; answers what it did and what is left.
-- What changed since it was planned, or is held by now, is left out. One batch at a time; the last one completes the plan.
CREATE OR REPLACE FUNCTION run_retention(p_plan uuid, p_limit integer, p_at timestamptz) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    plan retention_plan;
    item retention_item;
    now_due record;
    term jsonb;
    gone jsonb := '{}';
    root text;
    destroyed uuid[] := '{}';
    left_out integer := 0;
    remaining integer;
    deleted integer;
BEGIN
    SELECT * INTO plan FROM retention_plan p
     WHERE p.id = p_plan AND p.state = 'approved' AND p.approved_by_id <> p.made_by_id AND actor_has('records') FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('casemgmt.holds'));
    FOR item IN SELECT * FROM retention_item i WHERE i.plan_id = p_plan AND i.outcome IS NULL ORDER BY i.position LIMIT p_limit LOOP
        IF item.record_id IS NULL THEN
            deleted := delete_technical(item.record_class, item.ended_before, 5000);
            CONTINUE WHEN deleted = 5000;  -- more of them: the next batch goes on
            UPDATE retention_item SET outcome = 'destroyed', done_at = p_at
             WHERE plan_id = p_plan AND position = item.position;
            CONTINUE;
        END IF;
        root := CASE item.record_class WHEN 'signal_without_case' THEN 'signal' WHEN 'reporter_identity' THEN 'reporter'
            WHEN 'case_record' THEN 'case' WHEN 'session_notes' THEN 'notes' WHEN 'ended_contacts' THEN 'contact'
            WHEN 'person_identity' THEN 'identity' WHEN 'payment_decisions' THEN 'determination' END;
        term := (SELECT t FROM jsonb_array_elements(plan.schedule) t WHERE t->>'class' = item.record_class);
        SELECT * INTO now_due FROM retention_due(item.record_class, (term->>'cutoff')::timestamptz, item.record_id);
        IF now_due.record_id IS NULL OR now_due.reason IS NOT NULL OR now_due.fingerprint <> item.fingerprint THEN
            UPDATE retention_item SET outcome = 'left_out', done_at = p_at, reason =
                CASE WHEN now_due.record_id IS NULL THEN 'not_due' ELSE coalesce(now_due.reason, 'changed') END
             WHERE plan_id = p_plan AND position = item.position;
            left_out := left_out + 1;
            CONTINUE;
        END IF;
        gone := jsonb_set(gone, ARRAY[root], coalesce(gone->root, '[]') || to_jsonb(item.record_id));
        IF root = 'case' THEN  -- with everything of it
            gone := jsonb_set(gone, '{signal}', coalesce(gone->'signal', '[]')
                || (SELECT coalesce(jsonb_agg(s.id), '[]') FROM signal s WHERE s.case_id = item.record_id));
        ELSIF root = 'identity' THEN
            gone := jsonb_set(gone, '{details}', coalesce(gone->'details', '[]') || to_jsonb(item.record_id));
            gone := jsonb_set(gone, '{family}', coalesce(gone->'family', '[]') || (SELECT coalesce(jsonb_agg(m.family_id), '[]')
                FROM family_member m WHERE m.person_id = item.record_id));
        END IF;
        destroyed := destroyed || item.record_id;
        UPDATE retention_item SET outcome = 'destroyed', done_at = p_at WHERE plan_id = p_plan AND position = item.position;
    END LOOP;
    IF gone <> '{}' THEN
        PERFORM erase_content(gone);
    END IF;
    SELECT count(*) INTO remaining FROM retention_item i WHERE i.plan_id = p_plan AND i.outcome IS NULL;
    IF remaining = 0 THEN
        UPDATE retention_plan SET state = 'completed', completed_at = p_at, version = version + 1 WHERE id = p_plan;
    END IF;
    RETURN jsonb_build_object('destroyed', to_jsonb(destroyed), 'left_out', left_out, 'remaining', remaining);
END $$;
