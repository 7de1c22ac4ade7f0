package auth_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestAddUser(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := service(t, db)
		if any, err := s.AnyUser(t.Context()); err != nil || any {
			t.Errorf("AnyUser in an empty store: %t, %v", any, err)
		}
		addUser(t, s, "mara", backup.Viewer, backup.Admin, backup.Viewer)
		if any, err := s.AnyUser(t.Context()); err != nil || !any {
			t.Errorf("AnyUser with a user: %t, %v", any, err)
		}
		users, err := s.Users(t.Context(), root())
		if err != nil || len(users) != 1 {
			t.Fatalf("Users: %v, %v, want one", users, err)
		}
		if diff := cmp.Diff([]backup.Role{backup.Admin, backup.Viewer}, users[0].Roles); diff != "" {
			t.Errorf("roles (-want +got):\n%s", diff)
		}
		if hash := hashOf(t, db, "mara"); !strings.HasPrefix(hash, "$argon2id$") {
			t.Errorf("password stored as %q, want an argon2id hash", hash)
		}
		_, err = s.AddUser(t.Context(), root(), "Mara", "correct horse", []backup.Role{backup.Viewer})
		wantKind(t, "the same name again", err, backup.Conflict, "ara")
	})
}

func TestAddUserRefuses(t *testing.T) {
	t.Parallel()
	s := service(t, storetest.Open(t))
	for _, test := range []struct{ name, password, role, field string }{
		{"", "correct horse", "viewer", "name"},
		{" mara", "correct horse", "viewer", "name"},
		{"ma\nra", "correct horse", "viewer", "name"},
		{"ma\xffra", "correct horse", "viewer", "name"},
		{strings.Repeat("m", 101), "correct horse", "viewer", "name"},
		{"mara", "", "viewer", "password"},
		{"mara", "abc", "viewer", "password"},
		{"mara", strings.Repeat("x", 1025), "viewer", "password"},
		{"mara", "correct horse", "boss", "roles"},
	} {
		_, err := s.AddUser(t.Context(), root(), test.name, test.password, []backup.Role{backup.Role(test.role)})
		faults := backup.Faults(err)
		if len(faults) != 1 || faults[0].Field != test.field {
			t.Errorf("AddUser(%q, %q, %q): %v, want a fault in %s", test.name, test.password, test.role, err, test.field)
		}
	}
	_, err := s.AddUser(t.Context(), root(), "mara", "correct horse", nil)
	wantKind(t, "without roles", err, backup.Invalid, "at least one role")
}

func TestOnlyAdministratorsManageUsers(t *testing.T) {
	t.Parallel()
	s := service(t, storetest.Open(t))
	operator := addUser(t, s, "mara", backup.Operator)
	addUser(t, s, "admin", backup.Admin)
	_, err := s.AddUser(t.Context(), operator, "new", "correct horse", []backup.Role{backup.Admin})
	wantKind(t, "AddUser", err, backup.Forbidden, "may not")
	_, err = s.Users(t.Context(), operator)
	wantKind(t, "Users", err, backup.Forbidden, "may not")
	wantKind(t, "SetDisabled", s.SetDisabled(t.Context(), operator, "admin", true), backup.Forbidden, "may not")
	wantKind(t, "SetPassword", s.SetPassword(t.Context(), operator, "admin", "mine now"), backup.Forbidden, "may not")
	if err := s.SetPassword(t.Context(), operator, "mara", "battery staple"); err != nil {
		t.Errorf("one's own password: %v", err)
	}
}

func TestLastAdministratorStays(t *testing.T) {
	t.Parallel()
	s := service(t, storetest.Open(t))
	addUser(t, s, "one", backup.Admin)
	addUser(t, s, "two", backup.Admin)
	if err := s.SetDisabled(t.Context(), root(), "one", true); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "the last one", s.SetDisabled(t.Context(), root(), "two", true), backup.Conflict, "last")
	if err := s.SetDisabled(t.Context(), root(), "one", false); err != nil {
		t.Fatal(err)
	}
	users, err := s.Users(t.Context(), root())
	if err != nil || slices.ContainsFunc(users, func(user backup.User) bool { return user.Disabled }) {
		t.Errorf("Users: %v, %v, want nobody disabled", users, err)
	}
}
