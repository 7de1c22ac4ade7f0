package auth

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// longestName bounds the name of a user and the label of a token, in bytes.
const longestName = 100

// AddUser makes an account. by needs the right to manage settings. It returns an Invalid
// error that names the field at fault, and a Conflict one for a name that is taken.
func (s *Service) AddUser(ctx context.Context, by backup.User, name, password string, roles []backup.Role) (user backup.User, err error) {
	if err := backup.Require(by, backup.ManageSettings); err != nil {
		return backup.User{}, err
	}
	if err := checkName(name); err != nil {
		return backup.User{}, err
	}
	if roles, err = checkRoles(roles); err != nil {
		return backup.User{}, err
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return backup.User{}, err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if user, err = tx.AddUser(ctx, name, hash, roles); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, audit.UserAdded, subject(name), struct {
			Roles []backup.Role `json:"roles"`
		}{roles})
	})
	return user, err
}

// SetPassword gives a user a new password, ends the user's sessions and forgets earlier wrong
// tries, so that it also lets in somebody whom a guesser has slowed down. by is the user, or
// somebody with the right to manage settings.
func (s *Service) SetPassword(ctx context.Context, by backup.User, name, password string) error {
	if backup.Fold(by.Name) != backup.Fold(name) || by.Disabled {
		if err := backup.Require(by, backup.ManageSettings); err != nil {
			return err
		}
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		user, _, err := tx.UserByName(ctx, name)
		if err != nil {
			return err
		}
		if err := tx.SetPassword(ctx, user.ID, hash); err != nil {
			return err
		}
		if err := tx.RemoveSessionsOf(ctx, user.ID); err != nil {
			return err
		}
		if err := tx.ClearSignInFailures(ctx, newAttempt(name, "").anywhereKey()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, audit.PasswordSet, subject(user.Name), nil)
	})
}

// SetDisabled shuts a user out, ending the user's sessions at once, or lets the user in again.
// by needs the right to manage settings. It returns a Conflict error for the last active
// administrator.
func (s *Service) SetDisabled(ctx context.Context, by backup.User, name string, disabled bool) error {
	if err := backup.Require(by, backup.ManageSettings); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		user, _, err := tx.UserByName(ctx, name)
		if err != nil {
			return err
		}
		if err := tx.SetDisabled(ctx, user.ID, disabled); err != nil {
			return err
		}
		action := audit.UserEnabled
		if disabled {
			action = audit.UserDisabled
			if err := tx.RemoveSessionsOf(ctx, user.ID); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, by, action, subject(user.Name), nil)
	})
}

// Users lists all accounts by name. by needs the right to manage settings.
func (s *Service) Users(ctx context.Context, by backup.User) (users []backup.User, err error) {
	if err := backup.Require(by, backup.ManageSettings); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		users, err = tx.Users(ctx)
		return err
	})
	return users, err
}

// AnyUser reports whether there is an account at all; before the first one nobody can sign in.
func (s *Service) AnyUser(ctx context.Context) (found bool, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		users, err := tx.Users(ctx)
		found = len(users) > 0
		return err
	})
	return found, err
}

// subject names a user in the audit log.
func subject(userName string) string { return "user " + userName }

func checkName(name string) error {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	switch {
	case name == "":
		return backup.Errorf(backup.Invalid, "A user needs a name.").In("name")
	case len(name) > longestName:
		return backup.Errorf(backup.Invalid, "The name of a user may have at most %d bytes.", longestName).In("name")
	case !utf8.ValidString(name), strings.TrimSpace(name) != name, strings.ContainsFunc(name, unprintable):
		return backup.Errorf(backup.Invalid, "The name of a user may not begin or end with a space, nor hold unprintable characters.").In("name")
	}
	return nil
}

// checkRoles returns the roles in their usual order, each once.
func checkRoles(roles []backup.Role) ([]backup.Role, error) {
	if len(roles) == 0 {
		return nil, backup.Errorf(backup.Invalid, "A user needs at least one role.").In("roles")
	}
	var known []backup.Role
	for _, role := range backup.Roles() {
		if slices.Contains(roles, role) {
			known = append(known, role)
		}
	}
	for _, role := range roles {
		if !role.Valid() {
			return nil, backup.Errorf(backup.Invalid, "There is no role %q. The roles are admin, operator, viewer and reporter.", role).In("roles")
		}
	}
	return known, nil
}
