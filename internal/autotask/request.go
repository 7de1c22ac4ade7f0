package autotask

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// The limits of one exchange.
const (
	readTimeout    = 30 * time.Second
	writeTimeout   = 60 * time.Second
	maxAnswerBytes = 16 << 20
	maxPause       = 30 * time.Second // a longer one is the caller's to wait out
)

// attempts is how often a read is sent before its failure is believed.
const attempts = 3

// call is one request for an entity.
type call struct {
	op     string // for errors and the log: "create ticket"
	method string
	entity string // whose slots the request takes
	path   string // below the zone's version, or the address of a next page
	body   any    // sent as JSON; nil for none
	write  bool   // changes something: sent at most once
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// read carries out a call that changes nothing, again if need be, and decodes the answer
// into out.
func (c *Client) read(ctx context.Context, call call, out any) error {
	if call.method == "" {
		call.method = http.MethodGet
	}
	return c.retry(ctx, call.op, func() error {
		answer, err := c.exchange(ctx, call)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(answer.body, out); err != nil {
			return &Error{Op: call.op, Kind: BadAnswer, Status: answer.status, Err: fmt.Errorf("the answer is not the JSON expected: %w", err)}
		}
		return nil
	})
}

// write carries out a call that changes something and returns the id in the answer. It is
// never repeated: after an unclear outcome a second one could do the work twice.
func (c *Client) write(ctx context.Context, call call) (int64, error) {
	call.write = true
	answer, err := c.exchange(ctx, call)
	if err != nil {
		return 0, err
	}
	var result struct {
		ItemID number
	}
	if err := json.Unmarshal(answer.body, &result); err != nil || result.ItemID.value <= 0 {
		return 0, &Error{
			Op: call.op, Kind: Unclear, Status: answer.status, Messages: c.messages(answer.body),
			Err: errors.New("the answer names no item"),
		}
	}
	return result.ItemID.value, nil
}

// retry repeats a read while its failure may pass by itself.
func (c *Client) retry(ctx context.Context, op string, try func() error) error {
	for attempt := 1; ; attempt++ {
		err := try()
		failure, ok := errors.AsType[*Error](err)
		if !ok || attempt == attempts || !failure.mayPass() || ctx.Err() != nil {
			return err
		}
		// Half a second, then a second, and up to half as much again, so that many waiting
		// programs do not come back at the same moment.
		wait := time.Second / 4 << attempt
		wait += rand.N(wait / 2)
		c.log.InfoContext(ctx, "autotask read retried", "op", op, "kind", failure.Kind, "status", failure.Status, "wait", wait)
		if c.sleep(ctx, wait) != nil {
			return err
		}
	}
}

// exchange sends a call with the credentials and returns an answer of success. It waits for
// its turn first: no more requests in flight than allowed, none while the service asked to
// be left alone, and one at a time while nothing shows that the credentials are good, so
// that bad ones are refused once only.
func (c *Client) exchange(ctx context.Context, call call) (answer, error) {
	slot := c.entitySlot(call.entity)
	if err := slot.take(ctx); err != nil {
		return answer{}, notSent(call.op, err)
	}
	defer slot.leave()
	if err := c.awaitPause(ctx, call.op); err != nil {
		return answer{}, err
	}
	if !c.isProven() {
		if err := c.trial.take(ctx); err != nil {
			return answer{}, notSent(call.op, err)
		}
		defer c.trial.leave()
	}
	for moved := false; ; moved = true {
		if err := c.stopped(call.op); err != nil {
			return answer{}, err
		}
		zone, err := c.Zone(ctx)
		if err != nil {
			return answer{}, err
		}
		got, err := c.exchangeIn(ctx, zone, call)
		if KindOf(err) == Unauthorised && !moved && c.relocate(ctx, call.op, zone) {
			continue // status 401 is definite, so that even a write may be sent to the new zone
		}
		c.learn(err)
		return got, err
	}
}

// exchangeIn sends a call to the zone.
func (c *Client) exchangeIn(ctx context.Context, zone Zone, call call) (answer, error) {
	address, err := zone.resolve(call.path)
	if err != nil {
		return answer{}, &Error{Op: call.op, Kind: UnsafeAddress, Err: errors.New("the address of the page lies outside the zone")}
	}
	got, err := c.roundTrip(ctx, call, address)
	if err != nil {
		return answer{}, err
	}
	if err := c.judge(call, got); err != nil {
		return answer{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proven = true
	return got, nil
}

func (c *Client) isProven() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.proven
}

// stopped returns why nothing more is sent, and nil while all is well.
func (c *Client) stopped(op string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken == nil {
		return nil
	}
	failure := *c.broken
	failure.Op, failure.Status = op, 0
	return &failure
}

// learn keeps what a failure means for later calls: refused credentials stop the client
// for good, and a wish to be left alone is kept.
func (c *Client) learn(err error) {
	failure, ok := errors.AsType[*Error](err)
	if !ok || failure.Status == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch failure.Kind {
	case Unauthorised, BadIntegrationCode:
		c.broken = failure
	case Throttled:
		if until := c.now().Add(failure.pause); until.After(c.pausedUntil) {
			c.pausedUntil = until
		}
	default: // concerns this call alone
	}
}

// awaitPause waits until the service may be asked again, unless that takes longer than a
// caller can be expected to wait.
func (c *Client) awaitPause(ctx context.Context, op string) error {
	for {
		c.mu.Lock()
		wait := c.pausedUntil.Sub(c.now())
		c.mu.Unlock()
		if wait <= 0 {
			return nil
		}
		deadline, limited := ctx.Deadline()
		if wait > maxPause || limited && deadline.Before(c.now().Add(wait)) {
			return &Error{Op: op, Kind: Throttled, RetryAfter: wait}
		}
		if err := c.sleep(ctx, wait); err != nil {
			return notSent(op, err)
		}
	}
}

// roundTrip sends one request and reads the whole answer. Entity calls, which have an
// entity, carry the credentials; zone discovery does not.
func (c *Client) roundTrip(ctx context.Context, call call, address *url.URL) (answer, error) {
	timeout := readTimeout
	if call.write {
		timeout = writeTimeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	// Without a connection nothing was sent; with one, it may have been.
	var connected atomic.Bool
	limited = httptrace.WithClientTrace(limited, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	request, err := c.request(limited, call, address)
	if err != nil {
		return answer{}, &Error{Op: call.op, Kind: Refused, Err: err}
	}
	began := c.now()
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, lost(ctx, call, connected.Load(), err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes+1))
	c.log.DebugContext(ctx, "autotask answered", "op", call.op, "method", call.method, "path", address.Path,
		"status", response.StatusCode, "bytes", len(body), "took", c.now().Sub(began))
	if err != nil {
		return answer{}, lost(ctx, call, true, err)
	}
	if len(body) > maxAnswerBytes {
		return answer{}, call.failure(BadAnswer, response.StatusCode, fmt.Errorf("the answer exceeds %d bytes", maxAnswerBytes))
	}
	return answer{response.StatusCode, response.Header, body}, nil
}

// request builds the request.
func (c *Client) request(ctx context.Context, call call, address *url.URL) (*http.Request, error) {
	var body io.Reader
	if call.body != nil {
		data, err := json.Marshal(call.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, call.method, address.String(), body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Backupchecks")
	if call.entity != "" {
		request.Header.Set("UserName", c.userName)
		request.Header.Set("Secret", c.secret.Reveal())
		request.Header.Set("ApiIntegrationCode", c.integrationCode)
	}
	return request, nil
}
