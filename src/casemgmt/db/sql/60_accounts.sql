-- Accounts: passwords and sessions are out of the service's reach but for these functions.

-- How many seconds to wait after failures: none for the free ones, then twice as long for each further one.
CREATE OR REPLACE FUNCTION attempt_wait(p_failures bigint, p_last timestamptz, p_free integer, p_longest integer,
                                        p_at timestamptz) RETURNS integer LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN p_failures < p_free THEN 0
          ELSE greatest(0, ceil(extract(epoch FROM p_last - p_at)
                                + least(p_longest, 2 ^ least(p_failures - p_free, 20))))::integer END $$;

-- Takes one try at a log-in: counts it before the password is looked at, so that a hundred tries at once are no way
-- round the limit. auth_open_session and auth_set_password take the count back when the try succeeds.
-- A known device is counted by itself. Everybody else waits for the failures at this name from this address (five are
-- free), of this address at any name (twenty), and at this name from anywhere: there a hundred are free and no wait is
-- longer than a minute, because whoever fails there is not the user, and the user must not be locked out.
DROP FUNCTION IF EXISTS auth_attempt(uuid, text, text, text, timestamptz, timestamptz, integer);
CREATE OR REPLACE FUNCTION auth_attempt(p_id uuid, p_username text, p_kind text, p_name text, p_address text, p_device text,
                                        p_at timestamptz)
RETURNS TABLE (wait_seconds integer, because text, user_id uuid, password_hash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    since constant timestamptz := p_at - interval '1 hour';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_address, 113));
    PERFORM pg_advisory_xact_lock(hashtextextended(p_name, 112));
    DELETE FROM login_attempt l WHERE l.at < p_at - interval '1 day';
    IF p_device IS NOT NULL THEN
        SELECT attempt_wait(count(*), max(l.at), 5, 900, p_at), 'device' INTO wait_seconds, because
          FROM login_attempt l WHERE l.name_hash = p_name AND l.device_hash = p_device AND l.at > since;
    ELSE
        SELECT w.wait, w.because INTO wait_seconds, because FROM (
            SELECT attempt_wait(count(*), max(l.at), 5, 900, p_at) AS wait, 'account' AS because
              FROM login_attempt l
             WHERE l.name_hash = p_name AND l.address_hash = p_address AND l.device_hash IS NULL AND l.at > since
            UNION ALL
            SELECT attempt_wait(count(*), max(l.at), 20, 900, p_at), 'address'
              FROM login_attempt l WHERE l.address_hash = p_address AND l.device_hash IS NULL AND l.at > since
            UNION ALL
            SELECT attempt_wait(count(*), max(l.at), 100, 60, p_at), 'account_anywhere'
              FROM login_attempt l WHERE l.name_hash = p_name AND l.device_hash IS NULL AND l.at > since) w
         ORDER BY w.wait DESC LIMIT 1;
    END IF;
    IF wait_seconds = 0 THEN
        INSERT INTO login_attempt (id, name_hash, address_hash, device_hash, at)
        VALUES (p_id, p_name, p_address, p_device, p_at);
        SELECT u.id, c.password_hash INTO user_id, password_hash
          FROM app_user u LEFT JOIN user_credential c ON c.user_id = u.id
         WHERE u.username = p_username AND u.kind = p_kind AND u.active;
    END IF;
    RETURN NEXT;
END $$;

