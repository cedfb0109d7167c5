-- Waiting lists. The centre sees an order, and who sees a case sees its own entries: the two functions run with the owner's
-- rights and name neither a person nor a case.

-- The queue of a centre for a service, in the order in which places are offered: the greater risk first, then who waits longer.
-- An offer whose time is over waits again. For the own centre, and for who looks up the place of an entry that they see.
CREATE OR REPLACE FUNCTION waiting_queue(p_centre uuid, p_service text)
RETURNS TABLE (id uuid, place bigint, ahead_by_risk bigint, ahead_by_age bigint, risk_level text, since timestamptz,
               state text, offer_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH waiting AS (
        SELECT w.id, c.risk_level, coalesce(r.position, -1) AS risk, w.since, w.state, w.offer_until
          FROM waiting_entry w JOIN case_record c ON c.id = w.case_id LEFT JOIN code_risk_level r ON r.code = c.risk_level
         WHERE w.centre_id = p_centre AND w.service = p_service AND w.state IN ('waiting', 'offered')
           AND c.state <> 'closed' AND actor_user() IS NOT NULL)
    SELECT q.id, row_number() OVER o, (SELECT count(*) FROM waiting x WHERE x.risk > q.risk),
           row_number() OVER o - 1 - (SELECT count(*) FROM waiting x WHERE x.risk > q.risk),
           q.risk_level, q.since, q.state, q.offer_until
      FROM waiting q WINDOW o AS (ORDER BY q.risk DESC, q.since, q.id) ORDER BY 2
$$;

-- Offers a place to an entry: the manager of its case gets a clock, the story of the case tells. The case is locked before its
-- entry, as by every act of its team; null where the entry waits no more then. For the two acts below.
CREATE OR REPLACE FUNCTION give_waiting_offer(p_entry uuid, p_at timestamptz, p_clock jsonb, p_story uuid) RETURNS uuid
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    given waiting_entry;
    the_case case_record;
BEGIN
    PERFORM 1 FROM waiting_entry w JOIN case_record c ON c.id = w.case_id WHERE w.id = p_entry FOR SHARE OF c;
    UPDATE waiting_entry w SET state = 'offered', offer_until = (p_clock->>'due_at')::timestamptz, version = w.version + 1
     WHERE w.id = p_entry AND w.state = 'waiting' RETURNING * INTO given;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT c.* INTO the_case FROM case_record c WHERE c.id = given.case_id;
    INSERT INTO task (id, kind, case_id, organisation_id, restricted, record_type, record_id, assignee_id, blocks_closure,
                      started_at, warn_at, due_at, deadline_status, deadline_provisional, rules_version, version)
    VALUES ((p_clock->>'id')::uuid, 'waiting_offer', the_case.id, the_case.organisation_id, the_case.restricted,
            'waiting_entry', given.id, the_case.manager_id, false, (p_clock->>'started_at')::timestamptz,
            (p_clock->>'warn_at')::timestamptz, (p_clock->>'due_at')::timestamptz, p_clock->>'deadline_status',
            (p_clock->>'deadline_provisional')::boolean, p_clock->>'rules_version', 1);
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    VALUES (p_story, the_case.id, the_case.organisation_id, the_case.restricted, p_at, 'waiting.offered', actor_user(),
            'waiting_entry', given.id, jsonb_build_object('service', given.service));
    RETURN the_case.id;
END $$;

-- Offers that nobody answered in time, and places that a move set free. For the worker alone.
CREATE OR REPLACE FUNCTION lapsed_waiting_offers(p_at timestamptz, p_limit integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.id FROM waiting_entry w WHERE w.place_free_since IS NOT NULL
    UNION ALL
    (SELECT w.id FROM waiting_entry w WHERE w.state = 'offered' AND w.offer_until < p_at ORDER BY w.offer_until, w.id)
    LIMIT p_limit
$$;

-- Ends an offer that nobody answered in time, and offers the place to who is next behind it: whoever let it pass waits on with
-- the same age, but this place has passed by. A place that a move set free goes to the first in line. Answers entry and case of
-- both, and whether a move set it free; no row where the offer was answered meanwhile. For the worker alone.
DROP FUNCTION IF EXISTS pass_waiting_place_on(uuid, timestamptz, jsonb, uuid, uuid);
CREATE FUNCTION pass_waiting_place_on(p_entry uuid, p_at timestamptz, p_clock jsonb, p_lapsed uuid, p_offered uuid)
RETURNS TABLE (case_id uuid, freed boolean, next_id uuid, next_case_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entry waiting_entry := (SELECT w FROM waiting_entry w WHERE w.id = p_entry);
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('casemgmt.waiting ' || entry.centre_id || entry.service, 0));
    PERFORM 1 FROM case_record c WHERE c.id = entry.case_id FOR SHARE;
    UPDATE waiting_entry w SET place_free_since = NULL, version = w.version + 1
     WHERE w.id = p_entry AND w.place_free_since IS NOT NULL;
    freed := FOUND;
    UPDATE waiting_entry w SET state = 'waiting', offer_until = NULL, version = w.version + 1
     WHERE w.id = p_entry AND w.state = 'offered' AND w.offer_until < p_at;
    IF NOT FOUND AND NOT freed THEN
        RETURN;
    END IF;
    UPDATE task t SET cancelled_at = p_at, cancel_reason = 'waiting.lapsed', version = t.version + 1
     WHERE t.record_id = p_entry AND t.kind = 'waiting_offer' AND t.completed_at IS NULL AND t.cancelled_at IS NULL;
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    SELECT p_lapsed, c.id, c.organisation_id, c.restricted, p_at, 'waiting.lapsed', actor_user(), 'waiting_entry', p_entry,
           jsonb_build_object('service', entry.service) FROM case_record c WHERE c.id = entry.case_id AND NOT freed;
    case_id := entry.case_id;
    LOOP
        SELECT q.id INTO next_id FROM waiting_queue(entry.centre_id, entry.service) q
         WHERE q.state = 'waiting' AND (freed OR q.place > (SELECT o.place FROM waiting_queue(entry.centre_id, entry.service) o
                                                             WHERE o.id = p_entry))
         ORDER BY q.place LIMIT 1;
        EXIT WHEN next_id IS NULL;
        next_case_id := give_waiting_offer(next_id, p_at, p_clock, p_offered);
        EXIT WHEN next_case_id IS NOT NULL;
    END LOOP;
    RETURN NEXT;
END $$;

-- Offers a place of the own centre to the first who waits: the manager of the case gets a clock, the story of the case tells.
-- Answers the entry, or null where nobody waits. Two offers at once go to two families.
CREATE OR REPLACE FUNCTION offer_waiting_place(p_centre uuid, p_service text, p_at timestamptz, p_clock jsonb, p_story uuid)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    first uuid;
BEGIN
    IF p_centre IS DISTINCT FROM actor_organisation() THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('casemgmt.waiting ' || p_centre || p_service, 0));
    UPDATE task t SET cancelled_at = p_at, cancel_reason = 'waiting.lapsed', version = t.version + 1 FROM waiting_entry w
     WHERE w.centre_id = p_centre AND w.service = p_service AND w.state = 'offered' AND w.offer_until < p_at
       AND t.record_id = w.id AND t.kind = 'waiting_offer' AND t.completed_at IS NULL AND t.cancelled_at IS NULL;
    UPDATE waiting_entry w SET state = 'waiting', offer_until = NULL, version = w.version + 1
     WHERE w.centre_id = p_centre AND w.service = p_service AND w.state = 'offered' AND w.offer_until < p_at;
    LOOP
        SELECT q.id INTO first FROM waiting_queue(p_centre, p_service) q WHERE q.state = 'waiting' ORDER BY q.place LIMIT 1;
        EXIT WHEN first IS NULL OR give_waiting_offer(first, p_at, p_clock, p_story) IS NOT NULL;
    END LOOP;
    RETURN first;
END $$;
