package autotask

import "context"

// Zone is where a tenant lives. Tenants differ by their credentials alone; a sandbox is a
// tenant like any other.
type Zone struct {
	Name   string // "EU1 (English Europe and Asia)"
	URL    string // the API's base without version and without a final slash
	WebURL string // the base of the pages for people, without a final slash
	CI     int64  // the tenant's number
}

// Zone returns the tenant's zone. It is asked for without credentials, once, and kept.
func (c *Client) Zone(ctx context.Context) (Zone, error) {
	return c.locate(ctx)
}