-- Takes back what a success makes good: failures at the same name from the same address or device.
CREATE OR REPLACE FUNCTION auth_forget_attempt(p_attempt uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM login_attempt l USING login_attempt a
     WHERE a.id = p_attempt AND l.name_hash = a.name_hash AND l.address_hash = a.address_hash
       AND l.device_hash IS NOT DISTINCT FROM a.device_hash
$$;

DROP FUNCTION IF EXISTS auth_open_session(uuid, uuid, text, timestamptz, timestamptz, uuid);
DROP FUNCTION IF EXISTS auth_open_session(uuid, uuid, text, timestamptz, timestamptz, uuid, boolean, text);
CREATE OR REPLACE FUNCTION auth_open_session(p_id uuid, p_user uuid, p_hash text, p_at timestamptz, p_expires timestamptz,
                                             p_attempt uuid, p_second_factor boolean, p_client text, p_secret uuid)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT auth_forget_attempt(p_attempt);
    INSERT INTO auth_session (id, user_id, refresh_hash, created_at, refreshed_at, expires_at, second_factor, factor_at,
                              client_name, client_secret_id)
    VALUES (p_id, p_user, p_hash, p_at, p_at, p_expires, p_second_factor, CASE WHEN p_second_factor THEN p_at END,
            p_client, p_secret)
$$;

-- What a token is made of. Null where the account or the session does not hold, or a second factor is due.
DROP FUNCTION IF EXISTS auth_identity(uuid);
CREATE FUNCTION auth_identity(p_session uuid)
RETURNS TABLE (user_id uuid, organisation_id uuid, region_code text, roles text[], scopes text[], authz_version integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM settle_rights(s.user_id) FROM auth_session s WHERE s.id = p_session;
    RETURN QUERY
    SELECT u.id, u.organisation_id, o.region_code::text,
           ARRAY(SELECT r.role::text FROM role_held r WHERE r.user_id = u.id ORDER BY r.role),
           u.scopes, u.authz_version
      FROM auth_session s JOIN app_user u ON u.id = s.user_id AND u.active JOIN organisation o ON o.id = u.organisation_id
     WHERE s.id = p_session AND s.revoked_at IS NULL AND (s.second_factor OR NOT 'second_factor' = ANY (u.flags));
END $$;

-- How long a session of the account may lie idle. An account whose roles demand a second factor is bound by its own time
-- whatever else it does; of the others those who visit families have a longer one.
CREATE OR REPLACE FUNCTION idle_time(p_user uuid, p jsonb) RETURNS interval LANGUAGE sql STABLE AS $$
    SELECT make_interval(mins => (p->>CASE
               WHEN 'second_factor' = ANY (u.flags) THEN 'wide'
               WHEN 'board' = ANY (u.flags) THEN 'wall'
               WHEN EXISTS (SELECT 1 FROM role_held r WHERE r.user_id = u.id
                                                        AND p->'field_roles' ? r.role) THEN 'field'
               ELSE 'usual' END)::integer)
      FROM app_user u WHERE u.id = p_user
$$;

-- Is the account one of a screen on a wall?
CREATE OR REPLACE FUNCTION auth_is_display(p_user uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT EXISTS (SELECT 1 FROM app_user u WHERE u.id = p_user AND 'board' = ANY (u.flags)) $$;

-- Turns a refresh token into the next one: `rotated`. Any older token of the session, however old, ends it (`reused`):
-- one of the two who hold the chain is a thief. A session that lay idle for too long ends too (`idle`). `ended`: it was over
-- before. Names the user in any case: the events of what was refused are the user's.
-- A screen has nobody who would log in again when an answer was lost on the way: there the token before holds too, until its
-- successor was shown. Whoever else used it has by then put another one in the place of that successor, which ends the session.
DROP FUNCTION IF EXISTS auth_rotate(uuid, text, text, timestamptz);
CREATE OR REPLACE FUNCTION auth_rotate(p_session uuid, p_old text, p_new text, p_at timestamptz, p_idle jsonb)
RETURNS TABLE (outcome text, user_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    held auth_session;
BEGIN
    SELECT s.* INTO held FROM auth_session s WHERE s.id = p_session FOR UPDATE;
    user_id := held.user_id;
    outcome := CASE WHEN held.id IS NULL OR held.revoked_at IS NOT NULL OR held.expires_at <= p_at THEN 'ended'
                    WHEN held.refresh_hash <> p_old
                         AND held.previous_hash IS DISTINCT FROM p_old THEN 'reused'
                    WHEN held.refreshed_at + idle_time(held.user_id, p_idle) <= p_at THEN 'idle'
                    ELSE 'rotated' END;
    IF outcome = 'rotated' THEN
        UPDATE auth_session s SET refresh_hash = p_new, refreshed_at = p_at,
                previous_hash = CASE WHEN auth_is_display(held.user_id) THEN p_old END WHERE s.id = p_session;
    ELSIF outcome <> 'ended' THEN
        UPDATE auth_session s SET revoked_at = p_at WHERE s.id = p_session;
    END IF;
    RETURN NEXT;
END $$;

CREATE OR REPLACE FUNCTION auth_end_session(p_session uuid, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE auth_session SET revoked_at = p_at WHERE id = p_session AND revoked_at IS NULL
$$;

-- The sessions of a user that go on: of one's own account, or with the right to keep users.
CREATE OR REPLACE FUNCTION auth_sessions(p_user uuid, p_at timestamptz)
RETURNS TABLE (id uuid, client_name text, second_factor boolean, created_at timestamptz, last_used_at timestamptz,
               expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.id, s.client_name, s.second_factor, s.created_at, s.refreshed_at, s.expires_at FROM auth_session s
     WHERE s.user_id = p_user AND s.revoked_at IS NULL AND s.expires_at > p_at
       AND (p_user = actor_user() OR actor_has('directory'))
     ORDER BY s.refreshed_at DESC, s.id
$$;

-- Ends sessions of a user, all or one, but for the one that is kept; returns those that were ended.
CREATE OR REPLACE FUNCTION auth_end_sessions(p_user uuid, p_only uuid, p_keep uuid, p_at timestamptz) RETURNS uuid[]
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH ended AS (
        UPDATE auth_session s SET revoked_at = p_at
         WHERE s.user_id = p_user AND s.revoked_at IS NULL AND (p_only IS NULL OR s.id = p_only)
           AND s.id IS DISTINCT FROM p_keep AND (p_user = actor_user() OR actor_has('directory'))
        RETURNING s.id)
    SELECT coalesce(array_agg(id), '{}') FROM ended
$$;

-- Tells the owner of an account, and on wish those who head its body or, where nobody does, the administrators: all but
-- those whose act it was.
CREATE OR REPLACE FUNCTION tell_of_account(p_user uuid, p_kind text, p_at timestamptz, p_heads boolean, p_but uuid[])
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH around AS (
        SELECT h.id, 'accounts' = ANY (h.flags) AS heads
          FROM app_user u JOIN app_user h ON h.active AND h.id <> u.id AND h.id <> ALL (coalesce(p_but, '{}'))
           AND ('directory' = ANY (h.flags) OR ('accounts' = ANY (h.flags) AND h.organisation_id = u.organisation_id))
         WHERE u.id = p_user AND p_heads),
    told AS (
        SELECT p_user AS id WHERE EXISTS (SELECT 1 FROM app_user u WHERE u.id = p_user AND u.kind = 'person')
        UNION ALL
        SELECT a.id FROM around a WHERE a.heads OR NOT EXISTS (SELECT 1 FROM around h WHERE h.heads))
    INSERT INTO account_notice (id, reader_id, user_id, kind, at)
    SELECT gen_random_uuid(), t.id, p_user, p_kind, p_at FROM told t
$$;

-- Keeps a password. Every session of the user ends. Not for the service: the two functions that call it ask first.
CREATE OR REPLACE FUNCTION auth_keep_password(p_user uuid, p_hash text, p_at timestamptz, p_attempt uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT auth_forget_attempt(p_attempt);
    INSERT INTO user_credential (user_id, password_hash, changed_at) VALUES (p_user, p_hash, p_at)
    ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at;
    UPDATE auth_session SET revoked_at = p_at WHERE user_id = p_user AND revoked_at IS NULL
$$;

-- Sets the password of one's own account. There is none for somebody else's: its owner begins with a code (`auth_start`).
CREATE OR REPLACE FUNCTION auth_set_password(p_user uuid, p_hash text, p_at timestamptz, p_attempt uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF p_user IS DISTINCT FROM actor_user() THEN
        RETURN false;
    END IF;
    PERFORM auth_keep_password(p_user, p_hash, p_at, p_attempt);
    PERFORM tell_of_account(p_user, 'password_changed', p_at, false, NULL);
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
-- refresh_reach alone; a machine account stays one; another body, wider scopes and the way back of an account that was
-- switched off are decided by a second person (65_account_changes.sql). Whoever row security binds is the service.
-- Narrower scopes or a deactivation make every token of the account stale, because a token names the scopes.
CREATE OR REPLACE FUNCTION guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT row_security_active('public.app_user') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF (NEW.signal_reach, NEW.case_reach, NEW.flags, NEW.authz_version, NEW.rights_until)
           IS DISTINCT FROM ('none', 'none', '{}'::text[], 1, NULL::timestamptz) THEN
            RAISE EXCEPTION 'rights come from roles' USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.kind, NEW.signal_reach, NEW.case_reach, NEW.flags, NEW.authz_version, NEW.rights_until)
       IS DISTINCT FROM (OLD.kind, OLD.signal_reach, OLD.case_reach, OLD.flags, OLD.authz_version, OLD.rights_until) THEN
        RAISE EXCEPTION 'rights come from roles' USING ERRCODE = '42501';
    END IF;
    IF NEW.organisation_id <> OLD.organisation_id OR (NEW.active AND NOT OLD.active)
       OR (NEW.scopes IS NULL AND OLD.scopes IS NOT NULL) OR NOT NEW.scopes <@ coalesce(OLD.scopes, NEW.scopes) THEN
        RAISE EXCEPTION 'a second person decides' USING ERRCODE = '42501';
    END IF;
    IF (NEW.active, NEW.scopes) IS DISTINCT FROM (OLD.active, OLD.scopes) THEN
        NEW.authz_version := OLD.authz_version + 1;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER guard_account BEFORE INSERT OR UPDATE ON app_user
    FOR EACH ROW EXECUTE FUNCTION guard_account();
