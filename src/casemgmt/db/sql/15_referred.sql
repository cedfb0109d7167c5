-- May the actor read whom a referral is about? The desk and the responsible person of the body that has accepted it, until
-- it ends, and while the consent that it rests on holds. The one place that says so: the policy and the child ask it.
CREATE OR REPLACE FUNCTION reads_referred(p_referral uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM service_referral r JOIN service_referral_share s ON s.referral_id = r.id
          LEFT JOIN consent c ON c.id = s.consent_id
         WHERE r.id = p_referral AND r.state = 'accepted' AND r.to_organisation_id = actor_organisation()
           AND (actor_has('referral_desk') OR r.responsible_id = actor_user())
           AND NOT ARRAY[r.case_id, s.person_id] && shut_out()
           AND (c.id IS NULL OR (c.state = 'given' AND (c.expires_at IS NULL OR c.expires_at > now()))))
$$;
