-- Erasure: content is emptied, rows and their codes stay, and so does every proof. Nothing here is reached by the service
-- but the acts at the end, and each of them asks for the decision of two persons that stands in the database.

-- What erasure does to each column that can hold personal content. A test walks all columns: a new one that is neither here
-- nor named there as harmless fails it. `by`: which root reaches the rows by which column; a value that begins with `=` is an
-- expression. Root `row`: rows about one person in a file that is also another's.
CREATE OR REPLACE FUNCTION erased_columns() RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT $json$
{
  "person": {"by": {"identity": "id"}, "set": {"family_name": null, "given_name": null, "patronymic": null,
    "match_key": "#erased", "sort_key": "", "birth_date": null, "birth_precision": "unknown", "died_on": null, "iin_mask": null}},
  "person_iin": {"by": {"identity": "person_id"}, "key": "person_id", "delete": true, "set": {"iin": null}},
  "former_name": {"by": {"identity": "person_id"}, "set": {"family_name": null, "given_name": null, "patronymic": null,
    "match_key": "#erased", "document": "", "until": "=date_trunc('year', until)::date", "since": null}},
  "sealed_name": {"by": {"identity": "person_id"}, "set": {"family_name": null, "given_name": null, "patronymic": null,
    "match_key": "#erased", "document": "", "until": "=date_trunc('year', until)::date", "since": null}},
  "former_iin": {"by": {"identity": "person_id"}, "delete": true, "set": {"number": null, "mask": null, "document": null}},
  "family": {"by": {"family": "id"}, "set": {"label": ""}},
  "person_contact": {"by": {"details": "person_id", "contact": "id"}, "set": {"value": "", "phone_hash": null, "safe_from": null,
    "safe_until": null, "note": null}},
  "person_address": {"by": {"details": "person_id"}, "set": {"kato": null, "line": null}},
  "protected_address": {"by": {"details": "person_id"}, "set": {"kato": null, "line": "", "reason": ""}},
  "health_note": {"by": {"details": "person_id"}, "set": {"body": "", "observed_on": "=date_trunc('year', observed_on)::date"}},
  "adoption_fact": {"by": {"details": "person_id"}, "set": {"court": "", "decision_number": null, "former_family_name": null,
    "former_given_name": null, "former_patronymic": null, "former_birth_date": null, "former_birth_place": null,
    "known_to": null, "withdraw_reason": "=CASE WHEN withdraw_reason IS NOT NULL THEN '' END"}},
  "signal": {"by": {"signal": "id"}, "set": {"narrative": "", "subject_description": null, "kato": null, "place": null,
    "triage_note": null, "review_note": null, "redirected_to": null, "closing_note": null, "content_digest": "",
    "danger_signs": "='{}'::text[]"}},
  "reporter": {"by": {"signal": "signal_id", "reporter": "signal_id"}, "key": "signal_id", "set": {"name": null, "phone": null,
    "phone_hash": null, "safe_from": null, "safe_until": null}},
  "signal_redirect": {"by": {"signal": "signal_id"}, "set": {"external_body": null, "note": null}},
  "contact_correction": {"by": {"signal": "signal_id"}, "set": {"content": null}},
  "answer_text": {"by": {"signal": "signal_id"}, "key": "answer_id", "delete": true, "set": {"body": null}},
  "answer_stop": {"by": {"signal": "signal_id"}, "set": {"reason": "", "lift_reason": "=CASE WHEN lift_reason IS NOT NULL THEN '' END"}},
  "contact_concern": {"by": {"signal": "signal_id"}, "set": {"content_digest": ""}},
  "screening_answers": {"by": {"signal": "signal_id"}, "key": "signal_id", "set": {"answers": {}, "domain_scores": {}}},
  "referral": {"by": {"signal": "signal_id"}, "set": {"instructions": null, "decline_note": null, "withdraw_note": null}},
  "visit_attempt": {"by": {"signal": "signal_id"}, "set": {"note": null}},
  "visit_act": {"by": {"signal": "signal_id"}, "set": {"child_words": null, "child_wishes": null, "outcome_note": null,
    "findings": "=(SELECT coalesce(jsonb_agg(e - 'note'), '[]') FROM jsonb_array_elements(findings) e)",
    "immediate_measures": "=(SELECT coalesce(jsonb_agg(e - 'note'), '[]') FROM jsonb_array_elements(immediate_measures) e)"}},
  "visit_act_edition": {"by": {"signal": "signal_id"}, "set": {"note": "",
    "said": "=said || '{\"child_words\": null, \"child_wishes\": null, \"outcome_note\": null, \"findings\": [], \"immediate_measures\": []}'"}},
  "visitor_warning": {"by": {"signal": "signal_id", "case": "case_id"}, "set": {"note": "", "told_note": null, "lift_note": null}},
  "break_glass_grant": {"by": {"case": "case_id"}, "set": {"note": "", "review_note": null}},
  "staff_conflict": {"by": {"identity": "record_id", "case": "record_id", "signal": "record_id"}, "set": {"note": null,
    "end_note": null}},
  "imported_record": {"by": {"signal": "signal_id", "case": "case_id", "identity": "person_id"}, "set": {"number": "=id::text",
    "content_digest": ""}},
  "task": {"by": {"signal": "signal_id", "case": "case_id", "identity": "record_id", "determination": "record_id"},
    "set": {"title": "=CASE WHEN title IS NOT NULL THEN '' END", "note": null, "result": null, "cancel_reason": null}},
  "case_record": {"by": {"case": "id"}, "set": {"restriction_note": null}},
  "case_handover": {"by": {"case": "case_id"}, "set": {"note": null, "decline_reason": null}},
  "case_transfer": {"by": {"case": "case_id"}, "set": {"note": null, "decline_reason": "=CASE WHEN decline_reason IS NOT NULL THEN '' END"}},
  "service_referral": {"by": {"case": "case_id"}, "set": {"question": "", "decline_note": null,
    "return_note": "=CASE WHEN return_note IS NOT NULL THEN '' END"}},
  "service_referral_share": {"by": {"case": "case_id"}, "key": "referral_id", "set": {"told": null,
    "without_consent_ground": "=CASE WHEN without_consent_ground IS NOT NULL THEN '' END"}},
  "conference": {"by": {"case": "case_id"}, "set": {"place": "", "question": "",
    "minutes": "=CASE WHEN minutes IS NOT NULL THEN '' END",
    "cancel_reason": "=CASE WHEN cancel_reason IS NOT NULL THEN '' END"}},
  "conference_share": {"by": {"case": "case_id"}, "key": "conference_id", "set": {"told": null, "without_consent_ground": null}},
  "conference_participant": {"by": {"case": "case_id"}, "set": {"name": "=CASE WHEN name IS NOT NULL THEN '' END", "post": null,
    "decline_reason": "=CASE WHEN decline_reason IS NOT NULL THEN '' END"}},
  "conference_family": {"by": {"case": "case_id"}, "key": "conference_id", "set": {
    "reason": "=CASE WHEN reason IS NOT NULL THEN '' END"}},
  "conference_decision": {"by": {"case": "case_id"}, "set": {"wording": "", "note": "=CASE WHEN note IS NOT NULL THEN '' END"}},
  "case_note": {"by": {"case": "case_id"}, "set": {"body": ""}},
  "case_flag": {"by": {"case": "case_id"}, "set": {"reason": "", "lift_reason": "=CASE WHEN lift_reason IS NOT NULL THEN '' END"}},
  "record_error": {"by": {"case": "case_id"}, "set": {"note": "", "decision_note": null}},
  "case_closure": {"by": {"case": "case_id"}, "set": {"note": "", "decision_note": null, "reopen_note": null,
    "outcomes": "=(SELECT coalesce(jsonb_agg(e || '{\"text\": \"\", \"note\": null}'), '[]') FROM jsonb_array_elements(outcomes) e)"}},
  "consent": {"by": {"case": "case_id"}, "set": {"child_words": null, "note": null, "withdraw_note": null}},
  "child_contact": {"by": {"case": "case_id", "row": "id"}, "set": {"words": null, "note": null}},
  "assessment": {"by": {"case": "case_id", "row": "id"}, "set": {"risk_reason": null, "conclusion": null, "discard_reason": null}},
  "plan": {"by": {"case": "case_id"}, "set": {"child_view": null, "consent_ground": null, "return_reason": null,
    "discard_reason": null, "content": {"goals": [], "missing_help": []}}},
  "plan_goal": {"by": {"case": "case_id"}, "set": {"text": "", "measured_by": "", "indicator": "=CASE WHEN indicator IS NOT NULL THEN '' END", "unit": null,
    "outcome_note": null}},
  "plan_measure": {"by": {"case": "case_id"}, "set": {"text": "", "evidence": null, "drop_reason": null}},
  "plan_measure_request": {"by": {"case": "case_id"}, "set": {"reason": "=CASE WHEN reason IS NOT NULL THEN '' END"}},
  "plan_review": {"by": {"case": "case_id"}, "set": {"note": "", "child_words": null}},
  "plan_signature": {"by": {"case": "case_id"}, "set": {"blob": null, "certificate": null, "subject": null, "serial": null}},
  "closure_signature": {"by": {"case": "case_id"}, "set": {"blob": null, "certificate": null, "subject": null, "serial": null}},
  "conference_signature": {"by": {"case": "case_id"}, "set": {"blob": null, "certificate": null, "subject": null, "serial": null}},
  "visit_act_signature": {"by": {"signal": "signal_id"}, "set": {"blob": null, "certificate": null, "subject": null, "serial": null}},
  "plan_missing_help": {"by": {"case": "case_id"}, "key": "plan_id", "set": {"argument": ""}},
  "document": {"by": {"case": "case_id", "signal": "signal_id", "details": "record_id", "determination": "determination_id"},
    "set": {"state": "erased", "file_name": null, "storage_name": null, "removal_note": null}},
  "session_note": {"by": {"case": "case_id", "notes": "case_id"}, "set": {"body": ""}},
  "rehabilitation_programme": {"by": {"case": "case_id", "row": "id"}, "set": {"aim": "", "result_note": null,
    "stop_reason": null}},
  "follow_up_check": {"by": {"case": "case_id"}, "set": {"note": null}},
  "benefit_determination": {"by": {"determination": "id"}, "set": {"receipt": "", "sources": [], "grounds": [],
    "article": "=CASE WHEN article IS NOT NULL THEN '' END", "note": null, "return_reason": null, "set_aside_reason": null}},
  "benefit_appeal": {"by": {"determination": "determination_id"}, "set": {"claim": "",
    "reason": "=CASE WHEN reason IS NOT NULL THEN '' END"}},
  "benefit_recomputation": {"by": {"determination": "determination_id"}, "set": {"receipt": "", "moved": []}},
  "benefit_offer": {"by": {"determination": "determination_id"}, "set": {"answer_note": null}}
}
$json$::jsonb $$;

