-- What was completed, signed or approved is never edited, whatever code asks for it.

-- Refuses a change of any column but those named by the trigger, and those that follow the case or count versions. Lawful
-- erasure (58_erasure.sql) passes: only functions with the owner's rights can say that it runs.
CREATE OR REPLACE FUNCTION refuse_frozen_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free constant text[] := coalesce(TG_ARGV, '{}') || ARRAY['version', 'changed_xid', 'region_code', 'organisation_id', 'restricted'];
BEGIN
    IF current_user = 'casemgmt_owner' AND current_setting('casemgmt.erasing', true) = 'on' THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(OLD) - free IS DISTINCT FROM to_jsonb(NEW) - free THEN
        RAISE EXCEPTION 'this % can no longer be edited', TG_TABLE_NAME USING ERRCODE = 'CM409';
    END IF;
    RETURN NEW;
END $$;

-- An instrument that was loaded is what it is: only that nothing begins with it any more may be said of it.
CREATE OR REPLACE FUNCTION refuse_instrument_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free constant text[] := ARRAY['withdrawn_at', 'withdraw_reason'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - free IS DISTINCT FROM to_jsonb(NEW) - free OR OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'a version of an instrument is never changed' USING ERRCODE = 'CM409';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE OR DELETE ON assessment_instrument
    FOR EACH ROW EXECUTE FUNCTION refuse_instrument_change();

CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON assessment
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION refuse_frozen_change('state');
