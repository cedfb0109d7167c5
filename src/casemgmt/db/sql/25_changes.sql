-- What functions with the owner's rights change is out of sight of the unit of work, which commits to its own changes. Here
-- it is noted: commitments to before and after, in the form of `audit/commitments.py`, for the next event of the transaction.

-- A value in the canonical form of JSON: no spaces, keys in the order of their bytes. Most values are plain: a call for each
-- would take longer than all the rest of a commitment.
CREATE OR REPLACE FUNCTION canonical_json(p jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE jsonb_typeof(p)
        WHEN 'object' THEN '{' || coalesce((SELECT string_agg(to_jsonb(e.key)::text || ':'
            || CASE WHEN jsonb_typeof(e.value) IN ('object', 'array') THEN canonical_json(e.value) ELSE e.value::text END, ','
            ORDER BY e.key COLLATE "C") FROM jsonb_each(p) e), '') || '}'
        WHEN 'array' THEN '[' || coalesce((SELECT string_agg(
            CASE WHEN jsonb_typeof(e.value) IN ('object', 'array') THEN canonical_json(e.value) ELSE e.value::text END, ','
            ORDER BY e.ordinality) FROM jsonb_array_elements(p) WITH ORDINALITY e), '') || ']'
        ELSE p::text END;
END $$;

CREATE OR REPLACE FUNCTION commitment(p_salt bytea, p_record text, p_field text, p_side text, p_value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to('casemgmt change 1', 'UTF8') || '\x00'::bytea || p_salt || convert_to(
        '[' || concat_ws(',', to_jsonb(p_record), to_jsonb(p_field), to_jsonb(p_side),
            CASE WHEN jsonb_typeof(p_value) IN ('object', 'array') THEN canonical_json(p_value)
                 ELSE coalesce(p_value, 'null')::text END) || ']', 'UTF8')), 'hex')
$$;

-- Trigger; its arguments are the columns of the key. Rows that belong to a case or signal follow its region and body, and
-- every row its secrecy: what follows is no change of its own.
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    salt constant bytea := decode(nullif(current_setting('casemgmt.salt', true), ''), 'hex');
    fresh jsonb := to_jsonb(NEW) - ARRAY['changed_xid', 'version', 'restricted'];
    old_row jsonb;
    record text;
    notes text;
BEGIN
    IF salt IS NULL THEN
        RETURN NULL;
    END IF;
    record := (SELECT string_agg(fresh->>k, '/' ORDER BY n) FROM unnest(TG_ARGV) WITH ORDINALITY a(k, n));
    IF TG_TABLE_NAME <> 'signal' AND (fresh ? 'case_id' OR fresh ? 'signal_id') THEN
        fresh := fresh - ARRAY['region_code', 'organisation_id'];
    END IF;
    IF TG_OP = 'INSERT' THEN
        fresh := (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(fresh) e WHERE e.value <> 'null');
        notes := jsonb_build_object('record', record, 'field', TG_TABLE_NAME || '.*', 'before', NULL,
                                    'after', commitment(salt, record, TG_TABLE_NAME || '.*', 'after', fresh))::text;
    ELSE
        old_row := to_jsonb(OLD);
        SELECT string_agg(jsonb_build_object('record', record, 'field', f.name,
                   'before', commitment(salt, record, f.name, 'before', f.before),
                   'after', commitment(salt, record, f.name, 'after', f.after))::text, ',') INTO notes
          FROM (SELECT TG_TABLE_NAME || '.' || e.key AS name, old_row->e.key AS before, e.value AS after
                  FROM jsonb_each(fresh) e WHERE old_row->e.key IS DISTINCT FROM e.value ORDER BY e.key) f;
    END IF;
    IF notes IS NOT NULL THEN
        PERFORM set_config('casemgmt.changes', concat_ws(',', nullif(current_setting('casemgmt.changes', true), ''), notes),
                           true);
    END IF;
    RETURN NULL;
END $$;
