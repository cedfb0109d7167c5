-- What no code path may break: states, scope, accountability, versions. Attached to tables by what they contain, so
-- that a new table can't be forgotten.

CREATE OR REPLACE FUNCTION stamp_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_xid := pg_current_xact_id();
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION check_state() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM state_transition t
                    WHERE t.machine = TG_TABLE_NAME AND t.to_state = NEW.state
                      AND t.from_state = CASE WHEN TG_OP = 'INSERT' THEN '' ELSE OLD.state END) THEN
        RAISE EXCEPTION '%: no transition from % to %', TG_TABLE_NAME,
            CASE WHEN TG_OP = 'INSERT' THEN 'nothing' ELSE OLD.state END, NEW.state USING ERRCODE = 'CM409';
    END IF;
    RETURN NEW;
END $$;

-- A row of a case carries the scope of the case; a row of a signal without a case that of the signal, a row of a family
-- without a case that of the family. What holds facts of several persons is restricted where one of them is. The share
-- lock makes a restriction or transfer that runs at the same moment wait, so that no row is left behind in the open.
CREATE OR REPLACE FUNCTION any_restricted(p_persons uuid[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT EXISTS (SELECT 1 FROM person p WHERE p.id = ANY (p_persons) AND p.restricted) $$;

-- Its arguments are those of the four columns that the table has: another one can't be read from its row.
CREATE OR REPLACE FUNCTION fill_scope() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    the_case uuid;
    the_signal uuid;
    the_family uuid;
BEGIN
    IF 'case_id' = ANY (TG_ARGV) THEN the_case := NEW.case_id; END IF;
    IF 'signal_id' = ANY (TG_ARGV) THEN the_signal := NEW.signal_id; END IF;
    IF 'family_id' = ANY (TG_ARGV) THEN the_family := NEW.family_id; END IF;
    IF the_case IS NOT NULL THEN
        SELECT c.region_code, c.organisation_id, c.restricted INTO NEW.region_code, NEW.organisation_id, NEW.restricted
          FROM case_record c WHERE c.id = the_case FOR SHARE;
    ELSIF the_signal IS NOT NULL THEN
        SELECT s.region_code, s.organisation_id, s.restricted INTO NEW.region_code, NEW.organisation_id, NEW.restricted
          FROM signal s WHERE s.id = the_signal FOR SHARE;
    ELSIF the_family IS NOT NULL THEN
        SELECT f.region_code, f.organisation_id, f.restricted INTO NEW.region_code, NEW.organisation_id, NEW.restricted
          FROM family f WHERE f.id = the_family FOR SHARE;
    END IF;
    IF 'person_ids' = ANY (TG_ARGV) THEN
        PERFORM 1 FROM person p WHERE p.id = ANY (NEW.person_ids) ORDER BY p.id FOR SHARE;
        NEW.restricted := NEW.restricted OR any_restricted(NEW.person_ids);
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION case_scope_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT c.table_name FROM information_schema.columns c
                 WHERE c.table_schema = 'public' AND c.column_name = 'case_id'
                   AND EXISTS (SELECT 1 FROM information_schema.columns r
                                WHERE r.table_schema = 'public' AND r.table_name = c.table_name
                                  AND r.column_name = 'restricted')
                 ORDER BY 1 LOOP
        IF name = 'signal' THEN  -- a signal stays with the body that took it; only its secrecy follows the case
            UPDATE signal SET restricted = NEW.restricted WHERE case_id = NEW.id;
        ELSIF name <> 'benefit_determination' THEN  -- it follows its persons as well: see below
            EXECUTE format('UPDATE %I SET region_code = $1, organisation_id = $2, restricted = $3 WHERE case_id = $4', name)
              USING NEW.region_code, NEW.organisation_id, NEW.restricted, NEW.id;
        END IF;
    END LOOP;
    UPDATE person p SET restricted = EXISTS (
        SELECT 1 FROM case_person cp JOIN case_record c ON c.id = cp.case_id
         WHERE cp.person_id = p.id AND cp.until IS NULL AND c.restricted)
     WHERE p.id IN (SELECT cp.person_id FROM case_person cp WHERE cp.case_id = NEW.id);
    -- A determination holds facts of a whole family: it is hidden while one of them is, whichever case hides that one.
    UPDATE benefit_determination d SET region_code = NEW.region_code, organisation_id = NEW.organisation_id,
        restricted = NEW.restricted OR any_restricted(d.person_ids) WHERE d.case_id = NEW.id;
    UPDATE benefit_determination d
       SET restricted = any_restricted(d.person_ids)
           OR EXISTS (SELECT 1 FROM case_record c WHERE c.id = d.case_id AND c.restricted)
     WHERE d.case_id IS DISTINCT FROM NEW.id
       AND d.person_ids && ARRAY(SELECT cp.person_id FROM case_person cp WHERE cp.case_id = NEW.id);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION signal_scope_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE signal_person SET region_code = NEW.region_code, organisation_id = NEW.organisation_id,
        restricted = NEW.restricted WHERE signal_id = NEW.id;
    UPDATE screening SET region_code = NEW.region_code, organisation_id = NEW.organisation_id,
        restricted = NEW.restricted WHERE signal_id = NEW.id;
    UPDATE referral SET region_code = NEW.region_code, organisation_id = NEW.organisation_id,
        restricted = NEW.restricted WHERE signal_id = NEW.id;
    UPDATE visit_attempt SET region_code = NEW.region_code, organisation_id = NEW.organisation_id,
        restricted = NEW.restricted WHERE signal_id = NEW.id;
    UPDATE visit_act SET region_code = NEW.region_code, organisation_id = NEW.organisation_id,
        restricted = NEW.restricted, case_id = coalesce(case_id, NEW.case_id) WHERE signal_id = NEW.id;
    UPDATE document SET region_code = NEW.region_code, organisation_id = NEW.organisation_id,
        restricted = NEW.restricted, case_id = coalesce(case_id, NEW.case_id) WHERE signal_id = NEW.id;
    UPDATE visitor_warning SET region_code = NEW.region_code, organisation_id = NEW.organisation_id,
        restricted = NEW.restricted WHERE signal_id = NEW.id AND case_id IS NULL;
    IF NEW.case_id IS NULL THEN
        UPDATE task SET region_code = NEW.region_code, organisation_id = NEW.organisation_id,
            restricted = NEW.restricted WHERE signal_id = NEW.id AND case_id IS NULL AND completed_at IS NULL
            AND cancelled_at IS NULL;
        UPDATE timeline_entry SET region_code = NEW.region_code, organisation_id = NEW.organisation_id,
            restricted = NEW.restricted WHERE signal_id = NEW.id;
    ELSE  -- tasks and story go on with the case, and are hidden with it
        UPDATE task t SET case_id = c.id, region_code = c.region_code, organisation_id = c.organisation_id,
            restricted = c.restricted FROM case_record c WHERE c.id = NEW.case_id AND t.signal_id = NEW.id;
        UPDATE timeline_entry t SET case_id = c.id, region_code = c.region_code, organisation_id = c.organisation_id,
            restricted = c.restricted FROM case_record c WHERE c.id = NEW.case_id AND t.signal_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER case_scope_changed AFTER UPDATE OF region_code, organisation_id, restricted ON case_record
    FOR EACH ROW WHEN ((OLD.region_code, OLD.organisation_id, OLD.restricted)
                       IS DISTINCT FROM (NEW.region_code, NEW.organisation_id, NEW.restricted))
    EXECUTE FUNCTION case_scope_changed();

CREATE OR REPLACE TRIGGER signal_scope_changed AFTER UPDATE OF region_code, organisation_id, restricted, case_id ON signal
    FOR EACH ROW WHEN ((OLD.region_code, OLD.organisation_id, OLD.restricted, OLD.case_id)
                       IS DISTINCT FROM (NEW.region_code, NEW.organisation_id, NEW.restricted, NEW.case_id))
    EXECUTE FUNCTION signal_scope_changed();

-- A person who joins a restricted case is hidden with it.
CREATE OR REPLACE FUNCTION person_joined_case() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE person SET restricted = true WHERE id = NEW.person_id AND NEW.restricted AND NOT restricted;
    UPDATE benefit_determination SET restricted = true
     WHERE NEW.restricted AND NOT restricted AND person_ids @> ARRAY[NEW.person_id];
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER person_joined_case AFTER INSERT ON case_person
    FOR EACH ROW EXECUTE FUNCTION person_joined_case();

-- One accountable case manager at any moment: checked at commit, for the case and for its team.
CREATE OR REPLACE FUNCTION check_manager() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    the_case uuid := CASE WHEN TG_TABLE_NAME = 'case_record' THEN NEW.id ELSE (to_jsonb(NEW)->>'case_id')::uuid END;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM case_record c JOIN case_member m ON m.case_id = c.id AND m.user_id = c.manager_id
                    WHERE c.id = the_case AND m.team_role = 'manager' AND m.ended_at IS NULL) THEN
        RAISE EXCEPTION 'case % would be without its accountable manager', the_case USING ERRCODE = 'CM409';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS has_manager ON case_record;
CREATE CONSTRAINT TRIGGER has_manager AFTER INSERT OR UPDATE OF manager_id ON case_record
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_manager();
DROP TRIGGER IF EXISTS has_manager ON case_member;
CREATE CONSTRAINT TRIGGER has_manager AFTER INSERT OR UPDATE ON case_member
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_manager();

-- Attach by what a table contains.
DO $$
DECLARE
    t text;
BEGIN
    FOR t IN SELECT table_name FROM information_schema.columns
              WHERE table_schema = 'public' AND column_name = 'changed_xid' LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER stamp_change BEFORE INSERT OR UPDATE ON %I
                        FOR EACH ROW EXECUTE FUNCTION stamp_change()', t);
    END LOOP;
    FOR t IN SELECT table_name FROM information_schema.columns
              WHERE table_schema = 'public' AND column_name = 'state' LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER first_state BEFORE INSERT ON %I
                        FOR EACH ROW EXECUTE FUNCTION check_state()', t);
        EXECUTE format('CREATE OR REPLACE TRIGGER next_state BEFORE UPDATE ON %I
                        FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION check_state()', t);
    END LOOP;
    FOR t IN SELECT c.table_name FROM information_schema.columns c
              WHERE c.table_schema = 'public' AND c.column_name = 'restricted'
                AND EXISTS (SELECT 1 FROM information_schema.columns o
                             WHERE o.table_schema = 'public' AND o.table_name = c.table_name
                               AND o.column_name IN ('case_id', 'signal_id'))
                AND c.table_name <> 'signal' LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER fill_scope BEFORE INSERT ON %I
                        FOR EACH ROW EXECUTE FUNCTION fill_scope(%s)', t,
                       (SELECT string_agg(quote_literal(h.column_name), ', ') FROM information_schema.columns h
                         WHERE h.table_schema = 'public' AND h.table_name = t
                           AND h.column_name IN ('case_id', 'signal_id', 'family_id', 'person_ids')));
    END LOOP;
END $$;
