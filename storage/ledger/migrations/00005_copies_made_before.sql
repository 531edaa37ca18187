-- Why: dispositions that were made before 00004 were copied too; whoever they
-- were copied to finds those cases as well. The case holds its disposition as
-- JSON, so that nothing has to be made anew.
-- +goose Up
-- only sqlite
INSERT INTO case_copies (case_id, name)
    SELECT c.id, n.value FROM cases c, json_each(c.disposition, '$.copy_to') n
    WHERE c.disposition LIKE '{%' AND n.type = 'text'
    ON CONFLICT DO NOTHING;
-- end
-- only postgres
INSERT INTO case_copies (case_id, name)
    SELECT c.id, n FROM cases c, jsonb_array_elements_text(
        CASE WHEN c.disposition LIKE '{%' AND jsonb_typeof(c.disposition::jsonb -> 'copy_to') = 'array'
             THEN c.disposition::jsonb -> 'copy_to' ELSE '[]'::jsonb END) n
    ON CONFLICT DO NOTHING;
-- end
