-- The actor of a transaction: set once by begin_work, read by every policy. Unset, it sees nothing.

CREATE OR REPLACE FUNCTION actor_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('casemgmt.user', true), '')::uuid $$;

CREATE OR REPLACE FUNCTION actor_session() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('casemgmt.session', true), '')::uuid $$;

CREATE OR REPLACE FUNCTION actor_organisation() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('casemgmt.organisation', true), '')::uuid $$;

CREATE OR REPLACE FUNCTION actor_region() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('casemgmt.region', true), '') $$;

CREATE OR REPLACE FUNCTION actor_groups() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('casemgmt.groups', true), '')::uuid[], '{}') $$;

CREATE OR REPLACE FUNCTION actor_has(flag text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT flag = ANY (coalesce(nullif(current_setting('casemgmt.flags', true), '')::text[], '{}')) $$;

CREATE OR REPLACE FUNCTION benefits_region() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN actor_has('benefits') THEN actor_region() END $$;

CREATE OR REPLACE FUNCTION benefits_organisation() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN actor_has('benefits') THEN actor_organisation() END $$;

CREATE OR REPLACE FUNCTION sees_all_signals() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('casemgmt.signal_reach', true), '') = 'national' $$;

CREATE OR REPLACE FUNCTION signal_region() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN current_setting('casemgmt.signal_reach', true) = 'region'
          THEN nullif(current_setting('casemgmt.region', true), '') END $$;

CREATE OR REPLACE FUNCTION signal_organisation() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN current_setting('casemgmt.signal_reach', true) IN ('organisation', 'region')
          THEN actor_organisation() END $$;

CREATE OR REPLACE FUNCTION sees_all_cases() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('casemgmt.case_reach', true), '') = 'national' $$;

CREATE OR REPLACE FUNCTION case_region() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN current_setting('casemgmt.case_reach', true) = 'region'
          THEN nullif(current_setting('casemgmt.region', true), '') END $$;

CREATE OR REPLACE FUNCTION case_organisation() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN current_setting('casemgmt.case_reach', true) IN ('organisation', 'region')
          THEN actor_organisation() END $$;

