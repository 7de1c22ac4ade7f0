-- +goose Up

-- From which networks a name has signed in: guessers there do not keep that person out.
CREATE TABLE signin_places (
    name_key TEXT NOT NULL,
    network  TEXT NOT NULL,
    last_at  BIGINT NOT NULL,
    PRIMARY KEY (name_key, network)
);
