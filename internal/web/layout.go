package web

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// layout is what surrounds a page. A page embeds it and sets Title; show fills in the rest.
type layout struct {
	Title     string
	Theme     string // "light", "dark" or "auto"
	Version   string
	RequestID string
	Here      string // the path of the page, for forms that come back to it
	Flash     string // what the last action did, as a sentence
	Menu      []menuItem
	User      *userView // nil for a visitor
}

func (l *layout) frame() *layout { return l }

// userView is the user as the header shows them.
type userView struct {
	Name    string
	Initial string
	Role    string
	Roles   []roleView // more than one, or none
}

type roleView struct {
	Name   string
	Active bool
}

// menuItem is a place in the menu as a page shows it.
type menuItem struct {
	Path, Label, Icon, Key string
	Count                  int // what waits there; 0 shows nothing
	Current                bool
}

// place is an entry of the menu. The right that it needs is the one of its route.
type place struct {
	path, label, icon, key string
	count                  func(context.Context, *store.Tx) (int, error) // nil where nothing waits
}

// menu lists the places in the order in which a morning goes. One without a route is left out.
func menu() []place {
	return []place{
		{"/run-checks", "Run Checks", "checklist", "g r", unreviewed},
		{"/inbox", "Inbox", "inbox", "g i", func(ctx context.Context, tx *store.Tx) (int, error) { return tx.InboxCount(ctx) }},
		{"/customers", "Customers", "building", "g c", nil},
		{"/jobs", "Jobs", "stack-2", "g j", nil},
		{"/tickets", "Tickets", "ticket", "g t", nil},
		{"/settings", "Settings", "settings", "g s", nil},
	}
}

// unreviewed counts the runs that still want a review.
func unreviewed(ctx context.Context, tx *store.Tx) (int, error) {
	counts, err := tx.UnreviewedCounts(ctx)
	total := 0
	for _, count := range counts {
		total += count
	}
	return total, err
}

// places are the entries of the menu that the user may open.
func (s *Server) places(user backup.User) []place {
	return slices.DeleteFunc(menu(), func(p place) bool {
		i := slices.IndexFunc(s.routes, func(route Route) bool { return route.Pattern == "GET "+p.path })
		return i < 0 || !backup.May(user, s.routes[i].Right)
	})
}

// surround fills in what every page shows around its own content.
func (s *Server) surround(r *http.Request, l *layout) error {
	s.dress(r, l)
	user := userFrom(r.Context())
	l.Flash = s.auth.TakeFlash(r.Context())
	if user.ID == 0 {
		return nil
	}
	l.User = viewUser(user)
	return s.db.Read(r.Context(), func(tx *store.Tx) error {
		for _, p := range s.places(user) {
			item := menuItem{Path: p.path, Label: p.label, Icon: p.icon, Key: p.key, Current: within(r.URL.Path, p.path)}
			if p.count != nil {
				var err error
				if item.Count, err = p.count(r.Context(), tx); err != nil {
					return err
				}
			}
			l.Menu = append(l.Menu, item)
		}
		return nil
	})
}

// dress fills in what needs neither database nor session.
func (s *Server) dress(r *http.Request, l *layout) {
	l.Theme = themeOf(r)
	l.Version = shortVersion(s.version)
	l.RequestID = requestIDFrom(r.Context())
	l.Here = r.URL.Path
	if r.Method == http.MethodGet {
		l.Here = r.URL.RequestURI()
	}
}

// shortVersion cuts a commit's whole id down to what people read; a release stays as it is.
func shortVersion(version string) string {
	return commitID.ReplaceAllString(version, "$1")
}

// commitID finds whole ids of commits, of either length that git has.
var commitID = regexp.MustCompile(`\b([0-9a-f]{12})(?:[0-9a-f]{28}|[0-9a-f]{52})\b`)

func viewUser(user backup.User) *userView {
	first, _ := utf8.DecodeRuneInString(user.Name)
	view := &userView{Name: user.Name, Initial: strings.ToUpper(string(first)), Role: string(user.ActiveRole)}
	if len(user.Roles) > 1 {
		for _, role := range user.Roles {
			view.Roles = append(view.Roles, roleView{Name: string(role), Active: role == user.ActiveRole})
		}
	}
	return view
}

// within reports whether path is place or lies below it.
func within(path, place string) bool {
	return path == place || strings.HasPrefix(path, place+"/")
}
