-- May the account log in with a password where the provider is for everybody else? Whoever keeps accounts, and so has a
-- second factor.
CREATE OR REPLACE FUNCTION auth_keeps_accounts(p_user uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM app_user u WHERE u.id = p_user AND 'directory' = ANY (u.flags))
$$;

-- The account of somebody whom the identity provider vouches for, and the session of the provider as one of ours. Nothing
-- is made by itself: without a link there is no account, and a session that was ended here stays ended. It has the absolute
-- end of every session, however many tokens the provider gives for it: counted from the last log-in there, or from its first
-- request here where the provider does not say.
DROP FUNCTION IF EXISTS auth_external(text, text, uuid, timestamptz, timestamptz, boolean);
DROP FUNCTION IF EXISTS auth_external(text, text, uuid, timestamptz, timestamptz, boolean, timestamptz);
CREATE OR REPLACE FUNCTION auth_external(p_issuer text, p_subject text, p_session uuid, p_at timestamptz,
                                         p_expires timestamptz, p_second_factor boolean, p_logged_in timestamptz,
                                         p_life interval)
RETURNS TABLE (refused text, opened boolean, user_id uuid, organisation_id uuid, region_code text, roles text[],
               authz_version integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    demanded boolean;
    shown_at constant timestamptz := CASE WHEN p_second_factor THEN p_logged_in END;
BEGIN
    opened := false;
    SELECT u.id, 'second_factor' = ANY (u.flags) INTO user_id, demanded
      FROM identity_link i JOIN app_user u ON u.id = i.user_id AND u.active
     WHERE i.issuer = p_issuer AND i.subject = p_subject AND i.unlinked_at IS NULL;
    IF user_id IS NULL THEN
        refused := 'not_linked';
        RETURN NEXT;
        RETURN;
    END IF;
    IF demanded AND NOT p_second_factor THEN
        refused := 'second_factor';
        RETURN NEXT;
        RETURN;
    END IF;
    IF coalesce(p_logged_in, (SELECT s.created_at FROM auth_session s WHERE s.id = p_session), p_at) + p_life <= p_at THEN
        refused := 'too_old';
        RETURN NEXT;
        RETURN;
    END IF;
    INSERT INTO auth_session AS s (id, user_id, refresh_hash, created_at, refreshed_at, expires_at, second_factor, factor_at,
                                   client_name)
    VALUES (p_session, auth_external.user_id, '', p_at, p_at, p_expires, p_second_factor, shown_at, 'OpenID Connect')
    ON CONFLICT (id) DO NOTHING;
    opened := FOUND;
    IF NOT opened THEN
        UPDATE auth_session s SET refreshed_at = p_at, expires_at = greatest(s.expires_at, p_expires),
                                  second_factor = s.second_factor OR p_second_factor,
                                  factor_at = greatest(s.factor_at, shown_at)
         WHERE s.id = p_session AND s.revoked_at IS NULL AND s.user_id = auth_external.user_id
           AND (s.expires_at < p_expires OR (p_second_factor AND NOT s.second_factor)
                OR shown_at > coalesce(s.factor_at, '-infinity'));
    END IF;
    SELECT i.organisation_id, i.region_code, i.roles, i.authz_version
      INTO organisation_id, region_code, roles, authz_version
      FROM auth_identity(p_session) i WHERE i.user_id = auth_external.user_id;
    IF NOT FOUND THEN
        refused := 'ended';
    END IF;
    RETURN NEXT;
END $$;
