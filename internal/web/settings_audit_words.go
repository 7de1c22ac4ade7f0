package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"backupchecks/internal/audit"
)

// Limits on what the list shows of an entry's detail; the detail itself is kept whole.
const (
	maxFacts      = 24
	maxFactLength = 300 // characters of a value
	maxFactDepth  = 4
)

// factReader puts values into words, times in the site's zone.
type factReader struct{ clock clock }

// auditFact is a line of an entry's detail.
type auditFact struct {
	Name    string
	Before  string
	After   string
	Changed bool // Before is what After was
}

// auditGroup is a group of actions in the filter.
type auditGroup struct {
	Label   string
	Actions []auditPick
}

type auditPick struct {
	Action, Label string
	Picked        bool
}

// auditWords names every action for a person, in groups.
func auditWords() []auditGroup {
	return []auditGroup{
		{"Access", []auditPick{
			{Action: audit.SignedIn, Label: "Signed in"},
			{Action: audit.SignInFailed, Label: "Sign-in refused"},
			{Action: audit.SignedOut, Label: "Signed out"},
			{Action: audit.RoleSwitched, Label: "Role switched"},
			{Action: audit.UserAdded, Label: "User added"},
			{Action: audit.UserDisabled, Label: "User disabled"},
			{Action: audit.UserEnabled, Label: "User enabled"},
			{Action: audit.PasswordSet, Label: "Password set"},
			{Action: audit.TokenCreated, Label: "API token created"},
			{Action: audit.TokenRevoked, Label: "API token revoked"},
			{Action: audit.SessionsEnded, Label: "Sessions ended"},
		}},
		{"Mail", []auditPick{
			{Action: audit.MessageImported, Label: "Mail imported"},
			{Action: audit.MessageApproved, Label: "Mail approved"},
			{Action: audit.MessageDeleted, Label: "Mail deleted"},
			{Action: audit.MessageRestored, Label: "Mail restored"},
			{Action: audit.MessageReparsed, Label: "Mail read again"},
		}},
		{"Runs", []auditPick{
			{Action: audit.RunsReviewed, Label: "Reviewed"}, {Action: audit.RunsUnreviewed, Label: "Review taken back"},
		}},
		{"Customers and jobs", []auditPick{
			{Action: audit.CustomerAdded, Label: "Customer added"},
			{Action: audit.CustomerChanged, Label: "Customer changed"},
			{Action: audit.CustomerRemoved, Label: "Customer deleted"},
			{Action: audit.CustomerMapped, Label: "Company mapped"},
			{Action: audit.CustomerUnmapped, Label: "Mapping cleared"},
			{Action: audit.MappingChecked, Label: "Mapping refreshed"},
			{Action: audit.JobChanged, Label: "Job changed"},
		}},
		{"Tickets", []auditPick{
			{Action: audit.TicketRequested, Label: "Ticket asked for"},
			{Action: audit.TicketCreated, Label: "Ticket created"},
			{Action: audit.TicketFailed, Label: "Ticket refused"},
			{Action: audit.TicketUnclear, Label: "Ticket unclear"},
			{Action: audit.TicketLinked, Label: "Ticket linked"},
			{Action: audit.TicketLinkRefused, Label: "Link refused"},
			{Action: audit.TicketMissing, Label: "Ticket missing in Autotask"},
			{Action: audit.TicketFound, Label: "Ticket visible again"},
			{Action: audit.TicketResolve, Label: "Resolve asked for"},
			{Action: audit.TicketResolved, Label: "Ticket resolved"},
			{Action: audit.TicketNoteOnly, Label: "Noted, left open"},
			{Action: audit.TicketResolveFailed, Label: "Resolve refused"},
			{Action: audit.TicketNumberSet, Label: "Ticket number entered"},
		}},
		{"Settings", []auditPick{
			{Action: audit.SettingsChanged, Label: "Settings changed"},
			{Action: audit.ConnectionTested, Label: "Connection tested"},
			{Action: audit.ReferenceRefreshed, Label: "Reference data read"},
			{Action: audit.SecretsRotated, Label: "Secrets encrypted anew"},
		}},
	}
}

