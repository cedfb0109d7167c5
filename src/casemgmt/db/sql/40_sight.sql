-- Row security: the one guard of visibility. Every policy is named `sight`; a row that its actor may not see can't be
-- written by that actor either. Every table listed here also demands an audit event of whoever writes it.

-- The rights of who asks, as in a subquery. But a subquery in a policy is set up by every statement, with the policies of
-- its own tables in turn; a function costs nothing where an earlier condition has settled the matter.
CREATE OR REPLACE FUNCTION sees_signal(p_signal uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM signal s WHERE s.id = p_signal); END $$;

-- Whether a signal is in no restricted case, whoever asks.
CREATE OR REPLACE FUNCTION is_open_signal(p_signal uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT EXISTS (SELECT 1 FROM signal s WHERE s.id = p_signal AND NOT s.restricted) $$;

-- Whether no signal that a contact became is hidden from the actor: then its caller is no secret of a restricted case.
CREATE OR REPLACE FUNCTION sees_whole_contact(p_contact uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN NOT EXISTS (SELECT 1 FROM contact_signals(p_contact) AS each(id) WHERE NOT sees_signal(each.id)); END $$;

-- Whether the actor is the system that told of a contact: the carrier of what is answered.
CREATE OR REPLACE FUNCTION carries_contact(p_contact uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM contact c WHERE c.id = p_contact AND c.sender_id = actor_user()); END $$;

CREATE OR REPLACE FUNCTION sees_determination(p_determination uuid, p_case uuid DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM benefit_determination d
                         WHERE d.id = p_determination AND (p_case IS NULL OR d.case_id = p_case)); END $$;

CREATE OR REPLACE FUNCTION sees_service_referral(p_referral uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM service_referral r WHERE r.id = p_referral); END $$;

-- Whether the actor leads a course, or heads the centre that gives it.
CREATE OR REPLACE FUNCTION leads_course(p_course uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM course c WHERE c.id = p_course
                           AND (c.leader_id = actor_user() OR c.organisation_id = case_organisation())); END $$;

-- Says which tables are guarded and how; read by the tests that walk all tables.
DO $$
DECLARE
    t text;
    case_scope constant text :=
        '(NOT restricted AND ((SELECT sees_all_cases()) OR region_code = (SELECT case_region())
           OR organisation_id = (SELECT case_organisation()))) OR on_team(case_id)';
    of_signal constant text := 'EXISTS (SELECT 1 FROM signal s WHERE s.id = signal_id)';
    of_referral constant text := 'EXISTS (SELECT 1 FROM referral r WHERE r.id = referral_id)';
    of_determination constant text := 'EXISTS (SELECT 1 FROM benefit_determination d WHERE d.id = determination_id)';
    of_task constant text := 'EXISTS (SELECT 1 FROM task t WHERE t.id = task_id)';
    of_person constant text := 'EXISTS (SELECT 1 FROM person p WHERE p.id = person_id)';
    -- whether and when a child learns of it is the family's
    of_adoption constant text := '(SELECT actor_has(''adoptions'')) AND EXISTS (SELECT 1 FROM case_person c
             JOIN case_member m ON m.case_id = c.case_id WHERE c.person_id = adoption_fact.person_id AND c.until IS NULL
              AND m.user_id = (SELECT actor_user()) AND m.ended_at IS NULL AND on_team(c.case_id)
              AND m.sector = ''guardianship'')';
    expressions constant jsonb := jsonb_build_object(
        -- cases and what belongs to them
        'case_record', '(NOT restricted AND ((SELECT sees_all_cases()) OR region_code = (SELECT case_region())
                          OR organisation_id = (SELECT case_organisation())))
                        OR EXISTS (SELECT 1 FROM case_member m WHERE m.case_id = case_record.id
                                      AND m.user_id = (SELECT actor_user()) AND m.ended_at IS NULL
                                      AND (m.rests_until IS NULL OR m.rests_until > now()))',
        -- the cheapest check first: lists of a team's cases ask it of every row, and through it that of case_record above
        'case_member', 'user_id = (SELECT actor_user()) OR ' || case_scope,
        'case_person', case_scope,
        'case_handover', case_scope || ' OR (to_user_id = (SELECT actor_user()) AND state = ''offered'')',
        -- a body that is offered a case learns that there is one, and keeps its answer; the body that gave it keeps the act
        'case_transfer', case_scope || ' OR (to_organisation_id = (SELECT case_organisation()) AND state <> ''withdrawn'')
             OR (NOT restricted AND from_organisation_id = (SELECT case_organisation()))',
        -- a body that is asked reads what is asked, its desk and who does it, and loses it with the end; whom it is about, below
        'service_referral', case_scope || ' OR (state IN (''offered'', ''accepted'')
             AND to_organisation_id = (SELECT actor_organisation())
             AND ((SELECT actor_has(''referral_desk'')) OR responsible_id = (SELECT actor_user())))',
        'service_referral_share', case_scope || ' OR reads_referred(referral_id)',
        -- who is invited sees that there is one, until it is over; of the children, who accepted; of the family, the team
        'conference', case_scope || ' OR sits_in_conference(id)',
        'conference_share', case_scope || ' OR reads_conference(conference_id)',
        'conference_participant', case_scope || ' OR sits_in_conference(conference_id)',
        'conference_family', case_scope,
        'conference_decision', case_scope || ' OR (responsible_id = (SELECT actor_user()) AND state = ''open'')
             OR sits_in_conference(conference_id)',
        'case_closure', case_scope,
        -- that a session has a note is known to its readers, to who says that it is wrong, and to those who decide
        'record_error', '(' || case_scope || ') AND (record_type <> ''session_note'' OR proposed_by_id = (SELECT actor_user())
             OR organisation_id = (SELECT case_organisation()) OR region_code = (SELECT case_region())
             OR EXISTS (SELECT 1 FROM session_note n WHERE n.id = record_id)
             OR EXISTS (SELECT 1 FROM case_member m WHERE m.case_id = record_error.case_id
                           AND m.user_id = (SELECT actor_user()) AND m.ended_at IS NULL AND on_team(m.case_id)
                           AND m.team_role IN (''manager'', ''deputy_manager'')))',
        'child_contact', case_scope,
        'case_note', case_scope,
        'case_flag', case_scope,
        'consent', case_scope,
        'assessment', case_scope,
        'plan', case_scope,
        'plan_goal', case_scope,
        'plan_measure', case_scope,
        'plan_measure_request', case_scope,
        'plan_review', case_scope,
        'plan_signature', case_scope,
        'closure_signature', case_scope,
        'conference_signature', case_scope || ' OR sits_in_conference(conference_id)',
        'plan_missing_help', case_scope,
        -- a centre's head sees when and for which kind of help its people and rooms are taken, and nothing more of the case
        'centre_session', case_scope || ' OR (NOT restricted AND centre_id = (SELECT case_organisation()))',
        'session_series', case_scope,
        'session_participant', case_scope,
        'session_note', 'on_team_for(case_id, help_kind)',
        -- who brought a secret document sees it for a day, and as long as no case is there whose team could: somebody must
        'document', '(CASE WHEN record_type IN (''case'', ''plan'', ''session'') THEN ' || case_scope || '
                           ELSE sees_owner_of_document(record_type, record_id) END)
                     AND (secrecy = ''ordinary'' OR opens_secret(secrecy, record_type, case_id, record_id)
                          OR (created_by_id = (SELECT actor_user()) AND (created_at > now() - interval ''1 day''
                              OR (case_id IS NULL AND record_type IN (''signal'', ''visit_act'')))))',
        'document_key', 'EXISTS (SELECT 1 FROM document d WHERE d.id = document_id)',
        'rehabilitation_programme', case_scope,
        'follow_up_check', case_scope,
        'booking', 'EXISTS (SELECT 1 FROM centre_session c WHERE c.id = session_id)
                    OR EXISTS (SELECT 1 FROM course_meeting m WHERE m.id = meeting_id)',
        -- what a course is, everybody knows; who takes part, who leads it; whose case it is, who sees the case
        'course', '(SELECT actor_user()) IS NOT NULL',
        'course_meeting', '(SELECT actor_user()) IS NOT NULL',
        'course_participant', 'leads_course(course_id)',
        'course_attendance', 'EXISTS (SELECT 1 FROM course_participant p WHERE p.id = participant_id)',
        'course_place', case_scope,
        'waiting_entry', case_scope,
        -- that a family stays somewhere goes with the case; who of them, and in which bed, is the team's alone
        'temporary_stay', case_scope,
        'stay_person', 'on_team(case_id)',
        'shelter', '(SELECT actor_has(''shelters'')) AND organisation_id = (SELECT actor_organisation())',
        'shelter_place', '(SELECT actor_has(''shelters'')) AND organisation_id = (SELECT actor_organisation())')
    || jsonb_build_object(  -- of a hundred arguments at most
        -- signals and what belongs to them
        'signal', '(NOT restricted AND ((SELECT sees_all_signals()) OR region_code = (SELECT signal_region())
                     OR organisation_id = (SELECT signal_organisation())
                     OR received_by_organisation_id = (SELECT signal_organisation())
                     OR registered_by_id = (SELECT actor_user())
                     OR mobile_group_id = ANY ((SELECT actor_groups())::uuid[])))
                   OR (case_id IS NOT NULL AND on_team(case_id))',
        'signal_person', of_signal,
        -- who handed a signal on learns whether somebody took it, though the signal is out of its sight by now
        'signal_redirect', of_signal || '
             OR ((SELECT signal_organisation()) IN (from_organisation_id, by_organisation_id) AND is_open_signal(signal_id))',
        -- a contact holds no text once it is final; the system that tells of it recognises by it what it told before
        'contact', 'sender_id = (SELECT actor_user()) OR (SELECT sees_all_signals())
                    OR region_code = (SELECT signal_region()) OR organisation_id = (SELECT signal_organisation())
                    OR EXISTS (SELECT 1 FROM contact_concern k WHERE k.contact_id = contact.id)',
        'contact_concern', 'sender_id = (SELECT actor_user()) OR ' || of_signal,
        'contact_correction', of_signal,
        'contact_caller', 'sender_id = (SELECT actor_user()) OR ((SELECT actor_has(''reporters''))
                           AND EXISTS (SELECT 1 FROM contact c WHERE c.id = contact_id) AND sees_whole_contact(contact_id))',
        'contact_message', 'sender_id = (SELECT actor_user()) OR (SELECT sees_all_signals())
                            OR organisation_id = (SELECT signal_organisation())',
        'contact_refusal', 'sender_id = (SELECT actor_user()) OR (SELECT sees_all_signals())
                            OR organisation_id = (SELECT signal_organisation())',
        'screening', of_signal,
        'screening_answers', 'recorded_by_id = (SELECT actor_user()) AND ' || of_signal,
        -- The group that declined a referral, or from which it was withdrawn, sees it no more.
        'referral', '(NOT restricted AND ((SELECT sees_all_signals()) OR region_code = (SELECT signal_region())
                       OR organisation_id = (SELECT signal_organisation())
                       OR (mobile_group_id = ANY ((SELECT actor_groups())::uuid[])
                           AND state NOT IN (''declined'', ''withdrawn''))))
                     OR EXISTS (SELECT 1 FROM signal s WHERE s.id = signal_id AND s.case_id IS NOT NULL
                                   AND on_team(s.case_id))',
        'visit_attempt', of_referral,
        'visit_act', of_referral,
        'visit_act_signature', 'EXISTS (SELECT 1 FROM visit_act a WHERE a.id = visit_act_id)',
        'visit_act_edition', 'EXISTS (SELECT 1 FROM visit_act a WHERE a.id = visit_act_id)',
        'visitor_warning', '(signal_id IS NOT NULL AND ' || of_signal || ') OR (case_id IS NOT NULL AND (' || case_scope || '))',
        'timeline_entry', '(case_id IS NOT NULL AND (' || case_scope || ')) OR (signal_id IS NOT NULL AND ' || of_signal || ')',
        -- tasks
        'task', '(NOT restricted AND (assignee_id = (SELECT actor_user())
                   OR mobile_group_id = ANY ((SELECT actor_groups())::uuid[])
                   OR (case_id IS NULL AND ((SELECT sees_all_signals()) OR region_code = (SELECT signal_region())
                       OR organisation_id = (SELECT signal_organisation())))
                   OR (case_id IS NOT NULL AND ((SELECT sees_all_cases()) OR region_code = (SELECT case_region())
                       OR organisation_id = (SELECT case_organisation())))))
                 OR (case_id IS NOT NULL AND on_team(case_id))
                 OR (kind IN (''handover_acceptance'', ''break_glass_review'', ''known_child_contact'') AND assignee_id = (SELECT actor_user()))
                 OR (record_type = ''case_transfer'' AND organisation_id = (SELECT case_organisation()))
                 OR (record_type = ''service_referral'' AND sees_service_referral(record_id))
                 OR (record_type = ''break_glass_grant'' AND sees_grant(record_id))
                 OR (record_type = ''benefit_determination'' AND sees_determination(record_id))',
        -- benefits: facts of a whole family, so whoever may not see one of its persons sees nothing of it; and the benefits
        -- officers of its body and its region, who see no more of these persons than the answer and its facts
        'benefit_determination', '(NOT restricted AND (region_code = (SELECT benefits_region())
                                     OR organisation_id = (SELECT benefits_organisation())))
                                  OR NOT EXISTS (SELECT 1 FROM unnest(person_ids) AS each(id)
                                    WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = each.id))',
        'task_hold', of_task,
        'mandatory_notice', of_task,
        'task_alert', of_task,
        'task_recalculation', of_task,
        'benefit_appeal', of_determination,
        'benefit_recomputation', of_determination,
        'benefit_offer', of_determination)
    || jsonb_build_object(  -- a function takes a hundred arguments
        -- persons
        -- a restricted person is seen by the teams alone, whatever else names the person: another signal, an older case
        'person', '(NOT restricted AND ((SELECT sees_all_cases()) OR region_code = (SELECT case_region())
                     OR organisation_id = (SELECT case_organisation())
                     OR (created_by_id = (SELECT actor_user()) AND created_at > now() - interval ''1 day'')
                     OR EXISTS (SELECT 1 FROM case_person c WHERE c.person_id = person.id AND c.until IS NULL)
                     OR EXISTS (SELECT 1 FROM signal_person c WHERE c.person_id = person.id)))
                   OR EXISTS (SELECT 1 FROM case_person c WHERE c.person_id = person.id AND c.until IS NULL
                                 AND on_team(c.case_id))',
        'person_iin', '(SELECT actor_has(''identifiers'')) AND ' || of_person,
        -- field secrecy (`access/fields.py`, docs/fields.md): who sees the person doesn't learn all of it
        'person_contact', '(SELECT actor_has(''contacts'')) AND ' || of_person,
        'health_note', of_person || ' AND recorded_by_id = (SELECT actor_user())',
        'former_name', of_person,
        'sealed_name', replace(of_adoption, 'adoption_fact', 'sealed_name'),
        'adoption_fact', of_adoption,
        'person_address', of_person,
        'protected_address', 'EXISTS (SELECT 1 FROM case_person c WHERE c.person_id = protected_address.person_id
                                AND c.until IS NULL AND on_team(c.case_id))',
        'family', '(NOT restricted AND (organisation_id = (SELECT case_organisation())
                     OR (created_by_id = (SELECT actor_user()) AND created_at > now() - interval ''1 day'')))
                   OR EXISTS (SELECT 1 FROM family_member m WHERE m.family_id = family.id)',
        'family_member', of_person,
        -- adoption is secret: those alone know of it who work on a case of one of the two
        'relationship', of_person || ' AND EXISTS (SELECT 1 FROM person p WHERE p.id = other_id)
             AND (kind NOT IN (''adoptive_parent'', ''adopted_child'') OR EXISTS (SELECT 1 FROM case_person c
                  WHERE c.person_id IN (relationship.person_id, other_id) AND c.until IS NULL AND on_team(c.case_id)))',
        'reporter', of_signal,
        -- staff and what is nobody's secret, but only for those who are signed in
        -- the account of the service itself is nobody's to look at or to change
        'app_user', '(SELECT actor_user()) IS NOT NULL AND kind <> ''system''',
        'user_role', 'user_id = (SELECT actor_user()) OR (SELECT actor_has(''directory''))',
        'mobile_group_member', '(SELECT actor_user()) IS NOT NULL',
        -- one's own declarations; those of the body for who keeps them, but for what concerns the keeper
        'staff_conflict', '(user_id = (SELECT actor_user()) AND declared_by_id = user_id)
                           OR ((SELECT actor_has(''conflicts'')) AND organisation_id = (SELECT actor_organisation())
                               AND user_id <> (SELECT actor_user())
                               AND (record_id IS NULL OR record_id <> ALL ((SELECT shut_out())::uuid[])))',
        -- the holder, the team, and those of the reviewing body who review
        'break_glass_grant', 'user_id = (SELECT actor_user()) OR on_team(case_id)
                              OR ((SELECT actor_has(''break_glass'')) AND review_body_id = (SELECT actor_organisation()))',
        'factor_removal', '(SELECT actor_has(''directory''))',
        -- administrators, and who heads the body in which the account works or will work, but for one's own
        'account_change', '(SELECT actor_has(''directory'')) OR ((SELECT actor_has(''accounts''))
                           AND organisation_id = (SELECT actor_organisation()) AND user_id <> (SELECT actor_user()))',
        'account_notice', 'reader_id = (SELECT actor_user())',
        'identity_link', '(SELECT actor_has(''directory''))',
        'idempotency_key', 'user_id = (SELECT actor_user())',
        -- an import: who prepares it, and those of its body who sign off; a record's origin is seen with the record
        'import_run', 'created_by_id = (SELECT actor_user())
                       OR ((SELECT actor_has(''imports'')) AND organisation_id = (SELECT actor_organisation()))',
        'import_content', 'EXISTS (SELECT 1 FROM import_run r WHERE r.id = import_id)',
        'import_progress', 'EXISTS (SELECT 1 FROM import_run r WHERE r.id = import_id)',
        'imported_record', '(signal_id IS NOT NULL AND ' || of_signal || ') OR (case_id IS NOT NULL AND (' || case_scope || '))
                            OR (person_id IS NOT NULL AND ' || of_person || ')',
        -- nobody else's, whoever leads or stands in
        'draft', 'owner_id = (SELECT actor_user())',
        -- what is told outside: to who sees the case or one of the signals by which it may be known
        'webhook_event', 'EXISTS (SELECT 1 FROM case_record c WHERE c.id = about_case_id)
                          OR EXISTS (SELECT 1 FROM signal s WHERE s.id = ANY (signal_ids))',
        'webhook_subscription', '(SELECT actor_has(''directory''))',
        'webhook_delivery', '(SELECT actor_has(''directory''))',
        'webhook_attempt', '(SELECT actor_has(''directory''))',
        'audit_event', '(SELECT actor_has(''audit''))',
        'audit_leaf', '(SELECT actor_has(''audit''))',
        -- hashes and public keys: whoever kept a head outside checks it without an account
        'audit_node', 'true',
        'audit_head', 'true',
        'audit_key', 'true',
        'audit_witness', '(SELECT actor_has(''audit''))')
    || jsonb_build_object(
        -- who of the body is away and who stands in; for which case somebody else, with the case
        'staff_absence', 'organisation_id = (SELECT actor_organisation()) OR user_id = (SELECT actor_user())',
        'staff_absence_case', case_scope,
        -- who is on duty is nobody's secret; what was given to them, with the task
        'duty_shift', '(SELECT actor_user()) IS NOT NULL',
        'duty_assignment', of_task,
        -- log-ins for who keeps accounts, access for who answers for the body, all for auditors; to nobody the own ones
        -- how a child may be answered: who sees the contact and all that it became. The words: the carrier only while it has
        -- them from us in a safe time; what became of them it may tell also of a signal that is out of its sight by then
        'answer_wish', 'sender_id = (SELECT actor_user())
                        OR (EXISTS (SELECT 1 FROM contact c WHERE c.id = contact_id) AND sees_whole_contact(contact_id))',
        'contact_answer', of_signal || ' OR (fetched_at IS NOT NULL AND carries_contact(contact_id))',
        'answer_text', 'EXISTS (SELECT 1 FROM contact_answer a WHERE a.id = answer_id
                          AND (a.state = ''fetched'' OR NOT carries_contact(a.contact_id)))',
        'answer_receipt', 'EXISTS (SELECT 1 FROM contact_answer a WHERE a.id = answer_id)',
        'answer_stop', of_signal,
        'security_alert', 'user_id <> (SELECT actor_user()) AND ((SELECT actor_has(''audit''))
                           OR (audience = ''accounts'' AND (SELECT actor_has(''directory'')))
                           OR (audience = ''body'' AND (SELECT actor_has(''alerts''))
                               AND organisation_id = (SELECT actor_organisation())))');
    -- Where reading asks for more than writing, or writing for more than reading.
    reading constant jsonb := jsonb_build_object(
        'health_note', '(recorded_by_id = (SELECT actor_user()) AND ' || of_person || ')
             OR EXISTS (SELECT 1 FROM case_person c JOIN case_member m ON m.case_id = c.case_id
                         WHERE c.person_id = health_note.person_id AND c.until IS NULL
                           AND m.user_id = (SELECT actor_user()) AND m.ended_at IS NULL AND on_team(c.case_id)
                           AND (m.sector = ''health'' OR m.help_kind = ''medical''))',
        'screening_answers', '(recorded_by_id = (SELECT actor_user()) AND ' || of_signal || ')
             OR EXISTS (SELECT 1 FROM case_person c JOIN case_member m ON m.case_id = c.case_id
                         WHERE c.person_id = screening_answers.person_id AND c.until IS NULL
                           AND m.user_id = (SELECT actor_user()) AND m.ended_at IS NULL AND on_team(c.case_id)
                           AND m.help_kind IN (''psychological'', ''psychosocial''))',
        'reporter', of_signal || ' AND (SELECT actor_has(''reporters''))',
        'person_iin', '(SELECT actor_has(''identifiers'')) AND ' || of_person);
    writing constant jsonb := jsonb_build_object(
        'contact', 'sender_id = (SELECT actor_user())',
        'signal_redirect', of_signal,
        'contact_concern', 'sender_id = (SELECT actor_user())',
        'contact_caller', 'sender_id = (SELECT actor_user())',
        'contact_correction', 'false',
        'contact_message', 'sender_id = (SELECT actor_user())',
        'contact_refusal', 'sender_id = (SELECT actor_user())',
        'answer_wish', 'sender_id = (SELECT actor_user())',
        'answer_text', of_signal,
        'answer_receipt', 'EXISTS (SELECT 1 FROM contact_answer a WHERE a.id = answer_id AND carries_contact(a.contact_id))',
        -- who imports a case need not see it afterwards
        'imported_record', 'imported_by_id = (SELECT actor_user()) AND EXISTS (SELECT 1 FROM import_run r
                              WHERE r.id = import_id AND r.created_by_id = (SELECT actor_user()))',
        'import_progress', 'EXISTS (SELECT 1 FROM import_run r WHERE r.id = import_id
                              AND r.created_by_id = (SELECT actor_user()))',
        -- whoever is invited answers by functions, and writes nothing
        'conference', case_scope,
        'conference_share', case_scope,
        'conference_participant', case_scope,
        'conference_decision', case_scope,
        'course', 'organisation_id = (SELECT case_organisation())',
        'course_meeting', 'EXISTS (SELECT 1 FROM course c WHERE c.id = course_id AND c.organisation_id = (SELECT case_organisation()))',
        'course_participant', 'false',
        'course_place', 'false',
        'break_glass_grant', 'false',
        'security_alert', 'user_id <> (SELECT actor_user())
                           AND ((audience = ''accounts'' AND (SELECT actor_has(''directory'')))
                                OR (audience = ''body'' AND (SELECT actor_has(''alerts''))
                                    AND organisation_id = (SELECT actor_organisation())))',
        'staff_absence', 'organisation_id = (SELECT actor_organisation())
                          AND (user_id = (SELECT actor_user()) OR (SELECT actor_has(''accounts'')))',
        'duty_shift', 'organisation_id = (SELECT actor_organisation()) AND ((SELECT actor_has(''accounts''))
                       OR (SELECT actor_user()) IN (user_id, offered_to_id))',
        'duty_assignment', 'false',
        'staff_absence_case', '(' || case_scope || ') AND keeps_absence(absence_id)',
        'app_user', '(SELECT actor_has(''directory''))',
        'user_role', '(SELECT actor_has(''directory'')) AND user_id <> (SELECT actor_user())',
        'mobile_group_member', '(SELECT actor_has(''directory''))',
        'audit_event', 'false',
        'audit_leaf', 'false',
        'audit_node', 'false',
        'audit_head', 'false',
        'audit_key', 'false',
        'audit_witness', 'false',
        'person_iin', 'false',
        'webhook_event', 'false',
        'webhook_delivery', 'false',
        'webhook_attempt', 'false');
