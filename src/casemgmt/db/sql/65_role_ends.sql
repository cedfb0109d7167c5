-- A role that was given until a moment: `role_held` (10_actor.sql) leaves it out from then on, and begin_work refuses what was
-- issued for it. Here is what has to be done around it. For the worker alone.

-- Who heads a body: of several one who is there.
CREATE OR REPLACE FUNCTION head_of(p_body uuid, p_but uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.id FROM app_user u JOIN role_held r ON r.user_id = u.id AND r.role IN ('supervisor', 'centre_head')
     WHERE u.organisation_id = p_body AND u.active AND u.kind = 'person' AND u.id <> p_but
     ORDER BY is_away(u.id), u.id LIMIT 1
$$;

-- Whether somebody would answer for work without a role for it when this one is over.
CREATE OR REPLACE FUNCTION leaves_work(p_role uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (r.role = 'case_manager' AND w.cases + w.closed_cases + w.offers > 0)
        OR (w.cases + w.closed_cases + w.tasks + w.offers + w.places + w.named + w.shifts > 0
            AND NOT EXISTS (SELECT 1 FROM role_held o WHERE o.user_id = r.user_id AND o.id <> r.id))
      FROM user_role r, owned_work(r.user_id) w WHERE r.id = p_role
$$;

-- Tells the holder and who heads the body that a role is about to end, once, and puts what it leaves before the head: a task
-- that is due when the role ends. p_task holds its columns. Answers the holder and the role; no row where it was told before.
CREATE OR REPLACE FUNCTION warn_of_role_end(p_role uuid, p_task jsonb, p_at timestamptz) RETURNS TABLE (user_id uuid, role text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    held user_role;
BEGIN
    UPDATE user_role r SET warned_at = p_at
     WHERE r.id = p_role AND r.revoked_at IS NULL AND r.warned_at IS NULL AND r.ends_at IS NOT NULL RETURNING * INTO held;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM tell_of_account(held.user_id, 'role_ending', p_at, true, NULL);
    IF leaves_work(held.id) THEN
        INSERT INTO task
        SELECT filled.* FROM app_user u JOIN organisation o ON o.id = u.organisation_id,
               jsonb_populate_record(NULL::task, p_task || jsonb_build_object(
                   'organisation_id', o.id, 'region_code', o.region_code, 'restricted', false, 'version', 1,
                   'warn_at', p_at + (held.ends_at - p_at) / 2, 'due_at', held.ends_at,
                   'assignee_id', head_of(o.id, u.id))) filled
         WHERE u.id = held.user_id;
    END IF;
    user_id := held.user_id;
    role := held.role;
    RETURN NEXT;
END $$;

-- Notes that a role is over. What it leaves goes to those who supervise or head the body in the same step; where a conflict
-- shuts all of them out of a case nothing passes: the holder sees nothing, and the task of the head goes up the chain.
-- Answers what went where, as hand_on_within; null where nothing is due.
CREATE OR REPLACE FUNCTION end_role(p_role uuid, p_reason text, p_task jsonb, p_at timestamptz) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    held user_role;
    done jsonb := '{"cases": []}';
BEGIN
    SELECT * INTO held FROM user_role r WHERE r.id = p_role AND r.revoked_at IS NULL AND r.ends_at <= p_at FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF leaves_work(held.id) THEN
        done := hand_to_heads(held.user_id, p_reason, p_task, p_at);
        IF done ? 'stuck' THEN
            RETURN done;
        END IF;
    END IF;
    UPDATE user_role r SET revoked_at = p_at WHERE r.id = held.id;
    PERFORM tell_of_account(held.user_id, 'role_ended', p_at, true, NULL);
    RETURN done || jsonb_build_object('user_id', held.user_id, 'role', held.role);
END $$;

-- Trigger: what was asked of the head because a role ends is done when it is prolonged, taken back or over.
CREATE OR REPLACE FUNCTION end_of_role_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE task SET completed_at = now(), completed_by_id = actor_user(),
           result = CASE WHEN NEW.revoked_at IS NULL THEN 'prolonged' ELSE 'ended' END, version = version + 1
     WHERE record_id = NEW.id AND kind = 'role_ending' AND completed_at IS NULL AND cancelled_at IS NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER end_of_role_changed AFTER UPDATE OF ends_at, revoked_at ON user_role
    FOR EACH ROW WHEN (OLD.ends_at IS NOT NULL AND (NEW.ends_at IS DISTINCT FROM OLD.ends_at OR NEW.revoked_at IS NOT NULL))
    EXECUTE FUNCTION end_of_role_changed();
