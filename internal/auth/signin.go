package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// SignIn checks a name and a password that came from address (a host without port) and, when
// they are right, begins a new session under a new id. ctx must come from Session. It returns
// an Invalid error when they are wrong, without saying which, and a Forbidden one when there
// were too many tries; the latter is logged but not audited, or a guesser could fill the log.
func (s *Service) SignIn(ctx context.Context, name, password, address string) (backup.User, error) {
	try := newAttempt(name, address)
	known, err := s.admit(ctx, try)
	if err != nil {
		return backup.User{}, err
	}
	user, hash, err := s.lookUp(ctx, name)
	if err != nil {
		return backup.User{}, err
	}
	match, stale, err := s.passwords.check(ctx, password, hash)
	if err != nil {
		return backup.User{}, err
	}
	if !match || user.Disabled {
		return backup.User{}, s.refuse(ctx, try)
	}
	if stale {
		// The old hash still works, so a failure here is not worth refusing the person.
		if hash, err = s.passwords.hash(ctx, password); err != nil {
			s.log.WarnContext(ctx, "password not hashed anew", "user", user.Name, "err", err)
			stale = false
		}
	}
	user.ActiveRole = activeRole(user)
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if stale {
			if err := tx.SetPassword(ctx, user.ID, hash); err != nil {
				return err
			}
		}
		return s.recordSignIn(ctx, tx, user, try)
	})
	if err != nil {
		return backup.User{}, fmt.Errorf("sign in %s: %w", user.Name, err)
	}
	if !known {
		s.addresses.giveBack(try.network)
	}
	if err := s.begin(ctx, user); err != nil {
		return backup.User{}, err
	}
	s.log.InfoContext(ctx, "signed in", "user", user.Name, "address", try.network)
	return user, nil
}

// lookUp finds a user and the hash of the password. A name that nobody has gives no user, no
// hash and no error, so that it takes the same way as a wrong password.
func (s *Service) lookUp(ctx context.Context, name string) (user backup.User, hash string, err error) {
	if checkName(name) != nil {
		return backup.User{}, "", nil
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		var err error
		user, hash, err = tx.UserByName(ctx, name)
		return err
	})
	if backup.KindOf(err) == backup.NotFound {
		return backup.User{}, "", nil
	}
	return user, hash, err
}

// refuse writes the refusal down and returns the error for the person.
func (s *Service) refuse(ctx context.Context, try attempt) error {
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Record(ctx, tx, backup.User{Name: try.name}, audit.SignInFailed, subject(try.name), nil)
	})
	if err != nil {
		return fmt.Errorf("record refused sign-in: %w", err)
	}
	return backup.Errorf(backup.Invalid, "The name or the password is wrong.").In("password")
}

func (s *Service) recordSignIn(ctx context.Context, tx *store.Tx, user backup.User, try attempt) error {
	for _, key := range []string{try.addressKey(), try.anywhereKey()} {
		if err := tx.ClearSignInFailures(ctx, key); err != nil {
			return err
		}
	}
	if err := tx.AddSignInPlace(ctx, try.name, try.network); err != nil {
		return err
	}
	if err := tx.SetActiveRole(ctx, user.ID, user.ActiveRole); err != nil {
		return err
	}
	return audit.Record(ctx, tx, user, audit.SignedIn, subject(user.Name), nil)
}

// SignOut ends the session that ctx carries.
func (s *Service) SignOut(ctx context.Context) error {
	user, found, err := s.User(ctx)
	if err != nil {
		return err
	}
	if found {
		err = s.db.Write(ctx, func(tx *store.Tx) error {
			return audit.Record(ctx, tx, user, audit.SignedOut, subject(user.Name), nil)
		})
	}
	return errors.Join(err, s.end(ctx))
}

// SwitchRole makes one of the user's roles the active one, in all of the user's sessions and
// at the next sign-in. It returns a Forbidden error for a role the user does not have.
func (s *Service) SwitchRole(ctx context.Context, user backup.User, role backup.Role) error {
	if !slices.Contains(user.Roles, role) {
		return backup.Errorf(backup.Forbidden, "You do not have the role %q.", role)
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetActiveRole(ctx, user.ID, role); err != nil {
			return err
		}
		return audit.Record(ctx, tx, user, audit.RoleSwitched, subject(user.Name), struct {
			Before backup.Role `json:"before"`
			After  backup.Role `json:"after"`
		}{user.ActiveRole, role})
	})
}

// activeRole is the remembered role while the user still has it, or else the one of the
// user's roles with most rights.
func activeRole(user backup.User) backup.Role {
	if slices.Contains(user.Roles, user.ActiveRole) {
		return user.ActiveRole
	}
	for _, role := range backup.Roles() {
		if slices.Contains(user.Roles, role) {
			return role
		}
	}
	return ""
}
