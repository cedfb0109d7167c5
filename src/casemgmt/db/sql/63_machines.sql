-- Secrets of machine accounts are out of the service's reach but for these functions.

-- A secret comes into being by a granted change alone (65_account_changes.sql). At most two hold at once.
DROP FUNCTION IF EXISTS auth_add_client_secret(uuid, uuid, text, timestamptz, timestamptz);

DROP FUNCTION IF EXISTS auth_client_secrets(uuid, timestamptz);
CREATE OR REPLACE FUNCTION auth_client_secrets(p_user uuid, p_at timestamptz)
RETURNS TABLE (id uuid, created_by_id uuid, approved_by_id uuid, created_at timestamptz, expires_at timestamptz,
               last_used_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.id, s.created_by_id, s.approved_by_id, s.created_at, s.expires_at, s.last_used_at FROM client_secret s
     WHERE s.user_id = p_user AND s.revoked_at IS NULL AND s.expires_at > p_at AND actor_has('directory')
     ORDER BY s.created_at, s.id
$$;

-- Takes a secret back, with every session that it opened.
CREATE OR REPLACE FUNCTION auth_revoke_client_secret(p_user uuid, p_id uuid, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE client_secret s SET revoked_at = p_at
     WHERE s.id = p_id AND s.user_id = p_user AND s.revoked_at IS NULL AND actor_has('directory');
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE auth_session SET revoked_at = p_at WHERE client_secret_id = p_id AND revoked_at IS NULL;
    RETURN true;
END $$;

-- Which secret of the account has this digest? Null where none holds.
CREATE OR REPLACE FUNCTION auth_use_client_secret(p_user uuid, p_digest text, p_at timestamptz) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE client_secret SET last_used_at = p_at
     WHERE user_id = p_user AND digest = p_digest AND revoked_at IS NULL AND expires_at > p_at
    RETURNING id
$$;
