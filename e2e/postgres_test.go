package e2e_test

import (
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"backupchecks/internal/store/storetest"
)

// line is the connection to a PostgreSQL server, which can break.
type line struct {
	database string // its address through the line

	network, server string
	listener        net.Listener

	mu     sync.Mutex
	broken bool
	ends   map[net.Conn]bool
}

// newLine makes a database and a line to it.
func newLine(t *testing.T) *line {
	t.Helper()
	direct, err := pgconn.ParseConfig(withoutPool(t, storetest.PostgresURL(t)))
	if err != nil {
		t.Fatal(err)
	}
	l := &line{ends: map[net.Conn]bool{}}
	l.network, l.server = pgconn.NetworkAddress(direct.Host, direct.Port)
	if l.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	through := url.URL{
		Scheme: "postgres", User: url.UserPassword(direct.User, direct.Password), Host: l.listener.Addr().String(),
		Path: "/" + direct.Database, RawQuery: "sslmode=disable&pool_max_conns=10&connect_timeout=5",
	}
	l.database = through.String()
	var carrying sync.WaitGroup
	carrying.Go(func() { l.accept(&carrying) })
	t.Cleanup(func() {
		_ = l.listener.Close() // nothing is lost by it
		l.cut()
		carrying.Wait()
	})
	return l
}

// withoutPool takes off an address what only a pool understands.
func withoutPool(t *testing.T, address string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := parsed.Query()
	for name := range query {
		if strings.HasPrefix(name, "pool_") {
			query.Del(name)
		}
	}
	parsed.RawQuery = query.Encode()
	return parsed.String()
}

// accept carries connections until the listener is closed.
func (l *line) accept(carrying *sync.WaitGroup) {
	for {
		near, err := l.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		far, err := net.Dial(l.network, l.server)
		if err != nil || !l.keep(near, far) {
			_ = near.Close() // that is how the client learns of it
			continue
		}
		carrying.Go(func() { l.carry(far, near) })
		carrying.Go(func() { l.carry(near, far) })
	}
}

// keep notes both ends of a connection, so that they can be cut, unless the line is broken.
func (l *line) keep(near, far net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		_ = far.Close() // it was not used
		return false
	}
	l.ends[near], l.ends[far] = true, true
	return true
}

func (l *line) carry(to, from net.Conn) {
	_, _ = io.Copy(to, from) // either end may go at any time
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, end := range []net.Conn{to, from} {
		_ = end.Close() // or was closed by the other direction
		delete(l.ends, end)
	}
}

// cut breaks the line: what is connected is torn down, and nothing new gets through.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = true
	for end := range l.ends {
		_ = end.Close() // its copying ends with it
	}
}

// mend lets connections through again.
func (l *line) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = false
}