// auditGroups is auditWords with the picked action marked.
func auditGroups(picked string) []auditGroup {
	groups := auditWords()
	for _, group := range groups {
		for i := range group.Actions {
			group.Actions[i].Picked = group.Actions[i].Action == picked
		}
	}
	return groups
}

// auditWord names an action, and returns one that is not known as it is.
func auditWord(action string) string {
	for _, group := range auditWords() {
		for _, pick := range group.Actions {
			if pick.Action == action {
				return pick.Label
			}
		}
	}
	return action
}

// auditFacts turns an entry's detail into lines. Of what stands there as it was and as it is,
// only what differs is shown, and what is empty not at all. left counts the lines beyond the
// limit.
func auditFacts(at clock, detail json.RawMessage) (facts []auditFact, left int) {
	c := factReader{at}
	decoder := json.NewDecoder(bytes.NewReader(detail))
	decoder.UseNumber() // ids are larger than what a float keeps
	var whole any
	if decoder.Decode(&whole) != nil {
		return nil, 0
	}
	object, isObject := whole.(map[string]any)
	if !isObject {
		if whole == nil {
			return nil, 0
		}
		return []auditFact{{Name: "Detail", After: c.text(whole)}}, 0
	}
	_, hadBefore := object["before"]
	_, hasAfter := object["after"]
	if hadBefore && hasAfter {
		facts = differences(c, object["before"], object["after"])
		delete(object, "before")
		delete(object, "after")
	}
	flat := map[string]string{}
	c.flatten(flat, "", object, 0)
	for _, name := range slices.Sorted(maps.Keys(flat)) {
		if flat[name] != "" {
			facts = append(facts, auditFact{Name: factName(name), After: flat[name]})
		}
	}
	if len(facts) > maxFacts {
		return facts[:maxFacts], len(facts) - maxFacts
	}
	return facts, 0
}

// differences are the members that changed, without the time of the change, which the entry
// has itself.
func differences(c factReader, before, after any) []auditFact {
	was, is := map[string]string{}, map[string]string{}
	c.flatten(was, "", before, 0)
	c.flatten(is, "", after, 0)
	names := maps.Clone(was)
	maps.Copy(names, is)
	var facts []auditFact
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if was[name] != is[name] && name != "updated_at" {
			facts = append(facts, auditFact{Name: factName(name), Before: orDash(was[name]), After: orDash(is[name]), Changed: true})
		}
	}
	if _, isObject := after.(map[string]any); isObject && facts == nil {
		return []auditFact{{Name: "Changed", After: "nothing"}}
	}
	return facts
}

// flatten gathers the values of an object under their paths: "mapping.company_id".
func (c factReader) flatten(into map[string]string, path string, value any, depth int) {
	object, isObject := value.(map[string]any)
	if !isObject || depth >= maxFactDepth {
		into[path] = c.text(value)
		return
	}
	for name, inner := range object {
		c.flatten(into, strings.TrimPrefix(path+"."+name, "."), inner, depth+1)
	}
}

// factText says a value in words, cut to a sane length.
func (c factReader) text(value any) string {
	var text string
	switch value := value.(type) {
	case nil:
		return ""
	case bool:
		if value {
			return "yes"
		}
		return "no"
	case string:
		text = value
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			text = c.clock.text(at)
		}
	case json.Number:
		return value.String()
	case []any:
		parts := make([]string, 0, min(len(value), maxFacts))
		for _, one := range value[:min(len(value), maxFacts)] {
			parts = append(parts, c.text(one))
		}
		if rest := len(value) - len(parts); rest > 0 {
			parts = append(parts, "and "+strconv.Itoa(rest)+" more")
		}
		text = strings.Join(parts, ", ")
	default:
		encoded, err := json.Marshal(value)
		if err != nil {
			return fmt.Sprint(value)
		}
		text = string(encoded)
	}
	if utf8.RuneCountInString(text) > maxFactLength {
		text = string([]rune(text)[:maxFactLength]) + "…"
	}
	return text
}

// factName makes words of a member's name: "Company id" of "company_id".
func factName(path string) string {
	words := strings.NewReplacer("_url", " URL", "_id", " id", "_", " ", ".", ", ").Replace(path)
	first, size := utf8.DecodeRuneInString(words)
	if size == 0 {
		return "Changed" // the value itself, which is no object
	}
	return strings.ToUpper(string(first)) + words[size:]
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
