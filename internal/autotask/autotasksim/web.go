package autotasksim

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed pages
var pageFiles embed.FS

// pages answers the web pages of one tenant.
type pages struct {
	*Tenant
	server    *Server
	templates *template.Template
}

// routes lists all pages of a tenant and all that people can do on them.
func (s *Server) routes(t *Tenant) http.Handler {
	p := pages{t, s, template.Must(template.ParseFS(pageFiles, "pages/*.html"))}
	mux := http.NewServeMux()
	// Pages
	mux.HandleFunc("GET /{$}", p.tickets)
	mux.HandleFunc("GET /tickets/{id}", p.ticket)
	mux.HandleFunc("GET /companies", p.companies)
	mux.HandleFunc("GET /lists", p.lists)
	mux.HandleFunc("GET /requests", p.requests)
	mux.HandleFunc("GET /trouble", p.trouble)
	mux.HandleFunc("GET /style.css", p.style)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		p.refuse(w, http.StatusNotFound, "there is no such page")
	})
	// Tickets
	p.post(mux, "/tickets", "/", p.addTicket)
	p.post(mux, "/tickets/{id}/delete", "/", func(f form) error { return t.DeleteTicketBy(f.id, f.number("by", t.person())) })
	p.post(mux, "/tickets/{id}/complete", "/tickets/{id}", func(f form) error { return t.SetTicketStatus(f.id, statusComplete) })
	p.post(mux, "/tickets/{id}/reopen", "/tickets/{id}", func(f form) error { return t.ReopenTicket(f.id) })
	p.post(mux, "/tickets/{id}/status", "/tickets/{id}", func(f form) error { return t.SetTicketStatus(f.id, f.number("status", 0)) })
	p.post(mux, "/tickets/{id}/move", "/tickets/{id}", func(f form) error { return t.MoveTicket(f.id, f.number("company", -1)) })
	p.post(mux, "/tickets/{id}/merge", "/tickets/{id}", func(f form) error { return t.MergeTickets(f.id, f.number("into", 0)) })
	p.post(mux, "/tickets/{id}/hide", "/tickets/{id}", func(f form) error { return t.HideTicket(f.id, true) })
	p.post(mux, "/tickets/{id}/show", "/tickets/{id}", func(f form) error { return t.HideTicket(f.id, false) })
	p.post(mux, "/tickets/{id}/time", "/tickets/{id}", p.addTime)
	p.post(mux, "/tickets/{id}/notes", "/tickets/{id}", p.addNote)
	// Companies
	p.post(mux, "/companies/{id}/rename", "/companies", func(f form) error { return t.RenameCompany(f.id, f.Get("name")) })
	p.post(mux, "/companies/{id}/activate", "/companies", func(f form) error { return t.SetCompanyActive(f.id, true) })
	p.post(mux, "/companies/{id}/deactivate", "/companies", func(f form) error { return t.SetCompanyActive(f.id, false) })
	p.post(mux, "/companies/{id}/delete", "/companies", func(f form) error { return t.DeleteCompany(f.id) })
	// Lists
	p.post(mux, "/lists/activate", "/lists", func(f form) error { return t.SetChoiceActive(f.Get("list"), f.number("value", 0), true) })
	p.post(mux, "/lists/deactivate", "/lists", func(f form) error { return t.SetChoiceActive(f.Get("list"), f.number("value", 0), false) })
	p.post(mux, "/lists/rename", "/lists", func(f form) error {
		return t.RenameChoice(f.Get("list"), f.number("value", 0), f.Get("label"))
	})
	p.post(mux, "/lists/language", "/lists", func(f form) error { return t.SetLanguage(f.Get("language")) })
	// Trouble
	p.post(mux, "/line/cut", "/trouble", func(form) error { s.CutLine(); return nil })
	p.post(mux, "/line/heal", "/trouble", func(form) error { s.Heal(); return nil })
	p.post(mux, "/faults", "/trouble", p.setFault)
	p.post(mux, "/faults/clear", "/trouble", func(form) error { s.ClearFaults(); return nil })
	p.post(mux, "/faults/random", "/trouble", p.setRandomFaults)
	p.post(mux, "/users/unlock", "/trouble", func(form) error { t.UnlockUsers(); return nil })
	p.post(mux, "/rights/deny", "/trouble", func(f form) error { return t.Deny(f.Get("entity"), true) })
	p.post(mux, "/rights/give", "/trouble", func(f form) error { return t.Deny(f.Get("entity"), false) })
	p.post(mux, "/zone", "/trouble", p.moveZone)
	// Requests
	p.post(mux, "/requests/forget", "/requests", func(form) error { s.ResetRequests(); return nil })
	return http.NewCrossOriginProtection().Handler(p.headers(p.deepLinks(mux)))
}

