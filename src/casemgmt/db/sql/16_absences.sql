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
