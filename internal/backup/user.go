package backup

import (
	"slices"
	"time"
)

// Role is a set of rights. A user may have several; on pages one of them is active.
type Role string

// The roles. Their text is fixed.
const (
	Admin    Role = "admin"
	Operator Role = "operator"
	Viewer   Role = "viewer"
	Reporter Role = "reporter"
)

// Roles lists all roles, the one with most rights first.
func Roles() []Role { return []Role{Admin, Operator, Viewer, Reporter} }

// Valid reports whether r is a role.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// User is a person, or a script of theirs, who may sign in.
type User struct {
	ID         UserID
	Name       string
	Roles      []Role
	ActiveRole Role // the role that counts on pages; empty for API tokens, where all count
	Disabled   bool
	CreatedAt  time.Time
}

// Right is something a user may be allowed to do.
type Right string

// The rights, grouped by area. A route stands beside the right it needs.
const (
	SeeRunChecks   Right = "see run checks"
	ReviewRuns     Right = "review runs"
	ManageTickets  Right = "create, link and resolve tickets"
	SeeTickets     Right = "see tickets"
	SeeInbox       Right = "see the inbox"
	ApproveMail    Right = "approve, delete and import mail"
	SeeJobs        Right = "see jobs, runs and customers"
	EditCustomers  Right = "edit customers and jobs"
	SeeReports     Right = "see reports"
	ManageSettings Right = "change settings and users"
	SeeAudit       Right = "see the audit log"
)

// rights says which roles have which right.
func (r Right) roles() []Role {
	switch r {
	case ReviewRuns, ManageTickets, ApproveMail, EditCustomers:
		return []Role{Admin, Operator}
	case SeeRunChecks, SeeInbox, SeeJobs:
		return []Role{Admin, Operator, Viewer}
	case SeeTickets, SeeReports:
		return []Role{Admin, Operator, Viewer, Reporter}
	case ManageSettings, SeeAudit:
		return []Role{Admin}
	}
	return nil
}

// May reports whether the user has the right through the active role, or, where no role is
// active, through any of the roles. A disabled user may do nothing.
func May(user User, right Right) bool {
	if user.Disabled {
		return false
	}
	allowed := right.roles()
	if user.ActiveRole != "" {
		return slices.Contains(user.Roles, user.ActiveRole) && slices.Contains(allowed, user.ActiveRole)
	}
	return slices.ContainsFunc(user.Roles, func(role Role) bool { return slices.Contains(allowed, role) })
}

// Require returns nil when the user has the right, and a Forbidden error otherwise.
func Require(user User, right Right) error {
	if May(user, right) {
		return nil
	}
	return Errorf(Forbidden, "You may not %s. Ask an administrator for a role that allows it.", right)
}

// System is the user under whose name background tasks and commands act in the audit log.
// It is nobody who can sign in.
func System(name string) User {
	return User{Name: name, Roles: []Role{Admin}}
}