// headers keeps pages from running or loading anything: what tickets hold is foreign text.
func (p pages) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "same-origin") // other sites learn nothing, and the pages' forms keep their origin
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// deepLinks leads the real service's addresses of a ticket to the ticket's page.
func (p pages) deepLinks(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.ToLower(r.URL.Path)
		if path != "/mvc/servicedesk/ticketdetail.mvc" && path != "/autotask/autotaskextend/executecommand.aspx" {
			next.ServeHTTP(w, r)
			return
		}
		for name, values := range r.URL.Query() {
			for _, ticket := range p.Tickets() {
				byID := strings.EqualFold(name, "ticketID") && values[0] == strconv.FormatInt(ticket.ID, 10)
				byNumber := strings.EqualFold(name, "ticketNumber") && strings.EqualFold(values[0], ticket.TicketNumber)
				if byID || byNumber {
					http.Redirect(w, r, fmt.Sprintf("%s/tickets/%d", p.root, ticket.ID), http.StatusFound)
					return
				}
			}
		}
		p.refuse(w, http.StatusNotFound, errNoTicket.Error())
	})
}

// form is what a person sent, with the id of the record that the path names.
type form struct {
	url.Values
	id int64
}

// number returns a field as a number, otherwise for one that is no number.
func (f form) number(name string, otherwise int64) int64 {
	value, err := strconv.ParseInt(f.Get(name), 10, 64)
	if err != nil {
		return otherwise
	}
	return value
}

// post registers an action. back is the page that follows.
func (p pages) post(mux *http.ServeMux, path, back string, action func(form) error) {
	mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if err := r.ParseForm(); err != nil {
			p.refuse(w, http.StatusBadRequest, "the form cannot be read")
			return
		}
		sent := form{Values: r.PostForm}
		if strings.Contains(path, "{id}") {
			id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
			if err != nil {
				p.refuse(w, http.StatusBadRequest, "there is no such record")
				return
			}
			sent.id = id
		}
		if err := action(sent); err != nil {
			p.refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		http.Redirect(w, r, p.root+strings.ReplaceAll(back, "{id}", strconv.FormatInt(sent.id, 10)), http.StatusSeeOther)
	})
}

// refuse shows why something was not done.
func (p pages) refuse(w http.ResponseWriter, status int, reason string) {
	first, size := utf8.DecodeRuneInString(reason)
	sentence := strings.TrimRight(string(unicode.ToUpper(first))+reason[size:], ".") + "."
	p.show(w, status, "refused.html", refusedPage{p.frame("That did not work"), sentence})
}

// show sends a page, whole or not at all.
func (p pages) show(w http.ResponseWriter, status int, name string, data any) {
	var buffer bytes.Buffer
	if err := p.templates.ExecuteTemplate(&buffer, name, data); err != nil {
		p.server.log.Error("simulator page failed", "page", name, "err", err)
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = buffer.WriteTo(w) // a reader that left needs no page
}

func (p pages) style(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, pageFiles, "pages/style.css")
}
