package api

import (
	"net/http"

	"backupchecks/internal/backup"
)

// Methods by their short names, so that a route stays one line.
const (
	get   = http.MethodGet
	post  = http.MethodPost
	put   = http.MethodPut
	patch = http.MethodPatch
	del   = http.MethodDelete
)

// Route says what an endpoint is and who may ask for it. All of them want a token.
type Route struct {
	Method  string
	Path    string // below /api/v1, as http.ServeMux takes it
	Right   backup.Right
	Name    string // unique; generated clients name their function after it
	Summary string
	Status  int   // of success; 0: 200 with an answer, 204 without
	Also    []int // further statuses of success, with the same answer
	Errors  []int // statuses of failure worth knowing, beside those that every endpoint may answer
}

// install lists every endpoint, with the right that it needs.
func (a *API) install() {
	// Messages
	add(a, Route{post, "/messages", backup.ApproveMail, "addMessage", "Store a mail, once, and read it", 201, []int{200}, []int{413, 415}}, a.addMessage)
	add(a, Route{get, "/messages", backup.SeeInbox, "listMessages", "List mails, newest first", 0, nil, nil}, a.listMessages)
	add(a, Route{get, "/messages/{id}", backup.SeeInbox, "getMessage", "One mail with its reading", 0, nil, []int{404}}, a.getMessage)
	add(a, Route{get, "/messages/{id}/raw", backup.SeeInbox, "getRawMessage", "The mail as it came", 0, nil, []int{404}}, a.getRawMessage)
	add(a, Route{post, "/messages/{id}/approve", backup.ApproveMail, "approveMessage", "Make jobs and runs of a waiting mail", 0, nil, []int{404, 409}}, a.approveMessage)
	add(a, Route{post, "/messages/{id}/reparse", backup.ApproveMail, "reparseMessage", "Read a mail again with today's parsers", 0, nil, []int{404}}, a.reparseMessage)
	add(a, Route{del, "/messages/{id}", backup.ApproveMail, "deleteMessage", "Take a mail out of the Inbox", 0, nil, []int{404, 409}}, a.deleteMessage)
	add(a, Route{post, "/messages/{id}/restore", backup.ApproveMail, "restoreMessage", "Bring a deleted mail back", 0, nil, []int{404, 409}}, a.restoreMessage)

	// Customers
	add(a, Route{get, "/customers", backup.SeeJobs, "listCustomers", "List customers by name", 0, nil, nil}, a.listCustomers)
	add(a, Route{post, "/customers", backup.EditCustomers, "addCustomer", "Add a customer", 201, nil, []int{409}}, a.addCustomer)
	add(a, Route{get, "/customers/{id}", backup.SeeJobs, "getCustomer", "One customer", 0, nil, []int{404}}, a.getCustomer)
	add(a, Route{patch, "/customers/{id}", backup.EditCustomers, "updateCustomer", "Change a customer", 0, nil, []int{404, 409}}, a.updateCustomer)
	add(a, Route{del, "/customers/{id}", backup.EditCustomers, "removeCustomer", "Remove a customer without jobs", 0, nil, []int{404, 409}}, a.removeCustomer)
	add(a, Route{put, "/customers/{id}/autotask", backup.EditCustomers, "mapCustomer", "Choose the customer's company in Autotask", 0, nil, []int{404, 409, 502, 503}}, a.mapCustomer)
	add(a, Route{del, "/customers/{id}/autotask", backup.EditCustomers, "unmapCustomer", "Take the company from the customer", 0, nil, []int{404}}, a.unmapCustomer)
	add(a, Route{post, "/customers/{id}/autotask/refresh", backup.EditCustomers, "refreshCustomerMapping", "Read the customer's company again", 0, nil, []int{404, 409, 502, 503}}, a.refreshMapping)
	add(a, Route{get, "/autotask/companies", backup.EditCustomers, "searchCompanies", "Search the companies of Autotask", 0, nil, []int{409, 502, 503}}, a.searchCompanies)

	// Jobs
	add(a, Route{get, "/jobs", backup.SeeJobs, "listJobs", "List jobs by customer and name", 0, nil, nil}, a.listJobs)
	add(a, Route{get, "/jobs/{id}", backup.SeeJobs, "getJob", "One job", 0, nil, []int{404}}, a.getJob)
	add(a, Route{patch, "/jobs/{id}", backup.EditCustomers, "updateJob", "Change a job", 0, nil, []int{404, 409}}, a.updateJob)

	// Runs
	add(a, Route{get, "/runs", backup.SeeJobs, "listRuns", "List runs, newest first", 0, nil, nil}, a.listRuns)
	add(a, Route{get, "/runs/{id}", backup.SeeJobs, "getRun", "One run", 0, nil, []int{404}}, a.getRun)
	add(a, Route{post, "/runs/review", backup.ReviewRuns, "reviewRuns", "Mark runs as looked at, all or none", 0, nil, []int{404}}, a.reviewRuns)
	add(a, Route{post, "/runs/unreview", backup.ReviewRuns, "unreviewRuns", "Take the mark back, from all or none", 0, nil, []int{404}}, a.unreviewRuns)

	// Tickets
	add(a, Route{get, "/runs/{id}/ticket/preview", backup.ManageTickets, "previewTicket", "What would be sent, and what stands in the way", 0, nil, []int{404}}, a.previewTicket)
	add(a, Route{post, "/runs/{id}/ticket", backup.ManageTickets, "createTicket", "Create the Autotask ticket of a run", 201, []int{202}, []int{404, 409, 502, 503}}, a.createTicket)
	add(a, Route{post, "/runs/{id}/ticket/link", backup.ManageTickets, "linkTicket", "Link an existing Autotask ticket", 0, nil, []int{404, 409, 502, 503}}, a.linkTicket)
	// A reporter may see tickets, but no runs, so the right is that of the run's page.
	add(a, Route{post, "/runs/{id}/ticket/refresh", backup.SeeJobs, "refreshTicket", "Validate the ticket against Autotask now", 0, nil, []int{404, 409, 502, 503}}, a.refreshTicket)
	add(a, Route{post, "/runs/{id}/ticket/resolve", backup.ManageTickets, "resolveTicket", "Mark the ticket as resolved in Autotask", 0, nil, []int{404, 409, 502, 503}}, a.resolveTicket)
	add(a, Route{put, "/runs/{id}/ticket/number", backup.ManageTickets, "setTicketNumber", "Note a ticket number by hand", 0, nil, []int{404, 409}}, a.setTicketNumber)

	// Settings
	add(a, Route{get, "/settings/autotask", backup.ManageSettings, "getAutotaskSettings", "The settings of the integration", 0, nil, nil}, a.getAutotaskSettings)
	add(a, Route{patch, "/settings/autotask", backup.ManageSettings, "updateAutotaskSettings", "Change settings; what is left out stays", 0, nil, nil}, a.updateAutotaskSettings)
	add(a, Route{post, "/settings/autotask/test", backup.ManageSettings, "testAutotask", "Try the stored credentials", 0, nil, []int{502, 503}}, a.testAutotask)
	add(a, Route{post, "/settings/autotask/refresh", backup.ManageSettings, "refreshAutotaskReference", "Load queues, sources, statuses and priorities", 0, nil, []int{502, 503}}, a.refreshReference)

	// Audit
	add(a, Route{get, "/audit", backup.SeeAudit, "listAudit", "List the audit log, newest first", 0, nil, nil}, a.listAudit)
}
