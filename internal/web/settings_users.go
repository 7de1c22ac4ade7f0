package web

import (
	"net/http"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

type usersPage struct {
	settingsFrame
	Users   []userRow
	Form    userForm
	Faults  faults // of the form for a new user
	Problem string // why an act on one of the users failed
}

func (*usersPage) template() string { return "settings_users.html" }

// userRow is a user in the list.
type userRow struct {
	ID       backup.UserID
	Name     string
	Roles    []backup.Role
	Active   backup.Role
	Disabled bool
	Self     bool
	Created  whenView
	Fault    string // of the new password that was just refused
}

// userForm is the form for a new user; a password is never sent back.
type userForm struct {
	Name  string
	Roles []rolePick
}

type rolePick struct {
	Role   backup.Role
	About  string
	Picked bool
}

func (s *Server) usersPage(w http.ResponseWriter, r *http.Request) error {
	return s.showUsers(w, r, http.StatusOK, &usersPage{Form: newUserForm("", nil)}, 0, "")
}

func (s *Server) addUser(w http.ResponseWriter, r *http.Request) error {
	var roles []backup.Role
	for _, role := range r.Form["roles"] {
		roles = append(roles, backup.Role(role))
	}
	name := r.FormValue("name")
	user, err := s.auth.AddUser(r.Context(), userFrom(r.Context()), name, r.FormValue("password"), roles)
	if wrong := refusal(err, "name"); wrong != nil {
		return s.showUsers(w, r, statusOf(backup.KindOf(err)), &usersPage{Form: newUserForm(name, roles), Faults: wrong}, 0, "")
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "The user "+user.Name+" is added.", "/settings/users")
}

func (s *Server) setUserPassword(w http.ResponseWriter, r *http.Request) error {
	user, err := s.userOfPath(r)
	if err != nil {
		return err
	}
	err = s.auth.SetPassword(r.Context(), userFrom(r.Context()), user.Name, r.FormValue("password"))
	if wrong := faultsOf(err); wrong != nil {
		return s.showUsers(w, r, http.StatusUnprocessableEntity, &usersPage{Form: newUserForm("", nil)}, user.ID, wrong.In("password"))
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "The password of "+user.Name+" is set, and the sessions of the account have ended.", "/settings/users")
}

// setUserDisabled shuts a user out or lets the user in again.
func (s *Server) setUserDisabled(w http.ResponseWriter, r *http.Request) error {
	user, err := s.userOfPath(r)
	if err != nil {
		return err
	}
	disabled := r.FormValue("disabled") == "true"
	err = s.auth.SetDisabled(r.Context(), userFrom(r.Context()), user.Name, disabled)
	if kind, sentence := backup.Explain(err); kind == backup.Conflict {
		return s.showUsers(w, r, http.StatusConflict, &usersPage{Form: newUserForm("", nil), Problem: sentence}, 0, "")
	}
	if err != nil {
		return err
	}
	sentence := user.Name + " may sign in again."
	if disabled {
		sentence = user.Name + " is disabled: sessions have ended, and API tokens of the account are refused."
	}
	return s.done(w, r, sentence, "/settings/users")
}

func (s *Server) userOfPath(r *http.Request) (user backup.User, err error) {
	id, err := pathID[backup.UserID](r, "id")
	if err != nil {
		return user, err
	}
	err = s.db.Read(r.Context(), func(tx *store.Tx) error {
		user, err = tx.User(r.Context(), id)
		return err
	})
	return user, err
}

// showUsers shows the list; fault is what is wrong with the new password of the user at.
func (s *Server) showUsers(w http.ResponseWriter, r *http.Request, status int, page *usersPage, at backup.UserID, fault string) error {
	page.settingsFrame = inSettings("/settings/users", "Users")
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		clock, err := readClock(r.Context(), tx)
		if err != nil {
			return err
		}
		users, err := tx.Users(r.Context())
		for _, user := range users {
			row := userRow{
				ID: user.ID, Name: user.Name, Roles: user.Roles, Active: user.ActiveRole, Disabled: user.Disabled,
				Self: user.ID == userFrom(r.Context()).ID, Created: clock.at(user.CreatedAt),
			}
			if user.ID == at {
				row.Fault = fault
			}
			page.Users = append(page.Users, row)
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.show(w, r, status, page)
}

func newUserForm(name string, picked []backup.Role) userForm {
	form := userForm{Name: name}
	for _, role := range backup.Roles() {
		pick := rolePick{Role: role, About: aboutRole(role)}
		for _, one := range picked {
			pick.Picked = pick.Picked || one == role
		}
		form.Roles = append(form.Roles, pick)
	}
	return form
}

func aboutRole(role backup.Role) string {
	switch role {
	case backup.Admin:
		return "everything, settings and users too"
	case backup.Operator:
		return "reviews runs, approves mail, makes tickets"
	case backup.Viewer:
		return "sees runs, jobs and customers"
	case backup.Reporter:
		return "sees tickets and reports"
	}
	return ""
}
