-- Why: sign-ins are also held back by where they come from, so failures of one
-- address are counted whatever the login was.
-- +goose Up
CREATE INDEX sign_ins_by_remote ON sign_ins (remote, at);
