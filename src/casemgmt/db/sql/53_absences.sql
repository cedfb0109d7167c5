-- A worker is away and another one stands in: the deputy has a place in the team of each case for exactly that time. The places
-- end by their own dates (`case_member.rests_until`), so no late job leaves anything in sight.

-- Is this kind of help the user's work: as a place of one's own says that is held now, or a session that was held. A place in
-- somebody's stead says nothing.
CREATE OR REPLACE FUNCTION gives_help(p_user uuid, p_help_kind text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM case_member m WHERE m.user_id = p_user AND m.ended_at IS NULL AND m.absence_id IS NULL
                      AND m.help_kind = p_help_kind)
        OR EXISTS (SELECT 1 FROM centre_session s WHERE s.specialist_id = p_user AND s.help_kind = p_help_kind AND s.state = 'held')
$$;

-- What an absence leaves to somebody: the absentee's places in the teams of cases that are open, or closed with something
-- to do, each with who stands in there; null where nobody may. A case that was restricted while the deputy stood in stays
-- with the deputy: else nobody would be there for the child. What a deputy has is not passed on to a deputy's deputy.
DROP FUNCTION IF EXISTS places_to_cover(uuid);
CREATE FUNCTION places_to_cover(p_absence uuid)
RETURNS TABLE (case_id uuid, restricted boolean, team_role text, help_kind text, consent_id uuid, until timestamptz, deputy_id uuid)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id, c.restricted, CASE WHEN m.team_role = 'manager' THEN 'deputy_manager' ELSE m.team_role END,
           CASE WHEN n.holds_sessions AND gives_help(n.deputy_id, m.help_kind) THEN m.help_kind END, m.consent_id,
           least(a.ends_at, m.rests_until),
           (SELECT u.id FROM app_user u
             WHERE u.id = d.id AND u.active AND u.organisation_id = a.organisation_id
               AND (NOT c.restricted OR a.covers_restricted OR EXISTS (
                    SELECT 1 FROM case_member s WHERE s.case_id = c.id AND s.absence_id = a.id AND s.user_id = u.id
                       AND s.ended_at IS NULL))
               AND NOT is_shut_out(u.id, ARRAY[c.id]))
      FROM staff_absence a
      JOIN case_member m ON m.user_id = a.user_id AND m.ended_at IS NULL AND m.absence_id IS NULL
       AND (m.rests_until IS NULL OR m.rests_until > now())
      JOIN case_record c ON c.id = m.case_id
      LEFT JOIN staff_absence_case n ON n.absence_id = a.id AND n.case_id = c.id AND n.ended_at IS NULL
     CROSS JOIN LATERAL (SELECT coalesce(n.deputy_id, a.deputy_id) AS id) d
     WHERE a.id = p_absence AND a.ended_at IS NULL AND a.withdrawn_at IS NULL
       AND (c.state <> 'closed' OR EXISTS (SELECT 1 FROM task t WHERE t.case_id = c.id AND t.assignee_id = a.user_id
                                              AND t.completed_at IS NULL AND t.cancelled_at IS NULL))
$$;

