-- The duty desk. What is recorded at night stands at the desk as ever, in the same statement; within a minute the worker gives it
-- to whoever is on duty, so that recording a signal costs nothing more.

CREATE OR REPLACE FUNCTION is_on_duty(p_user uuid, p_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM duty_shift s WHERE s.user_id = p_user AND s.cancelled_at IS NULL
                      AND s.starts_at <= p_at AND s.ends_at > p_at)
$$;

-- Gives tasks of signals that nobody has to whoever is on duty for their desk: of its body, else of its region. Outside of
-- working hours what came in the shift or is due in it, at any hour emergencies. Nobody who is away or shut out; of several the
-- one with the least to do. Where nobody is on duty, all stays at the desk.
CREATE OR REPLACE FUNCTION give_to_duty(p_at timestamptz, p_off_hours boolean, p_emergencies text[], p_most integer)
RETURNS TABLE (task_id uuid, user_id uuid, signal_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    t record;
    s record;
BEGIN
    FOR t IN SELECT k.* FROM task k
              WHERE k.completed_at IS NULL AND k.cancelled_at IS NULL AND k.assignee_id IS NULL AND k.mobile_group_id IS NULL
                AND k.case_id IS NULL AND k.signal_id IS NOT NULL AND NOT k.restricted
                AND (p_off_hours OR k.kind = ANY (p_emergencies))
                AND (k.organisation_id IN (SELECT x.organisation_id FROM duty_shift x WHERE x.cancelled_at IS NULL
                                              AND x.starts_at <= p_at AND x.ends_at > p_at)
                     OR k.region_code IN (SELECT o.region_code FROM duty_shift x JOIN organisation o ON o.id = x.organisation_id
                                           WHERE x.cancelled_at IS NULL AND x.starts_at <= p_at AND x.ends_at > p_at))
              ORDER BY k.due_at, k.id LIMIT p_most FOR UPDATE SKIP LOCKED LOOP
        SELECT x.id, x.user_id INTO s
          FROM duty_shift x JOIN app_user u ON u.id = x.user_id AND u.active JOIN organisation o ON o.id = x.organisation_id
         WHERE x.cancelled_at IS NULL AND x.starts_at <= p_at AND x.ends_at > p_at
           AND (x.organisation_id = t.organisation_id OR (u.signal_reach = 'region' AND o.region_code = t.region_code))
           AND (t.kind = ANY (p_emergencies) OR t.started_at >= x.starts_at OR t.due_at < x.ends_at)
           AND NOT is_away(u.id) AND NOT is_shut_out(u.id, ARRAY[t.signal_id])
         ORDER BY x.organisation_id = t.organisation_id DESC,
                  (SELECT count(*) FROM task w WHERE w.assignee_id = u.id AND w.completed_at IS NULL AND w.cancelled_at IS NULL),
                  u.id LIMIT 1;
        CONTINUE WHEN NOT FOUND;
        UPDATE task w SET assignee_id = s.user_id, version = w.version + 1 WHERE w.id = t.id;
        INSERT INTO duty_assignment (id, task_id, shift_id, user_id, at) VALUES (gen_random_uuid(), t.id, s.id, s.user_id, p_at);
        PERFORM tell_of_duty(t.id, s.user_id, p_at);
        task_id := t.id;
        user_id := s.user_id;
        signal_id := t.signal_id;
        RETURN NEXT;
    END LOOP;
END $$;

-- Takes back what is still open when its shift is over, cancelled, or somebody else's.
CREATE OR REPLACE FUNCTION return_from_duty(p_at timestamptz, p_most integer)
RETURNS TABLE (task_id uuid, user_id uuid, signal_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT a.id AS assignment, k.id, k.signal_id, k.completed_at, k.cancelled_at, k.assignee_id, a.user_id AS holder
               FROM duty_assignment a JOIN duty_shift s ON s.id = a.shift_id JOIN task k ON k.id = a.task_id
              WHERE a.ended_at IS NULL
                AND (s.ends_at <= p_at OR s.cancelled_at IS NOT NULL OR s.user_id <> a.user_id OR k.assignee_id IS DISTINCT FROM a.user_id
                     OR k.completed_at IS NOT NULL OR k.cancelled_at IS NOT NULL)
              ORDER BY a.at LIMIT p_most FOR UPDATE OF a SKIP LOCKED LOOP
        UPDATE duty_assignment SET ended_at = p_at WHERE id = t.assignment;
        CONTINUE WHEN num_nulls(t.completed_at, t.cancelled_at) < 2 OR t.assignee_id IS DISTINCT FROM t.holder;
        UPDATE task w SET assignee_id = NULL, version = w.version + 1 WHERE w.id = t.id;
        PERFORM tell_of_duty(t.id, NULL, p_at);
        task_id := t.id;
        user_id := t.holder;
        signal_id := t.signal_id;
        RETURN NEXT;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION tell_of_duty(p_task uuid, p_user uuid, p_at timestamptz) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO timeline_entry (id, signal_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    SELECT gen_random_uuid(), t.signal_id, t.organisation_id, t.restricted, p_at, 'task.assigned', actor_user(), 'task', t.id,
           jsonb_build_object('kind', t.kind, 'due_at', t.due_at, 'assignee_id', p_user)
      FROM task t WHERE t.id = p_task
$$;

-- Takes a shift that is offered to the actor, and gives the one that was asked in return.
CREATE OR REPLACE FUNCTION take_shift(p_shift uuid, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    s duty_shift;
BEGIN
    SELECT * INTO s FROM duty_shift d WHERE d.id = p_shift AND d.offered_to_id = actor_user() AND d.cancelled_at IS NULL
       AND d.ends_at > p_at FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not offered to the actor' USING ERRCODE = '42501';
    END IF;
    UPDATE duty_shift d SET user_id = CASE WHEN d.id = s.id THEN actor_user() ELSE s.user_id END,
           offered_to_id = NULL, in_return_id = NULL, version = d.version + 1
     WHERE d.id = s.id OR (d.id = s.in_return_id AND d.user_id = actor_user() AND d.cancelled_at IS NULL);
END $$;

-- Trigger: who is put on the rota, is offered a shift, or is taken off it, is told.
CREATE OR REPLACE FUNCTION shift_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM tell_of_absence(NEW.user_id, NEW.user_id, 'shift_set');
        RETURN NULL;
    END IF;
    IF NEW.cancelled_at IS NOT NULL AND OLD.cancelled_at IS NULL THEN
        PERFORM tell_of_absence(NEW.user_id, NEW.user_id, 'shift_cancelled');
    END IF;
    IF NEW.offered_to_id IS NOT NULL AND NEW.offered_to_id IS DISTINCT FROM OLD.offered_to_id THEN
        PERFORM tell_of_absence(NEW.offered_to_id, NEW.user_id, 'shift_offered');
    END IF;
    IF NEW.user_id <> OLD.user_id THEN
        PERFORM tell_of_absence(OLD.user_id, OLD.user_id, 'shift_taken');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER shift_changed AFTER INSERT OR UPDATE ON duty_shift
    FOR EACH ROW EXECUTE FUNCTION shift_changed();
