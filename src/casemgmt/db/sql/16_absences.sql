-- Absences: what policies ask.

-- May the actor know how an absence is covered: who is away, who heads the body, and the service itself.
CREATE OR REPLACE FUNCTION keeps_absence(p_absence uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN works_for_itself() OR EXISTS (
        SELECT 1 FROM staff_absence a
         WHERE a.id = p_absence AND (a.user_id = actor_user()
                                     OR (actor_has('accounts') AND a.organisation_id = actor_organisation())));
END $$;

-- The times in which somebody can't give a session, whichever way they were entered. `withdrawn_at`: it stands no more.
CREATE OR REPLACE VIEW absence_time AS
    SELECT a.id, a.user_id, a.organisation_id, a.created_by_id, a.starts_at, a.ends_at, a.withdrawn_at FROM specialist_absence a
    UNION ALL
    SELECT a.id, a.user_id, a.organisation_id, a.created_by_id, a.starts_at, a.ends_at, coalesce(a.withdrawn_at, a.ended_at)
      FROM staff_absence a;
