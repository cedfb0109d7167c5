-- Second factors: secrets, recovery codes and challenges are out of the service's reach but for these functions.

-- What a log-in needs beside the password.
CREATE OR REPLACE FUNCTION auth_factor_need(p_user uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT 1 FROM second_factor f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) THEN 'code'
                WHEN 'second_factor' = ANY (u.flags) THEN 'enrolment' ELSE 'none' END
      FROM app_user u WHERE u.id = p_user
$$;

-- Keeps a new secret, sealed by the service. One that counts is not replaced.
CREATE OR REPLACE FUNCTION auth_begin_factor(p_user uuid, p_sealed bytea, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO second_factor AS f (user_id, sealed_secret, enrolled_at, last_step) VALUES (p_user, p_sealed, p_at, 0)
    ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, enrolled_at = excluded.enrolled_at
     WHERE f.confirmed_at IS NULL;
    RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION auth_factor_secret(p_user uuid, p_confirmed boolean) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT sealed_secret FROM second_factor WHERE user_id = p_user AND (confirmed_at IS NOT NULL) = p_confirmed
$$;

-- Lets a secret count, with its recovery codes.
CREATE OR REPLACE FUNCTION auth_confirm_factor(p_user uuid, p_step bigint, p_ids uuid[], p_hashes text[], p_at timestamptz)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE second_factor SET confirmed_at = p_at, last_step = p_step WHERE user_id = p_user AND confirmed_at IS NULL;
    DELETE FROM recovery_code WHERE user_id = p_user;
    INSERT INTO recovery_code (id, user_id, code_hash) SELECT i, p_user, h FROM unnest(p_ids, p_hashes) AS c (i, h);
    SELECT tell_of_account(p_user, 'factor_enrolled', p_at, false, NULL)
$$;

-- A code is used once: neither it nor an earlier one holds again, also when both come at the same moment.
CREATE OR REPLACE FUNCTION auth_use_step(p_user uuid, p_step bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE second_factor SET last_step = p_step WHERE user_id = p_user AND confirmed_at IS NOT NULL AND last_step < p_step;
    RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION auth_use_recovery_code(p_user uuid, p_hash text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE recovery_code SET used_at = p_at WHERE user_id = p_user AND code_hash = p_hash AND used_at IS NULL;
    RETURN FOUND;
END $$;

-- The password was right: for a few minutes a code opens the session.
CREATE OR REPLACE FUNCTION auth_open_challenge(p_id uuid, p_user uuid, p_attempt uuid, p_need text, p_at timestamptz,
                                               p_expires timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM login_challenge WHERE expires_at < p_at - interval '1 day';
    INSERT INTO login_challenge (id, user_id, attempt_id, need, tries, expires_at)
    VALUES (p_id, p_user, p_attempt, p_need, 0, p_expires)
$$;

-- Takes one of the five tries at a code, before the code is looked at.
CREATE OR REPLACE FUNCTION auth_take_challenge(p_id uuid, p_at timestamptz)
RETURNS TABLE (user_id uuid, username text, attempt_id uuid, need text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE login_challenge c SET tries = c.tries + 1 FROM app_user u
     WHERE c.id = p_id AND c.used_at IS NULL AND c.expires_at > p_at AND c.tries < 5 AND u.id = c.user_id AND u.active
    RETURNING c.user_id, u.username, c.attempt_id, c.need
$$;

CREATE OR REPLACE FUNCTION auth_close_challenge(p_id uuid, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE login_challenge SET used_at = p_at WHERE id = p_id
$$;

-- The present session has shown the second factor.
DROP FUNCTION IF EXISTS auth_session_shown();
CREATE OR REPLACE FUNCTION auth_session_shown(p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE auth_session SET second_factor = true, factor_at = greatest(factor_at, p_at)
     WHERE id = actor_session() AND user_id = actor_user()
$$;

-- When the present session last showed the second factor.
CREATE OR REPLACE FUNCTION auth_factor_shown_at() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT factor_at FROM auth_session WHERE id = actor_session() AND user_id = actor_user()
$$;

-- What the present session has to do before a step that asks for a fresh second factor: nothing (null), show a `code`,
-- log in anew at the `provider`, or begin with an `enrolment`. An account has a second factor here, or one at the
-- provider, which its session tells of; it must have one where its roles or the deployment demand it.
CREATE OR REPLACE FUNCTION auth_fresh_factor_missing(p_since timestamptz, p_demanded boolean) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN s.factor_at >= p_since THEN NULL
                WHEN EXISTS (SELECT 1 FROM second_factor f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) THEN 'code'
                WHEN NOT (s.second_factor OR p_demanded OR 'second_factor' = ANY (u.flags)) THEN NULL
                WHEN s.refresh_hash = '' THEN 'provider'  -- a session of the provider's tokens has none of ours
                ELSE 'enrolment' END
      FROM auth_session s JOIN app_user u ON u.id = s.user_id
     WHERE s.id = actor_session() AND u.id = actor_user()
$$;

-- Takes a second factor away: the user's own where the roles don't demand one, else on the word of two administrators.
-- Every session of the user ends.
CREATE OR REPLACE FUNCTION auth_remove_factor(p_user uuid, p_removal uuid, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF p_removal IS NULL THEN
        IF p_user IS DISTINCT FROM actor_user() OR actor_has('second_factor') THEN
            RETURN false;
        END IF;
    ELSIF NOT EXISTS (SELECT 1 FROM factor_removal r
                       WHERE r.id = p_removal AND r.user_id = p_user AND r.decided_by_id = actor_user()
                         AND r.decided_at = p_at AND r.granted) OR NOT actor_has('directory') THEN
        RETURN false;
    END IF;
    DELETE FROM recovery_code WHERE user_id = p_user;
    DELETE FROM login_challenge WHERE user_id = p_user;
    DELETE FROM second_factor WHERE user_id = p_user;
    UPDATE auth_session SET revoked_at = p_at
     WHERE user_id = p_user AND revoked_at IS NULL AND (p_removal IS NOT NULL OR id <> actor_session());
    PERFORM tell_of_account(p_user, 'factor_removed', p_at, p_removal IS NOT NULL, ARRAY[actor_user()]);
    RETURN true;
END $$;