-- Empties the content under the roots `p` (root to list of ids) and answers the ids of the roots. What it changes is not
-- committed to: a commitment to what was just erased, with its salt, would keep it. The salts of earlier events go too, so
-- that nobody can test a guess against the log; an event that also told of another record can't be opened for that one
-- either. Stored answers that name an erased record go with it.
CREATE OR REPLACE FUNCTION erase_content(p jsonb) RETURNS uuid[]
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    salt constant text := coalesce(current_setting('casemgmt.salt', true), '');
    roots constant uuid[] := ARRAY(SELECT DISTINCT i.value::uuid FROM jsonb_each(p) e, jsonb_array_elements_text(e.value) i);
    cases constant uuid[] := ARRAY(SELECT i.value::uuid FROM jsonb_array_elements_text(coalesce(p->'case', '[]')) i);
    signals constant uuid[] := ARRAY(SELECT i.value::uuid FROM jsonb_array_elements_text(coalesce(p->'signal', '[]')) i);
    of_contacts constant uuid[] := ARRAY(SELECT c.contact_id FROM contact_concern c WHERE c.signal_id = ANY (signals));
    -- Who got in touch goes with the signal, and with who reported it.
    of_callers constant uuid[] := ARRAY(SELECT c.contact_id FROM contact_concern c WHERE c.signal_id = ANY (signals)
        OR c.signal_id = ANY (ARRAY(SELECT i.value::uuid FROM jsonb_array_elements_text(coalesce(p->'reporter', '[]')) i)));
    touched uuid[] := roots || of_callers;
    files uuid[];
    rows uuid[];
    t text;
    rule jsonb;
    reached text;
    sets text;
