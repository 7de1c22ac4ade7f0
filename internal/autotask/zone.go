package autotask

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// apiVersion is the one version there is; the list of versions has been wrong before.
const apiVersion = "V1.0"

// Zone is where a tenant lives. Tenants differ by their credentials alone; a sandbox is a
// tenant like any other.
type Zone struct {
	Name   string // "EU1 (English Europe and Asia)"
	URL    string // the API's base without version and without a final slash
	WebURL string // the base of the pages for people, without a final slash; may be empty
	CI     int64  // the tenant's number
}

// Zone returns the tenant's zone. It is asked for without credentials, once, and kept.
func (c *Client) Zone(ctx context.Context) (Zone, error) {
	const op = "find zone"
	if zone := c.knownZone(); zone != nil {
		return *zone, nil
	}
	if err := c.locating.take(ctx); err != nil {
		return Zone{}, notSent(op, err)
	}
	defer c.locating.leave()
	if zone := c.knownZone(); zone != nil { // found while waiting
		return *zone, nil
	}
	zone, err := c.discover(ctx, op)
	if err != nil {
		return Zone{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.zone = &zone
	return zone, nil
}

func (c *Client) knownZone() *Zone {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.zone
}

// discover asks for the zone of the user.
func (c *Client) discover(ctx context.Context, op string) (Zone, error) {
	address := c.discovery
	address.RawQuery = "user=" + url.QueryEscape(c.userName)
	var zone Zone
	err := c.retry(ctx, op, func() error {
		answer, err := c.roundTrip(ctx, call{op: op, method: http.MethodGet, path: "zoneInformation"}, &address)
		if err != nil {
			return err
		}
		zone, err = c.readZone(op, answer)
		return err
	})
	return zone, err
}

// readZone checks and reads the answer to a zone discovery.
func (c *Client) readZone(op string, answer answer) (Zone, error) {
	if err := c.judge(call{op: op}, answer); err != nil {
		failure, _ := errors.AsType[*Error](err)
		switch failure.Kind {
		case Refused:
			// The service answers 500 with an array of errors for a user that it does not
			// know: a fault of the settings and not an outage.
			if answer.status == http.StatusInternalServerError {
				failure.Kind = UnknownUser
			}
		case Unauthorised, Forbidden, NotFound:
			failure.Kind = BadAnswer // no credentials were sent, and no record asked for
		default:
		}
		return Zone{}, failure
	}
	var wire struct {
		ZoneName text
		URL      text
		WebURL   text
		CI       number
	}
	if err := json.Unmarshal(answer.body, &wire); err != nil || wire.URL == "" {
		return Zone{}, call{op: op}.failure(BadAnswer, answer.status, errors.New("the answer is no zone information"))
	}
	zone := Zone{Name: string(wire.ZoneName), CI: wire.CI.value}
	var err error
	if zone.URL, err = c.safeBase(op, string(wire.URL)); err != nil {
		return Zone{}, err
	}
	if suffix := "/" + apiVersion; hasSuffixFold(zone.URL, suffix) {
		zone.URL = zone.URL[:len(zone.URL)-len(suffix)]
	}
	if wire.WebURL != "" {
		if zone.WebURL, err = c.safeBase(op, string(wire.WebURL)); err != nil {
			return Zone{}, err
		}
	}
	return zone, nil
}

// safeBase returns address without its final slash, when the rules allow it.
func (c *Client) safeBase(op, address string) (string, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
		return "", badAnswer(op, "the zone's address is not a web address")
	}
	if err := c.rules.check(parsed); err != nil {
		return "", &Error{Op: op, Kind: UnsafeAddress, Err: err}
	}
	return strings.TrimRight(address, "/"), nil
}

// relocate asks for the zone again after the one at hand answered 401, and reports whether
// the tenant has moved to another. Tenants move rarely, and the old zone then answers 401.
func (c *Client) relocate(ctx context.Context, op string, refusing Zone) bool {
	if err := c.locating.take(ctx); err != nil {
		return false
	}
	defer c.locating.leave()
	if zone := c.knownZone(); zone != nil && zone.URL != refusing.URL {
		return true // another request found it
	}
	if c.stopped(op) != nil {
		return false // another request asked in vain
	}
	zone, err := c.discover(ctx, op)
	if err != nil || zone.URL == refusing.URL {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.zone, c.proven = &zone, false
	return true
}

// resolve returns the address of a path below the zone's version, or checks that the address
// of a next page lies in the zone: the server named it, and it gets the credentials.
func (z Zone) resolve(path string) (*url.URL, error) {
	base, err := url.Parse(z.URL + "/" + apiVersion + "/")
	if err != nil {
		return nil, err
	}
	address, err := base.Parse(path)
	if err != nil {
		return nil, err
	}
	sameOrigin := address.Scheme == base.Scheme && strings.EqualFold(address.Host, base.Host) && address.User == nil
	below := len(address.Path) > len(base.Path) && strings.EqualFold(address.Path[:len(base.Path)], base.Path)
	if !sameOrigin || !below {
		return nil, errUnsafe
	}
	return address, nil
}
