package autotasksim

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// Rule is a workflow rule: some time after a write it changes the ticket and adds a note of
// type 13 that says so. What a rule does sets off no rule.
type Rule struct {
	Name    string           `json:"name"`
	On      string           `json:"on"`             // the write: "create", "update" or "note"
	When    map[string]int64 `json:"when,omitempty"` // values that the ticket has after the write
	Seconds float64          `json:"seconds"`        // from the write to the change
	Set     map[string]any   `json:"set,omitempty"`  // fields that it changes; null empties one
}

// The types of notes that the service makes itself.
const (
	noteByRule    int64 = 13
	noteDuplicate int64 = 15
	noteMerged    int64 = 93
	noteAbsorbed  int64 = 94
)

// pendingChange is what a rule is going to do.
type pendingChange struct {
	at       time.Time
	ticketID int64
	rule     Rule
}

// lock takes the tenant's lock and carries out the rules whose time has come, so that whoever
// looks sees what happened in between. No goroutine is needed, and tests set the clock.
func (t *Tenant) lock() {
	t.mu.Lock()
	t.runRules(t.now())
}

// RunRules carries out what the workflow rules have yet to do as if its time had come.
func (t *Tenant) RunRules() {
	t.lock()
	defer t.mu.Unlock()
	for len(t.pending) > 0 {
		t.runRules(t.pending[0].at)
	}
}

// PendingRules returns how many changes the workflow rules have yet to make.
func (t *Tenant) PendingRules() int {
	t.lock()
	defer t.mu.Unlock()
	return len(t.pending)
}

// setOff notes down what the rules will do after a write to a ticket.
func (t *Tenant) setOff(on string, ticket row) {
	for _, rule := range t.seed.Rules {
		applies := rule.On == on
		for name, value := range rule.When {
			f, _ := t.entities["tickets"].field(name)
			applies = applies && ticket[f.name] == value
		}
		if applies {
			at := t.now().Add(time.Duration(rule.Seconds * float64(time.Second)))
			t.pending = append(t.pending, pendingChange{at, get[int64](ticket, "id"), rule})
		}
	}
	slices.SortStableFunc(t.pending, func(a, b pendingChange) int { return a.at.Compare(b.at) })
}

// runRules carries out what is due.
func (t *Tenant) runRules(now time.Time) {
	for len(t.pending) > 0 && !t.pending[0].at.After(now) {
		change := t.pending[0]
		t.pending = slices.Delete(t.pending, 0, 1)
		if ticket, found := t.entities["tickets"].rows[change.ticketID]; found {
			t.follow(change, ticket)
		}
	}
}

// follow carries out one rule.
func (t *Tenant) follow(change pendingChange, ticket row) {
	e := t.entities["tickets"]
	before, at := maps.Clone(ticket), change.at.UTC()
	var changes []string
	for _, name := range slices.Sorted(maps.Keys(change.rule.Set)) {
		f, _ := e.field(name)                              // the rule was checked
		ticket[f.name], _ = f.value(change.rule.Set[name]) // when the tenant was made
		shown := fmt.Sprint(ticket[f.name])
		if f.picklist {
			shown = t.label(f.name, ticket[f.name])
		}
		changes = append(changes, f.name+": "+shown)
	}
	t.settle(before, ticket, at, t.apiUser())
	t.entities["ticketnotes"].add(row{
		"ticketID": change.ticketID, "title": "Workflow rule: " + change.rule.Name, "noteType": noteByRule, "publish": int64(2),
		"description":    orElse(strings.Join(changes, "\n"), "Nothing was changed."),
		"createDateTime": at, "lastActivityDate": at, "creatorResourceID": t.apiUser(),
	})
}

// checkRules reports rules that cannot be followed.
func (t *Tenant) checkRules() error {
	for _, rule := range t.seed.Rules {
		if err := t.checkRule(rule); err != nil {
			return fmt.Errorf("the rule %q: %w", rule.Name, err)
		}
	}
	return nil
}

func (t *Tenant) checkRule(rule Rule) error {
	if !slices.Contains([]string{"create", "update", "note"}, rule.On) {
		return fmt.Errorf("there is no write %q", rule.On)
	}
	if rule.Name == "" || math.IsNaN(rule.Seconds) || rule.Seconds < 0 {
		return errors.New("it needs a name and a time that is not negative")
	}
	e := t.entities["tickets"]
	for name := range rule.When {
		if f, found := e.field(name); !found || f.kind != integer {
			return fmt.Errorf("tickets have no whole number %q", name)
		}
	}
	for name, sent := range rule.Set {
		f, found := e.field(name)
		if !found || f.readOnly {
			return fmt.Errorf("%q cannot be set", name)
		}
		value, problem := f.value(sent)
		if problem == "" {
			problem = f.check(value)
		}
		if number, isNumber := value.(int64); problem == "" && f.picklist && isNumber {
			if _, found := t.choice(f.name, number); !found {
				problem = fmt.Sprintf("%d is no value of %s", number, f.name)
			}
		}
		if problem == "" && f.required && empty(value) {
			problem = f.name + " cannot be empty"
		}
		if problem != "" {
			return errors.New(problem)
		}
	}
	return nil
}
