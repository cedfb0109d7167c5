-- Copies for subjects. The officers see no file; what is held about a person is gathered here, for a request that stands in
-- the database, and leaves the service through `subjects/policy.py` alone.

DO $$
DECLARE
    desk constant text := '(SELECT actor_has(''subjects''))';
BEGIN
    ALTER TABLE subject_copy ENABLE ROW LEVEL SECURITY;
    DROP POLICY IF EXISTS sight ON subject_copy;
    DROP POLICY IF EXISTS writing ON subject_copy;
    DROP POLICY IF EXISTS changing ON subject_copy;
    EXECUTE format('CREATE POLICY sight ON subject_copy FOR SELECT USING (%s)', desk);
    EXECUTE format('CREATE POLICY writing ON subject_copy FOR INSERT WITH CHECK (%s)', desk);
    EXECUTE format('CREATE POLICY changing ON subject_copy FOR UPDATE USING (%s) WITH CHECK (%s)', desk, desk);
    DROP TRIGGER IF EXISTS audited ON subject_copy;
    CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON subject_copy
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit();
END $$;

-- The person that a letter means, by id or IIN: for the officers of subjects' copies.
CREATE OR REPLACE FUNCTION find_subject(p_id uuid, p_iin text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT x.id FROM (SELECT id FROM person WHERE id = p_id
                      UNION ALL SELECT person_id FROM person_iin WHERE iin = p_iin) x
     WHERE actor_has('subjects') LIMIT 1
$$;

-- What is held about the person of a request, by parts; null for everybody else and for a request that is over. Never in it:
-- the reporter and the words of the report, other persons, protected addresses, adoptions, and what was entered in error: it
-- may be about somebody else. Cases are those of which the person is a child; to an adult belong its own data, not the file
-- of the child.
CREATE OR REPLACE FUNCTION subject_data(p_copy uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH subject AS (
        SELECT p.* FROM subject_copy s JOIN person p ON p.id = s.person_id
         WHERE s.id = p_copy AND actor_has('subjects') AND (s.state = 'prepared' OR (s.state = 'released' AND s.released_until > now()))
    ), files AS (
        SELECT DISTINCT c.* FROM case_record c JOIN case_person cp ON cp.case_id = c.id AND cp.role = 'child'
         WHERE cp.person_id = (SELECT id FROM subject) AND NOT cp.entered_in_error
    ), texts AS (
        SELECT 'assessment' AS record, a.id, a.completed_at AS at, concat_ws(E'\n', a.risk_reason, a.conclusion) AS body
          FROM assessment a WHERE a.person_id = (SELECT id FROM subject) AND a.state = 'completed'
        UNION ALL SELECT 'plan_goal', g.id, c.opened_at, concat_ws(E'\n', g.text, g.measured_by, g.indicator, g.outcome_note)
          FROM plan_goal g JOIN files c ON c.id = g.case_id
        UNION ALL SELECT 'plan_measure', m.id, m.due_on, concat_ws(E'\n', m.text, m.evidence, m.drop_reason)
          FROM plan_measure m JOIN files c ON c.id = m.case_id
        UNION ALL SELECT 'case_closure', k.id, k.proposed_at, concat_ws(E'\n', nullif(k.note, ''), k.decision_note)
          FROM case_closure k JOIN files c ON c.id = k.case_id
        UNION ALL SELECT 'rehabilitation', r.id, r.created_at, concat_ws(E'\n', nullif(r.aim, ''), r.result_note)
          FROM rehabilitation_programme r WHERE r.person_id = (SELECT id FROM subject)
        UNION ALL SELECT 'child_contact', k.id, k.at, k.note FROM child_contact k
          WHERE k.person_id = (SELECT id FROM subject) AND NOT k.entered_in_error
        UNION ALL SELECT 'session_note', n.id, n.created_at, n.body FROM session_note n JOIN files c ON c.id = n.case_id
          JOIN session_participant x ON x.session_id = n.session_id AND x.person_id = (SELECT id FROM subject)
          JOIN centre_session s ON s.id = n.session_id AND s.state <> 'entered_in_error' WHERE NOT n.entered_in_error
        UNION ALL SELECT 'health_note', h.id, h.observed_on, h.body FROM health_note h WHERE h.person_id = (SELECT id FROM subject)
    )
    SELECT jsonb_build_object(
        'danger', EXISTS (SELECT 1 FROM case_person cp JOIN case_record c ON c.id = cp.case_id WHERE cp.person_id = s.id
                             AND c.restriction_ground IN ('abuser_in_household', 'sexual_violence'))
               OR EXISTS (SELECT 1 FROM protected_address a WHERE a.person_id = s.id),
        'identity', jsonb_build_object('family_name', s.family_name, 'given_name', s.given_name, 'patronymic', s.patronymic,
            'sex', s.sex, 'birth_date', s.birth_date, 'birth_year', s.birth_year, 'citizenship_status', s.citizenship_status,
            'languages', s.languages, 'disability_category', s.disability_category, 'died_on', s.died_on,
            'iin', (SELECT iin FROM person_iin WHERE person_id = s.id), 'recorded_at', s.created_at),
        'former_names', (SELECT jsonb_agg(jsonb_build_object('family_name', f.family_name, 'given_name', f.given_name,
            'patronymic', f.patronymic, 'since', f.since, 'until', f.until) ORDER BY f.until) FROM former_name f
            WHERE f.person_id = s.id),
        'registered_address', (SELECT jsonb_agg(jsonb_build_object('line', a.line, 'since', a.since, 'until', a.until) ORDER BY a.since)
            FROM person_address a WHERE a.person_id = s.id AND a.kind = 'registered'),
        'addresses', (SELECT jsonb_agg(jsonb_build_object('kind', a.kind, 'line', a.line, 'since', a.since, 'until', a.until)
            ORDER BY a.since) FROM person_address a WHERE a.person_id = s.id AND a.kind <> 'registered'),
        'contacts', (SELECT jsonb_agg(jsonb_build_object('kind', k.kind, 'value', k.value, 'recorded_at', k.recorded_at,
            'ended_at', k.ended_at) ORDER BY k.recorded_at) FROM person_contact k WHERE k.person_id = s.id),
        'relationships', (SELECT jsonb_agg(jsonb_build_object('kind', r.kind, 'since', r.since, 'until', r.until)) FROM relationship r
            WHERE r.other_id = s.id AND r.kind NOT IN ('adoptive_parent', 'adopted_child')),
        'signals', (SELECT jsonb_agg(jsonb_build_object('received_on', g.received_at::date, 'category', g.category,
            'triage_outcome', g.triage_outcome, 'state', g.state) ORDER BY g.received_at) FROM signal g
            JOIN signal_person x ON x.signal_id = g.id AND x.role = 'child' WHERE x.person_id = s.id),
        'cases', (SELECT jsonb_agg(jsonb_build_object('number', c.number, 'state', c.state, 'opened_on', c.opened_at::date,
            'closed_on', c.closed_at::date, 'problem_type', c.problem_type, 'risk_level', c.risk_level,
            'help_package', c.help_package, 'body_kk', o.name_kk, 'body_ru', o.name_ru, 'body_en', o.name_en,
            'closure_reason', (SELECT k.reason FROM case_closure k WHERE k.case_id = c.id AND k.approved
                                  AND k.reopened_at IS NULL LIMIT 1),
            'measures', (SELECT jsonb_agg(jsonb_build_object('help_kind', m.help_kind, 'measure_kind', m.measure_kind,
                'due_on', m.due_on, 'state', m.state) ORDER BY m.due_on) FROM plan_measure m WHERE m.case_id = c.id))
            ORDER BY c.opened_at) FROM files c JOIN organisation o ON o.id = c.organisation_id),
        'words', (SELECT jsonb_agg(jsonb_build_object('at', w.at, 'text', w.body) ORDER BY w.at) FROM (
            SELECT v.visited_at AS at, concat_ws(E'\n', v.child_words, v.child_wishes) AS body FROM visit_act v
              JOIN signal_person x ON x.signal_id = v.signal_id AND x.role = 'child' WHERE x.person_id = s.id
               AND 1 = (SELECT count(*) FROM signal_person y WHERE y.signal_id = v.signal_id AND y.role = 'child')
            UNION ALL SELECT k.at, k.words FROM child_contact k WHERE k.person_id = s.id AND NOT k.entered_in_error
            UNION ALL SELECT p.created_at, p.child_view FROM plan p JOIN files c ON c.id = p.case_id
               WHERE 1 = (SELECT count(*) FROM case_person y WHERE y.case_id = c.id AND y.role = 'child' AND NOT y.entered_in_error)
            UNION ALL SELECT r.reviewed_at, r.child_words FROM plan_review r JOIN files c ON c.id = r.case_id
               WHERE NOT r.entered_in_error AND 1 = (SELECT count(*) FROM case_person y
                 WHERE y.case_id = c.id AND y.role = 'child' AND NOT y.entered_in_error)) w
            WHERE w.body <> ''),
        'sessions', (SELECT jsonb_agg(jsonb_build_object('starts_at', n.starts_at, 'kind', n.kind, 'help_kind', n.help_kind,
            'attendance', x.attendance) ORDER BY n.starts_at) FROM centre_session n
            JOIN session_participant x ON x.session_id = n.id WHERE x.person_id = s.id AND n.state <> 'entered_in_error'),
        'benefits', (SELECT jsonb_agg(jsonb_build_object('benefit', d.benefit, 'asked_for', d.asked_for, 'entitled', d.entitled,
            'amount', d.amount_low, 'state', d.state) ORDER BY d.created_at) FROM benefit_determination d
            WHERE d.person_ids @> ARRAY[s.id]),
        'documents', (SELECT jsonb_agg(jsonb_build_object('kind', d.kind, 'kept_at', d.kept_at) ORDER BY d.kept_at) FROM document d
            WHERE d.state IN ('kept', 'removal_proposed') AND ((d.record_type = 'person' AND d.record_id = s.id)
               OR d.case_id IN (SELECT id FROM files))),
        'texts', (SELECT jsonb_agg(jsonb_build_object('record', t.record, 'id', t.id, 'at', t.at, 'text', t.body)
            ORDER BY t.at, t.id) FROM texts t WHERE t.body <> ''))
      FROM subject s
$$;
