package web

import (
	"net/http"

	"backupchecks/internal/backup"
)

// The theme is kept in a cookie rather than with the user: it suits a screen, and the server
// must know it before it sends the first byte, so that no page flashes in the wrong colours.
const themeCookie = "theme"

// autoTheme follows the device.
const autoTheme = "auto"

func validTheme(theme string) bool { return theme == "light" || theme == "dark" || theme == autoTheme }

// themeOf is the theme that the visitor chose.
func themeOf(r *http.Request) string {
	if cookie, err := r.Cookie(themeCookie); err == nil && validTheme(cookie.Value) {
		return cookie.Value
	}
	return autoTheme
}

func (s *Server) setTheme(w http.ResponseWriter, r *http.Request) error {
	theme := r.FormValue("theme")
	if !validTheme(theme) {
		return backup.Errorf(backup.Invalid, "The theme is light, dark or auto.").In("theme")
	}
	const year = 365 * 24 * 60 * 60
	http.SetCookie(w, &http.Cookie{
		Name: themeCookie, Value: theme, Path: "/", MaxAge: year,
		HttpOnly: true, Secure: s.https, SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(w, r, localPath(r.FormValue("next")), http.StatusSeeOther)
	return nil
}
