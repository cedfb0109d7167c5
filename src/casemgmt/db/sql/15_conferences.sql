-- Who reads what of a conference without seeing its case. The policies ask these; they look past them, for each asks of others.

-- May the actor read that there is one, when, where and about what? Whoever is invited, until it was held; who was there,
-- until its minutes are signed.
CREATE OR REPLACE FUNCTION sits_in_conference(p_conference uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM conference_participant p JOIN conference c ON c.id = p.conference_id
         WHERE p.user_id = actor_user() AND p.conference_id = p_conference AND c.case_id <> ALL (shut_out())
           AND ((c.state = 'called' AND p.state IN ('invited', 'accepted')) OR (c.state = 'held' AND p.came)))
$$;

-- May the actor read whom it is about? Whoever has accepted or was there, while it is not over; who does what it decided,
-- until that is done; and while the consent holds that it is shared on, where it is shared on one.
CREATE OR REPLACE FUNCTION reads_conference(p_conference uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1
          FROM (SELECT p.consent_id FROM conference_participant p JOIN conference c ON c.id = p.conference_id
                 WHERE p.user_id = actor_user() AND p.conference_id = p_conference
                   AND ((c.state = 'called' AND p.state = 'accepted') OR (c.state = 'held' AND p.came))
                UNION ALL
                SELECT d.consent_id FROM conference_decision d
                 WHERE d.responsible_id = actor_user() AND d.conference_id = p_conference AND d.state = 'open') ground
          JOIN conference_share s ON s.conference_id = p_conference AND NOT s.case_id = ANY (shut_out())
                                 AND NOT s.person_ids && shut_out()
          LEFT JOIN consent k ON k.id = ground.consent_id
         WHERE k.id IS NULL OR (k.state = 'given' AND (k.expires_at IS NULL OR k.expires_at > now())))
$$;
