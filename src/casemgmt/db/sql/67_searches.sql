-- What searches found, kept for minutes and for one account. Only these two functions reach the table: what has expired
-- is deleted, which the service may do nowhere itself.

CREATE OR REPLACE FUNCTION search_keep(p_id uuid, p_what text, p_ids uuid[], p_complete boolean, p_now timestamptz,
                                       p_expires timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM search s WHERE s.expires_at < p_now;
    INSERT INTO search (id, user_id, what, record_ids, complete, expires_at)
    VALUES (p_id, actor_user(), p_what, p_ids, p_complete, p_expires)
$$;

CREATE OR REPLACE FUNCTION search_kept(p_id uuid, p_now timestamptz)
RETURNS TABLE (what text, record_ids uuid[], complete boolean, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.what, s.record_ids, s.complete, s.expires_at
      FROM search s WHERE s.id = p_id AND s.user_id = actor_user() AND s.expires_at > p_now
$$;
