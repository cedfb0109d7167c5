-- How decisions stood to suggestions, counted for those who keep the list of words and those who oversee desks. Nobody is in it:
-- versions, regions, codes and numbers. Which of the numbers are shown: `triage_reports/policy.py`.
CREATE OR REPLACE FUNCTION suggestion_counts(p_from timestamptz, p_until timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    region constant text := actor_region();
    ranks constant text[] := array['standard', 'urgent', 'emergency'];
    answer jsonb;
BEGIN
    IF NOT actor_has('counts') THEN
        RAISE EXCEPTION 'counts are for those who answer for them' USING ERRCODE = '42501';
    END IF;
    WITH decided AS (
        SELECT s.region_code, s.word_list_version AS version, s.danger_signs,
               array_position(ranks, s.urgency::text) AS said, array_position(ranks, s.suggested_urgency::text) AS suggested,
               array_position(ranks, s.list_urgency::text) AS words
          FROM signal s
         WHERE s.triaged_at >= p_from AND s.triaged_at < p_until AND s.urgency IS NOT NULL
           AND s.word_list_version IS NOT NULL AND (region IS NULL OR s.region_code = region)),
    figures AS (
        SELECT d.version, d.region_code AS region, count(*) AS decided,
               count(*) FILTER (WHERE d.said = d.suggested) AS agreed, count(*) FILTER (WHERE d.said > d.suggested) AS raised,
               count(*) FILTER (WHERE d.said < d.suggested) AS lowered, count(*) FILTER (WHERE d.words > 1) AS words_raised,
               count(*) FILTER (WHERE d.words > 1 AND d.said >= d.words) AS words_held
          FROM decided d GROUP BY 1, 2),
    signs AS (
        SELECT d.version, c.code, count(*) AS found, count(*) FILTER (WHERE d.said > 1) AS urgent,
               count(*) FILTER (WHERE d.said < d.suggested) AS lowered
          FROM decided d, unnest(d.danger_signs) AS c(code) GROUP BY 1, 2)
    SELECT jsonb_build_object('region', region,
                              'figures', (SELECT coalesce(jsonb_agg(f), '[]') FROM figures f),
                              'signs', (SELECT coalesce(jsonb_agg(g), '[]') FROM signs g))
      INTO answer;
    RETURN answer;
END $$;
