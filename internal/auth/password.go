package auth

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"backupchecks/internal/backup"
)

// Limits on a password, in characters and bytes. The upper one keeps hashing bounded.
const (
	shortestPassword = 8 // unless Config.MinPassword says otherwise
	longestPassword  = 1024
)

// hashesAtOnce bounds the memory that hashing may take: each hash needs 64 MiB.
const hashesAtOnce = 2

// passwords hashes and checks passwords with argon2id, a few at a time.
type passwords struct {
	cost  *argon2id.Params
	least int // characters
	slots chan struct{}
	dummy func() (string, error) // the hash that an unknown name is checked against
}

func newPasswords(cost *argon2id.Params, least int) *passwords {
	if cost == nil {
		cost = &argon2id.Params{Memory: 64 * 1024, Iterations: 3, Parallelism: 2, SaltLength: 16, KeyLength: 32}
	}
	return &passwords{
		cost:  cost,
		least: cmp.Or(least, shortestPassword),
		slots: make(chan struct{}, hashesAtOnce),
		dummy: sync.OnceValues(func() (string, error) { return argon2id.CreateHash("nobody's password", cost) }),
	}
}

// hash returns the hash of a new password, or an Invalid error for one that is too short or
// too long.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	if utf8.RuneCountInString(password) < p.least {
		return "", backup.Errorf(backup.Invalid, "A password needs at least %d characters.", p.least).In("password")
	}
	if len(password) > longestPassword {
		return "", backup.Errorf(backup.Invalid, "A password may have at most %d bytes.", longestPassword).In("password")
	}
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	defer p.leave()
	hash, err := argon2id.CreateHash(password, p.cost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// check compares a password with a hash. An empty hash stands for a name that nobody has: it
// costs as much time as a real one and never matches. stale says that the hash was made at
// another cost and should be made anew.
func (p *passwords) check(ctx context.Context, password, hash string) (match, stale bool, err error) {
	if len(password) > longestPassword {
		return false, false, nil
	}
	if err := p.enter(ctx); err != nil {
		return false, false, err
	}
	defer p.leave()
	known := hash != ""
	if !known {
		if hash, err = p.dummy(); err != nil {
			return false, false, fmt.Errorf("hash password: %w", err)
		}
	}
	match, made, err := argon2id.CheckHash(password, hash)
	if err != nil {
		return false, false, fmt.Errorf("check password: %w", err)
	}
	return match && known, *made != *p.cost, nil
}

// enter waits for a free slot, or for the end of ctx.
func (p *passwords) enter(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *passwords) leave() { <-p.slots }
