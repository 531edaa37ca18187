-- Why: the first schema of the system of record.
--
-- Instants are microseconds UTC. Whatever must happen once has a unique
-- constraint; whatever is listed has an index in the order of the list, so that
-- a page costs a page however long the list is. JSON columns hold what is
-- only ever read together with its row.
-- +goose Up

-- Daily numbers of receipts, cases and notices; one row per name and day.
CREATE TABLE counters (
    name <text> PRIMARY KEY,
    n    BIGINT NOT NULL
);

-- Append-only facts. A row waits in event_unsequenced until the sequencer has
-- put it into the Merkle log: the event itself is never touched again.
CREATE TABLE events (
    seq     <identity>,
    at      BIGINT NOT NULL,
    kind    <text> NOT NULL,
    subject <text> NOT NULL,
    actor   TEXT NOT NULL,
    data    TEXT NOT NULL
);
CREATE INDEX events_by_subject ON events (subject, seq);
CREATE INDEX events_by_kind ON events (kind, seq);
CREATE TABLE event_unsequenced (seq BIGINT PRIMARY KEY);
CREATE TABLE log_records (
    idx       BIGINT PRIMARY KEY,
    event_seq BIGINT NOT NULL UNIQUE
);
CREATE TABLE log_hashes (
    idx  BIGINT PRIMARY KEY,
    hash <bytes> NOT NULL
);
-- only sqlite
-- +goose StatementBegin
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
-- +goose StatementEnd
-- end
-- only postgres
-- +goose StatementBegin
CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'events are append-only'; END $$;
-- +goose StatementEnd
CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_append_only();
CREATE TRIGGER events_kept BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION events_append_only();
-- end

