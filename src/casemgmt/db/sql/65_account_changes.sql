-- What lets an account come in or see more takes effect through one function, and only on the word of a second person.

-- How a request has to be framed: the body whose heads may decide, whether the country is reached, the account looked at.
DROP FUNCTION IF EXISTS account_change_frame(uuid, text, uuid);
CREATE OR REPLACE FUNCTION account_change_frame(p_user uuid, p_role text, p_to uuid, p_group uuid)
RETURNS TABLE (organisation_id uuid, nationwide boolean, user_version integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(p_to, (SELECT g.organisation_id FROM mobile_group g WHERE g.id = p_group), u.organisation_id),
           EXISTS (SELECT 1 FROM role_grant g WHERE g.nationwide AND (g.role = p_role OR g.role IN (
                   SELECT r.role FROM role_held r WHERE r.user_id = u.id))),
           u.version
      FROM app_user u WHERE u.id = p_user
$$;

-- May the actor decide? Administrators on all accounts; who heads a body on those that work or will work there, but for
-- what reaches the country. Never on the own account.
CREATE OR REPLACE FUNCTION decides_on_account(p_user uuid, p_organisation uuid, p_nationwide boolean) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT p_user <> actor_user() AND (actor_has('directory') OR (
        actor_has('accounts') AND NOT p_nationwide AND p_organisation = actor_organisation()))
$$;

-- A request is one's own, of an administrator, and framed by what the account is; nothing of it ever changes but its state,
-- and who decides is who acts. Whoever row security binds is the service.
CREATE OR REPLACE FUNCTION guard_account_change() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    moves constant text[] := array['state', 'decided_by_id', 'decided_at', 'version', 'changed_xid'];
BEGIN
    IF NOT row_security_active('public.account_change') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NOT actor_has('directory') OR NEW.requested_by_id IS DISTINCT FROM actor_user() OR NEW.decided_by_id IS NOT NULL
           OR NOT EXISTS (SELECT 1 FROM account_change_frame(NEW.user_id, NEW.role, NEW.to_organisation_id, NEW.group_id) f
                           WHERE f.organisation_id = NEW.organisation_id AND f.nationwide = NEW.nationwide
                             AND f.user_version = NEW.user_version) THEN
            RAISE EXCEPTION 'not a request of the actor for this account' USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - moves <> to_jsonb(OLD) - moves OR OLD.state <> 'open' OR NEW.decided_by_id <> actor_user()
       OR (NEW.state = 'granted' AND NOT decides_on_account(NEW.user_id, NEW.organisation_id, NEW.nationwide)) THEN
        RAISE EXCEPTION 'not a decision of the actor' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER guard_account_change BEFORE INSERT OR UPDATE ON account_change
    FOR EACH ROW EXECUTE FUNCTION guard_account_change();

-- What the service never writes itself: a role, a linked identity and a place in a mobile group come into being by a
-- granted change, and are taken once. What was given is not given a second time by undoing its end.
CREATE OR REPLACE FUNCTION guard_grant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ends constant text := TG_ARGV[0];
BEGIN
    IF row_security_active(TG_RELID) AND (TG_OP = 'INSERT' OR to_jsonb(NEW) - ends <> to_jsonb(OLD) - ends
                                          OR to_jsonb(OLD) -> ends <> 'null') THEN
        RAISE EXCEPTION 'a second person decides' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER guard_grant BEFORE INSERT OR UPDATE ON user_role
    FOR EACH ROW EXECUTE FUNCTION guard_grant('revoked_at');
CREATE OR REPLACE TRIGGER guard_grant BEFORE INSERT OR UPDATE ON identity_link
    FOR EACH ROW EXECUTE FUNCTION guard_grant('unlinked_at');
CREATE OR REPLACE TRIGGER guard_grant BEFORE INSERT OR UPDATE ON mobile_group_member
    FOR EACH ROW EXECUTE FUNCTION guard_grant('until');

-- Lets a change take effect that the actor granted in this very transaction. Answers null, or why it does not.
DROP FUNCTION IF EXISTS account_change_takes_effect(uuid, text, timestamptz);
CREATE OR REPLACE FUNCTION account_change_takes_effect(p_change uuid, p_digest text, p_expires timestamptz, p_sealed bytea)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    c account_change;
    account app_user;
    frame record;
    the_session uuid;
BEGIN
    SELECT * INTO c FROM account_change a
     WHERE a.id = p_change AND a.state = 'granted' AND a.decided_by_id = actor_user()
       AND a.changed_xid = pg_current_xact_id();
    IF NOT FOUND THEN
        RETURN 'undecided';
    END IF;
    SELECT * INTO account FROM app_user u WHERE u.id = c.user_id FOR NO KEY UPDATE;
    SELECT * INTO frame FROM account_change_frame(c.user_id, c.role, c.to_organisation_id, c.group_id);
    IF account.version <> c.user_version OR frame.organisation_id <> c.organisation_id THEN
        RETURN 'changed';
    END IF;
    IF NOT decides_on_account(c.user_id, c.organisation_id, frame.nationwide) THEN
        RETURN 'nationwide';
    END IF;
    IF c.expires_at <= c.decided_at THEN
        RETURN 'over';
    END IF;
    CASE c.kind
    WHEN 'role' THEN  -- or, of one that is held, another end of it
        IF c.role_ends_at <= c.decided_at THEN
            RETURN 'over';
        END IF;
        INSERT INTO user_role (id, user_id, role, granted_by_id, approved_by_id, granted_at, ends_at)
        VALUES (c.id, c.user_id, c.role, c.requested_by_id, c.decided_by_id, c.decided_at, c.role_ends_at)
        ON CONFLICT (user_id, role) WHERE revoked_at IS NULL DO UPDATE
           SET ends_at = excluded.ends_at, granted_by_id = excluded.granted_by_id, approved_by_id = excluded.approved_by_id,
               warned_at = NULL;
    WHEN 'identity' THEN
        INSERT INTO identity_link (id, user_id, issuer, subject, linked_by_id, approved_by_id, linked_at)
        VALUES (c.id, c.user_id, c.issuer, c.subject, c.requested_by_id, c.decided_by_id, c.decided_at);
    WHEN 'group' THEN
        INSERT INTO mobile_group_member (id, group_id, user_id, sector, is_lead, since)
        VALUES (c.id, c.group_id, c.user_id, c.sector, c.is_lead, c.decided_at);
        UPDATE mobile_group g SET roster_changed_at = c.decided_at, version = g.version + 1 WHERE g.id = c.group_id;
    WHEN 'start' THEN
        INSERT INTO start_code (user_id, code_hash, made_at, expires_at)
        VALUES (c.user_id, p_digest, c.decided_at, p_expires)
        ON CONFLICT (user_id) DO UPDATE
           SET code_hash = excluded.code_hash, made_at = excluded.made_at, expires_at = excluded.expires_at;
    WHEN 'machine' THEN
        IF (SELECT count(*) FROM client_secret s
             WHERE s.user_id = c.user_id AND s.revoked_at IS NULL AND s.expires_at > c.decided_at) >= 2 THEN
            RETURN 'two_secrets';
        END IF;
        INSERT INTO client_secret (id, user_id, digest, created_by_id, approved_by_id, created_at, expires_at)
        VALUES (c.id, c.user_id, p_digest, c.requested_by_id, c.decided_by_id, c.decided_at, p_expires);
    WHEN 'signing' THEN
        IF (SELECT count(*) FROM signing_secret s JOIN auth_session a ON a.id = s.session_id AND a.revoked_at IS NULL
             WHERE s.user_id = c.user_id AND s.expires_at > c.decided_at) >= 2 THEN
            RETURN 'two_secrets';
        END IF;
        -- nobody knows what its refresh token would be: the session is there to be ended, and for the events
        INSERT INTO auth_session (id, user_id, refresh_hash, created_at, refreshed_at, expires_at, second_factor, client_name)
        VALUES (gen_random_uuid(), c.user_id, encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'),
                c.decided_at, c.decided_at, p_expires, false, 'signing secret') RETURNING id INTO the_session;
        INSERT INTO signing_secret (id, user_id, sealed, session_id, created_by_id, approved_by_id, created_at, expires_at)
        VALUES (c.id, c.user_id, p_sealed, the_session, c.requested_by_id, c.decided_by_id, c.decided_at, p_expires);
        UPDATE account_change a SET sealed_first = NULL WHERE a.id = c.id;
    ELSE
        UPDATE app_user u
           SET organisation_id = coalesce(c.to_organisation_id, u.organisation_id),
               active = u.active OR c.kind = 'activation',
               scopes = CASE WHEN c.kind = 'scopes' THEN c.scopes ELSE u.scopes END,
               authz_version = u.authz_version + 1, version = u.version + 1
         WHERE u.id = c.user_id;
    END CASE;
    PERFORM tell_of_account(c.user_id, c.kind, c.decided_at, true, ARRAY[c.requested_by_id, c.decided_by_id]);
    RETURN NULL;
END $$;

-- The names that no password of the account may hold, where one of these codes begins it.
CREATE OR REPLACE FUNCTION auth_start_names(p_user uuid, p_hashes text[], p_at timestamptz) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT array_remove(ARRAY[u.username, u.family_name, u.given_name, u.patronymic, o.name_kk, o.name_ru, o.name_en], NULL)
      FROM start_code s JOIN app_user u ON u.id = s.user_id AND u.active JOIN organisation o ON o.id = u.organisation_id
     WHERE s.user_id = p_user AND s.code_hash = ANY (p_hashes) AND s.expires_at > p_at
$$;

-- Sets the password that the owner chose, once. Every session ends; the owner and those who head the body are told.
CREATE OR REPLACE FUNCTION auth_start(p_user uuid, p_hashes text[], p_password text, p_at timestamptz, p_attempt uuid)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM start_code s WHERE s.user_id = p_user AND s.code_hash = ANY (p_hashes) AND s.expires_at > p_at;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM auth_keep_password(p_user, p_password, p_at, p_attempt);
    PERFORM tell_of_account(p_user, 'password_started', p_at, true, NULL);
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION auth_unread_notices(p_user uuid) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*)::integer FROM account_notice n WHERE n.reader_id = p_user AND n.read_at IS NULL
$$;

-- A log-in name that an administrator changed: the owner is told, who would look for the fault elsewhere.
CREATE OR REPLACE FUNCTION auth_tell_renamed(p_user uuid, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT tell_of_account(p_user, 'renamed', p_at, false, NULL) WHERE actor_has('directory')
$$;
