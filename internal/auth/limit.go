package auth

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Wrong passwords are counted three ways, and none of them locks anybody out for ever:
// by name and address, which stops a guesser without touching the person elsewhere; by name
// alone, against many addresses at once; and by address alone, against trying many names. From
// the last two a name is exempt where it signed in before: a whole office may share an address.
const (
	freeFromAddress    = 5
	longestFromAddress = 5 * time.Minute
	freeFromAnywhere   = 50
	longestAnywhere    = 30 * time.Second
	firstWait          = 5 * time.Second
	forgetAfter        = 15 * time.Minute

	addressBurst  = 30               // wrong passwords an address may send at once
	addressRefill = 10 * time.Second // and one more after each of these
	manyAddresses = 10_000           // beyond this, full buckets are dropped
)

// waitAfter is how long the next try must wait after so many failures, of which some are
// free. It doubles up to longest.
func waitAfter(failures, free int, longest time.Duration) time.Duration {
	if failures < free {
		return 0
	}
	return min(firstWait<<min(failures-free, 10), longest)
}

// attempt is one try to sign in: the folded name, cut and cleaned because anybody may send
// anything, and the network it comes from.
type attempt struct {
	name, network string
}

func newAttempt(name, address string) attempt {
	name = backup.Fold(name[:min(len(name), longestName)])
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, name)
	return attempt{name: name, network: network(address)}
}

func (a attempt) anywhereKey() string { return a.name }
func (a attempt) addressKey() string  { return a.name + "\x1f" + a.network }

// network is what counts as one address: an IPv4 address, or the /64 that one IPv6 customer
// usually has whole.
func network(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return addr.String()
	}
	return prefix.String()
}

// admit counts the attempt as a failure before the password is looked at, so that many at
// once cannot slip through together; a success clears it again. It reports whether the name
// signed in from that network before, and returns a Forbidden error when the attempt has to
// wait.
func (s *Service) admit(ctx context.Context, try attempt) (known bool, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		known, err = tx.SignedInFrom(ctx, try.name, try.network)
		return err
	})
	if err != nil {
		return false, err
	}
	var wait time.Duration
	if !known {
		wait = s.addresses.take(try.network, s.now())
	}
	if wait == 0 {
		err := s.db.Write(ctx, func(tx *store.Tx) error {
			wait, err = countFailure(ctx, tx, try, known)
			return err
		})
		if err != nil {
			return false, err
		}
	}
	if wait == 0 {
		return known, nil
	}
	s.log.WarnContext(ctx, "sign-in must wait", "user", try.name, "address", try.network, "wait", wait)
	seconds := int((wait + time.Second - 1) / time.Second)
	return known, backup.Errorf(backup.Forbidden, "Too many attempts to sign in. Please try again in %d seconds.", seconds)
}

// countFailure returns the time to wait, and counts a failure only when there is none: a
// person who keeps trying during the wait does not make it longer.
func countFailure(ctx context.Context, tx *store.Tx, try attempt, known bool) (time.Duration, error) {
	limits := []struct {
		key     string
		free    int
		longest time.Duration
	}{
		{try.addressKey(), freeFromAddress, longestFromAddress},
		{try.anywhereKey(), freeFromAnywhere, longestAnywhere},
	}
	if known {
		limits = limits[:1]
	}
	for _, limit := range limits {
		failures, last, err := tx.SignInFailures(ctx, limit.key)
		if err != nil {
			return 0, err
		}
		since := tx.Now().Sub(last)
		if failures > 0 && since > forgetAfter {
			if err := tx.ClearSignInFailures(ctx, limit.key); err != nil {
				return 0, err
			}
			continue
		}
		if wait := waitAfter(failures, limit.free, limit.longest) - since; wait > 0 && failures >= limit.free {
			return wait, nil
		}
	}
	for _, limit := range limits {
		if err := tx.AddSignInFailure(ctx, limit.key); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// addresses keeps, in memory, how many tries each address has left.
type addresses struct {
	mu      sync.Mutex
	buckets map[string]bucket
}

type bucket struct {
	spent int       // tries used and not yet given back
	since time.Time // when spent was last reckoned
}

func newAddresses() *addresses {
	return &addresses{buckets: map[string]bucket{}}
}

// take uses one try of the address, or returns how long to wait for one.
func (a *addresses) take(network string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.buckets) >= manyAddresses {
		for key, one := range a.buckets {
			if now.Sub(one.since) > addressBurst*addressRefill {
				delete(a.buckets, key)
			}
		}
	}
	one, found := a.buckets[network]
	if !found {
		one.since = now
	}
	back := int(now.Sub(one.since) / addressRefill)
	one.since = one.since.Add(time.Duration(back) * addressRefill)
	if one.spent = max(one.spent-back, 0); one.spent == 0 {
		one.since = now
	}
	if one.spent >= addressBurst {
		a.buckets[network] = one
		return addressRefill - now.Sub(one.since)
	}
	one.spent++
	a.buckets[network] = one
	return 0
}

// giveBack gives back a try that was taken.
func (a *addresses) giveBack(network string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if one, found := a.buckets[network]; found && one.spent > 0 {
		one.spent--
		a.buckets[network] = one
	}
}
