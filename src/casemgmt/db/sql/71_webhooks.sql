-- Events to the systems of others: written where the act is, looked at under the sight of the account that is told, and
-- noted as sent by the worker.

ALTER TABLE webhook_progress ENABLE ROW LEVEL SECURITY;  -- both are reached through functions only
ALTER TABLE webhook_secret ENABLE ROW LEVEL SECURITY;

CREATE OR REPLACE FUNCTION cluster_generation() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT value::uuid FROM deployment WHERE key = 'generation' $$;

-- Puts what happened into the outbox, in the transaction of the act: the writer may have lost sight of the record with it. The
-- caller leaves the audit event. `p_ids` are the new events' ids, as many as there are records.
CREATE OR REPLACE FUNCTION tell_subscribers(p_type text, p_ids uuid[], p_records uuid[], p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO webhook_event (id, generation, xid, type, at, record_type, record_id, record_state, about_case_id, signal_ids, clock,
                               due_at)
    SELECT n.id, cluster_generation(), pg_current_xact_id(), p_type, p_at, f.*
      FROM unnest(p_ids, p_records) AS n (id, record_id)
      JOIN LATERAL (
        SELECT 'signal', s.id, s.state, s.case_id, ARRAY[s.id], NULL::text, NULL::timestamptz
          FROM signal s WHERE s.id = n.record_id AND p_type LIKE 'signal.%'
        UNION ALL
        SELECT 'referral', r.id, r.state, s.case_id, ARRAY[s.id], NULL, NULL
          FROM referral r JOIN signal s ON s.id = r.signal_id
         WHERE r.id = n.record_id AND p_type IN ('referral.accepted', 'visit.completed')
        UNION ALL
        SELECT 'case', c.id, c.state, c.id, ARRAY(SELECT s.id FROM signal s WHERE s.case_id = c.id), NULL, NULL
          FROM case_record c WHERE c.id = n.record_id AND p_type LIKE 'case.%'
        UNION ALL  -- who carries it; what it says, and whether a case knows of it, is told to nobody
        SELECT 'answer', a.id, a.state, NULL, ARRAY[a.signal_id], NULL, a.due_at
          FROM contact_answer a WHERE a.id = n.record_id AND p_type LIKE 'answer.%' AND a.announced_at IS NOT NULL
        UNION ALL  -- of a case's own clock nobody learns by a signal
        SELECT 'task', t.id, 'breached', t.case_id, array_remove(ARRAY[t.signal_id], NULL), t.kind, t.due_at
          FROM task t WHERE t.id = n.record_id AND p_type = 'deadline.breached'
           AND (t.case_id IS NOT NULL OR t.signal_id IS NOT NULL)
      ) f ON true
$$;

-- The place in the outbox up to which a reader that stands at (generation, xid, id) may look now: at most `p_most` events on,
-- and never past a transaction that may still write one before it. The place itself where there is nothing.
CREATE OR REPLACE FUNCTION webhook_window(INOUT p_generation uuid, INOUT p_xid text, INOUT p_id uuid, p_most integer,
                                          OUT more boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    now_generation constant uuid := cluster_generation();
    horizon constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
    seen integer;
    last record;
BEGIN
    SELECT count(*) INTO seen FROM (
        SELECT 1 FROM webhook_event e
         WHERE (e.generation, e.xid, e.id) > (p_generation, p_xid::xid8, p_id)
           AND (e.generation <> now_generation OR e.xid < horizon)
         ORDER BY e.generation, e.xid, e.id LIMIT p_most) w;
    more := seen = p_most;
    IF seen > 0 THEN
        SELECT e.generation, e.xid, e.id INTO last FROM webhook_event e
         WHERE (e.generation, e.xid, e.id) > (p_generation, p_xid::xid8, p_id)
           AND (e.generation <> now_generation OR e.xid < horizon)
         ORDER BY e.generation, e.xid, e.id OFFSET seen - 1 LIMIT 1;
        p_generation := last.generation;
        p_xid := last.xid::text;
        p_id := last.id;
    END IF;
END $$;

-- The place from which on a new reader is told: every transaction that has not ended yet comes after it.
CREATE OR REPLACE FUNCTION webhook_horizon(OUT generation uuid, OUT xid text, OUT id uuid)
LANGUAGE sql STABLE AS $$
    SELECT cluster_generation(), pg_snapshot_xmin(pg_current_snapshot())::text, '00000000-0000-0000-0000-000000000000'::uuid
$$;

-- A subscription begins: from now on, or from a moment on.
CREATE OR REPLACE FUNCTION webhook_begin(p_subscription uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO webhook_progress (subscription_id, generation, xid, event_id)
    SELECT s.id, h.generation, h.xid::xid8, h.id FROM webhook_subscription s, webhook_horizon() h
     WHERE s.id = p_subscription AND actor_has('directory')
$$;

-- Everything since a moment is looked at again; what was sent is sent again.
CREATE OR REPLACE FUNCTION webhook_rewind(p_subscription uuid, p_since timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH first AS (SELECT e.generation, e.xid, e.id FROM webhook_event e WHERE e.at >= p_since
                    ORDER BY e.generation, e.xid, e.id LIMIT 1)
    UPDATE webhook_progress p
       SET generation = f.generation, xid = f.xid, event_id = '00000000-0000-0000-0000-000000000000', resume_at = NULL
      FROM first f
     WHERE p.subscription_id = p_subscription AND actor_has('directory')
       AND (f.generation, f.xid, '00000000-0000-0000-0000-000000000000'::uuid) < (p.generation, p.xid, p.event_id)
$$;

-- One event is sent again; false where it never was on the way to this subscriber.
CREATE OR REPLACE FUNCTION webhook_again(p_subscription uuid, p_event uuid, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE webhook_delivery SET due_at = least(p_at, now()), first_tried_at = NULL, attempts = 0, ended_at = NULL, result = NULL
     WHERE subscription_id = p_subscription AND event_id = p_event AND actor_has('directory');
    RETURN FOUND;
END $$;

-- What waits is tried at once: the subscription goes on after a pause.
CREATE OR REPLACE FUNCTION webhook_resume(p_subscription uuid, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT actor_has('directory') THEN
        RETURN;
    END IF;
    UPDATE webhook_progress SET resume_at = NULL, failing_since = NULL WHERE subscription_id = p_subscription;
    UPDATE webhook_delivery SET due_at = least(p_at, now()), first_tried_at = NULL, attempts = 0
     WHERE subscription_id = p_subscription AND ended_at IS NULL;
END $$;

-- How a subscription stands, for who keeps it.
DROP FUNCTION IF EXISTS webhook_standing(uuid[]);
CREATE OR REPLACE FUNCTION webhook_standing(p_subscriptions uuid[])
RETURNS TABLE (subscription_id uuid, failing_since timestamptz, delivered_at timestamptz, next_try_at timestamptz, waiting bigint,
               dead bigint, heartbeat_at timestamptz, heartbeat_failure text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.subscription_id, p.failing_since, p.delivered_at,
           (SELECT greatest(min(d.due_at), p.resume_at) FROM webhook_delivery d
             WHERE d.subscription_id = p.subscription_id AND d.ended_at IS NULL),
           (SELECT count(*) FROM webhook_delivery d WHERE d.subscription_id = p.subscription_id AND d.ended_at IS NULL),
           (SELECT count(*) FROM webhook_delivery d WHERE d.subscription_id = p.subscription_id AND d.result = 'dead'),
           p.beat_taken_at, p.beat_failure::text
      FROM webhook_progress p WHERE p.subscription_id = ANY (p_subscriptions) AND actor_has('directory')
$$;

-- Keeps a secret; the one before holds until `p_until`, and any older one no more.
CREATE OR REPLACE FUNCTION webhook_keep_secret(p_id uuid, p_subscription uuid, p_sealed bytea, p_at timestamptz,
                                               p_until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT actor_has('directory') OR EXISTS (SELECT 1 FROM webhook_secret WHERE id = p_id) THEN
        RETURN false;
    END IF;
    UPDATE webhook_secret SET expires_at = CASE WHEN expires_at IS NULL THEN p_until ELSE least(expires_at, p_at) END
     WHERE subscription_id = p_subscription;
    INSERT INTO webhook_secret (id, subscription_id, sealed, created_at) VALUES (p_id, p_subscription, p_sealed, p_at);
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION webhook_secrets(p_subscription uuid, p_at timestamptz)
RETURNS TABLE (id uuid, created_at timestamptz, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.id, s.created_at, s.expires_at FROM webhook_secret s
     WHERE s.subscription_id = p_subscription AND (s.expires_at IS NULL OR s.expires_at > p_at) AND actor_has('directory')
     ORDER BY s.created_at, s.id
$$;

-- From here on for the worker alone.

-- When something waits until a moment that no pause reaches (those of `RETRIES` are below seven hours), the clock was set back
-- since: then it waits no longer. Without that, what was tried under a clock that stood years ahead would never be tried again.
-- What is to be sent at once is due by the earlier of two clocks, that of who says so and that of the database, for the same reason.
CREATE OR REPLACE FUNCTION webhook_is_due(p_at timestamptz, p_now timestamptz, p_longest interval DEFAULT '7 hours') RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT p_at <= p_now OR p_at > p_now + p_longest $$;

-- Takes subscriptions that have something to do, for a while: who dies with one leaves it to another when the lease is over. The
-- lease is counted by the clock of the database, whatever clock the work is done by.
CREATE OR REPLACE FUNCTION webhook_claim(p_holder uuid, p_now timestamptz, p_lease interval, p_most integer)
RETURNS TABLE (id uuid, account_id uuid, address text, types text[], purpose text, generation uuid, xid text, event_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH free AS (
        SELECT p.subscription_id FROM webhook_progress p JOIN webhook_subscription s ON s.id = p.subscription_id
         WHERE s.state = 'active'
           AND (p.leased_until IS NULL OR webhook_is_due(p.leased_until, clock_timestamp(), p_lease + interval '1 minute'))
           AND (p.resume_at IS NULL OR webhook_is_due(p.resume_at, p_now))
           AND EXISTS (SELECT 1 FROM webhook_secret k WHERE k.subscription_id = s.id AND k.expires_at IS NULL)
           AND (EXISTS (SELECT 1 FROM webhook_delivery d
                         WHERE d.subscription_id = s.id AND d.ended_at IS NULL AND webhook_is_due(d.due_at, p_now))
                OR EXISTS (SELECT 1 FROM webhook_event e
                            WHERE (e.generation, e.xid, e.id) > (p.generation, p.xid, p.event_id)
                              AND (e.generation <> cluster_generation() OR e.xid < pg_snapshot_xmin(pg_current_snapshot()))))
         ORDER BY p.leased_until NULLS FIRST LIMIT p_most FOR UPDATE OF p SKIP LOCKED)
    UPDATE webhook_progress p SET holder = p_holder, leased_until = clock_timestamp() + p_lease
      FROM free f JOIN webhook_subscription s ON s.id = f.subscription_id WHERE p.subscription_id = f.subscription_id
    RETURNING s.id, s.account_id, s.address, s.types, s.purpose, p.generation, p.xid::text, p.event_id
$$;

-- Goes on with a subscription (or, with a lease of nothing, leaves it); false where another has it by now.
CREATE OR REPLACE FUNCTION webhook_keep(p_subscription uuid, p_holder uuid, p_lease interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE webhook_progress SET leased_until = clock_timestamp() + p_lease
     WHERE subscription_id = p_subscription AND holder = p_holder;
    RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION webhook_sealed(p_subscription uuid, p_at timestamptz) RETURNS SETOF bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.sealed FROM webhook_secret s
     WHERE s.subscription_id = p_subscription AND (s.expires_at IS NULL OR s.expires_at > p_at) ORDER BY s.created_at DESC, s.id
$$;

-- The next events after the place of a subscription, up to which the actor, its account, may look; and what of them is on its
-- way: `p` holds the new place and the events that the account saw of it.
CREATE OR REPLACE FUNCTION webhook_release(p_subscription uuid, p_holder uuid, p jsonb, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE webhook_progress SET generation = (p->>'generation')::uuid, xid = (p->>'xid')::xid8, event_id = (p->>'id')::uuid
     WHERE subscription_id = p_subscription AND holder = p_holder;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO webhook_delivery AS d (subscription_id, event_id, type, at, due_at, attempts)
    SELECT p_subscription, e.id, e.type, e.at, least(p_at, now()), 0 FROM webhook_event e
     WHERE e.id = ANY (ARRAY(SELECT jsonb_array_elements_text(p->'events')::uuid))
    ON CONFLICT (subscription_id, event_id) DO UPDATE
       SET due_at = least(p_at, now()), first_tried_at = NULL, attempts = 0, ended_at = NULL, result = NULL;
    RETURN true;
END $$;

-- What is due, in the order in which it happened, and what was tried of it before.
CREATE OR REPLACE FUNCTION webhook_due(p_subscription uuid, p_now timestamptz, p_most integer)
RETURNS TABLE (event_id uuid, attempts integer, first_tried_at timestamptz, failing_since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.event_id, d.attempts, d.first_tried_at, p.failing_since
      FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event_id JOIN webhook_progress p USING (subscription_id)
     WHERE d.subscription_id = p_subscription AND d.ended_at IS NULL AND webhook_is_due(d.due_at, p_now)
     ORDER BY e.generation, e.xid, e.id LIMIT p_most
$$;

-- The account lost sight of these before they were told.
CREATE OR REPLACE FUNCTION webhook_withhold(p_subscription uuid, p_events uuid[], p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE webhook_delivery SET ended_at = p_at, result = 'withheld'
     WHERE subscription_id = p_subscription AND event_id = ANY (p_events) AND ended_at IS NULL
$$;

-- Nothing is looked at or sent before: the account may not be told anything now.
CREATE OR REPLACE FUNCTION webhook_rest(p_subscription uuid, p_until timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ UPDATE webhook_progress SET resume_at = p_until WHERE subscription_id = p_subscription $$;

-- Notes a try and what follows from it (`policy.judge`). A receiver that answers again after it failed gets what waits at once.
CREATE OR REPLACE FUNCTION webhook_tried(p jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    the_subscription constant uuid := (p->>'subscription_id')::uuid;
    tried_at constant timestamptz := (p->>'at')::timestamptz;
    the_account uuid;
    failed_since timestamptz;
BEGIN
    INSERT INTO webhook_attempt (id, subscription_id, event_id, at, status, failure, milliseconds)
    VALUES ((p->>'id')::uuid, the_subscription, (p->>'event_id')::uuid, tried_at, (p->>'status')::integer, p->>'failure',
            (p->>'milliseconds')::integer);
    UPDATE webhook_delivery
       SET attempts = attempts + 1, first_tried_at = least(first_tried_at, tried_at), last_tried_at = tried_at,
           due_at = coalesce((p->>'due_at')::timestamptz, due_at), result = p->>'result',
           ended_at = CASE WHEN p->>'result' IS NOT NULL THEN tried_at END
     WHERE subscription_id = the_subscription AND event_id = (p->>'event_id')::uuid AND ended_at IS NULL;
    SELECT failing_since INTO failed_since FROM webhook_progress WHERE subscription_id = the_subscription FOR UPDATE;
    IF p->>'failure' IS NOT NULL THEN
        UPDATE webhook_progress SET failing_since = least(failing_since, tried_at), resume_at = (p->>'resume_at')::timestamptz
         WHERE subscription_id = the_subscription;
    ELSE
        UPDATE webhook_progress SET failing_since = NULL, resume_at = NULL, delivered_at = tried_at
         WHERE subscription_id = the_subscription;
        UPDATE webhook_delivery SET due_at = least(tried_at, now())
         WHERE failed_since IS NOT NULL AND subscription_id = the_subscription AND ended_at IS NULL AND due_at > tried_at
           AND last_tried_at < (p->>'pull_tried_before')::timestamptz;
    END IF;
    IF p->>'disabled' IS NOT NULL THEN
        UPDATE webhook_subscription SET state = 'disabled', state_reason = p->>'disabled', version = version + 1
         WHERE id = the_subscription AND state <> 'disabled' RETURNING account_id INTO the_account;
        IF the_account IS NOT NULL THEN
            PERFORM tell_of_account(the_account, 'webhook_' || (p->>'disabled'), tried_at, true, NULL);
        END IF;
    END IF;
END $$;

-- Takes the subscriptions whose turn for a heartbeat it is, and marks them: there is one in `p_every`, whoever sends it, and none
-- of before is made up for. A mark that lies over a minute ahead is by a clock that has been set back; by less, two clocks differ.
CREATE OR REPLACE FUNCTION webhook_beats(p_now timestamptz, p_every interval, p_most integer)
RETURNS TABLE (id uuid, account_id uuid, address text, purpose text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH due AS (
        SELECT p.subscription_id FROM webhook_progress p JOIN webhook_subscription s ON s.id = p.subscription_id
         WHERE s.state = 'active' AND 'service.heartbeat' = ANY (s.types)
           AND (p.beat_at IS NULL OR webhook_is_due(p.beat_at + p_every, p_now, p_every + interval '1 minute'))
           AND EXISTS (SELECT 1 FROM webhook_secret k WHERE k.subscription_id = s.id AND k.expires_at IS NULL)
         ORDER BY p.beat_at NULLS FIRST LIMIT p_most FOR UPDATE OF p SKIP LOCKED)
    UPDATE webhook_progress p SET beat_at = p_now
      FROM due d JOIN webhook_subscription s ON s.id = d.subscription_id WHERE p.subscription_id = d.subscription_id
    RETURNING s.id, s.account_id, s.address, s.purpose
$$;

-- The newest events of a subscription that were not withheld. Which of them may still be told, the account's own sight says.
CREATE OR REPLACE FUNCTION webhook_newest(p_subscription uuid, p_most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.event_id FROM webhook_delivery d
     WHERE d.subscription_id = p_subscription AND d.result IS DISTINCT FROM 'withheld'
     ORDER BY d.at DESC, d.event_id DESC LIMIT p_most
$$;

CREATE OR REPLACE FUNCTION webhook_beaten(p_subscription uuid, p_at timestamptz, p_failure text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE webhook_progress
       SET beat_failure = p_failure, beat_taken_at = CASE WHEN p_failure IS NULL THEN p_at ELSE beat_taken_at END
     WHERE subscription_id = p_subscription
$$;
