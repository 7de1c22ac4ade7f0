package web

import (
	"net/http"

	"backupchecks/internal/backup"
	"backupchecks/internal/web/assets"
)

// install lists every route, in the order of the menu, with the right that it needs.
func (s *Server) install(mux *http.ServeMux) {
	r := router{server: s, mux: mux}

	// Everybody
	r.open("GET /sign-in", s.signInPage)
	r.open("POST /sign-in", s.signIn)
	r.open("POST /theme", s.setTheme)
	r.open("/", s.nothingHere)
	mux.Handle("GET "+assets.Prefix, s.assets)

	// Everybody who is signed in
	r.signedIn("GET /{$}", s.home)
	r.signedIn("POST /role", s.switchRole)
	r.signedIn("POST /sign-out", s.signOut)

	// Run Checks
	r.get("/run-checks", backup.SeeRunChecks, s.runChecks)
	r.get("/run-checks/news", backup.SeeRunChecks, s.runNews)
	r.post("/runs/review", backup.ReviewRuns, s.reviewRuns)
	r.post("/runs/unreview", backup.ReviewRuns, s.unreviewRuns)
	r.get("/runs/{id}/pane", backup.SeeRunChecks, s.runPane)

	// A run and its ticket
	r.get("/runs/{id}", backup.SeeJobs, s.runDetails)
	r.get("/runs/{id}/ticket", backup.SeeTickets, s.runTicket)
	r.post("/runs/{id}/ticket", backup.ManageTickets, s.createTicket)
	r.post("/runs/{id}/ticket/link", backup.ManageTickets, s.linkTicket)
	r.post("/runs/{id}/ticket/number", backup.ManageTickets, s.setTicketNumber)
	r.post("/runs/{id}/ticket/refresh", backup.SeeTickets, s.refreshTicket)
	r.post("/runs/{id}/ticket/resolve", backup.ManageTickets, s.resolveTicket)

	// Jobs
	r.get("/jobs/{id}", backup.SeeJobs, s.jobDetails)

	// Inbox
	r.get("/inbox", backup.SeeInbox, s.inbox)
	r.get("/inbox/{id}", backup.SeeInbox, s.inboxMail)
	r.get("/inbox/upload", backup.ApproveMail, s.uploadedBefore)
	r.upload("/inbox/upload", backup.ApproveMail, s.uploadMail)
	r.post("/inbox/{id}/approve", backup.ApproveMail, s.approveMail)
	r.post("/inbox/{id}/delete", backup.ApproveMail, s.deleteMail)
	r.post("/inbox/{id}/restore", backup.ApproveMail, s.restoreMail)
	r.post("/inbox/{id}/reparse", backup.ApproveMail, s.reparseMail)

	// Mails as they came
	r.get("/messages/{id}/frame", backup.SeeInbox, s.messageFrame)
	r.get("/messages/{id}/raw", backup.SeeInbox, s.messageRaw)

	// Customers
	r.get("/customers", backup.SeeJobs, s.customersPage)
	r.post("/customers", backup.EditCustomers, s.addCustomer)
	r.get("/customers/{id}", backup.SeeJobs, s.customerPage)
	r.post("/customers/{id}", backup.EditCustomers, s.updateCustomer)
	r.post("/customers/{id}/delete", backup.EditCustomers, s.deleteCustomer)
	r.get("/customers/{id}/companies", backup.EditCustomers, s.companiesPart)
	r.post("/customers/{id}/mapping", backup.EditCustomers, s.mapCustomer)
	r.post("/customers/{id}/mapping/refresh", backup.EditCustomers, s.refreshMapping)
	r.post("/customers/{id}/mapping/clear", backup.EditCustomers, s.unmapCustomer)

	// Jobs
	r.get("/jobs", backup.SeeJobs, s.jobsPage)
	r.post("/jobs/{id}/archive", backup.EditCustomers, s.archiveJob)

	// Tickets
	r.get("/tickets", backup.SeeTickets, s.ticketsPage)

	// Settings
	r.get("/settings", backup.ManageSettings, s.settingsPage)
	r.get("/settings/general", backup.ManageSettings, s.generalPage)
	r.post("/settings/general", backup.ManageSettings, s.saveGeneral)
	r.get("/settings/autotask", backup.ManageSettings, s.autotaskPage)
	r.post("/settings/autotask", backup.ManageSettings, s.saveAutotask)
	r.post("/settings/autotask/test", backup.ManageSettings, s.testAutotask)
	r.post("/settings/autotask/refresh", backup.ManageSettings, s.refreshAutotask)
	r.post("/settings/autotask/validate", backup.ManageSettings, s.validateAutotask)
	r.get("/settings/users", backup.ManageSettings, s.usersPage)
	r.post("/settings/users", backup.ManageSettings, s.addUser)
	r.post("/settings/users/{id}/password", backup.ManageSettings, s.setUserPassword)
	r.post("/settings/users/{id}/disabled", backup.ManageSettings, s.setUserDisabled)
	r.get("/settings/tokens", backup.ManageSettings, s.tokensPage)
	r.post("/settings/tokens", backup.ManageSettings, s.createToken)
	r.post("/settings/tokens/{id}/revoke", backup.ManageSettings, s.revokeToken)
	r.get("/settings/audit", backup.SeeAudit, s.auditPage)
}

// Limits on the body of a request, in bytes.
const (
	formLimit   = 1 << 20
	uploadLimit = 64 << 20
)

// Route says who may ask for what. Without a right it is for everybody who is signed in.
type Route struct {
	Pattern string // as http.ServeMux takes it: "GET /inbox/{id}"
	Right   backup.Right
	Open    bool // for visitors too
}

// router notes each route while it puts it into a mux.
type router struct {
	server *Server
	mux    *http.ServeMux
}

// get adds a page that needs a right.
func (r router) get(path string, right backup.Right, h handler) {
	r.add(Route{Pattern: "GET " + path, Right: right}, formLimit, h)
}

// post adds an action that needs a right.
func (r router) post(path string, right backup.Right, h handler) {
	r.add(Route{Pattern: "POST " + path, Right: right}, formLimit, h)
}

// upload adds an action that needs a right and takes files.
func (r router) upload(path string, right backup.Right, h handler) {
	r.add(Route{Pattern: "POST " + path, Right: right}, uploadLimit, h)
}

// signedIn adds what everybody who is signed in may do.
func (r router) signedIn(pattern string, h handler) {
	r.add(Route{Pattern: pattern}, formLimit, h)
}

// open adds what visitors may do too.
func (r router) open(pattern string, h handler) {
	r.add(Route{Pattern: pattern, Open: true}, formLimit, h)
}

func (r router) add(route Route, limit int64, h handler) {
	s := r.server
	s.routes = append(s.routes, route)
	r.mux.Handle(route.Pattern, s.auth.Session(s.identify(s.permit(route, s.page(withForm(limit, h))))))
}
