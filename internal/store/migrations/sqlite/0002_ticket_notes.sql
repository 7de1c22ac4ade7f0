-- +goose Up

-- The notes that Backupchecks adds to Autotask tickets, one of a kind for each ticket there,
-- however many runs share it. The row stands before the note is sent, so that a repeat finds it.
CREATE TABLE ticket_notes (
    tenant      TEXT NOT NULL,
    autotask_id INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('resolved', 'time_entries')),
    sent_at     INTEGER NOT NULL,
    done        INTEGER NOT NULL DEFAULT 0 CHECK (done IN (0, 1)),
    PRIMARY KEY (tenant, autotask_id, kind)
) STRICT, WITHOUT ROWID;
