-- Alerts, and the signs by which the log-ins of an account are known.

-- Raises an alert about an account, named by its id or its log-in name, and answers the account: null where there is none,
-- where one of the kind was raised that day, or where an earlier one told what this would tell. Of log-ins the user is told.
CREATE OR REPLACE FUNCTION raise_alert(p jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    account uuid;
BEGIN
    INSERT INTO security_alert (id, kind, audience, user_id, organisation_id, day, raised_at, count, threshold, minutes, since,
                                until, state, version)
    SELECT (p->>'id')::uuid, p->>'kind', p->>'audience', u.id, u.organisation_id, (p->>'day')::date, (p->>'at')::timestamptz,
           (p->>'count')::integer, (p->>'threshold')::integer, (p->>'minutes')::integer, (p->>'since')::timestamptz,
           (p->>'until')::timestamptz, 'open', 1
      FROM app_user u
     WHERE (u.id = (p->>'user_id')::uuid OR u.username = p->>'username')
       AND NOT EXISTS (SELECT 1 FROM security_alert a WHERE a.user_id = u.id AND a.kind = p->>'kind'
                                                        AND a.until >= (p->>'until')::timestamptz)
    ON CONFLICT (user_id, kind, day) DO NOTHING
    RETURNING user_id INTO account;
    IF account IS NOT NULL THEN
        PERFORM audit_write((p->>'event_id')::uuid, 'alert.raised', 'done', p->>'kind', 'alert',
                            ARRAY[(p->>'id')::uuid, account], NULL, NULL, '{}', p->>'request_id');
        IF p->>'audience' <> 'body' THEN
            PERFORM tell_of_account(account, p->>'kind', (p->>'at')::timestamptz, false, NULL);
        END IF;
    END IF;
    RETURN account;
END $$;

-- Keeps the signs of a log-in and answers what is new about it: null for the first one, and on a device that is known.
CREATE OR REPLACE FUNCTION auth_note_place(p_user uuid, p_network text, p_client text, p_known boolean, p_at timestamptz,
                                           p_since timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    any_sign boolean;
    signs integer;
BEGIN
    DELETE FROM login_place l WHERE l.user_id = p_user AND l.last_seen_at < p_since;
    SELECT count(*) > 0, count(*) FILTER (WHERE (l.sign, l.hash) IN (('network', p_network), ('client', p_client)))
      INTO any_sign, signs FROM login_place l WHERE l.user_id = p_user;
    INSERT INTO login_place AS l (user_id, sign, hash, first_seen_at, last_seen_at)
    VALUES (p_user, 'network', p_network, p_at, p_at), (p_user, 'client', p_client, p_at, p_at)
    ON CONFLICT (user_id, sign, hash) DO UPDATE SET last_seen_at = greatest(l.last_seen_at, p_at);
    RETURN CASE WHEN p_known OR NOT any_sign OR signs = 2 THEN NULL
                WHEN signs = 0 THEN 'new_log_in_place' ELSE 'new_log_in_sign' END;
END $$;