BEGIN
    FOR t IN SELECT jsonb_object_keys(expressions) LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('DROP POLICY IF EXISTS sight ON %I', t);
        EXECUTE format('DROP POLICY IF EXISTS writing ON %I', t);
        EXECUTE format('DROP POLICY IF EXISTS changing ON %I', t);
        EXECUTE format('CREATE POLICY sight ON %I FOR SELECT USING (%s)', t,
                       coalesce(reading->>t, expressions->>t));
        -- `(SELECT f())` asks once for all rows that are read. One row is written: asked plainly it needs no plan of its own.
        EXECUTE format('CREATE POLICY writing ON %I FOR INSERT WITH CHECK (%s)', t,
                       regexp_replace(replace(coalesce(writing->>t, expressions->>t), of_signal, 'sees_signal(signal_id)'),
                                      '\(SELECT ([a-z_]+\([^()]*\))\)', '\1', 'g'));
        EXECUTE format('CREATE POLICY changing ON %I FOR UPDATE USING (%s) WITH CHECK (%s)', t,
                       coalesce(writing->>t, expressions->>t), coalesce(writing->>t, expressions->>t));
        IF t NOT LIKE 'audit\_%' AND t NOT IN ('idempotency_key', 'import_progress') THEN
            EXECUTE format('DROP TRIGGER IF EXISTS audited ON %I', t);
            EXECUTE format('CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON %I
                            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit()', t);
        END IF;
        IF t NOT LIKE 'audit\_%' AND t NOT IN ('idempotency_key', 'import_progress', 'timeline_entry', 'webhook_event',
                                                'webhook_delivery', 'webhook_attempt') THEN
            EXECUTE format('CREATE OR REPLACE TRIGGER noted AFTER INSERT OR UPDATE ON %I FOR EACH ROW
                            WHEN (current_user = ''casemgmt_owner'') EXECUTE FUNCTION note_change(%s)', t,
                           (SELECT string_agg(quote_literal(a.attname), ', ' ORDER BY k.n)
                              FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(attnum, n), pg_attribute a
                             WHERE i.indrelid = t::regclass AND i.indisprimary AND a.attrelid = i.indrelid
                               AND a.attnum = k.attnum));
        END IF;
    END LOOP;
    -- Whoever sees a signal may give its desk something to do by a moment; the desk's queue stays out of sight.
    -- Policies are asked against the order of their names: these two after `writing`.
    EXECUTE 'DROP POLICY IF EXISTS writing_to_desk ON task';
    EXECUTE 'DROP POLICY IF EXISTS entrusting ON task';
    EXECUTE 'CREATE POLICY entrusting ON task FOR INSERT WITH CHECK (case_id IS NULL AND sees_signal(signal_id))';
    -- Whoever sees a determination may tell of it in the story of its case, which may stay out of sight.
    EXECUTE 'DROP POLICY IF EXISTS writing_of_benefits ON timeline_entry';
    EXECUTE 'DROP POLICY IF EXISTS telling ON timeline_entry';
    EXECUTE 'CREATE POLICY telling ON timeline_entry FOR INSERT WITH CHECK (
             record_type = ''benefit_determination'' AND sees_determination(record_id, case_id))';
    -- A group corrects its act when the signal is out of its sight, and so is the story that tells of it.
    EXECUTE 'DROP POLICY IF EXISTS writing_of_visits ON timeline_entry';
    EXECUTE 'CREATE POLICY writing_of_visits ON timeline_entry FOR INSERT WITH CHECK (
             record_type = ''visit_act'' AND EXISTS (SELECT 1 FROM visit_act a WHERE a.id = record_id
               AND a.signal_id = timeline_entry.signal_id AND a.case_id IS NOT DISTINCT FROM timeline_entry.case_id))';
    -- Reached through functions only.
    FOREACH t IN ARRAY array['user_credential', 'auth_session', 'login_attempt', 'login_challenge', 'second_factor',
                           'recovery_code', 'client_secret', 'signing_secret', 'start_code', 'audit_salt', 'course_guest', 'search', 'login_place', 'former_iin'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    END LOOP;
END $$;
