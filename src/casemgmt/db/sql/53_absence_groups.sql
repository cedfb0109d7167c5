-- The places in mobile groups of a worker who is away. A deputy of the same sector, with a role for it, has the place for exactly
-- that time; it ends by its own date (`mobile_group_member.rests_until`, asked by begin_work). Where nobody is of that sector, or
-- nobody leads, who heads the body of the group is asked before the group goes out next.

-- The places of an absence, each with who has it meanwhile; `bare` where its group would lack the sector, or somebody to lead it.
CREATE OR REPLACE FUNCTION group_places_to_cover(p_absence uuid)
RETURNS TABLE (group_id uuid, sector text, is_lead boolean, deputy_id uuid, bare boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.group_id, m.sector, m.is_lead, d.id,
           d.id IS NULL AND NOT EXISTS (
               SELECT 1 FROM group_place o JOIN app_user u ON u.id = o.user_id AND u.active
                WHERE o.group_id = m.group_id AND o.user_id <> a.user_id AND o.sector = m.sector AND o.is_lead >= m.is_lead
                  AND NOT EXISTS (SELECT 1 FROM staff_absence x WHERE x.user_id = o.user_id AND x.ended_at IS NULL
                                     AND x.withdrawn_at IS NULL AND x.starts_at < a.ends_at AND x.ends_at > a.starts_at))
      FROM staff_absence a
      JOIN mobile_group_member m ON m.user_id = a.user_id AND m.until IS NULL AND m.absence_id IS NULL
      JOIN mobile_group g ON g.id = m.group_id AND g.active
      LEFT JOIN app_user d ON d.id = a.deputy_id AND d.active AND d.organisation_id = a.organisation_id AND d.sector = m.sector
       AND EXISTS (SELECT 1 FROM role_held r WHERE r.user_id = d.id
                      AND r.role IN ('mobile_group_lead', CASE WHEN m.is_lead THEN NULL ELSE 'mobile_group_member' END))
     WHERE a.id = p_absence AND a.ended_at IS NULL AND a.withdrawn_at IS NULL AND a.ends_at > now()
$$;

-- Whether an absence that runs or is to come leaves the group without a sector, or without somebody to lead it.
CREATE OR REPLACE FUNCTION group_is_bare(p_group uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM mobile_group_member m JOIN staff_absence a ON a.user_id = m.user_id,
                          group_places_to_cover(a.id) p
                    WHERE m.group_id = p_group AND m.until IS NULL AND p.group_id = p_group AND p.bare)
$$;

CREATE OR REPLACE FUNCTION group_question(p_group uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.id FROM task t WHERE t.record_id = p_group AND t.kind = 'group_place_uncovered' AND t.completed_at IS NULL
       AND t.cancelled_at IS NULL
$$;

-- Makes the deputy's places in groups what they should be now; a part of cover_absence.
CREATE OR REPLACE FUNCTION cover_groups(p_absence uuid, p_runs boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    WITH ended AS (
        UPDATE mobile_group_member g SET until = now()
         WHERE g.absence_id = p_absence AND g.until IS NULL
           AND NOT (p_runs AND EXISTS (SELECT 1 FROM group_places_to_cover(p_absence) p
                                        WHERE p.group_id = g.group_id AND p.deputy_id = g.user_id AND p.is_lead = g.is_lead))
        RETURNING g.group_id)
    UPDATE mobile_group g SET roster_changed_at = now(), version = version + 1 FROM (SELECT DISTINCT group_id FROM ended) e
     WHERE g.id = e.group_id;
    UPDATE mobile_group_member g SET rests_until = a.ends_at FROM staff_absence a
     WHERE p_runs AND a.id = p_absence AND g.absence_id = a.id AND g.until IS NULL AND g.rests_until <> a.ends_at;
    WITH placed AS (
        INSERT INTO mobile_group_member (id, group_id, user_id, sector, is_lead, since, rests_until, absence_id)
        SELECT gen_random_uuid(), p.group_id, p.deputy_id, p.sector, p.is_lead, now(), a.ends_at, a.id
          FROM staff_absence a, group_places_to_cover(a.id) p
         WHERE p_runs AND a.id = p_absence AND p.deputy_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM mobile_group_member x
                            WHERE x.group_id = p.group_id AND x.user_id = p.deputy_id AND x.until IS NULL)
        RETURNING group_id)
    UPDATE mobile_group g SET roster_changed_at = now(), version = version + 1 FROM placed e WHERE g.id = e.group_id;
END $$;

-- The places of an absence in groups, as far as the actor may know how it is covered.
CREATE OR REPLACE FUNCTION absence_group_cover(p_absence uuid)
RETURNS TABLE (group_id uuid, name text, sector text, is_lead boolean, deputy_id uuid, bare boolean, placed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.group_id, g.name, p.sector, p.is_lead, p.deputy_id, p.bare,
           EXISTS (SELECT 1 FROM mobile_group_member m WHERE m.group_id = p.group_id AND m.user_id = p.deputy_id
                      AND m.absence_id = p_absence AND m.until IS NULL)
      FROM group_places_to_cover(p_absence) p JOIN mobile_group g ON g.id = p.group_id
     WHERE keeps_absence(p_absence) ORDER BY g.name, p.group_id
$$;

-- Asks who heads the body of each group to see to what an absence leaves bare, once for a group; ends the question where nothing
-- is bare any more. p_task holds the columns of the clock, p_before the moment at which each group goes out next.
CREATE OR REPLACE FUNCTION ask_for_groups(p_absence uuid, p_task jsonb, p_before jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    a constant staff_absence := (SELECT s FROM staff_absence s WHERE s.id = p_absence);
    g record;
    due timestamptz;
BEGIN
    IF NOT keeps_absence(p_absence) THEN
        RAISE EXCEPTION 'not for the actor to ask' USING ERRCODE = '42501';
    END IF;
    FOR g IN SELECT o.*, b.region_code AS region, group_is_bare(o.id) AS bare, group_question(o.id) AS asked
               FROM mobile_group o JOIN organisation b ON b.id = o.organisation_id
              WHERE o.id IN (SELECT m.group_id FROM mobile_group_member m
                              WHERE m.user_id = a.user_id AND m.until IS NULL AND m.absence_id IS NULL) LOOP
        due := greatest((p_task->>'started_at')::timestamptz,
                        least((p_task->>'due_at')::timestamptz, (p_before->>g.id::text)::timestamptz));
        IF NOT g.bare THEN
            PERFORM end_group_question(g.id);
        ELSIF g.asked IS NULL THEN
            INSERT INTO task
            SELECT filled.* FROM jsonb_populate_record(NULL::task, p_task || jsonb_build_object(
                'id', gen_random_uuid(), 'record_id', g.id, 'organisation_id', g.organisation_id, 'region_code', g.region,
                'restricted', false, 'version', 1, 'due_at', due,
                'warn_at', least((p_task->>'warn_at')::timestamptz, due), 'assignee_id', head_of(g.organisation_id, a.user_id))) filled;
        ELSE
            UPDATE task t SET due_at = due, warn_at = least(t.warn_at, due), version = t.version + 1
             WHERE t.id = g.asked AND t.due_at > due AND t.started_at <= due;
        END IF;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION end_group_question(p_group uuid) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE task SET completed_at = now(), completed_by_id = actor_user(), result = 'covered', version = version + 1
     WHERE record_id = p_group AND kind = 'group_place_uncovered' AND completed_at IS NULL AND cancelled_at IS NULL
$$;

-- Trigger: a place that is given or taken away may be what was asked for.
CREATE OR REPLACE FUNCTION group_place_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF group_question(NEW.group_id) IS NOT NULL AND NOT group_is_bare(NEW.group_id) THEN
        PERFORM end_group_question(NEW.group_id);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER group_place_changed AFTER INSERT OR UPDATE OF until ON mobile_group_member
    FOR EACH ROW EXECUTE FUNCTION group_place_changed();

-- Until when members of groups are away who are away at a moment, whichever way it was entered; never why.
CREATE OR REPLACE FUNCTION group_members_away(p_groups uuid[], p_at timestamptz)
RETURNS TABLE (user_id uuid, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.user_id, max(t.ends_at) FROM absence_time t
     WHERE t.user_id IN (SELECT m.user_id FROM mobile_group_member m WHERE m.group_id = ANY (p_groups) AND m.until IS NULL)
       AND t.withdrawn_at IS NULL AND t.starts_at <= p_at AND t.ends_at > p_at AND actor_user() IS NOT NULL
     GROUP BY t.user_id
$$;