-- Sets the actor for this transaction. The reach comes from the account, never from the token; a token issued before
-- the last change of rights or the end of a role, of a session that was ended, or of one without the second factor that the roles demand, is
-- refused with SQLSTATE CM401. A transaction without a session is the worker's alone: a job that somebody asked for goes on
-- when they have logged out, and ends with the account. With a salt, what functions with the owner's rights change is committed to in the event
-- (25_changes.sql).
DROP FUNCTION IF EXISTS begin_work(uuid, integer, uuid, text);
CREATE OR REPLACE FUNCTION begin_work(p_user uuid, p_version integer, p_session uuid, p_request text,
                                      p_salt bytea DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    account record;
BEGIN
    SELECT u.organisation_id, o.region_code, u.signal_reach, u.case_reach, u.flags,
           (SELECT array_agg(m.group_id) FROM group_place m WHERE m.user_id = u.id) AS groups,
           CASE WHEN EXISTS (SELECT 1 FROM staff_conflict c WHERE c.user_id = u.id AND c.state = 'standing')
                THEN shut_out_of(u.id)::text ELSE '' END AS shut_out
      INTO account
      FROM app_user u
      JOIN organisation o ON o.id = u.organisation_id
      LEFT JOIN auth_session s ON s.id = p_session AND s.user_id = u.id AND s.revoked_at IS NULL
                              AND (s.second_factor OR NOT 'second_factor' = ANY (u.flags))
     WHERE u.id = p_user AND u.active AND u.authz_version = p_version
       AND (u.rights_until IS NULL OR u.rights_until > now())
       AND (s.id IS NOT NULL OR (p_session IS NULL AND pg_has_role(session_user, 'casemgmt_worker', 'member')));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the account, its rights or its session have changed' USING ERRCODE = 'CM401';
    END IF;
    PERFORM set_config('casemgmt.user', p_user::text, true),
            set_config('casemgmt.session', coalesce(p_session::text, ''), true),
            set_config('casemgmt.request', p_request, true),
            set_config('casemgmt.organisation', account.organisation_id::text, true),
            set_config('casemgmt.region', coalesce(account.region_code, ''), true),
            set_config('casemgmt.signal_reach', account.signal_reach, true),
            set_config('casemgmt.case_reach', account.case_reach, true),
            set_config('casemgmt.groups', coalesce(account.groups::text, ''), true),
            set_config('casemgmt.flags', account.flags::text, true),
            set_config('casemgmt.shut_out', account.shut_out, true);
    IF p_salt IS NOT NULL THEN
        PERFORM set_config('casemgmt.salt', encode(p_salt, 'hex'), true);
    END IF;
END $$;

-- Is the actor on the team of the case now? Runs with the owner's rights, because the policy of case_member asks it.
-- A place that rests on a consent is none once the consent is over, also where nobody has ended it yet.
CREATE OR REPLACE FUNCTION on_team(p_case uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM case_member m
                    WHERE m.case_id = p_case AND m.user_id = nullif(current_setting('casemgmt.user', true), '')::uuid
                      AND m.ended_at IS NULL AND (m.rests_until IS NULL OR m.rests_until > now()))
$$;

-- Is the actor on the team of the case as one who gives this kind of help?
CREATE OR REPLACE FUNCTION on_team_for(p_case uuid, p_help_kind text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM case_member m
                    WHERE m.case_id = p_case AND m.user_id = nullif(current_setting('casemgmt.user', true), '')::uuid
                      AND m.ended_at IS NULL AND (m.rests_until IS NULL OR m.rests_until > now())
                      AND m.help_kind = p_help_kind)
$$;

-- The places in mobile groups that are held now: that of a deputy ends by its own date, whether or not anybody notes the end.
CREATE OR REPLACE VIEW group_place AS
    SELECT m.id, m.group_id, m.user_id, m.sector, m.is_lead FROM mobile_group_member m
     WHERE m.until IS NULL AND (m.rests_until IS NULL OR m.rests_until > now());

-- The roles that are held now: what was given until a moment is none from then on, whether or not anybody noted it.
CREATE OR REPLACE VIEW role_held AS
    SELECT r.id, r.user_id, r.role FROM user_role r
     WHERE r.revoked_at IS NULL AND (r.ends_at IS NULL OR r.ends_at > now());

-- The reach of a user is worked out here whenever a role is given, taken or over, and every token of the user
-- becomes stale. `rights_until`: when the next role ends; from then on nothing holds until it was worked out anew.
CREATE OR REPLACE FUNCTION refresh_reach(p_user uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE app_user u SET
        authz_version = u.authz_version + 1,
        rights_until = (SELECT min(r.ends_at) FROM user_role r WHERE r.user_id = u.id AND r.revoked_at IS NULL
                           AND r.ends_at > now()),
        signal_reach = coalesce((SELECT (array['none','own','team','organisation','region','national'])[max(array_position(
            array['none','own','team','organisation','region','national'], g.signal_reach))]
            FROM role_held r JOIN role_grant g USING (role) WHERE r.user_id = u.id), 'none'),
        case_reach = coalesce((SELECT (array['none','own','team','organisation','region','national'])[max(array_position(
            array['none','own','team','organisation','region','national'], g.case_reach))]
            FROM role_held r JOIN role_grant g USING (role) WHERE r.user_id = u.id), 'none'),
        flags = coalesce((SELECT array_agg(DISTINCT f) FROM role_held r JOIN role_grant g USING (role), unnest(g.flags) f
            WHERE r.user_id = u.id), '{}')
     WHERE u.id = p_user
$$;

-- Works the rights out anew where a role is over, before a token is made of them: nobody waits for a job to note it.
CREATE OR REPLACE FUNCTION settle_rights(p_user uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM app_user u WHERE u.id = p_user AND u.rights_until <= now()) THEN
        PERFORM refresh_reach(p_user);
        PERFORM audit_write(gen_random_uuid(), 'user.role_ended', 'done', NULL, 'user', ARRAY[p_user], NULL, NULL, '{}', NULL);
    END IF;
END $$;

-- Roles that must not come together (`access/roles.py`) are refused after the account is locked by the update of its
-- reach: of two grants at the same moment the later one finds the earlier.
CREATE OR REPLACE FUNCTION role_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM refresh_reach(NEW.user_id);
    IF NEW.revoked_at IS NULL AND EXISTS (
            SELECT 1 FROM role_held r JOIN role_grant g USING (role) JOIN role_held other ON other.user_id = r.user_id
             WHERE r.user_id = NEW.user_id AND other.role = ANY (g.excludes)) THEN
        RAISE EXCEPTION 'the account would hold roles that exclude each other' USING ERRCODE = 'CM409';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER role_changed AFTER INSERT OR UPDATE ON user_role
    FOR EACH ROW EXECUTE FUNCTION role_changed();
