package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// tokenPrefix marks an API token, so that people and secret scanners know one on sight.
const tokenPrefix = "bck_"

type tokenHash [sha256.Size]byte

// CreateToken makes an API token for the user called userName and returns it. It is shown
// this once: only its hash is kept. expires may be nil for a token without an end. by needs
// the right to manage settings.
func (s *Service) CreateToken(ctx context.Context, by backup.User, userName, label string, expires *time.Time) (string, error) {
	if err := backup.Require(by, backup.ManageSettings); err != nil {
		return "", err
	}
	label = strings.TrimSpace(label)
	if label == "" || len(label) > longestName {
		return "", backup.Errorf(backup.Invalid, "An API token needs a name of at most %d bytes.", longestName).In("name")
	}
	if expires != nil && !expires.After(s.now()) {
		return "", backup.Errorf(backup.Invalid, "The end of an API token must lie in the future.").In("expires")
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails: it ends the program instead
	token := tokenPrefix + base64.RawURLEncoding.EncodeToString(secret)
	hash := sha256.Sum256([]byte(token))
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		user, _, err := tx.UserByName(ctx, userName)
		if err != nil {
			return err
		}
		if err := tx.AddToken(ctx, user.ID, label, hash[:], expires); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, audit.TokenCreated, subject(user.Name), struct {
			Label   string     `json:"label"`
			Expires *time.Time `json:"expires"`
		}{label, expires})
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// Tokens lists the API tokens that were not revoked, the newest first. by needs the right to
// manage settings.
func (s *Service) Tokens(ctx context.Context, by backup.User) (tokens []store.Token, err error) {
	if err := backup.Require(by, backup.ManageSettings); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		tokens, err = tx.Tokens(ctx)
		return err
	})
	return tokens, err
}

// RevokeToken makes an API token void at once and returns what it was. One that is not there,
// or no longer, is NotFound. by needs the right to manage settings.
func (s *Service) RevokeToken(ctx context.Context, by backup.User, id store.TokenID) (token store.Token, err error) {
	if err := backup.Require(by, backup.ManageSettings); err != nil {
		return store.Token{}, err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if token, err = tx.RevokeToken(ctx, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, audit.TokenRevoked, subject(token.User), struct {
			Label   string     `json:"label"`
			Created time.Time  `json:"created"`
			Expires *time.Time `json:"expires"`
		}{token.Label, token.CreatedAt, token.ExpiresAt})
	})
	return token, err
}

// UserByToken returns the user that an API token acts for, with all of the user's roles. It
// returns a Forbidden error for a token that is unknown or expired, or whose user is disabled.
func (s *Service) UserByToken(ctx context.Context, token string) (user backup.User, err error) {
	unknown := backup.Errorf(backup.Forbidden, "This API token is unknown or has expired.")
	if !strings.HasPrefix(token, tokenPrefix) || len(token) > 100 {
		return backup.User{}, unknown
	}
	hash := tokenHash(sha256.Sum256([]byte(token)))
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		user, err = tx.UserByToken(ctx, hash[:])
		return err
	})
	if backup.KindOf(err) == backup.NotFound {
		return backup.User{}, unknown
	}
	if err != nil {
		return backup.User{}, fmt.Errorf("find user of token: %w", err)
	}
	user.ActiveRole = ""
	return user, s.touch(ctx, hash)
}

// touch writes down that a token was used, at most once a minute, so that reading through
// the API does not queue for the database's writer.
func (s *Service) touch(ctx context.Context, hash tokenHash) error {
	now := s.now()
	s.mu.Lock()
	fresh := now.Sub(s.touched[hash]) < time.Minute
	if !fresh {
		s.touched[hash] = now
	}
	s.mu.Unlock()
	if fresh {
		return nil
	}
	return s.db.Write(ctx, func(tx *store.Tx) error { return tx.TouchToken(ctx, hash[:]) })
}
