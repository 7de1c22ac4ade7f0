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
)

//go:embed pages
var pageFiles embed.FS

// pages answers the simulator's web page.
type pages struct {
	*Tenant
	server    *Server
	templates *template.Template
}

// routes lists all pages and actions.
func (s *Server) routes(t *Tenant) http.Handler {
	p := pages{t, s, template.Must(template.ParseFS(pageFiles, "pages/*.html"))}
	mux := http.NewServeMux()
	// Pages
	mux.HandleFunc("GET /{$}", p.tickets)
	mux.HandleFunc("GET /tickets/{id}", p.ticket)
	mux.HandleFunc("GET /companies", p.companies)
	mux.HandleFunc("GET /requests", p.requests)
	mux.HandleFunc("GET /style.css", p.style)
	// What people do to tickets
	mux.HandleFunc("POST /tickets", p.addTicket)
	p.act(mux, "POST /tickets/{id}/delete", "/", func(id int64, _ url.Values) error { return t.DeleteTicket(id) })
	p.act(mux, "POST /tickets/{id}/complete", "/tickets/{id}", func(id int64, _ url.Values) error { return t.SetTicketStatus(id, statusComplete) })
	p.act(mux, "POST /tickets/{id}/reopen", "/tickets/{id}", func(id int64, _ url.Values) error { return t.ReopenTicket(id) })
	p.act(mux, "POST /tickets/{id}/hide", "/tickets/{id}", func(id int64, _ url.Values) error { return t.HideTicket(id, true) })
	p.act(mux, "POST /tickets/{id}/show", "/tickets/{id}", func(id int64, _ url.Values) error { return t.HideTicket(id, false) })
	p.act(mux, "POST /tickets/{id}/time", "/tickets/{id}", t.addTime)
	// What people do to companies
	p.act(mux, "POST /companies/{id}/rename", "/companies", func(id int64, form url.Values) error { return t.RenameCompany(id, form.Get("name")) })
	p.act(mux, "POST /companies/{id}/activate", "/companies", func(id int64, _ url.Values) error { return t.SetCompanyActive(id, true) })
	p.act(mux, "POST /companies/{id}/deactivate", "/companies", func(id int64, _ url.Values) error { return t.SetCompanyActive(id, false) })
	// What goes wrong
	mux.HandleFunc("POST /faults", p.setFault)
	mux.HandleFunc("POST /faults/clear", func(w http.ResponseWriter, r *http.Request) {
		s.ClearFaults()
		http.Redirect(w, r, "/requests", http.StatusSeeOther)
	})
	mux.HandleFunc("POST /users/unlock", p.unlock)
	return http.NewCrossOriginProtection().Handler(p.headers(p.deepLinks(mux)))
}

// headers keeps pages from running or loading anything: what tickets hold is foreign text.
func (p pages) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
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
		http.Error(w, "There is no such ticket.", http.StatusNotFound)
	})
}

// act registers an action on the record that the path names. back is the page that follows.
func (p pages) act(mux *http.ServeMux, pattern, back string, action func(id int64, form url.Values) error) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err == nil {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			err = r.ParseForm()
		}
		if err == nil {
			err = action(id, r.PostForm)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, strings.ReplaceAll(back, "{id}", strconv.FormatInt(id, 10)), http.StatusSeeOther)
	})
}

// show sends a page, whole or not at all.
func (p pages) show(w http.ResponseWriter, name string, data any) {
	var buffer bytes.Buffer
	if err := p.templates.ExecuteTemplate(&buffer, name, data); err != nil {
		p.server.log.Error("simulator page failed", "page", name, "err", err)
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = buffer.WriteTo(w) // a reader that left needs no page
}

func (p pages) style(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, pageFiles, "pages/style.css")
}

func (p pages) addTicket(w http.ResponseWriter, r *http.Request) {
	company, err := strconv.ParseInt(r.PostFormValue("company"), 10, 64)
	if err == nil {
		_, err = p.AddTicket(Ticket{CompanyID: company, Title: r.PostFormValue("title")})
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (t *Tenant) addTime(id int64, form url.Values) error {
	hours, err := strconv.ParseFloat(form.Get("hours"), 64)
	if err != nil {
		return err
	}
	return t.AddTimeEntry(id, hours, form.Get("summary"))
}

func (p pages) setFault(w http.ResponseWriter, r *http.Request) {
	count, err := strconv.Atoi(r.PostFormValue("count"))
	if err != nil || count < 1 || count > 100 {
		http.Error(w, "Give a number from 1 to 100.", http.StatusBadRequest)
		return
	}
	p.server.FailNext(count, Fault{Kind: FaultKind(r.PostFormValue("kind")), On: r.PostFormValue("on"), Delay: slowDelay})
	http.Redirect(w, r, "/requests", http.StatusSeeOther)
}

func (p pages) unlock(w http.ResponseWriter, r *http.Request) {
	p.UnlockUsers()
	http.Redirect(w, r, "/requests", http.StatusSeeOther)
}
