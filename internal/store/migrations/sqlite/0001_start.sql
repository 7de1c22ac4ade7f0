-- +goose Up

-- Times are epoch milliseconds in UTC; yes and no are 1 and 0. Columns named *_key hold
-- folded text and compare byte by byte, so that both engines sort alike.

CREATE TABLE customers (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    name              TEXT NOT NULL,
    name_key          TEXT NOT NULL UNIQUE,
    active            INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    company_id        INTEGER,
    company_name      TEXT NOT NULL DEFAULT '',
    mapping_status    TEXT NOT NULL DEFAULT 'missing' CHECK (mapping_status IN ('ok', 'renamed', 'missing', 'invalid')),
    mapping_synced_at INTEGER,
    mapping_tenant    TEXT NOT NULL DEFAULT '',
    created_at        INTEGER NOT NULL
) STRICT;
-- One company is one customer's, within a tenant.
CREATE UNIQUE INDEX customers_company ON customers (mapping_tenant, company_id) WHERE company_id IS NOT NULL;

CREATE TABLE messages (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    identity       BLOB NOT NULL UNIQUE CHECK (length(identity) = 32),
    state          TEXT NOT NULL CHECK (state IN ('inbox', 'filed', 'informational', 'deleted')),
    previous_state TEXT NOT NULL DEFAULT '',
    source         TEXT NOT NULL DEFAULT '',
    mail_id        TEXT NOT NULL DEFAULT '',
    sender         TEXT NOT NULL DEFAULT '',
    recipient      TEXT NOT NULL DEFAULT '',
    subject        TEXT NOT NULL DEFAULT '',
    search_key     TEXT NOT NULL DEFAULT '',
    sent_at        INTEGER,
    received_at    INTEGER NOT NULL,
    size           INTEGER NOT NULL DEFAULT 0,
    problem        TEXT NOT NULL DEFAULT '',
    parser         TEXT NOT NULL DEFAULT '',
    confidence     TEXT NOT NULL DEFAULT '',
    status         TEXT NOT NULL DEFAULT '',
    reading        TEXT NOT NULL DEFAULT '',
    corrections    TEXT NOT NULL DEFAULT '' -- what a person corrected of the reading, as JSON
) STRICT;
CREATE INDEX messages_state ON messages (state, received_at, id);
CREATE INDEX messages_received ON messages (received_at, id);

CREATE TABLE message_raws (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id),
    encoding   TEXT NOT NULL,
    data       BLOB NOT NULL
) STRICT;

