-- Accounts: passwords and sessions are out of the service's reach but for these functions.

-- Takes one try at a log-in: counts it before the password is looked at, so that a hundred tries at once are no way
-- round the limit. auth_open_session and auth_set_password take the count back when the try succeeds.
CREATE OR REPLACE FUNCTION auth_attempt(p_id uuid, p_username text, p_kind text, p_name_hash text, p_at timestamptz,
                                        p_since timestamptz, p_limit integer)
RETURNS TABLE (permitted boolean, user_id uuid, password_hash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_name_hash, 112));
    DELETE FROM login_attempt l WHERE l.at < p_at - interval '1 day';
    permitted := (SELECT count(*) FROM login_attempt l WHERE l.name_hash = p_name_hash AND l.at > p_since) < p_limit;
    IF permitted THEN
        INSERT INTO login_attempt (id, name_hash, at) VALUES (p_id, p_name_hash, p_at);
        SELECT u.id, c.password_hash INTO user_id, password_hash
          FROM app_user u LEFT JOIN user_credential c ON c.user_id = u.id
         WHERE u.username = p_username AND u.kind = p_kind AND u.active;
    END IF;
    RETURN NEXT;
END $$;

CREATE OR REPLACE FUNCTION auth_open_session(p_id uuid, p_user uuid, p_hash text, p_at timestamptz, p_expires timestamptz,
                                             p_attempt uuid)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM login_attempt WHERE id = p_attempt;
    INSERT INTO auth_session (id, user_id, refresh_hash, created_at, refreshed_at, expires_at)
    VALUES (p_id, p_user, p_hash, p_at, p_at, p_expires)
$$;

-- What a token is made of. Null where the account or the session does not hold.
CREATE OR REPLACE FUNCTION auth_identity(p_session uuid)
RETURNS TABLE (user_id uuid, organisation_id uuid, region_code text, roles text[], authz_version integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.id, u.organisation_id, o.region_code,
           ARRAY(SELECT r.role FROM user_role r WHERE r.user_id = u.id AND r.revoked_at IS NULL ORDER BY r.role),
           u.authz_version
      FROM auth_session s JOIN app_user u ON u.id = s.user_id AND u.active JOIN organisation o ON o.id = u.organisation_id
     WHERE s.id = p_session AND s.revoked_at IS NULL
$$;

-- Turns a refresh token into the next one: `rotated`. Any older token of the session, however old, ends it (`reused`):
-- one of the two who hold the chain is a thief. `ended`: the session was over before.
CREATE OR REPLACE FUNCTION auth_rotate(p_session uuid, p_old text, p_new text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE auth_session s SET refresh_hash = p_new, refreshed_at = p_at
     WHERE s.id = p_session AND s.refresh_hash = p_old AND s.revoked_at IS NULL AND s.expires_at > p_at;
    IF FOUND THEN
        RETURN 'rotated';
    END IF;
    UPDATE auth_session s SET revoked_at = p_at
     WHERE s.id = p_session AND s.refresh_hash <> p_old AND s.revoked_at IS NULL AND s.expires_at > p_at;
    RETURN CASE WHEN FOUND THEN 'reused' ELSE 'ended' END;
END $$;

CREATE OR REPLACE FUNCTION auth_end_session(p_session uuid, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE auth_session SET revoked_at = p_at WHERE id = p_session AND revoked_at IS NULL
$$;

-- Sets a password: of one's own account, or with the right to keep users. Every session of the user ends.
CREATE OR REPLACE FUNCTION auth_set_password(p_user uuid, p_hash text, p_at timestamptz, p_attempt uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF p_user IS DISTINCT FROM actor_user() AND NOT actor_has('directory') THEN
        RETURN false;
    END IF;
    DELETE FROM login_attempt WHERE id = p_attempt;
    INSERT INTO user_credential (user_id, password_hash, changed_at) VALUES (p_user, p_hash, p_at)
    ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at;
    UPDATE auth_session SET revoked_at = p_at WHERE user_id = p_user AND revoked_at IS NULL;
    RETURN true;
END $$;

-- Who is made inactive is signed out, so that no old session comes back with the account.
CREATE OR REPLACE FUNCTION end_sessions_of_inactive() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE auth_session SET revoked_at = clock_timestamp() WHERE user_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER end_sessions_of_inactive AFTER UPDATE OF active ON app_user
    FOR EACH ROW WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION end_sessions_of_inactive();

-- What the service never writes itself: reach, flags and version of rights come from the roles held, through
-- refresh_reach alone; a machine account stays one. Whoever row security binds is the service. A change of body or a
-- deactivation makes every token of the account stale, because a token names the body.
CREATE OR REPLACE FUNCTION guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT row_security_active('public.app_user') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF (NEW.signal_reach, NEW.case_reach, NEW.flags, NEW.authz_version) IS DISTINCT FROM ('none', 'none', '{}'::text[], 1) THEN
            RAISE EXCEPTION 'rights come from roles' USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.kind, NEW.signal_reach, NEW.case_reach, NEW.flags, NEW.authz_version)
       IS DISTINCT FROM (OLD.kind, OLD.signal_reach, OLD.case_reach, OLD.flags, OLD.authz_version) THEN
        RAISE EXCEPTION 'rights come from roles' USING ERRCODE = '42501';
    END IF;
    IF (NEW.organisation_id, NEW.active) IS DISTINCT FROM (OLD.organisation_id, OLD.active) THEN
        NEW.authz_version := OLD.authz_version + 1;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER guard_account BEFORE INSERT OR UPDATE ON app_user
    FOR EACH ROW EXECUTE FUNCTION guard_account();
