-- Answers to children who got in touch.

-- What the record says about sending something to the child of a contact, whoever asks and whatever of it they see: yes or no,
-- never why. A child is not written to where one of the signals of the contact, or one of the children in them, is secret; where
-- the team of a case of such a child, or whoever works on a signal of the contact, said so; and where somebody else read an
-- answer. An answer to this contact: until a newer wish than that which was known when we were told, by the order of messages and
-- by no clock. An answer to this number: for every contact that did not begin after all we know of it. A carrier's clock may be
-- wrong, and a contact may come out of a backlog, so the later moment counts of what was read, and the earlier one of what began.
CREATE OR REPLACE FUNCTION answer_standing(p_signal uuid, p_contact uuid)
RETURNS TABLE (restricted boolean, stopped boolean, read_by_other boolean, about_nobody boolean, no_carrier boolean, erased boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH told AS (SELECT s.id, s.case_id, s.restricted, s.content_digest, s.registered_by_id
                    FROM contact_concern k JOIN signal s ON s.id = k.signal_id WHERE k.contact_id = p_contact),
         persons AS (SELECT p.id, p.restricted FROM told t JOIN signal_person n ON n.signal_id = t.id
                       JOIN person p ON p.id = n.person_id WHERE n.role = 'child'),
         cases AS (SELECT t.case_id AS id FROM told t WHERE t.case_id IS NOT NULL
                   UNION SELECT c.case_id FROM persons p JOIN case_person c ON c.person_id = p.id
                    WHERE c.role = 'child' AND c.until IS NULL)
    SELECT coalesce((SELECT t.restricted FROM told t WHERE t.id = p_signal), true),
           EXISTS (SELECT 1 FROM told t WHERE t.id <> p_signal AND t.restricted)
             OR EXISTS (SELECT 1 FROM persons p WHERE p.restricted)
             OR EXISTS (SELECT 1 FROM told t JOIN answer_stop a ON a.signal_id = t.id WHERE a.lifted_at IS NULL)
             OR EXISTS (SELECT 1 FROM cases c JOIN case_flag f ON f.case_id = c.id
                         WHERE f.kind = 'no_contact' AND f.lifted_at IS NULL),
           EXISTS (SELECT 1 FROM answer_wish w JOIN contact_answer a ON a.contact_id = w.contact_id
                    WHERE w.contact_id = p_contact AND a.state = 'exposed' AND a.exposed_under >= w.revision)
             OR EXISTS (SELECT 1 FROM contact c
                          JOIN contact_caller x ON x.contact_id = c.id
                          JOIN contact_caller y ON y.phone_hash = x.phone_hash AND y.contact_id <> c.id
                          JOIN contact_answer a ON a.contact_id = y.contact_id
                         WHERE c.id = p_contact AND a.state = 'exposed'
                           AND greatest(a.ended_at, a.fetched_at, a.exposed_at) >= least(c.started_at, c.received_at)),
           coalesce((SELECT c.non_data IS NOT NULL FROM contact c WHERE c.id = p_contact), true),
           NOT EXISTS (SELECT 1 FROM told t JOIN contact c ON c.id = p_contact AND c.sender_id = t.registered_by_id
                        WHERE t.id = p_signal),
           coalesce((SELECT t.content_digest = '' FROM told t WHERE t.id = p_signal), true)
$$;