BEGIN
    PERFORM set_config('casemgmt.erasing', 'on', true), set_config('casemgmt.salt', '', true);
    FOR t, rule IN SELECT e.key, e.value FROM jsonb_each(erased_columns()) e ORDER BY e.key LOOP
        SELECT string_agg(format('%I = ANY (ARRAY(SELECT jsonb_array_elements_text($2->%L)::uuid))', e.value, e.key), ' OR ')
          INTO reached FROM jsonb_each_text(rule->'by') e WHERE p ? e.key;
        CONTINUE WHEN reached IS NULL;
        IF rule ? 'delete' THEN
            EXECUTE format('WITH done AS (DELETE FROM %I WHERE %s RETURNING %I AS id) SELECT array_agg(id) FROM done', t, reached,
                           coalesce(rule->>'key', 'id')) INTO rows USING '{}'::jsonb, p;
        ELSE
            SELECT string_agg(CASE WHEN e.value #>> '{}' LIKE '=%' THEN format('%I = %s', e.key, substr(e.value #>> '{}', 2))
                                   ELSE format('%I = (jsonb_populate_record(NULL::%I, $1)).%I', e.key, t, e.key) END, ', ')
              INTO sets FROM jsonb_each(rule->'set') e;
            IF EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = t::regclass AND attname = 'version' AND NOT attisdropped) THEN
                sets := sets || ', version = version + 1';
            END IF;
            EXECUTE format('WITH done AS (UPDATE %I SET %s WHERE %s RETURNING %I AS id) SELECT array_agg(id) FROM done', t, sets,
                           reached, coalesce(rule->>'key', 'id')) INTO rows
              USING (SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each(rule->'set') e
                      WHERE e.value #>> '{}' IS NULL OR e.value #>> '{}' NOT LIKE '=%'), p;
        END IF;
        touched := touched || rows;
    END LOOP;
    -- Who reported goes from the contact too that the signal came of.
    DELETE FROM contact_caller WHERE contact_id = ANY (of_callers);
    DELETE FROM answer_wish WHERE contact_id = ANY (of_callers);
    -- What leads to its recording in the archive of the contact centre goes as well.
    UPDATE contact SET attachments = '[]', version = version + 1 WHERE id = ANY (of_contacts) AND attachments <> '[]';
    -- Rows about one person in the file of another: their events are found by the file.
    files := ARRAY(SELECT case_id FROM child_contact WHERE id = ANY (touched) UNION SELECT case_id FROM assessment
                    WHERE id = ANY (touched) UNION SELECT case_id FROM rehabilitation_programme WHERE id = ANY (touched)
                   UNION SELECT case_id FROM session_note WHERE id = ANY (touched));
    DELETE FROM audit_salt s USING audit_event e
     WHERE e.id = s.event_id AND (e.record_ids && touched OR e.case_id = ANY (cases) OR e.signal_id = ANY (signals)
           OR (e.case_id = ANY (files) AND EXISTS (SELECT 1 FROM jsonb_array_elements(e.changes) c
                                                    WHERE c->>'record' = ANY (touched::text[]))));
    DELETE FROM idempotency_key k
     WHERE k.body ~ array_to_string(touched, '|') OR k.headers::text ~ array_to_string(touched, '|');
    -- Readers of the file are told why it is empty.
    INSERT INTO timeline_entry (id, case_id, signal_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id,
                                data)
    SELECT gen_random_uuid(), c.id, NULL::uuid, c.organisation_id, c.restricted, now(), 'case.content_erased', actor_user(), 'case', c.id,
           '{}'::jsonb
      FROM case_record c WHERE c.id = ANY (cases)
    UNION ALL
    SELECT gen_random_uuid(), NULL, s.id, s.organisation_id, s.restricted, now(), 'signal.content_erased', actor_user(),
           'signal', s.id, '{}'::jsonb FROM signal s WHERE s.id = ANY (signals) AND s.case_id IS NULL;
    PERFORM set_config('casemgmt.erasing', '', true), set_config('casemgmt.salt', salt, true);
    RETURN roots;
END $$;

-- The records whose hold stops the destruction of this one: a case is held by its persons, their families and its signals,
-- a person by its cases, signals and families, and so on.
CREATE OR REPLACE FUNCTION held_with(p_type text, p_id uuid) RETURNS uuid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH persons AS (
        SELECT p_id AS id WHERE p_type = 'person'
        UNION SELECT person_id FROM case_person WHERE p_type = 'case' AND case_id = p_id
        UNION SELECT person_id FROM signal_person WHERE p_type = 'signal' AND signal_id = p_id
        UNION SELECT unnest(person_ids) FROM benefit_determination WHERE p_type = 'determination' AND id = p_id
    ), records AS (
        SELECT p_id AS id
        UNION SELECT case_id FROM case_person WHERE p_type = 'person' AND person_id = p_id
        UNION SELECT signal_id FROM signal_person WHERE p_type = 'person' AND person_id = p_id
        UNION SELECT id FROM signal WHERE p_type = 'case' AND case_id = p_id
        UNION SELECT case_id FROM signal WHERE p_type = 'signal' AND id = p_id
        UNION SELECT case_id FROM benefit_determination WHERE p_type = 'determination' AND id = p_id
        UNION SELECT family_id FROM benefit_determination WHERE p_type = 'determination' AND id = p_id
        UNION SELECT id FROM persons
        UNION SELECT family_id FROM family_member WHERE person_id IN (SELECT id FROM persons))
    SELECT array_agg(id) FROM records WHERE id IS NOT NULL
$$;

CREATE OR REPLACE FUNCTION is_held(p_type text, p_id uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM legal_hold h WHERE h.state <> 'lifted' AND h.target_id = ANY (held_with(p_type, p_id)))
$$;

-- A hold that is being placed waits for a destruction that runs, and a destruction sees every hold that was placed before.
CREATE OR REPLACE FUNCTION lock_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('casemgmt.holds'));
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER lock_holds BEFORE INSERT OR UPDATE ON legal_hold FOR EACH ROW EXECUTE FUNCTION lock_holds();

