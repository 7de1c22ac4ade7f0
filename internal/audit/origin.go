package audit

import "context"

// origin is where an act came from.
type origin struct {
	address   string
	requestID string
}

// String returns both parts on one line, or less when they are not known.
func (o origin) String() string {
	switch {
	case o.requestID == "":
		return o.address
	case o.address == "":
		return "request " + o.requestID
	}
	return o.address + ", request " + o.requestID
}

type originKey struct{}

// WithOrigin notes in a context where its acts come from: the address of the client without
// its port, or a word such as "command line" or "background", and the request's id, which
// may be empty. Record writes both down.
func WithOrigin(ctx context.Context, address, requestID string) context.Context {
	return context.WithValue(ctx, originKey{}, origin{address: address, requestID: requestID})
}

func originFrom(ctx context.Context) origin {
	from, _ := ctx.Value(originKey{}).(origin)
	return from
}
