-- The named acts that run with the owner's rights: they move rows out of the writer's sight, guard the uniqueness of
-- the IIN, or match persons that the actor may not see. Each writes its audit event itself or demands that its caller
-- does (trigger `audited`). The list is pinned by a test and may only shrink.

-- Gives a signal back that the body that it was redirected to refused, with the body and the region that it came from.
CREATE OR REPLACE FUNCTION return_signal(p_redirect uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE signal s SET organisation_id = r.from_organisation_id, region_code = r.from_region_code
      FROM signal_redirect r
     WHERE r.id = p_redirect AND s.id = r.signal_id AND r.answer = 'refused' AND r.answered_by_id = actor_user()
$$;

-- Gives a signal another owner: a redirect to a body of the service, which may lie outside the writer's sight.
CREATE OR REPLACE FUNCTION redirect_signal(p_signal uuid, p_organisation uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE signal s SET organisation_id = o.id, region_code = coalesce(o.region_code, s.region_code)
      FROM organisation o WHERE o.id = p_organisation AND s.id = p_signal
$$;