-- Makes the deputies' places what they should be now: new ones, other dates, ended ones. Each is told in the story of its
-- case. The kind of help, and with it the notes of its sessions, goes along only to who was named for that case to hold them
-- and gives the same help: else notes stay with those of the team who do. An absence that somebody is changing at this very
-- moment is left to the next sweep.
CREATE OR REPLACE FUNCTION cover_absence(p_absence uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    a staff_absence;
    runs boolean;
BEGIN
    SELECT * INTO a FROM staff_absence WHERE id = p_absence FOR SHARE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    runs := a.begun_at IS NOT NULL AND a.ended_at IS NULL;
    PERFORM cover_groups(a.id, runs);
    WITH ended AS (
        UPDATE case_member m SET ended_at = now()
         WHERE m.absence_id = a.id AND m.ended_at IS NULL
           AND NOT (runs AND EXISTS (SELECT 1 FROM places_to_cover(a.id) p
                                      WHERE p.case_id = m.case_id AND p.deputy_id = m.user_id
                                        AND p.help_kind IS NOT DISTINCT FROM m.help_kind))
        RETURNING m.*)
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    SELECT gen_random_uuid(), e.case_id, e.organisation_id, e.restricted, now(), 'case.stand_in_ended', actor_user(),
           'case_member', e.id, jsonb_build_object('user_id', e.user_id, 'for_user_id', a.user_id)
      FROM ended e;
    IF NOT runs THEN
        RETURN;
    END IF;
    UPDATE case_member m SET rests_until = p.until FROM places_to_cover(a.id) p
     WHERE m.absence_id = a.id AND m.ended_at IS NULL AND m.case_id = p.case_id AND m.rests_until <> p.until;
    WITH placed AS (
        INSERT INTO case_member (id, case_id, organisation_id, restricted, user_id, team_role, sector, help_kind, opened_at,
                                 since, consent_id, rests_until, absence_id, added_by_id)
        SELECT gen_random_uuid(), c.id, c.organisation_id, c.restricted, u.id, p.team_role, u.sector, p.help_kind,
               c.opened_at, now(), p.consent_id, p.until, a.id, actor_user()
          FROM places_to_cover(a.id) p JOIN case_record c ON c.id = p.case_id JOIN app_user u ON u.id = p.deputy_id
         WHERE p.until > now() AND NOT EXISTS (SELECT 1 FROM case_member x WHERE x.case_id = c.id AND x.user_id = u.id
                                                  AND x.ended_at IS NULL)
        RETURNING *)
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    SELECT gen_random_uuid(), n.case_id, n.organisation_id, n.restricted, now(), 'case.stand_in_began', actor_user(),
           'case_member', n.id, jsonb_build_object('user_id', n.user_id, 'for_user_id', a.user_id, 'until', n.rests_until)
      FROM placed n;
END $$;

-- Tells somebody of an absence: an account notice about the account of who is away.
CREATE OR REPLACE FUNCTION tell_of_absence(p_reader uuid, p_absentee uuid, p_kind text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO account_notice (id, reader_id, user_id, kind, at)
    SELECT gen_random_uuid(), p_reader, p_absentee, p_kind, now() WHERE p_reader IS DISTINCT FROM actor_user()
$$;

-- Trigger: an absence acts in the transaction that enters or changes it, and those concerned are told.
CREATE OR REPLACE FUNCTION absence_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM cover_absence(NEW.id);
    IF TG_OP = 'INSERT' THEN
        PERFORM tell_of_absence(NEW.deputy_id, NEW.user_id, 'stand_in');
        PERFORM tell_of_absence(NEW.user_id, NEW.user_id, 'absence');
        RETURN NULL;
    END IF;
    IF NEW.deputy_id <> OLD.deputy_id THEN
        PERFORM tell_of_absence(OLD.deputy_id, NEW.user_id, 'stand_in_over');
        PERFORM tell_of_absence(NEW.deputy_id, NEW.user_id, 'stand_in');
    END IF;
    IF NEW.ends_at <> OLD.ends_at THEN
        PERFORM tell_of_absence(NEW.deputy_id, NEW.user_id, 'stand_in_changed');
    END IF;
    IF num_nulls(OLD.ended_at, OLD.withdrawn_at) = 2 AND num_nulls(NEW.ended_at, NEW.withdrawn_at) = 1 THEN
        PERFORM tell_of_absence(NEW.deputy_id, NEW.user_id, 'stand_in_over');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER absence_changed AFTER INSERT OR UPDATE ON staff_absence
    FOR EACH ROW EXECUTE FUNCTION absence_changed();

CREATE OR REPLACE FUNCTION absence_case_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM cover_absence(NEW.absence_id);
    PERFORM tell_of_absence(NEW.deputy_id, a.user_id, CASE WHEN NEW.ended_at IS NULL THEN 'stand_in' ELSE 'stand_in_over' END)
       FROM staff_absence a WHERE a.id = NEW.absence_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER absence_case_changed AFTER INSERT OR UPDATE ON staff_absence_case
    FOR EACH ROW EXECUTE FUNCTION absence_case_changed();

-- Trigger: a case that comes to a worker who is away comes to the deputy, and one that goes goes from the deputy too.
CREATE OR REPLACE FUNCTION place_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM cover_absence(a.id) FROM staff_absence a
      WHERE a.user_id = NEW.user_id AND a.begun_at IS NOT NULL AND a.ended_at IS NULL AND a.withdrawn_at IS NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER place_made AFTER INSERT ON case_member
    FOR EACH ROW WHEN (NEW.absence_id IS NULL) EXECUTE FUNCTION place_changed();
CREATE OR REPLACE TRIGGER place_ended AFTER UPDATE OF ended_at ON case_member
    FOR EACH ROW WHEN (NEW.absence_id IS NULL AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
    EXECUTE FUNCTION place_changed();

-- May one stand in for the other? Of the same body; where the other manages cases, somebody who manages or supervises them.
CREATE OR REPLACE FUNCTION may_stand_in(p_absentee uuid, p_deputy uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM app_user a JOIN app_user d ON d.id = p_deputy AND d.organisation_id = a.organisation_id
         WHERE a.id = p_absentee AND a.organisation_id = actor_organisation() AND d.active AND d.kind = 'person'
           AND (a.case_reach = 'none' OR d.case_reach <> 'none') AND (a.signal_reach = 'none' OR d.signal_reach <> 'none')
           AND (NOT EXISTS (SELECT 1 FROM role_held r WHERE r.user_id = a.id AND r.role = 'case_manager')
                OR EXISTS (SELECT 1 FROM role_held r WHERE r.user_id = d.id
                              AND r.role IN ('case_manager', 'supervisor', 'centre_head'))))
$$;

-- May the deputy hold the absentee's sessions of a case: who gives the help that the absentee has a place for there?
CREATE OR REPLACE FUNCTION gives_help_of(p_absentee uuid, p_deputy uuid, p_case uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM case_member m JOIN app_user a ON a.id = m.user_id AND a.organisation_id = actor_organisation()
         WHERE m.user_id = p_absentee AND m.case_id = p_case AND m.ended_at IS NULL AND m.absence_id IS NULL
           AND gives_help(p_deputy, m.help_kind))
$$;

-- The standing absences of the actor's body that concern a user in a time: those of the user, and those of others for whom
-- the user stands in, of a case that the actor doesn't see as well.
CREATE OR REPLACE FUNCTION absences_around(p_user uuid, p_from timestamptz, p_until timestamptz)
RETURNS TABLE (id uuid, stands_in boolean, starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.id, a.user_id <> p_user, a.starts_at, a.ends_at FROM staff_absence a
     WHERE a.organisation_id = actor_organisation() AND a.ended_at IS NULL AND a.withdrawn_at IS NULL
       AND a.starts_at < p_until AND a.ends_at > p_from
       AND (p_user IN (a.user_id, a.deputy_id)
            OR EXISTS (SELECT 1 FROM staff_absence_case n
                        WHERE n.absence_id = a.id AND n.deputy_id = p_user AND n.ended_at IS NULL))
     ORDER BY a.starts_at, a.id
$$;

-- The cases of an absence, each with who stands in and whether the deputy's place stands. Restricted ones too: the head is told how many.
DROP FUNCTION IF EXISTS absence_cover(uuid);
CREATE FUNCTION absence_cover(p_absence uuid)
RETURNS TABLE (case_id uuid, restricted boolean, deputy_id uuid, placed boolean, holds_sessions boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.case_id, p.restricted, p.deputy_id,
           EXISTS (SELECT 1 FROM case_member m WHERE m.case_id = p.case_id AND m.absence_id = p_absence
                      AND m.user_id = p.deputy_id AND m.ended_at IS NULL),
           p.help_kind IS NOT NULL
      FROM places_to_cover(p_absence) p WHERE keeps_absence(p_absence) ORDER BY p.case_id
$$;

-- Asks who heads the body to see to the cases for which nobody stands in, once; ends the question when there are none.
-- Answers how many there are. p_task holds the columns of the clock.
CREATE OR REPLACE FUNCTION ask_for_cover(p_absence uuid, p_task jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    bare constant integer := (SELECT count(*) FROM places_to_cover(p_absence) p WHERE p.deputy_id IS NULL);
    asked constant uuid := (SELECT t.id FROM task t WHERE t.record_id = p_absence AND t.kind = 'absence_uncovered'
                               AND t.completed_at IS NULL AND t.cancelled_at IS NULL);
BEGIN
    IF NOT keeps_absence(p_absence) THEN
        RAISE EXCEPTION 'not for the actor to ask' USING ERRCODE = '42501';
    END IF;
    IF bare = 0 THEN
        UPDATE task SET completed_at = now(), completed_by_id = actor_user(), result = 'covered', version = version + 1
         WHERE id = asked;
    ELSIF asked IS NULL THEN
        INSERT INTO task
        SELECT filled.* FROM staff_absence a JOIN organisation o ON o.id = a.organisation_id,
               jsonb_populate_record(NULL::task, p_task || jsonb_build_object(
                   'organisation_id', o.id, 'region_code', o.region_code, 'restricted', false, 'version', 1,
                   'assignee_id', head_of(o.id, a.user_id))) filled
         WHERE a.id = p_absence;
    END IF;
    RETURN bare;
END $$;

CREATE OR REPLACE FUNCTION is_away(p_user uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM staff_absence a WHERE a.user_id = p_user AND a.begun_at IS NOT NULL AND a.ended_at IS NULL
                      AND a.withdrawn_at IS NULL AND a.ends_at > now())
$$;

-- Those for whom the actor stands in now; `whole` where for all of their work and not for single cases.
CREATE OR REPLACE FUNCTION stood_in_for() RETURNS TABLE (user_id uuid, whole boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.user_id, bool_or(a.deputy_id = actor_user()) FROM staff_absence a
     WHERE a.begun_at IS NOT NULL AND a.ended_at IS NULL AND a.withdrawn_at IS NULL AND a.ends_at > now()
       AND (a.deputy_id = actor_user() OR a.id IN (SELECT n.absence_id FROM staff_absence_case n
                                                    WHERE n.deputy_id = actor_user() AND n.ended_at IS NULL))
     GROUP BY a.user_id
$$;

-- Absences that want a look: begun or over and not noted, or with places or questions that are not as they should be.
CREATE OR REPLACE FUNCTION absences_to_tend(p_at timestamptz, p_covers boolean, p_most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.id FROM staff_absence a
     WHERE (a.begun_at IS NULL AND a.withdrawn_at IS NULL AND a.starts_at <= p_at)
        OR (a.begun_at IS NOT NULL AND a.ended_at IS NULL AND a.ends_at <= p_at)
        OR (p_covers AND a.ended_at IS NULL AND a.withdrawn_at IS NULL AND EXISTS (
            SELECT 1 FROM (SELECT EXISTS (SELECT 1 FROM task t WHERE t.record_id = a.id AND t.kind = 'absence_uncovered'
                                             AND t.completed_at IS NULL AND t.cancelled_at IS NULL) AS asked,
                                  coalesce(bool_or(p.deputy_id IS NULL), false) AS bare,
                                  coalesce(bool_or(a.begun_at IS NOT NULL AND p.deputy_id IS NOT NULL AND NOT EXISTS (
                                      SELECT 1 FROM case_member m WHERE m.case_id = p.case_id AND m.user_id = p.deputy_id
                                         AND m.ended_at IS NULL)), false) AS missing
                             FROM places_to_cover(a.id) p) x
             WHERE x.missing OR x.bare <> x.asked))
        OR (p_covers AND a.ended_at IS NULL AND a.withdrawn_at IS NULL AND EXISTS (
            SELECT 1 FROM group_places_to_cover(a.id) p
             WHERE group_is_bare(p.group_id) <> (group_question(p.group_id) IS NOT NULL)))
     ORDER BY a.starts_at, a.id LIMIT p_most
$$;
