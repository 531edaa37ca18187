-- Why: a comparison with the platform's list names what resolves a difference
-- without a human, and asks for the deliveries filed on a day and for the open
-- differences of one delivery, which must cost what they return.
-- +goose Up
ALTER TABLE differences ADD COLUMN safe TEXT NOT NULL DEFAULT '';
CREATE INDEX differences_of_delivery ON differences (delivery_id) WHERE resolved_at IS NULL;
CREATE INDEX deliveries_by_filed ON deliveries ((COALESCE(acknowledged_at, submitted_at)));
