-- Why: whoever a disposition is copied to (抄送) — a town, a street, a
-- competent department — sees those cases in an account of its own, so that
-- the board can be asked by name.
-- +goose Up
CREATE TABLE case_copies (
    case_id TEXT NOT NULL,
    name    TEXT NOT NULL,
    PRIMARY KEY (name, case_id)
);
CREATE INDEX case_copies_by_case ON case_copies (case_id);
