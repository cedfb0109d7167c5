-- Kept answers (Idempotency-Key) go with the sight of what they tell: whoever leaves a team or a group, loses a role or moves
-- to another body gets none of them again, and those outside the team none of a case that is restricted. The key stays, with
-- an empty answer: what was done is not done a second time when the request comes once more (`api/idempotency.py`).
CREATE OR REPLACE FUNCTION forget_kept_answers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE idempotency_key SET status = 409, headers = '{}', body = ''
     WHERE user_id = coalesce(to_jsonb(NEW)->>'user_id', to_jsonb(NEW)->>'id')::uuid;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER forget_kept_answers AFTER UPDATE OF ended_at ON case_member
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION forget_kept_answers();
CREATE OR REPLACE TRIGGER forget_kept_answers AFTER UPDATE OF until ON mobile_group_member
    FOR EACH ROW WHEN (OLD.until IS NULL AND NEW.until IS NOT NULL) EXECUTE FUNCTION forget_kept_answers();
CREATE OR REPLACE TRIGGER forget_kept_answers AFTER UPDATE OF revoked_at ON user_role
    FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION forget_kept_answers();
CREATE OR REPLACE TRIGGER forget_kept_answers AFTER UPDATE OF organisation_id ON app_user
    FOR EACH ROW WHEN (OLD.organisation_id <> NEW.organisation_id) EXECUTE FUNCTION forget_kept_answers();

CREATE OR REPLACE FUNCTION forget_answers_outside_team() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    names constant text[] := ARRAY(SELECT NEW.id::text UNION ALL SELECT s.id::text FROM signal s WHERE s.case_id = NEW.id
                                   UNION ALL SELECT p.person_id::text FROM case_person p WHERE p.case_id = NEW.id);
BEGIN
    UPDATE idempotency_key k SET status = 409, headers = '{}', body = ''
     WHERE EXISTS (SELECT 1 FROM unnest(names) AS each(id) WHERE position(each.id IN k.body) > 0)
       AND NOT EXISTS (SELECT 1 FROM case_member m
                        WHERE m.case_id = NEW.id AND m.user_id = k.user_id AND m.ended_at IS NULL);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER forget_answers_outside_team AFTER UPDATE OF restricted ON case_record
    FOR EACH ROW WHEN (NEW.restricted AND NOT OLD.restricted) EXECUTE FUNCTION forget_answers_outside_team();

-- A body that was asked for help loses the child with the end of the referral, and with it the answer that told of the child.
CREATE OR REPLACE FUNCTION forget_answers_of_referral() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE idempotency_key k SET status = 409, headers = '{}', body = ''
     WHERE position(NEW.id::text IN k.body) > 0
       AND NOT EXISTS (SELECT 1 FROM case_member m
                        WHERE m.case_id = NEW.case_id AND m.user_id = k.user_id AND m.ended_at IS NULL);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER forget_answers_of_referral AFTER UPDATE OF state ON service_referral
    FOR EACH ROW WHEN (NEW.state NOT IN ('offered', 'accepted')) EXECUTE FUNCTION forget_answers_of_referral();

-- Empties an answer of the actor that was kept before some of the actor's sight ran out by its own date, which nobody may have
-- noted yet: a place in a team or a group, a role, the consent on which the body asked for help reads of a child. Answers
-- whether it did; asked when an answer is about to be given again, and at no other time.
DROP FUNCTION IF EXISTS drop_lapsed_answer(text);
CREATE OR REPLACE FUNCTION empty_lapsed_answer(p_key text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE idempotency_key k SET status = 409, headers = '{}', body = ''
     WHERE k.user_id = actor_user() AND k.key = p_key
       AND (EXISTS (SELECT 1 FROM case_member m WHERE m.user_id = k.user_id AND m.ended_at IS NULL
                       AND m.rests_until > k.created_at AND m.rests_until <= now())
            OR EXISTS (SELECT 1 FROM mobile_group_member m WHERE m.user_id = k.user_id AND m.until IS NULL
                          AND m.rests_until > k.created_at AND m.rests_until <= now())
            OR EXISTS (SELECT 1 FROM user_role r WHERE r.user_id = k.user_id AND r.revoked_at IS NULL
                          AND r.ends_at > k.created_at AND r.ends_at <= now())
            OR EXISTS (SELECT 1 FROM service_referral r WHERE r.to_organisation_id = actor_organisation()
                          AND r.state = 'accepted' AND position(r.id::text IN k.body) > 0 AND NOT reads_referred(r.id)
                          AND NOT on_team(r.case_id)));
    RETURN FOUND;
END $$;
