-- Why: one report number, or one notice, may turn out to stand for several
-- houses. All of them belong to the case and to its messages.
-- +goose Up
ALTER TABLE cases ADD COLUMN also TEXT NOT NULL DEFAULT '';
