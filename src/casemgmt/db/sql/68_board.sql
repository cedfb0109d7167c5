-- The board: numbers for a screen on a wall. A display account sees no row of any table; these two functions are all it has,
-- and what they answer names nobody. How small numbers are kept off the wall: `board/policy.py`.

-- Which of these sessions of screens hold still: not ended, not over, with the rights for which they came in.
CREATE OR REPLACE FUNCTION board_holds(p_sessions uuid[], p_versions integer[], p_at timestamptz) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(s.id), '{}')
      FROM unnest(p_sessions, p_versions) AS asked(session_id, version)
      JOIN auth_session s ON s.id = asked.session_id AND s.revoked_at IS NULL AND s.expires_at > p_at
      JOIN app_user u ON u.id = s.user_id AND u.active AND u.authz_version = asked.version AND 'board' = ANY (u.flags)
       AND (u.rights_until IS NULL OR u.rights_until > now())
$$;

-- The numbers of the actor's region; of the country for a screen of a national body. Categories are of the country in any case,
-- and as of p_hour: beside a total that grows before one's eyes they would tell what has just come.
-- Waiting signals come in groups of what their urgency is worked out from; the groups do not leave the service.
CREATE OR REPLACE FUNCTION board_counts(p_now timestamptz, p_day timestamptz, p_hour timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    region constant text := actor_region();
    answer jsonb;
BEGIN
    IF NOT actor_has('board') THEN
        RAISE EXCEPTION 'the board is for screens' USING ERRCODE = '42501';
    END IF;
    WITH waiting AS (
        SELECT s.category, s.severity, s.urgency, s.danger_now, coalesce(s.list_urgency, 'standard') AS list_urgency,
               CASE WHEN s.received_at > p_now - interval '15 minutes' THEN 0
                    WHEN s.received_at > p_now - interval '1 hour' THEN 1
                    WHEN s.received_at > p_now - interval '4 hours' THEN 2 ELSE 3 END AS age,
               count(*) AS number, min(s.received_at) AS oldest_at
          FROM signal s
         WHERE s.state IN ('received', 'awaiting_review', 'awaiting_case') AND (region IS NULL OR s.region_code = region)
         GROUP BY 1, 2, 3, 4, 5, 6),
    running AS (
        SELECT t.case_id IS NULL AS of_signal, t.warn_at, t.due_at, t.held_until
          FROM task t
         WHERE t.breached_at IS NULL AND coalesce(t.completed_at, t.cancelled_at, 'infinity') > t.due_at
           AND t.warn_at <= p_now AND t.completed_at IS NULL AND t.cancelled_at IS NULL AND t.about_kind IS NULL
           AND (region IS NULL OR t.region_code = region)
        UNION ALL
        SELECT t.case_id IS NULL, t.warn_at, t.due_at, t.held_until
          FROM task t
         WHERE t.breached_at IS NOT NULL AND t.completed_at IS NULL AND t.cancelled_at IS NULL AND t.about_kind IS NULL
           AND (region IS NULL OR t.region_code = region)),
    clocks AS (
        SELECT r.of_signal, count(*) FILTER (WHERE r.due_at < p_now) AS breached,
               count(*) FILTER (WHERE r.due_at >= p_now AND r.warn_at <= p_now
                                  AND (r.held_until IS NULL OR r.held_until <= p_now)) AS warning
          FROM running r GROUP BY 1),
    breaches AS (
        SELECT count(*) AS number FROM task t
         WHERE t.breached_at >= p_day AND t.about_kind IS NULL AND (region IS NULL OR t.region_code = region)),
    open_contacts AS (
        SELECT count(*) AS number, min(c.started_at) AS oldest_at FROM contact c
         WHERE c.state = 'draft' AND (region IS NULL OR c.region_code = region)),
    -- found by the bodies that have a source of contacts: these are few
    contacts AS (
        SELECT count(*) AS number, count(c.non_data) AS non_data
          FROM (SELECT DISTINCT u.organisation_id FROM contact_source s JOIN app_user u ON u.id = s.user_id) o
          JOIN contact c ON c.organisation_id = o.organisation_id AND c.received_at >= p_day
         WHERE region IS NULL OR c.region_code = region),
    today AS (
        SELECT s.region_code, s.category, s.received_at < p_hour AS before_hour, s.triaged_at IS NOT NULL AS decided,
               count(*) AS number
          FROM signal s WHERE s.received_at >= p_day GROUP BY 1, 2, 3, 4)
    SELECT jsonb_build_object(
        'region', region,
        'waiting', (SELECT coalesce(jsonb_agg(w), '[]') FROM waiting w),
        'clocks', (SELECT coalesce(jsonb_agg(c), '[]') FROM clocks c),
        'contacts', (SELECT jsonb_build_object('open', o.number, 'oldest_at', o.oldest_at,
                                               'today', c.number, 'non_data', c.non_data) FROM open_contacts o, contacts c),
        'breaches', (SELECT number FROM breaches),
        'regions', (SELECT coalesce(jsonb_agg(r), '[]') FROM (
            SELECT t.region_code AS code, sum(t.number) AS number, sum(t.number) FILTER (WHERE t.decided) AS decided
              FROM today t WHERE region IS NULL OR t.region_code = region GROUP BY 1) r),
        'categories', (SELECT coalesce(jsonb_agg(c), '[]') FROM (
            SELECT t.category AS code, sum(t.number) AS number FROM today t WHERE t.before_hour GROUP BY 1) c))
      INTO answer;
    RETURN answer;
END $$;
