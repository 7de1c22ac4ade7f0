package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// client is a program that uses the REST API.
type client struct {
	url   string
	token string // "" for none
}

// answer is what the API, or any other address, answered.
type answer struct {
	status int
	header http.Header
	body   string
}

// The shapes of the API, as far as the tests read them.
type (
	runShape struct {
		ID      int64
		Status  string
		Remark  string
		Ticket  *ticketShape
		Tickets []ticketShape
		Job     struct {
			Name     string
			Customer struct {
				ID   int64
				Name string
			}
		}
		ReviewedBy *string `json:"reviewed_by"`
	}
	ticketShape struct {
		State      string
		Active     bool
		Number     string
		AutotaskID int64 `json:"autotask_id"`
		Detail     string
		Status     *struct{ Label string }
	}
	messageShape struct {
		ID      int64
		State   string
		From    string
		Subject string
		RunIDs  []int64 `json:"run_ids"`
	}
	listOf[T any] struct {
		Items []T
		Next  string
	}
	problem struct {
		Title  string
		Status int
		Detail string
		Errors []struct{ Message, Field string }
		Ticket *ticketShape
	}
)

// ask sends a request below /api/v1. A body that is a mail is sent as one.
func (c client) ask(t *testing.T, method, path, body string) answer {
	t.Helper()
	got, err := c.try(t, method, path, body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

// try is ask for a server that may be gone.
func (c client) try(t *testing.T, method, path, body string) (answer, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, c.url+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if path == "/messages" && method == http.MethodPost {
		request.Header.Set("Content-Type", "message/rfc822")
	} else if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	return send(request)
}

// patient is the client of all requests. No request of these tests takes longer, unless
// something hangs.
var patient = &http.Client{Timeout: 2 * patience, Transport: &http.Transport{MaxIdleConnsPerHost: 60}}

func send(request *http.Request) (answer, error) {
	response, err := patient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(body)}, err
}

// visit gets an address that is not the API's.
func visit(t *testing.T, url string, header ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	got, err := send(request)
	if err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
	return got
}

// want fails the test unless the status is the wanted one.
func (a answer) want(t *testing.T, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// read decodes the answer.
func read[T any](t *testing.T, a answer) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(a.body), &value); err != nil {
		t.Fatalf("the answer is not JSON of the right shape: %v\n%s", err, a.body)
	}
	return value
}

// all reads a list to its end.
func all[T any](t *testing.T, c client, path string) []T {
	t.Helper()
	var items []T
	next := ""
	for {
		at := path + "?limit=500"
		if next != "" {
			at += "&cursor=" + next
		}
		part := read[listOf[T]](t, c.ask(t, "GET", at, "").want(t, 200))
		items = append(items, part.Items...)
		if next = part.Next; next == "" {
			return items
		}
	}
}

// firstNight is the morning after the mails of these tests; no clock is involved.
func firstNight() time.Time { return time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC) }
