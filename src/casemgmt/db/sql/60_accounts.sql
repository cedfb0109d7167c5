-- Accounts: passwords and sessions are out of the service's reach but for these functions.

CREATE OR REPLACE FUNCTION auth_account(p_username text, p_name_hash text, p_since timestamptz)
RETURNS TABLE (user_id uuid, password_hash text, failures bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT u.id, c.password_hash,
           (SELECT count(*) FROM login_attempt l WHERE l.name_hash = p_name_hash AND l.at > p_since)
      FROM (SELECT 1) one
      LEFT JOIN app_user u ON u.username = p_username AND u.active
      LEFT JOIN user_credential c ON c.user_id = u.id
$$;

CREATE OR REPLACE FUNCTION auth_failed(p_id uuid, p_name_hash text, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DELETE FROM login_attempt WHERE at < p_at - interval '1 day';
    INSERT INTO login_attempt (id, name_hash, at) VALUES (p_id, p_name_hash, p_at)
$$;

CREATE OR REPLACE FUNCTION auth_open_session(p_id uuid, p_user uuid, p_hash text, p_at timestamptz, p_expires timestamptz)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO auth_session (id, user_id, refresh_hash, created_at, refreshed_at, expires_at)
    VALUES (p_id, p_user, p_hash, p_at, p_at, p_expires)
$$;

-- What a token is made of. Null where the account or the session does not hold.
CREATE OR REPLACE FUNCTION auth_identity(p_session uuid)
RETURNS TABLE (user_id uuid, organisation_id uuid, region_code text, roles text[], authz_version integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT u.id, u.organisation_id, o.region_code,
           ARRAY(SELECT r.role FROM user_role r WHERE r.user_id = u.id AND r.revoked_at IS NULL ORDER BY r.role),
           u.authz_version
      FROM auth_session s JOIN app_user u ON u.id = s.user_id AND u.active JOIN organisation o ON o.id = u.organisation_id
     WHERE s.id = p_session AND s.revoked_at IS NULL
$$;

-- Turns a refresh token into the next one. An older token of the chain ends the whole session: one of the two
-- who hold it is a thief.
CREATE OR REPLACE FUNCTION auth_rotate(p_old text, p_new text, p_at timestamptz)
RETURNS TABLE (session_id uuid, reused boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    held uuid;
BEGIN
    UPDATE auth_session s SET refresh_hash = p_new, previous_hash = p_old, refreshed_at = p_at
     WHERE s.refresh_hash = p_old AND s.revoked_at IS NULL AND s.expires_at > p_at RETURNING s.id INTO held;
    IF FOUND THEN
        RETURN QUERY SELECT held, false;
        RETURN;
    END IF;
    UPDATE auth_session s SET revoked_at = p_at WHERE s.previous_hash = p_old AND s.revoked_at IS NULL RETURNING s.id INTO held;
    IF FOUND THEN
        RETURN QUERY SELECT held, true;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION auth_end_session(p_session uuid, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE auth_session SET revoked_at = p_at WHERE id = p_session AND revoked_at IS NULL
$$;

-- Sets a password: of one's own account, or with the right to keep users. Every session of the user ends.
CREATE OR REPLACE FUNCTION auth_set_password(p_user uuid, p_hash text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_user IS DISTINCT FROM actor_user() AND NOT actor_has('directory') THEN
        RETURN false;
    END IF;
    INSERT INTO user_credential (user_id, password_hash, changed_at) VALUES (p_user, p_hash, p_at)
    ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at;
    UPDATE auth_session SET revoked_at = p_at WHERE user_id = p_user AND revoked_at IS NULL;
    RETURN true;
END $$;
