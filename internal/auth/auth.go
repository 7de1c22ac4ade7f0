// Package auth knows who somebody is: it keeps passwords, signs people in with limits on
// guessing, holds their sessions and checks API tokens. What a person may then do is said by
// backup.May; which page needs which right is said by packages web and api.
package auth

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/alexedwards/scs/v2"

	"backupchecks/internal/store"
)

// Config is what a Service needs.
type Config struct {
	DB           *store.DB        // required
	Log          *slog.Logger     // required
	Now          func() time.Time // required
	SecureCookie bool             // true when people reach the pages over https
	Cost         *argon2id.Params // what hashing a password costs; nil for the default
	MinPassword  int              // characters a new password needs; 0 for the default of 8
}

// Service signs people in and out and checks API tokens. It is safe for concurrent use.
type Service struct {
	db        *store.DB
	log       *slog.Logger
	now       func() time.Time
	passwords *passwords
	addresses *addresses
	sessions  *scs.SessionManager

	mu      sync.Mutex
	touched map[tokenHash]time.Time // when a token's last use was last written down
}

// New makes a Service. It returns an error that names the first missing field.
func New(cfg Config) (*Service, error) {
	switch {
	case cfg.DB == nil:
		return nil, errors.New("auth: Config.DB is missing")
	case cfg.Log == nil:
		return nil, errors.New("auth: Config.Log is missing")
	case cfg.Now == nil:
		return nil, errors.New("auth: Config.Now is missing")
	}
	return &Service{
		db:        cfg.DB,
		log:       cfg.Log,
		now:       cfg.Now,
		passwords: newPasswords(cfg.Cost, cfg.MinPassword),
		addresses: newAddresses(),
		sessions:  newSessions(cfg),
		touched:   map[tokenHash]time.Time{},
	}, nil
}
