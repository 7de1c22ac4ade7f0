package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"backupchecks/internal/backup"
)

const userColumns = `u.id, u.name, u.active_role, u.disabled, u.created_at`

func userFields(u *backup.User) []any {
	return []any{&u.ID, &u.Name, &u.ActiveRole, &u.Disabled, instant{&u.CreatedAt}}
}

func scanUser(r row) (backup.User, error) {
	var u backup.User
	err := r.Scan(userFields(&u)...)
	return u, err
}

// AddUser stores a user, whose first role by rights becomes the active one. A name that is
// taken, as folded text, is a Conflict; a user without roles is Invalid.
func (tx *Tx) AddUser(ctx context.Context, name, passwordHash string, roles []backup.Role) (backup.User, error) {
	roles = sortedRoles(roles)
	if len(roles) == 0 {
		return backup.User{}, backup.Errorf(backup.Invalid, "A user needs at least one role.").In("roles")
	}
	const insert = `INSERT INTO users (name, name_key, password_hash, active_role, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (name_key) DO NOTHING RETURNING id`
	name = cleanText(name)
	id, err := one(ctx, tx, value[backup.UserID], insert, name, backup.Fold(name), passwordHash, string(roles[0]), millis(tx.now))
	if errors.Is(err, sql.ErrNoRows) {
		return backup.User{}, backup.Errorf(backup.Conflict, "A user named %s is already there.", name).In("name")
	}
	if err != nil {
		return backup.User{}, fmt.Errorf("add user: %w", err)
	}
	for _, role := range roles {
		if _, err := tx.exec(ctx, `INSERT INTO user_roles (user_id, role) VALUES ($1, $2)`, id, string(role)); err != nil {
			return backup.User{}, fmt.Errorf("add role of user %d: %w", id, err)
		}
	}
	return tx.User(ctx, id)
}

// sortedRoles returns the known roles among roles, each once, the one with most rights
// first.
func sortedRoles(roles []backup.Role) []backup.Role {
	return slices.DeleteFunc(backup.Roles(), func(role backup.Role) bool { return !slices.Contains(roles, role) })
}

// User returns one user.
func (tx *Tx) User(ctx context.Context, id backup.UserID) (backup.User, error) {
	u, err := one(ctx, tx, scanUser, `SELECT `+userColumns+` FROM users u WHERE u.id = $1`, id)
	if u, err = found(u, err, "user", id); err != nil {
		return u, err
	}
	return u, tx.addRoles(ctx, &u)
}

// UserByName returns the user with the name, as folded text, and the hash of the password.
func (tx *Tx) UserByName(ctx context.Context, name string) (u backup.User, passwordHash string, err error) {
	err = tx.tx.QueryRowContext(ctx, `SELECT `+userColumns+`, u.password_hash FROM users u WHERE u.name_key = $1`, cleanText(backup.Fold(name))).
		Scan(append(userFields(&u), &passwordHash)...)
	if u, err = found(u, err, "user", name); err != nil {
		return u, "", err
	}
	return u, passwordHash, tx.addRoles(ctx, &u)
}

// Users returns all users by name.
func (tx *Tx) Users(ctx context.Context) ([]backup.User, error) {
	users, err := list(ctx, tx, scanUser, `SELECT `+userColumns+` FROM users u ORDER BY u.name_key`)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	for i := range users {
		if err := tx.addRoles(ctx, &users[i]); err != nil {
			return nil, err
		}
	}
	return users, nil
}

func (tx *Tx) addRoles(ctx context.Context, u *backup.User) error {
	roles, err := list(ctx, tx, value[backup.Role], `SELECT role FROM user_roles WHERE user_id = $1`, u.ID)
	if err != nil {
		return fmt.Errorf("read roles of user %d: %w", u.ID, err)
	}
	u.Roles = sortedRoles(roles)
	return nil
}

// SetPassword replaces the hash of a user's password.
func (tx *Tx) SetPassword(ctx context.Context, id backup.UserID, hash string) error {
	rows, err := tx.exec(ctx, `UPDATE users SET password_hash = $1 WHERE id = $2`, hash, id)
	return changed(rows, err, "user", id)
}

// SetDisabled disables a user or lets them in again. To disable the last administrator who
// may sign in is a Conflict.
func (tx *Tx) SetDisabled(ctx context.Context, id backup.UserID, disabled bool) error {
	if disabled {
		if err := tx.keepAdmin(ctx, id); err != nil {
			return err
		}
	}
	rows, err := tx.exec(ctx, `UPDATE users SET disabled = $1 WHERE id = $2`, flag(disabled), id)
	return changed(rows, err, "user", id)
}

// keepAdmin refuses when no administrator would be left without the user. It keeps the
// administrators' rows, so that two of them cannot disable each other at the same moment.
func (tx *Tx) keepAdmin(ctx context.Context, without backup.UserID) error {
	admins, err := list(ctx, tx, value[backup.UserID], `SELECT u.id FROM users u
		WHERE u.disabled = 0 AND u.id IN (SELECT user_id FROM user_roles WHERE role = 'admin') ORDER BY u.id`+tx.db.dialect.forUpdate)
	if err != nil {
		return fmt.Errorf("list administrators: %w", err)
	}
	if len(admins) == 1 && admins[0] == without {
		return backup.Errorf(backup.Conflict, "This is the last administrator. Make another one first.")
	}
	return nil
}

// SetActiveRole chooses which of the user's roles counts on pages. A role that the user
// does not have is Invalid.
func (tx *Tx) SetActiveRole(ctx context.Context, id backup.UserID, role backup.Role) error {
	u, err := tx.User(ctx, id)
	if err != nil {
		return err
	}
	if !slices.Contains(u.Roles, role) {
		return backup.Errorf(backup.Invalid, "%s does not have the role %s.", u.Name, role).In("role")
	}
	rows, err := tx.exec(ctx, `UPDATE users SET active_role = $1 WHERE id = $2`, string(role), id)
	return changed(rows, err, "user", id)
}

// RemoveSessionsOf ends all sessions of a user.
func (tx *Tx) RemoveSessionsOf(ctx context.Context, user backup.UserID) error {
	if _, err := tx.exec(ctx, `DELETE FROM sessions WHERE user_id = $1`, user); err != nil {
		return fmt.Errorf("remove sessions of user %d: %w", user, err)
	}
	return nil
}