-- The jobs that messages in the inbox tell of, so that approving one finds the others.
CREATE TABLE message_keys (
    message_id INTEGER NOT NULL REFERENCES messages (id),
    job_key    TEXT NOT NULL,
    sender     TEXT NOT NULL,
    PRIMARY KEY (message_id, job_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_keys_job ON message_keys (job_key, sender);

CREATE TABLE jobs (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    key         TEXT NOT NULL,
    software    TEXT NOT NULL DEFAULT '',
    type        TEXT NOT NULL DEFAULT '',
    name        TEXT NOT NULL DEFAULT '',
    archived    INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    created_at  INTEGER NOT NULL,
    UNIQUE (customer_id, key)
) STRICT;
CREATE INDEX jobs_key ON jobs (key);

CREATE TABLE job_senders (
    job_id INTEGER NOT NULL REFERENCES jobs (id),
    key    TEXT NOT NULL, -- as read from the mail, which a correction of the job's name leaves as it is
    sender TEXT NOT NULL,
    PRIMARY KEY (job_id, key, sender)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_senders_key ON job_senders (key, sender);
CREATE INDEX job_senders_sender ON job_senders (sender);

CREATE TABLE runs (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id          INTEGER NOT NULL REFERENCES jobs (id),
    status          TEXT NOT NULL CHECK (status IN ('success', 'warning', 'error', 'missed')),
    rank            INTEGER NOT NULL,
    started_at      INTEGER,
    ended_at        INTEGER,
    received_at     INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    remark          TEXT NOT NULL DEFAULT '',
    objects_success INTEGER NOT NULL DEFAULT 0,
    objects_warning INTEGER NOT NULL DEFAULT 0,
    objects_error   INTEGER NOT NULL DEFAULT 0,
    attempts        INTEGER NOT NULL DEFAULT 0, -- mails that told of it
    retry           INTEGER NOT NULL DEFAULT 0, -- the last retry that told of it; 0: the first try
    message_id      INTEGER REFERENCES messages (id),
    override_id     INTEGER,
    reviewed_at     INTEGER,
    reviewed_by     TEXT NOT NULL DEFAULT '',
    note            TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX runs_job ON runs (job_id, at, id);
CREATE UNIQUE INDEX runs_start ON runs (job_id, started_at) WHERE started_at IS NOT NULL;
CREATE INDEX runs_unreviewed ON runs (rank, at, id) WHERE reviewed_at IS NULL;
CREATE INDEX runs_unreviewed_at ON runs (at, id) WHERE reviewed_at IS NULL;
CREATE INDEX runs_at ON runs (at, id);
CREATE INDEX runs_status ON runs (status, at, id);

CREATE TABLE run_objects (
    run_id   INTEGER NOT NULL REFERENCES runs (id),
    position INTEGER NOT NULL,
    name     TEXT NOT NULL DEFAULT '',
    type     TEXT NOT NULL DEFAULT '',
    status   TEXT NOT NULL DEFAULT '' CHECK (status IN ('', 'success', 'warning', 'error', 'missed')),
    message  TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_messages (
    run_id     INTEGER NOT NULL REFERENCES runs (id),
    message_id INTEGER NOT NULL REFERENCES messages (id),
    outcome    INTEGER NOT NULL DEFAULT 0, -- its place in the message's reading
    PRIMARY KEY (run_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_messages_message ON run_messages (message_id);

CREATE TABLE reviews (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    action TEXT NOT NULL CHECK (action IN ('reviewed', 'unreviewed', 'cleared')),
    actor  TEXT NOT NULL DEFAULT '',
    note   TEXT NOT NULL DEFAULT '',
    at     INTEGER NOT NULL
) STRICT;
CREATE INDEX reviews_run ON reviews (run_id);

CREATE TABLE tickets (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id       INTEGER NOT NULL REFERENCES runs (id),
    origin       TEXT NOT NULL CHECK (origin IN ('created', 'linked', 'manual')),
    state        TEXT NOT NULL CHECK (state IN ('creating', 'open', 'complete', 'missing', 'failed', 'manual')),
    active       INTEGER NOT NULL CHECK (active IN (0, 1)),
    tenant       TEXT NOT NULL DEFAULT '',
    external_id  TEXT NOT NULL DEFAULT '',
    company_id   INTEGER,
    title        TEXT NOT NULL DEFAULT '',
    autotask_id  INTEGER,
    number       TEXT NOT NULL DEFAULT '',
    url          TEXT NOT NULL DEFAULT '',
    status_id    INTEGER,
    status_label TEXT NOT NULL DEFAULT '',
    created_by   TEXT NOT NULL DEFAULT '',
    created_at   INTEGER NOT NULL,
    sent_at      INTEGER, -- when Autotask may first have got it
    checked_at   INTEGER,
    detail       TEXT NOT NULL DEFAULT '',
    tries        INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Exactly one ticket for a run, whatever happens around it.
CREATE UNIQUE INDEX tickets_active ON tickets (run_id) WHERE active = 1;
CREATE INDEX tickets_run ON tickets (run_id, id);
CREATE INDEX tickets_state ON tickets (state, id);

CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL DEFAULT '',
    active_role   TEXT NOT NULL DEFAULT '',
    disabled      INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE user_roles (
    user_id INTEGER NOT NULL REFERENCES users (id),
    role    TEXT NOT NULL CHECK (role IN ('admin', 'operator', 'viewer', 'reporter')),
    PRIMARY KEY (user_id, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    hash       BLOB NOT NULL PRIMARY KEY,
    user_id    INTEGER REFERENCES users (id),
    data       BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE tokens (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    label        TEXT NOT NULL DEFAULT '',
    hash         BLOB NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER
) STRICT;

CREATE TABLE signin_failures (
    name_key TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    key        TEXT NOT NULL PRIMARY KEY,
    value      TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
    name       TEXT NOT NULL PRIMARY KEY,
    ciphertext BLOB NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Each entry's hash covers the entry and the hash before it. Ids count without a gap.
CREATE TABLE audit_log (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL DEFAULT '',
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL DEFAULT '',
    origin   TEXT NOT NULL DEFAULT '',
    detail   TEXT NOT NULL DEFAULT '',
    previous BLOB NOT NULL,
    hash     BLOB NOT NULL
) STRICT;
CREATE INDEX audit_log_at ON audit_log (at, id);

-- +goose StatementBegin
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
-- INSERT OR REPLACE would remove a row without asking the trigger above.
-- +goose StatementBegin
CREATE TRIGGER audit_log_no_replace BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
