-- Planning the times of a centre. Both functions run with the owner's rights, because who books for a child of another
-- body sees neither the bookings nor the roles behind them; they answer times and staff, never a case.

-- The taken times of the rooms and specialists of a centre between two moments. Persons of cases are never among them.
CREATE OR REPLACE FUNCTION centre_busy(p_centre uuid, p_from timestamptz, p_until timestamptz)
RETURNS TABLE (resource_kind text, resource_id uuid, starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.kind, r.id, lower(b.during), upper(b.during)
      FROM (SELECT 'room' AS kind, x.id FROM centre_room x WHERE x.organisation_id = p_centre
            UNION ALL
            SELECT 'specialist', u.id FROM app_user u WHERE u.organisation_id = p_centre) r
      JOIN booking b ON uuidrange(b.resource_id, b.resource_id, '[]') && uuidrange(r.id, r.id, '[]')
                    AND b.during && tstzrange(p_from, p_until) AND b.cancelled_at IS NULL
     WHERE actor_user() IS NOT NULL
     ORDER BY 3, 1, 2
$$;

-- The specialists of a centre: roles are read by the keepers of the directory alone.
CREATE OR REPLACE FUNCTION centre_specialists(p_centre uuid)
RETURNS TABLE (id uuid, family_name text, given_name text, patronymic text, sector text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.id, u.family_name, u.given_name, u.patronymic, u.sector
      FROM app_user u
     WHERE u.organisation_id = p_centre AND u.active AND actor_user() IS NOT NULL
       AND EXISTS (SELECT 1 FROM user_role r
                    WHERE r.user_id = u.id AND r.role = 'centre_specialist' AND r.revoked_at IS NULL)
     ORDER BY u.family_name, u.given_name, u.id
$$;