-- Item by item, what a request for the erasure of a person would do: `erased`, or `kept` and why. Whose file it is decides:
-- a case or signal is the file of its children, and stays while another child of it is not erased.
CREATE OR REPLACE FUNCTION erasure_items(p_person uuid, p_paid_since timestamptz)
RETURNS TABLE (item text, record_id uuid, reason text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH cases AS (
        SELECT c.id, CASE
            WHEN is_held('case', c.id) THEN 'hold'
            WHEN NOT EXISTS (SELECT 1 FROM case_person x WHERE x.case_id = c.id AND x.person_id = p_person AND x.role = 'child')
                THEN 'file_of_another'
            WHEN c.state <> 'closed' OR EXISTS (SELECT 1 FROM follow_up_check f WHERE f.case_id = c.id AND f.state = 'due')
                THEN 'open_case'
            WHEN EXISTS (SELECT 1 FROM case_person x JOIN person o ON o.id = x.person_id WHERE x.case_id = c.id
                            AND x.role = 'child' AND x.person_id <> p_person AND o.match_key <> '#erased') THEN 'other_child'
            END AS why
          FROM case_record c WHERE c.id IN (SELECT x.case_id FROM case_person x WHERE x.person_id = p_person)
    ), signals AS (
        SELECT s.id, CASE
            WHEN is_held('signal', s.id) THEN 'hold'
            WHEN s.case_id IS NOT NULL AND c.id IS NULL THEN 'file_of_another'
            WHEN c.why IS NOT NULL THEN c.why
            WHEN s.case_id IS NULL AND NOT EXISTS (SELECT 1 FROM signal_person x WHERE x.signal_id = s.id
                                                      AND x.person_id = p_person AND x.role = 'child') THEN 'file_of_another'
            WHEN s.case_id IS NULL AND s.state <> 'closed' THEN 'open_signal'
            WHEN EXISTS (SELECT 1 FROM signal_person x JOIN person o ON o.id = x.person_id WHERE x.signal_id = s.id
                            AND x.role = 'child' AND x.person_id <> p_person AND o.match_key <> '#erased') THEN 'other_child'
            END AS why
          FROM signal s LEFT JOIN cases c ON c.id = s.case_id
         WHERE s.id IN (SELECT x.signal_id FROM signal_person x WHERE x.person_id = p_person)
            OR s.case_id IN (SELECT k.id FROM cases k WHERE k.why IS NULL)
    ), determinations AS (
        SELECT d.id, CASE
            WHEN is_held('determination', d.id) THEN 'hold'
            WHEN d.state = 'approved' AND d.decided_at >= p_paid_since THEN 'payment_accounting'
            WHEN d.state = 'refusal_proposed'
              OR EXISTS (SELECT 1 FROM benefit_offer o WHERE o.determination_id = d.id AND o.state = 'made')
              OR EXISTS (SELECT 1 FROM benefit_appeal a WHERE a.determination_id = d.id AND a.state = 'lodged')
                THEN 'open_decision'
            WHEN EXISTS (SELECT 1 FROM person o WHERE o.id = ANY (d.person_ids) AND o.id <> p_person
                            AND o.match_key <> '#erased') THEN 'other_person'
            END AS why
          FROM benefit_determination d WHERE d.person_ids @> ARRAY[p_person]
    ), person_now AS (
        SELECT CASE
            WHEN is_held('person', p_person) THEN 'hold'
            WHEN EXISTS (SELECT 1 FROM case_person x JOIN case_record c ON c.id = x.case_id
                          WHERE x.person_id = p_person AND x.until IS NULL AND c.state <> 'closed')
              OR EXISTS (SELECT 1 FROM cases c WHERE c.why = 'open_case') THEN 'open_case'
            WHEN EXISTS (SELECT 1 FROM signal_person x JOIN signal s ON s.id = x.signal_id
                          WHERE x.person_id = p_person AND s.case_id IS NULL AND s.state <> 'closed') THEN 'open_signal'
            END AS why
    ), own AS (  -- about this person, in a closed file that stays as another child's
        SELECT x.kind, x.id FROM (SELECT 'child_contact' AS kind, k.id, k.case_id FROM child_contact k WHERE k.person_id = p_person
              UNION ALL SELECT 'assessment', a.id, a.case_id FROM assessment a WHERE a.person_id = p_person
              UNION ALL SELECT 'rehabilitation_programme', r.id, r.case_id FROM rehabilitation_programme r
                         WHERE r.person_id = p_person) x
          JOIN cases c ON c.id = x.case_id AND c.why = 'other_child'
    )
    SELECT 'identity', p_person, coalesce(n.why, (SELECT min(d.why) FROM determinations d
                                                   WHERE d.why IN ('payment_accounting', 'open_decision'))) FROM person_now n
    UNION ALL SELECT 'details', p_person, n.why FROM person_now n
    UNION ALL SELECT 'family', m.family_id, CASE WHEN is_held('person', p_person) THEN 'hold' ELSE n.why END
                FROM person_now n, (SELECT DISTINCT f.family_id FROM family_member f WHERE f.person_id = p_person) m
    UNION ALL SELECT 'case', c.id, c.why FROM cases c
    UNION ALL SELECT 'signal', s.id, s.why FROM signals s
    UNION ALL SELECT 'determination', d.id, d.why FROM determinations d
    UNION ALL SELECT o.kind, o.id, NULL FROM own o;
END $$;

-- What a request would do if it were executed now: ids and codes, for the records officers.
CREATE OR REPLACE FUNCTION preview_erasure(p_person uuid, p_paid_since timestamptz)
RETURNS TABLE (item text, record_id uuid, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT i.* FROM erasure_items(p_person, p_paid_since) i WHERE actor_has('records')
$$;

-- Executes a request that another person than the one who made it has approved; answers its items, or null where there is
-- no such request. What is decided here is decided anew, at this moment: a hold of this morning counts.
CREATE OR REPLACE FUNCTION execute_erasure(p_request uuid, p_paid_since timestamptz) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    request erasure_request;
    items jsonb;
    gone jsonb;
BEGIN
    SELECT * INTO request FROM erasure_request r
     WHERE r.id = p_request AND r.state = 'approved' AND r.decided_by_id <> r.requested_by_id AND actor_has('records')
       FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('casemgmt.holds'));
    PERFORM 1 FROM person WHERE id = request.person_id FOR UPDATE;
    PERFORM 1 FROM case_record WHERE id IN (SELECT case_id FROM case_person WHERE person_id = request.person_id)
      ORDER BY id FOR UPDATE;
    SELECT jsonb_agg(jsonb_build_object('item', i.item, 'record_id', i.record_id, 'reason', i.reason)) INTO items
      FROM erasure_items(request.person_id, p_paid_since) i;
    SELECT jsonb_object_agg(g.root, g.ids) INTO gone
      FROM (SELECT CASE WHEN i->>'item' IN ('child_contact', 'assessment', 'rehabilitation_programme') THEN 'row'
                        ELSE i->>'item' END AS root, jsonb_agg(i->>'record_id') AS ids
              FROM jsonb_array_elements(items) i WHERE i->>'reason' IS NULL GROUP BY 1) g;
    IF gone IS NOT NULL THEN
        PERFORM erase_content(gone);
    END IF;
    RETURN items;
END $$;

-- The record that a paper means: by id, by the number of a case, or by an IIN. Answers null where there is none.
CREATE OR REPLACE FUNCTION find_record(p_type text, p_id uuid, p_number text, p_iin text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT x.id FROM (
        SELECT id FROM case_record WHERE p_type = 'case' AND (id = p_id OR number = p_number)
        UNION ALL SELECT id FROM person WHERE p_type = 'person' AND id = p_id
        UNION ALL SELECT person_id FROM person_iin WHERE p_type = 'person' AND iin = p_iin
        UNION ALL SELECT id FROM family WHERE p_type = 'family' AND id = p_id
        UNION ALL SELECT id FROM signal WHERE p_type = 'signal' AND id = p_id) x
     WHERE actor_has('records') LIMIT 1
$$;
