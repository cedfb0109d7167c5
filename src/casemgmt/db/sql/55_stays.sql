-- Temporary stay. Who admits a family from another body sees neither the shelters of the centre nor their beds: these
-- functions run with the owner's rights and answer a word, a moment, or numbers for the own centre.

-- Admits the persons of a stay that the actor has just recorded: one bed each, all in one house, or none. The lock of the
-- centre lets admissions queue; the indexes of stay_person refuse a second person in a bed whatever happens. Each person
-- gets the house as a protected address: that is how the team, and nobody else, learns where they are.
CREATE OR REPLACE FUNCTION take_stay_places(p_stay uuid, p_centre uuid, p_persons uuid[], p_at timestamptz, p_today date,
                                            p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    stay temporary_stay;
    house shelter;
    admitted integer;
BEGIN
    SELECT * INTO stay FROM temporary_stay s
     WHERE s.id = p_stay AND s.created_by_id = actor_user() AND s.state = 'staying' AND s.persons = cardinality(p_persons)
       AND NOT EXISTS (SELECT 1 FROM stay_person x WHERE x.stay_id = s.id);
    IF NOT FOUND OR NOT on_team(stay.case_id) THEN
        RETURN 'no_place';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('casemgmt.stays ' || p_centre, 0));
    IF EXISTS (SELECT 1 FROM stay_person x WHERE x.person_id = ANY (p_persons) AND x.left_at IS NULL) THEN
        RETURN 'staying';
    END IF;
    SELECT s.* INTO house FROM shelter s JOIN organisation o ON o.id = s.organisation_id
     WHERE s.organisation_id = p_centre AND s.active AND o.active
       AND (SELECT count(*) FROM shelter_place p WHERE p.shelter_id = s.id AND p.active
               AND NOT EXISTS (SELECT 1 FROM stay_person x WHERE x.place_id = p.id AND x.left_at IS NULL))
           >= cardinality(p_persons)
     ORDER BY s.created_at, s.id LIMIT 1;
    IF NOT FOUND THEN
        RETURN 'no_place';
    END IF;
    WITH beds AS (
        SELECT p.id, row_number() OVER (ORDER BY p.label, p.id) AS n FROM shelter_place p
         WHERE p.shelter_id = house.id AND p.active
           AND NOT EXISTS (SELECT 1 FROM stay_person x WHERE x.place_id = p.id AND x.left_at IS NULL)
    ), wanted AS (
        SELECT each.id, each.n, gen_random_uuid() AS address FROM unnest(p_persons) WITH ORDINALITY AS each(id, n)
    ), addresses AS (
        INSERT INTO protected_address (id, person_id, kato, line, reason, since, recorded_at, recorded_by_id)
        SELECT w.address, w.id, house.kato, house.line, p_reason, p_today, p_at, actor_user() FROM wanted w
    )
    INSERT INTO stay_person (stay_id, person_id, case_id, organisation_id, restricted, place_id, address_id)
    SELECT stay.id, w.id, stay.case_id, stay.organisation_id, stay.restricted, b.id, w.address
      FROM wanted w JOIN beds b ON b.n = w.n;
    GET DIAGNOSTICS admitted = ROW_COUNT;
    IF admitted <> cardinality(p_persons) THEN
        RETURN 'no_place';
    END IF;
    RETURN 'admitted';
EXCEPTION WHEN unique_violation THEN  -- the same person was admitted to another centre at this very moment
    RETURN 'staying';
END $$;

-- From when the term of a stay runs that begins now: from the first admission of the stay that one of the persons has just
-- left, whichever case it was recorded in. Null where nobody has.
CREATE OR REPLACE FUNCTION stay_counted_from(p_persons uuid[], p_since timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT min(s.counted_from) FROM stay_person x JOIN temporary_stay s ON s.id = x.stay_id
     WHERE x.person_id = ANY (p_persons) AND x.left_at >= p_since AND actor_user() IS NOT NULL
$$;

-- The beds of a shelter for those who keep it: taken or not, and until when at the latest; never by whom.
CREATE OR REPLACE FUNCTION shelter_occupancy(p_shelter uuid)
RETURNS TABLE (id uuid, label text, active boolean, version integer, taken boolean, until_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.id, p.label, p.active, p.version, s.id IS NOT NULL, s.until_at
      FROM shelter_place p
      LEFT JOIN stay_person x ON x.place_id = p.id AND x.left_at IS NULL
      LEFT JOIN temporary_stay s ON s.id = x.stay_id
     WHERE p.shelter_id = p_shelter AND actor_has('shelters') AND p.organisation_id = actor_organisation()
     ORDER BY p.label, p.id
$$;
