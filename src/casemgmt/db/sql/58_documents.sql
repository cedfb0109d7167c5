-- What came is never exchanged for another content: only its state, its key and, when it is erased, its name change.
CREATE OR REPLACE TRIGGER frozen BEFORE UPDATE ON document
    FOR EACH ROW WHEN (OLD.state <> 'awaited') EXECUTE FUNCTION refuse_frozen_change(
        'state', 'case_id', 'removal_reason', 'removal_note', 'removal_proposed_by_id', 'removal_proposed_at', 'removed_by_id',
        'removed_at', 'erased_at', 'file_name', 'storage_name');

-- A key that was destroyed never comes back, and no other takes its place: it can be wrapped anew by another master key.
CREATE OR REPLACE FUNCTION refuse_other_document_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the key of a document is gone for ever' USING ERRCODE = 'CM409';
END $$;

CREATE OR REPLACE TRIGGER destroyed_for_ever BEFORE UPDATE ON document_key
    FOR EACH ROW WHEN (OLD.wrapped IS NULL OR NEW.document_id <> OLD.document_id)
    EXECUTE FUNCTION refuse_other_document_key();

-- A document is not erased unless its key is destroyed: its content is unreadable for ever then, wherever copies of the file
-- lie. Its name goes as well. The file itself is found by `casemgmt files check`, as one that no document names any more.
CREATE OR REPLACE FUNCTION destroy_document_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE document_key SET wrapped = NULL, destroyed_at = now() WHERE document_id = NEW.id AND wrapped IS NOT NULL;
    NEW.file_name := NULL;
    NEW.storage_name := NULL;
    NEW.removal_note := NULL;
    NEW.erased_at := now();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER erased BEFORE UPDATE ON document
    FOR EACH ROW WHEN (NEW.state = 'erased' AND OLD.state <> 'erased') EXECUTE FUNCTION destroy_document_key();
