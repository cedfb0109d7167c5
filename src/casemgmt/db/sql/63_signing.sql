-- Secrets by which systems sign what they send are out of the service's reach but for these functions. One comes into being
-- by a granted change alone (65_account_changes.sql). It holds while its session does: ending sessions ends it too.

CREATE OR REPLACE FUNCTION auth_signing_secrets(p_user uuid, p_at timestamptz)
RETURNS TABLE (id uuid, created_by_id uuid, approved_by_id uuid, created_at timestamptz, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.id, s.created_by_id, s.approved_by_id, s.created_at, s.expires_at
      FROM signing_secret s JOIN auth_session a ON a.id = s.session_id AND a.revoked_at IS NULL
     WHERE s.user_id = p_user AND s.expires_at > p_at AND actor_has('directory')
     ORDER BY s.created_at, s.id
$$;

CREATE OR REPLACE FUNCTION auth_revoke_signing_secret(p_user uuid, p_id uuid, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE auth_session a SET revoked_at = p_at FROM signing_secret s
     WHERE s.id = p_id AND s.user_id = p_user AND a.id = s.session_id AND a.revoked_at IS NULL AND actor_has('directory');
    RETURN FOUND;
END $$;

-- Under which secrets a source may have signed, and as whom it then acts.
CREATE OR REPLACE FUNCTION auth_senders(p_source text, p_at timestamptz)
RETURNS TABLE (secret_id uuid, sealed bytea, session_id uuid, user_id uuid, organisation_id uuid, region_code text,
               roles text[], scopes text[], authz_version integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.id, s.sealed, s.session_id, u.id, u.organisation_id, o.region_code,
           ARRAY(SELECT r.role::text FROM role_held r WHERE r.user_id = u.id ORDER BY r.role),
           u.scopes, u.authz_version
      FROM contact_source c JOIN app_user u ON u.id = c.user_id AND u.active
      JOIN organisation o ON o.id = u.organisation_id
      JOIN signing_secret s ON s.user_id = u.id AND s.expires_at > p_at
      JOIN auth_session a ON a.id = s.session_id AND a.revoked_at IS NULL
     WHERE c.code = p_source AND c.active
$$;
