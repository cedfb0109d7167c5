-- Group courses. What a course is stands open to whoever is signed in; who takes part, and under which name, is for its
-- leader and the head of the centre; that somebody of them has a case is for those who see the case. So that nobody of the
-- course can tell, every participant is written by one function and read by another, whoever enrolled them.

-- Takes a place: for a person of a case on whose team the actor is, or, by who leads the course, for somebody without a case.
CREATE OR REPLACE FUNCTION enrol_in_course(p_id uuid, p_course uuid, p_case uuid, p_person uuid, p_family_name text,
                                           p_given_name text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    the_course course;
BEGIN
    SELECT * INTO the_course FROM course c WHERE c.id = p_course FOR UPDATE;
    IF NOT FOUND OR NOT (CASE WHEN p_case IS NULL THEN leads_course(p_course)
                              ELSE on_team(p_case) AND EXISTS (SELECT 1 FROM case_person x WHERE x.case_id = p_case
                                                                  AND x.person_id = p_person AND x.until IS NULL) END) THEN
        RETURN 'no_place';
    END IF;
    IF EXISTS (SELECT 1 FROM course_place x WHERE x.course_id = p_course AND x.person_id = p_person AND x.left_at IS NULL) THEN
        RETURN 'enrolled_already';
    END IF;
    IF (SELECT count(*) FROM course_participant x WHERE x.course_id = p_course AND x.left_at IS NULL) >= the_course.capacity THEN
        RETURN 'no_place';
    END IF;
    INSERT INTO course_participant (id, course_id, enrolled_at) VALUES (p_id, p_course, p_at);
    IF p_case IS NULL THEN
        INSERT INTO course_guest (participant_id, family_name, given_name) VALUES (p_id, p_family_name, p_given_name);
    ELSE
        INSERT INTO course_place (participant_id, course_id, case_id, person_id, organisation_id, restricted)
        SELECT p_id, p_course, c.id, p_person, c.organisation_id, c.restricted FROM case_record c WHERE c.id = p_case;
    END IF;
    RETURN 'enrolled';
END $$;

-- Who takes part, under which name, and how often they came: for who leads the course. An erased person has no name left.
CREATE OR REPLACE FUNCTION course_roster(p_course uuid)
RETURNS TABLE (id uuid, family_name text, given_name text, came bigint, missed bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.id, coalesce(g.family_name, h.family_name, ''), coalesce(g.given_name, h.given_name, '—'), a.came, a.missed
      FROM course_participant p
      LEFT JOIN course_guest g ON g.participant_id = p.id
      LEFT JOIN course_place x ON x.participant_id = p.id
      LEFT JOIN person h ON h.id = x.person_id
      CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE t.attendance LIKE 'attended%') AS came,
                                 count(*) FILTER (WHERE t.attendance NOT LIKE 'attended%') AS missed
                            FROM course_attendance t WHERE t.participant_id = p.id) a
     WHERE p.course_id = p_course AND p.left_at IS NULL AND leads_course(p_course)
     ORDER BY 3, 2, 1
$$;

-- Gives a place back.
CREATE OR REPLACE FUNCTION leave_course(p_id uuid, p_course uuid, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE course_participant x SET left_at = p_at
     WHERE x.id = p_id AND x.course_id = p_course AND x.left_at IS NULL AND leads_course(p_course);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE course_place x SET left_at = p_at WHERE x.participant_id = p_id;
    RETURN true;
END $$;

-- How many places of courses are taken; by whom is not said.
CREATE OR REPLACE FUNCTION course_taken(p_courses uuid[]) RETURNS TABLE (course_id uuid, taken bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.course_id, count(*) FROM course_participant p
     WHERE p.course_id = ANY (p_courses) AND p.left_at IS NULL AND actor_user() IS NOT NULL GROUP BY 1
$$;
