-- Break-glass. A grant opens a few fields of one case to one user until it expires; it acts only in a transaction that
-- names it (`casemgmt.glass`), so that no other request shows more than before. Row security asks the grant itself.

-- The case that the grant named by this transaction opens to the actor: none where it is somebody else's, ended or expired.
CREATE OR REPLACE FUNCTION glass_case() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    grant_id constant uuid := nullif(current_setting('casemgmt.glass', true), '')::uuid;
BEGIN
    IF grant_id IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT g.case_id FROM break_glass_grant g
             WHERE g.id = grant_id AND g.user_id = actor_user() AND g.ended_at IS NULL AND g.expires_at > now());
END $$;

-- The signals of that case: warnings to visitors are kept with them.
CREATE OR REPLACE FUNCTION glass_signals() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(s.id), '{}') FROM signal s WHERE s.case_id = glass_case()
$$;

-- Under the rights of who asks: is this a grant to review? A function costs nothing where an earlier condition decides.
CREATE OR REPLACE FUNCTION sees_grant(p_grant uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM break_glass_grant g WHERE g.id = p_grant AND g.user_id <> actor_user()); END $$;

-- Who reviews: a supervisor or a head of the accountable body, else of its parent, its region, the country; never the
-- holder, and nobody who is shut out of the case.
CREATE OR REPLACE FUNCTION glass_reviewer(p_case uuid, p_holder uuid) RETURNS TABLE (user_id uuid, organisation_id uuid)
LANGUAGE sql STABLE AS $$
    SELECT u.id, o.id
      FROM case_record c
      JOIN organisation b ON b.id = c.organisation_id
      JOIN app_user u ON u.active AND u.kind = 'person' AND u.id <> p_holder
      JOIN organisation o ON o.id = u.organisation_id AND o.active
      JOIN role_held r ON r.user_id = u.id AND r.role IN ('supervisor', 'centre_head')
     WHERE c.id = p_case AND NOT is_shut_out(u.id, ARRAY[p_case])
     ORDER BY o.id = b.id DESC, (o.id = b.parent_id) IS TRUE DESC, (o.region_code = c.region_code) IS TRUE DESC,
              r.role = 'supervisor' DESC, u.id
     LIMIT 1
$$;

-- Opens a case. Answers 'absent' where there is none, also to who is shut out of it; 'seen' where the actor sees it
-- anyhow, which the team and the reach of the actor decide; else 'opened'.
CREATE OR REPLACE FUNCTION open_break_glass(p jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found case_record;
    reviewer record;
    at constant timestamptz := (p->>'at')::timestamptz;
BEGIN
    SELECT c.* INTO found FROM case_record c
     WHERE c.id = (p->>'case_id')::uuid OR c.number = p->>'case_number'
        OR c.id = (SELECT x.case_id FROM case_person x JOIN case_record y ON y.id = x.case_id
                    WHERE x.person_id = (p->>'person_id')::uuid AND x.until IS NULL
                    ORDER BY y.state = 'closed', y.opened_at DESC LIMIT 1);
    IF found.id IS NULL OR found.id = ANY (shut_out()) THEN
        RETURN 'absent';
    END IF;
    IF on_team(found.id) OR NOT found.restricted AND (sees_all_cases() OR found.region_code = case_region()
                                                      OR found.organisation_id = case_organisation()) THEN
        RETURN 'seen';
    END IF;
    SELECT * INTO reviewer FROM glass_reviewer(found.id, actor_user());
    INSERT INTO break_glass_grant (id, case_id, organisation_id, restricted, user_id, reason, note, state, opened_at,
                                   expires_at, review_body_id, review_due_at, version)
    VALUES ((p->>'id')::uuid, found.id, found.organisation_id, found.restricted, actor_user(), p->>'reason', p->>'note',
            'awaiting_review', at, (p->>'expires_at')::timestamptz,
            coalesce(reviewer.organisation_id, found.organisation_id), (p->>'review_due_at')::timestamptz, 1);
    INSERT INTO task SELECT * FROM jsonb_populate_record(NULL::task, (p->'task') || jsonb_build_object(
        'case_id', found.id, 'assignee_id', coalesce(reviewer.user_id, found.manager_id)));
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    VALUES ((p->>'entry_id')::uuid, found.id, found.organisation_id, found.restricted, at, 'case.glass_broken',
            actor_user(), 'break_glass_grant', (p->>'id')::uuid,
            jsonb_build_object('user_id', actor_user(), 'reason', p->>'reason', 'until', p->>'expires_at'));
    RETURN 'opened';
END $$;

-- Its holder gives a grant back.
CREATE OR REPLACE FUNCTION end_break_glass(p_grant uuid, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE break_glass_grant SET ended_at = p_at, version = version + 1
     WHERE id = p_grant AND user_id = actor_user() AND ended_at IS NULL AND expires_at > p_at;
    RETURN FOUND;
END $$;

-- Closes the review. The reviewer need not see the case, so its story and the task are written here.
CREATE OR REPLACE FUNCTION review_break_glass(p_grant uuid, p_verdict text, p_note text, p_entry uuid, p_at timestamptz)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    closed break_glass_grant;
BEGIN
    UPDATE break_glass_grant SET state = p_verdict, reviewed_at = p_at, reviewed_by_id = actor_user(), review_note = p_note,
           version = version + 1
     WHERE id = p_grant AND state = 'awaiting_review' AND user_id <> actor_user()
       AND actor_has('break_glass') AND review_body_id = actor_organisation() AND case_id <> ALL (shut_out())
    RETURNING * INTO closed;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE task SET completed_at = p_at, completed_by_id = actor_user(), result = p_verdict, version = version + 1
     WHERE record_id = p_grant AND kind = 'break_glass_review' AND completed_at IS NULL AND cancelled_at IS NULL;
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    VALUES (p_entry, closed.case_id, closed.organisation_id, closed.restricted, p_at, 'case.glass_reviewed', actor_user(),
            'break_glass_grant', p_grant, jsonb_build_object('verdict', p_verdict));
    RETURN true;
END $$;
