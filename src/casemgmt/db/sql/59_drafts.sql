-- Drafts are the one thing that is deleted when it is done with: what was never sent is no record, and what was sent stands
-- in the record that it became.
CREATE OR REPLACE FUNCTION drop_draft(p_draft uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ DELETE FROM draft WHERE id = p_draft AND owner_id = actor_user() $$;

-- For the worker, which reads no draft: those whose owners were not told yet that they will end.
CREATE OR REPLACE FUNCTION drafts_saved_before(p_before timestamptz, p_most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.id FROM draft d JOIN app_user u ON u.id = d.owner_id
     WHERE d.saved_at <= p_before AND d.warned_at IS NULL AND u.active ORDER BY d.saved_at LIMIT p_most
$$;

CREATE OR REPLACE FUNCTION note_draft_warning(p_draft uuid, p_at timestamptz)
RETURNS TABLE (owner_id uuid, organisation_id uuid, saved_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE draft d SET warned_at = p_at FROM app_user u
     WHERE d.id = p_draft AND d.warned_at IS NULL AND u.id = d.owner_id
    RETURNING d.owner_id, u.organisation_id, d.saved_at
$$;
