-- Why: what the platform told by callback, or an answer showed, is no finding
-- of a comparison: one that does not find it again must not close it.
-- +goose Up
ALTER TABLE differences ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
