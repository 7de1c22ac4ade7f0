package autotasksim

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// shownRequests is how many requests a page lists at most.
const shownRequests = 200

type listsPage struct {
	frame
	Languages []languageView
	Lists     []listView
}

type languageView struct {
	Code, Name string
	Selected   bool
}

type listView struct {
	Name   string
	Values []choiceView
}

type choiceView struct {
	Choice
	Shown string // the label in the tenant's language
}

func (p pages) lists(w http.ResponseWriter, _ *http.Request) {
	page := listsPage{frame: p.frame("Lists")}
	p.lock()
	for _, code := range Languages() {
		page.Languages = append(page.Languages, languageView{code, orElse(map[string]string{"de": "German", "nl": "Dutch"}[code], "English"), code == p.seed.Language})
	}
	for _, name := range slices.Sorted(maps.Keys(p.seed.Picklists)) {
		list := listView{Name: name}
		for _, choice := range p.seed.Picklists[name] {
			list.Values = append(list.Values, choiceView{choice, p.shown(choice.Label)})
		}
		page.Lists = append(page.Lists, list)
	}
	p.mu.Unlock()
	p.show(w, http.StatusOK, "lists.html", page)
}

type requestsPage struct {
	frame
	Used, Limit int
	Requests    []requestView // newest first
}

type requestView struct {
	Time, Request, User, Status, Fault, Body string
	Good                                     bool
}

func (p pages) requests(w http.ResponseWriter, _ *http.Request) {
	page := requestsPage{frame: p.frame("Requests"), Used: p.used(), Limit: p.opts.HourlyLimit}
	requests := p.server.Requests()
	slices.Reverse(requests)
	for _, request := range requests[:min(len(requests), shownRequests)] {
		status := "no answer"
		if request.Status != 0 {
			status = strconv.Itoa(request.Status)
		}
		page.Requests = append(page.Requests, requestView{
			p.moment(request.Time), request.Method + " " + request.Path, request.User, status,
			string(request.Fault), request.Body, request.Status == http.StatusOK && request.Fault == "",
		})
	}
	p.show(w, http.StatusOK, "requests.html", page)
}

type troublePage struct {
	frame
	Pending int
	Routes  []string
	Kinds   []FaultKind
	Random  bool
	Seed    uint64
	Rates   []rateView
	Locked  string
	Zone    string
	Rights  []rightView
}

type rateView struct {
	Kind    FaultKind
	Percent string
}

type rightView struct {
	Entity string
	Denied bool
}

func (p pages) trouble(w http.ResponseWriter, _ *http.Request) {
	page := troublePage{
		frame: p.frame("Trouble"), Pending: p.server.PendingFaults(), Kinds: FaultKinds(), Seed: 1,
		Routes: []string{"", "GET zoneInformation", "POST Tickets", "PATCH Tickets", "GET Tickets/{id}", "POST Tickets/query", "POST Tickets/{id}/Notes", "POST TimeEntries/query", "POST Companies/query"},
		Locked: strings.Join(p.LockedUsers(), ", "),
	}
	faults, isOn := p.server.RandomFaults()
	if page.Random = isOn; isOn {
		page.Seed = faults.Seed
	}
	for _, kind := range FaultKinds() {
		page.Rates = append(page.Rates, rateView{kind, strconv.FormatFloat(faults.Rates[kind]*100, 'g', 4, 64)})
	}
	p.lock()
	page.Zone = strings.TrimPrefix(p.zonePath, "/")
	for _, entity := range []string{"DeletedTicketLogs", "TimeEntries", "TicketNotes", "Companies", "Tickets"} {
		denied := slices.ContainsFunc(p.seed.Users, func(u User) bool { return containsFold(u.Denied, entity) })
		page.Rights = append(page.Rights, rightView{entity, denied})
	}
	p.mu.Unlock()
	p.show(w, http.StatusOK, "trouble.html", page)
}
