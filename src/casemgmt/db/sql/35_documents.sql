-- Who opens which document: it is seen with its record, and a secret one by those of the team whose work it is. All with the
-- rights of who asks.

CREATE OR REPLACE FUNCTION sees_owner_of_document(p_type text, p_record uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE p_type
        WHEN 'signal' THEN EXISTS (SELECT 1 FROM signal s WHERE s.id = p_record)
        WHEN 'visit_act' THEN EXISTS (SELECT 1 FROM visit_act a WHERE a.id = p_record)
        WHEN 'person' THEN EXISTS (SELECT 1 FROM person p WHERE p.id = p_record)
        WHEN 'benefit_appeal' THEN EXISTS (SELECT 1 FROM benefit_appeal a WHERE a.id = p_record)
        ELSE false END;
END $$;

-- Is the actor on the team of the case, and is a secret of this class the actor's work there? As for notes (`access/fields.py`).
CREATE OR REPLACE FUNCTION is_work_on(p_case uuid, p_secrecy text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN on_team(p_case) AND EXISTS (
        SELECT 1 FROM case_member m
         WHERE m.case_id = p_case AND m.user_id = actor_user() AND m.ended_at IS NULL
           AND CASE p_secrecy
                   WHEN 'medical' THEN m.sector = 'health' OR m.help_kind = 'medical'
                   WHEN 'psychological' THEN m.help_kind IN ('psychological', 'psychosocial')
                   WHEN 'legal' THEN m.help_kind = 'legal'
                   WHEN 'adoption' THEN m.sector = 'guardianship' AND actor_has('adoptions')
                   ELSE false END);
END $$;

CREATE OR REPLACE FUNCTION opens_secret(p_secrecy text, p_type text, p_case uuid, p_record uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE
        WHEN p_secrecy = 'reporter' THEN actor_has('reporters')
        WHEN p_type = 'person' THEN EXISTS (SELECT 1 FROM case_person c WHERE c.person_id = p_record AND c.until IS NULL
                                               AND is_work_on(c.case_id, p_secrecy))
        WHEN p_type = 'benefit_appeal' THEN EXISTS (
            SELECT 1 FROM benefit_appeal a JOIN benefit_determination d ON d.id = a.determination_id
             WHERE a.id = p_record AND is_work_on(d.case_id, p_secrecy))
        ELSE p_case IS NOT NULL AND is_work_on(p_case, p_secrecy) END;
END $$;
