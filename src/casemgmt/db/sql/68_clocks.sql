-- Clocks: what no act on a task may forget.

-- An escalation ends with the clock that it is about, whatever act ends that one, and though its writer does not see it.
-- `coalesce`: as in join_case.
CREATE OR REPLACE FUNCTION end_escalations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE task SET completed_at = coalesce(NEW.completed_at, NEW.cancelled_at), completed_by_id = NEW.completed_by_id,
           version = version + 1
     WHERE record_type = 'task' AND record_id = NEW.id AND coalesce(completed_at, cancelled_at) IS NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER end_escalations AFTER UPDATE OF completed_at, cancelled_at ON task
    FOR EACH ROW WHEN (OLD.completed_at IS NULL AND OLD.cancelled_at IS NULL AND NEW.record_type <> 'task'
                       AND NOT (NEW.completed_at IS NULL AND NEW.cancelled_at IS NULL))
    EXECUTE FUNCTION end_escalations();

-- What was too late stays so for ever: no path of the program takes a fact back.
CREATE OR REPLACE FUNCTION keep_alert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'warnings, breaches and escalations are never changed' USING ERRCODE = 'CM403';
END $$;

CREATE OR REPLACE TRIGGER keep_alert BEFORE UPDATE OR DELETE ON task_alert
    FOR EACH ROW EXECUTE FUNCTION keep_alert();

-- The words of a hold and of a notice go with those of their task.
CREATE OR REPLACE FUNCTION erase_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE task_hold SET note = NULL, ground = NULL, end_note = NULL WHERE task_id = NEW.id;
    UPDATE mandatory_notice SET to_body = '', number = '', taken_by = NULL,
           acknowledged_by = CASE WHEN acknowledged_by IS NOT NULL THEN '' END, acknowledged_number = NULL WHERE task_id = NEW.id;
    RETURN NULL;
END $$;

-- A notice is a fact that the body may confirm, once.
CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON mandatory_notice
    FOR EACH ROW WHEN (coalesce(current_setting('casemgmt.erasing', true), '') <> 'on')
    EXECUTE FUNCTION refuse_frozen_change('acknowledged_at', 'acknowledged_by', 'acknowledged_number');

CREATE OR REPLACE TRIGGER erase_holds AFTER UPDATE ON task
    FOR EACH ROW WHEN (current_setting('casemgmt.erasing', true) = 'on') EXECUTE FUNCTION erase_holds();