CREATE TABLE agencies (
    id   <text> PRIMARY KEY,
    uscc <text> NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX agencies_by_uscc ON agencies (uscc) WHERE uscc <> '';
CREATE TABLE tokens (
    id         <text> PRIMARY KEY,
    agency_id  <text> NOT NULL,
    label      TEXT NOT NULL,
    sha256     TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX tokens_by_agency ON tokens (agency_id, id);
CREATE TABLE users (
    id            <text> PRIMARY KEY,
    login         <text> NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    agency_id     TEXT NOT NULL,
    town          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    disabled      INTEGER NOT NULL,
    created_at    BIGINT NOT NULL
);
CREATE TABLE sessions (
    sha256     TEXT PRIMARY KEY,
    user_id    <text> NOT NULL,
    csrf       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE TABLE sign_ins (
    login  <text> NOT NULL,
    at     BIGINT NOT NULL,
    ok     INTEGER NOT NULL,
    remote TEXT NOT NULL
);
CREATE INDEX sign_ins_by_login ON sign_ins (login, at);
CREATE TABLE trust_items (
    kind   <text> NOT NULL,
    name   <text> NOT NULL,
    data   <bytes> NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (kind, name)
);
CREATE TABLE used_links (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);

CREATE TABLE named_leases (
    name        TEXT PRIMARY KEY,
    holder      TEXT NOT NULL,
    lease_until BIGINT NOT NULL
);

-- What is still owed. lease_token is the fence: a write that finishes an
-- obligation presents it. woken_at keeps a wake-up that came while somebody
-- was at work, so that it is not lost when the work ends.
CREATE TABLE obligations (
    id          <text> PRIMARY KEY,
    kind        <text> NOT NULL,
    subject     <text> NOT NULL,
    dedupe      <text> NOT NULL,
    critical    INTEGER NOT NULL,
    state       <text> NOT NULL,
    due_at      BIGINT NOT NULL,
    woken_at    BIGINT,
    attempt     BIGINT NOT NULL,
    payload     TEXT NOT NULL,
    lease_token TEXT NOT NULL,
    lease_until BIGINT,
    last_error  TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    done_at     BIGINT,
    UNIQUE (kind, subject, dedupe)
);
CREATE INDEX obligations_due ON obligations (critical, due_at, id) WHERE state = 'open';
CREATE INDEX obligations_due_of ON obligations (kind, due_at, id) WHERE state = 'open';
CREATE INDEX obligations_leased ON obligations (lease_until) WHERE lease_until IS NOT NULL;
-- An expression, so that it serves the list of one state only: a planner that
-- looked for critical ones by it would walk all that is due.
CREATE INDEX obligations_by_state ON obligations ((state || ''), due_at, id);
CREATE INDEX obligations_by_kind ON obligations (kind, state, due_at, id);
CREATE INDEX obligations_by_subject ON obligations (subject, due_at, id);

-- A row per report number of an agency: who holds its lock orders revisions
-- and decides which case a hazard belongs to.
CREATE TABLE lineages (
    agency_id <text> NOT NULL,
    number    <text> NOT NULL,
    PRIMARY KEY (agency_id, number)
);
CREATE TABLE reports (
    id             <text> PRIMARY KEY,
    receipt_no     <text> NOT NULL UNIQUE,
    agency_id      <text> NOT NULL,
    report_no      TEXT NOT NULL,
    number         <text> NOT NULL,
    sha256         TEXT NOT NULL,
    sm3            TEXT NOT NULL,
    size           BIGINT NOT NULL,
    filename       TEXT NOT NULL,
    declared       TEXT NOT NULL,
    address        <text> NOT NULL,
    status         <text> NOT NULL,
    hazard         <text> NOT NULL,
    received_at    BIGINT NOT NULL,
    assessed_at    BIGINT,
    decided_at     BIGINT,
    review_due     BIGINT,
    revision       BIGINT NOT NULL,
    supersedes     TEXT NOT NULL,
    superseded_by  TEXT NOT NULL,
    effective_at   BIGINT,
    case_id        <text> NOT NULL,
    assessment_seq BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    UNIQUE (agency_id, sha256)
);
CREATE INDEX reports_by_sha256 ON reports (sha256);
CREATE INDEX reports_by_number ON reports (agency_id, number, received_at, id);
CREATE INDEX reports_newest ON reports (received_at, id);
CREATE INDEX reports_by_agency ON reports (agency_id, received_at, id);
CREATE INDEX reports_by_agency_status ON reports (agency_id, status, received_at, id);
CREATE INDEX reports_by_status ON reports (status, received_at, id);
CREATE INDEX reports_by_hazard ON reports (hazard, received_at, id);
CREATE INDEX reports_in_review ON reports (status, review_due, id);
CREATE INDEX reports_find_number ON reports (number);
CREATE INDEX reports_find_address ON reports (address);
CREATE TABLE idempotency_keys (
    agency_id <text> NOT NULL,
    key       <text> NOT NULL,
    report_id <text> NOT NULL,
    PRIMARY KEY (agency_id, key)
);
CREATE TABLE assessments (
    report_id <text> NOT NULL REFERENCES reports (id),
    seq       BIGINT NOT NULL,
    kind      TEXT NOT NULL,
    at        BIGINT NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (report_id, seq)
);
CREATE TABLE findings (
    report_id <text> NOT NULL,
    seq       BIGINT NOT NULL,
    n         BIGINT NOT NULL,
    standard  TEXT NOT NULL,
    scope     TEXT NOT NULL,
    aspect    TEXT NOT NULL,
    unit      TEXT NOT NULL,
    grade     <text> NOT NULL,
    role      TEXT NOT NULL,
    page      BIGINT NOT NULL,
    quote     TEXT NOT NULL,
    source    TEXT NOT NULL,
    PRIMARY KEY (report_id, seq, n),
    FOREIGN KEY (report_id, seq) REFERENCES assessments (report_id, seq)
);
CREATE INDEX findings_by_grade ON findings (grade, report_id);
-- Who signed: which reports a suspension or a revoked certificate touches.
CREATE TABLE report_signers (
    report_id <text> NOT NULL,
    n         BIGINT NOT NULL,
    agency_id <text> NOT NULL,
    serial    <text> NOT NULL,
    PRIMARY KEY (report_id, n)
);
CREATE INDEX report_signers_by_agency ON report_signers (agency_id, report_id);
CREATE INDEX report_signers_by_serial ON report_signers (serial, report_id);
CREATE TABLE decisions (
    report_id <text> NOT NULL REFERENCES reports (id),
    n         BIGINT NOT NULL,
    seq       BIGINT NOT NULL, -- the assessment decided on
    verdict   TEXT NOT NULL,
    actor     TEXT NOT NULL,
    note      TEXT NOT NULL,
    at        BIGINT NOT NULL,
    corrected TEXT NOT NULL,
    expected  BIGINT NOT NULL,
    PRIMARY KEY (report_id, n)
);

CREATE TABLE cases (
    id              <text> PRIMARY KEY,
    ref             <text> NOT NULL UNIQUE,
    report_id       <text> NOT NULL,
    notice_id       <text> NOT NULL,
    agency_id       <text> NOT NULL,
    level           <text> NOT NULL,
    status          <text> NOT NULL,
    ended           INTEGER NOT NULL,
    pending         INTEGER NOT NULL, -- 1: neither disposed nor ended
    due_at          BIGINT NOT NULL,  -- the earlier deadline
    opened_at       BIGINT NOT NULL,
    address         TEXT NOT NULL,
    town            <text> NOT NULL,
    usage           TEXT NOT NULL,
    grade           TEXT NOT NULL,
    basis           TEXT NOT NULL,
    quote           TEXT NOT NULL,
    sha256          TEXT NOT NULL,
    instants        TEXT NOT NULL,
    statutory       BIGINT NOT NULL,
    statutory_rule  TEXT NOT NULL,
    handling        BIGINT NOT NULL,
    handling_rule   TEXT NOT NULL,
    late_on_arrival INTEGER NOT NULL,
    policy          TEXT NOT NULL,
    step            BIGINT NOT NULL,
    round           BIGINT NOT NULL,
    step_at         BIGINT,
    amber_until     BIGINT,
    reminded        TEXT NOT NULL,
    acknowledged_by TEXT NOT NULL,
    disposition     TEXT NOT NULL,
    closing         TEXT NOT NULL,
    merged_into     TEXT NOT NULL,
    version         BIGINT NOT NULL
);
CREATE INDEX cases_by_deadline ON cases (due_at, id);
CREATE INDEX cases_open ON cases (due_at, id) WHERE ended = 0;
CREATE INDEX cases_open_by_level ON cases (level, due_at, id) WHERE ended = 0;
CREATE INDEX cases_open_by_town ON cases (town, due_at, id) WHERE ended = 0;
CREATE INDEX cases_open_by_agency ON cases (agency_id, due_at, id) WHERE ended = 0;
CREATE INDEX cases_pending ON cases (due_at, id) WHERE pending = 1;
CREATE INDEX cases_by_level ON cases (level, due_at, id);
CREATE INDEX cases_by_town ON cases (town, due_at, id);
CREATE INDEX cases_by_agency ON cases (agency_id, due_at, id);
CREATE INDEX cases_by_status ON cases (status, due_at, id);
CREATE INDEX cases_by_opening ON cases (opened_at);
-- One hazard is exactly one case: of all that name a hazard (report number,
-- report, notice) each leads to at most one open case.
CREATE TABLE case_keys (
    hazard_key <text> NOT NULL,
    case_id    <text> NOT NULL,
    open       INTEGER NOT NULL,
    PRIMARY KEY (hazard_key, case_id)
);
CREATE UNIQUE INDEX case_keys_open ON case_keys (hazard_key) WHERE open = 1;
CREATE INDEX case_keys_by_case ON case_keys (case_id);
-- What each report has told a case so far: telling it again changes nothing.
CREATE TABLE case_reports (
    case_id   <text> NOT NULL,
    report_id <text> NOT NULL,
    level     TEXT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (case_id, report_id)
);
CREATE INDEX case_reports_by_report ON case_reports (report_id);
CREATE TABLE notices (
    id              <text> PRIMARY KEY,
    ref             <text> NOT NULL UNIQUE,
    agency_id       <text> NOT NULL,
    report_no       TEXT NOT NULL,
    number          <text> NOT NULL,
    address         TEXT NOT NULL,
    town            TEXT NOT NULL,
    found           TEXT NOT NULL,
    discovered_at   BIGINT NOT NULL,
    measures        TEXT NOT NULL,
    photos          TEXT NOT NULL,
    received_at     BIGINT NOT NULL,
    case_id         <text> NOT NULL,
    report_id       <text> NOT NULL,
    linked_at       BIGINT,
    breach_at       BIGINT,
    idempotency_key <text> NOT NULL,
    content_sha256  TEXT NOT NULL,
    UNIQUE (agency_id, idempotency_key)
);
CREATE INDEX notices_newest ON notices (received_at, id);
CREATE INDEX notices_by_agency ON notices (agency_id, received_at, id);
CREATE INDEX notices_unlinked ON notices (received_at, id) WHERE report_id = '';
CREATE INDEX notices_by_number ON notices (agency_id, number);
CREATE INDEX notices_by_report ON notices (report_id);
CREATE INDEX notices_by_case ON notices (case_id);
CREATE TABLE notifications (
    id         <text> PRIMARY KEY,
    case_id    <text> NOT NULL,
    status     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    message    TEXT NOT NULL,
    step       BIGINT NOT NULL,
    round      BIGINT NOT NULL,
    dedupe     <text> NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at    BIGINT,
    UNIQUE (case_id, dedupe)
);
CREATE TABLE notification_attempts (
    notification_id <text> NOT NULL,
    no              BIGINT NOT NULL,
    started_at      BIGINT NOT NULL,
    ended_at        BIGINT,
    ok              INTEGER NOT NULL,
    error           TEXT NOT NULL,
    proof           TEXT NOT NULL,
    PRIMARY KEY (notification_id, no)
);

CREATE TABLE deliveries (
    id               <text> PRIMARY KEY,
    report_id        <text> NOT NULL UNIQUE,
    receipt_no       <text> NOT NULL,
    number           <text> NOT NULL,
    idempotency_key  <text> NOT NULL UNIQUE,
    status           <text> NOT NULL,
    profile          TEXT NOT NULL,
    platform_receipt <text> NOT NULL,
    unknown          INTEGER NOT NULL,
    returned         TEXT NOT NULL,
    last_error       TEXT NOT NULL,
    owed_at          BIGINT NOT NULL,
    submitted_at     BIGINT,
    acknowledged_at  BIGINT,
    platform_at      BIGINT, -- of the newest callback applied: an older one changes nothing
    manual_evidence  TEXT NOT NULL,
    version          BIGINT NOT NULL
);
CREATE INDEX deliveries_by_owed ON deliveries (owed_at, id);
CREATE INDEX deliveries_by_status ON deliveries (status, owed_at, id);
CREATE INDEX deliveries_unknown ON deliveries (owed_at, id) WHERE unknown = 1;
CREATE INDEX deliveries_find_receipt ON deliveries (receipt_no);
CREATE INDEX deliveries_find_number ON deliveries (number);
CREATE INDEX deliveries_find_platform ON deliveries (platform_receipt);
CREATE TABLE delivery_attempts (
    delivery_id    <text> NOT NULL,
    no             BIGINT NOT NULL,
    operation      TEXT NOT NULL,
    started_at     BIGINT NOT NULL,
    duration_us    BIGINT NOT NULL,
    request_sha256 TEXT NOT NULL,
    http_status    BIGINT NOT NULL,
    result         TEXT NOT NULL,
    receipt        TEXT NOT NULL,
    error          TEXT NOT NULL,
    unknown_before INTEGER NOT NULL,
    PRIMARY KEY (delivery_id, no)
);
CREATE TABLE callbacks (
    nonce       TEXT PRIMARY KEY,
    at          BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    kind        TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    raw_sha256  TEXT NOT NULL,
    record      TEXT NOT NULL
);
CREATE TABLE differences (
    id          <text> PRIMARY KEY,
    day         <text> NOT NULL,
    kind        TEXT NOT NULL,
    item        TEXT NOT NULL, -- delivery, or the platform's key or receipt
    delivery_id TEXT NOT NULL,
    record      TEXT NOT NULL,
    detail      TEXT NOT NULL,
    found_at    BIGINT NOT NULL,
    resolution  TEXT NOT NULL,
    resolved_at BIGINT,
    resolved_by TEXT NOT NULL
);
CREATE UNIQUE INDEX differences_open ON differences (day, kind, item) WHERE resolved_at IS NULL;
CREATE INDEX differences_newest ON differences (found_at, id);
