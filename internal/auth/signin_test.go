package auth_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/auth"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := service(t, db)
		addUser(t, s, "Mara", backup.Operator, backup.Viewer)
		b := &browser{service: s}
		user, err := b.signIn(t, "mara", "correct horse", here)
		if err != nil {
			t.Fatalf("SignIn: %v", err)
		}
		if user.Name != "Mara" || user.ActiveRole != backup.Operator {
			t.Errorf("SignIn gives %s as %s, want Mara as operator", user.Name, user.ActiveRole)
		}
		if got := b.user(t); got != "Mara" {
			t.Errorf("signed in as %q on the next page, want Mara", got)
		}
		if got := (&browser{service: s}).user(t); got != "" {
			t.Errorf("a visitor is signed in as %q", got)
		}
	})
}

func TestSignInRefusesWithoutSayingWhy(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := service(t, db)
	addUser(t, s, "mara", backup.Operator)
	addUser(t, s, "gone", backup.Operator)
	if err := s.SetDisabled(t.Context(), root(), "gone", true); err != nil {
		t.Fatal(err)
	}
	for _, try := range []struct{ what, name, password string }{
		{"a wrong password", "mara", "correct horse battery"},
		{"an empty password", "mara", ""},
		{"a name that nobody has", "nobody", "correct horse"},
		{"an empty name", "", "correct horse"},
		{"a disabled user", "gone", "correct horse"},
		{"a name that is no text", "mara\x00\xff", "correct horse"},
		{"an endless name", strings.Repeat("mara", 5000), "correct horse"},
		{"an endless password", "mara", strings.Repeat("x", 1<<20)},
	} {
		b := &browser{service: s}
		_, err := b.signIn(t, try.name, try.password, here)
		wantKind(t, try.what, err, backup.Invalid, "The name or the password is wrong.")
		if got := b.user(t); got != "" {
			t.Errorf("%s: signed in as %q", try.what, got)
		}
	}
}

func TestSessionGetsNewIDAtSignIn(t *testing.T) {
	t.Parallel()
	s := service(t, storetest.Open(t))
	addUser(t, s, "mara", backup.Operator)
	b := &browser{service: s}
	before := b.visit(t, func(ctx context.Context) { s.Flash(ctx, "planted") })
	if _, err := b.signIn(t, "mara", "correct horse", here); err != nil {
		t.Fatal(err)
	}
	if b.cookie.Value == before.Value {
		t.Error("the session keeps its id at sign-in")
	}
	old := &browser{service: s, cookie: before}
	if got := old.user(t); got != "" {
		t.Errorf("the id from before the sign-in is signed in as %q", got)
	}
}

func TestWrongPasswordsMakeWait(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	storetest.At(t, db, "2026-03-02 08:00")
	s := service(t, db)
	addUser(t, s, "mara", backup.Operator)
	b := &browser{service: s}
	for range 5 {
		_, err := b.signIn(t, "mara", "wrong", here)
		wantKind(t, "a free try", err, backup.Invalid, "wrong")
	}
	_, err := b.signIn(t, "mara", "correct horse", here)
	wantKind(t, "the right password after five wrong ones", err, backup.Forbidden, "try again in 5 seconds")

	_, err = (&browser{service: s}).signIn(t, "mara", "correct horse", elsewhere)
	if err != nil {
		t.Errorf("the person elsewhere must wait for the guesser: %v", err)
	}

	// That success forgave the guesser's tries only where they count for everybody.
	storetest.Advance(t, db, 4*time.Second)
	_, err = b.signIn(t, "mara", "wrong", here)
	wantKind(t, "a try during the wait", err, backup.Forbidden, "try again in 1 seconds")
	storetest.Advance(t, db, time.Second)
	_, err = b.signIn(t, "mara", "wrong", here)
	wantKind(t, "a try after the wait", err, backup.Invalid, "wrong")
	_, err = b.signIn(t, "mara", "correct horse", here)
	wantKind(t, "the next try", err, backup.Forbidden, "try again in 10 seconds")

	storetest.Advance(t, db, 10*time.Second)
	if _, err = b.signIn(t, "mara", "correct horse", here); err != nil {
		t.Errorf("the right password after the wait: %v", err)
	}
	_, err = b.signIn(t, "mara", "wrong", here)
	wantKind(t, "a wrong password after a success", err, backup.Invalid, "wrong")
}

func TestNobodyIsLockedOutForEver(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	storetest.At(t, db, "2026-03-02 08:00")
	s := service(t, db)
	addUser(t, s, "admin", backup.Admin)
	b := &browser{service: s}
	for range 400 {
		// The errors do not matter; that each try is refused is tested elsewhere.
		_, _ = b.signIn(t, "admin", "wrong", here)
		storetest.Advance(t, db, 10*time.Second)
	}
	storetest.Advance(t, db, 5*time.Minute)
	if _, err := b.signIn(t, "admin", "correct horse", here); err != nil {
		t.Errorf("five minutes after an hour of guessing: %v", err)
	}
}

func TestManyAddressesAgainstOneName(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	storetest.At(t, db, "2026-03-02 08:00")
	s := service(t, db)
	addUser(t, s, "mara", backup.Operator)
	known := &browser{service: s}
	if _, err := known.signIn(t, "mara", "correct horse", here); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		_, err := (&browser{service: s}).signIn(t, "mara", "wrong", fmt.Sprintf("203.0.113.%d", i))
		wantKind(t, "a try from one of many addresses", err, backup.Invalid, "wrong")
	}
	_, err := (&browser{service: s}).signIn(t, "mara", "correct horse", "203.0.113.200")
	wantKind(t, "one address more", err, backup.Forbidden, "Too many")
	if _, err := known.signIn(t, "mara", "correct horse", here); err != nil {
		t.Errorf("an address that signed in before must wait for guessers elsewhere: %v", err)
	}
}

func TestNewPasswordEndsTheWait(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	storetest.At(t, db, "2026-03-02 08:00")
	s := service(t, db)
	addUser(t, s, "mara", backup.Operator)
	for i := range 60 {
		_, _ = (&browser{service: s}).signIn(t, "mara", "wrong", fmt.Sprintf("203.0.113.%d", i))
	}
	if err := s.SetPassword(t.Context(), root(), "Mara", "battery staple"); err != nil {
		t.Fatal(err)
	}
	if _, err := (&browser{service: s}).signIn(t, "mara", "battery staple", here); err != nil {
		t.Errorf("after a new password: %v", err)
	}
}

func TestOneAddressAgainstManyNames(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	storetest.At(t, db, "2026-03-02 08:00")
	s := service(t, db)
	addUser(t, s, "mara", backup.Operator)
	b := &browser{service: s}
	for i := range 30 {
		_, err := b.signIn(t, fmt.Sprintf("name%d", i), "wrong", fmt.Sprintf("2001:db8::%x", i))
		wantKind(t, "a free try", err, backup.Invalid, "wrong")
	}
	_, err := b.signIn(t, "mara", "correct horse", "2001:db8::ffff")
	wantKind(t, "one name more from the same network", err, backup.Forbidden, "Too many")
	if _, err := b.signIn(t, "mara", "correct horse", "2001:db8:0:1::1"); err != nil {
		t.Errorf("another network must wait too: %v", err)
	}
	storetest.Advance(t, db, 10*time.Second)
	if _, err := b.signIn(t, "mara", "correct horse", "2001:db8::ffff"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

// TestGuesserInTheSameOffice: who signed in from an address before may do so while a guesser
// there uses up all of its tries, also after a restart.
func TestGuesserInTheSameOffice(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.At(t, db, "2026-03-02 08:00")
		s := service(t, db)
		addUser(t, s, "mara", backup.Operator)
		addUser(t, s, "newcomer", backup.Operator)
		if _, err := (&browser{service: s}).signIn(t, "mara", "correct horse", here); err != nil {
			t.Fatal(err)
		}
		s = service(t, db)
		guesser := &browser{service: s}
		for i := range 30 {
			_, err := guesser.signIn(t, fmt.Sprintf("name%d", i), "wrong", here)
			wantKind(t, "a free try", err, backup.Invalid, "wrong")
		}
		for range 2 {
			if _, err := (&browser{service: s}).signIn(t, "Mara", "correct horse", here); err != nil {
				t.Errorf("a person of the office must wait for the guesser: %v", err)
			}
			// Nor does that success give the guesser a try.
			_, err := guesser.signIn(t, "name", "wrong", here)
			wantKind(t, "the guesser", err, backup.Forbidden, "Too many")
		}
		_, err := (&browser{service: s}).signIn(t, "newcomer", "correct horse", here)
		wantKind(t, "somebody who never signed in there", err, backup.Forbidden, "Too many")
		for range 5 {
			_, err := guesser.signIn(t, "mara", "wrong", here)
			wantKind(t, "a guess at a name of the office", err, backup.Invalid, "wrong")
		}
		_, err = guesser.signIn(t, "mara", "wrong", here)
		wantKind(t, "one guess more", err, backup.Forbidden, "Too many")
	})
}

func TestSuccessesNeverMakeWait(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	storetest.At(t, db, "2026-03-02 08:00")
	s := service(t, db)
	for i := range 40 { // more than the 30 tries of an address, each for the first time there
		name := fmt.Sprintf("user%d", i)
		addUser(t, s, name, backup.Operator)
		for range 2 {
			if _, err := (&browser{service: s}).signIn(t, name, "correct horse", here); err != nil {
				t.Fatalf("sign-in of %s: %v", name, err)
			}
		}
	}
}

func TestPasswordIsHashedAnewAtAnotherCost(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	addUser(t, service(t, db), "mara", backup.Operator)
	before := hashOf(t, db, "mara")
	dearer := cheap()
	dearer.Iterations = 2
	s := with(t, auth.Config{DB: db, Cost: dearer})
	for range 2 {
		if _, err := (&browser{service: s}).signIn(t, "mara", "correct horse", here); err != nil {
			t.Fatal(err)
		}
	}
	if after := hashOf(t, db, "mara"); after == before || !strings.Contains(after, "t=2,") {
		t.Errorf("hash %s after sign-in at another cost, want one with t=2", after)
	}
}

func TestSignInsAreAudited(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := service(t, db)
	addUser(t, s, "mara", backup.Operator)
	_, _ = (&browser{service: s}).signIn(t, "mara", "wrong", here)
	b := &browser{service: s}
	user, err := b.signIn(t, "mara", "correct horse", here)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SwitchRole(t.Context(), user, backup.Operator); err != nil {
		t.Fatal(err)
	}
	b.visit(t, func(ctx context.Context) { err = s.SignOut(ctx) })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = db.Read(t.Context(), func(tx *store.Tx) error {
		page, err := tx.AuditEntries(t.Context(), store.AuditFilter{})
		for _, entry := range page.Items {
			got = append(got, entry.Actor+" "+entry.Action+", "+entry.Subject+" "+entry.Origin)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(got) // to the order of time
	want := []string{
		"test user_added, user mara ", "mara sign_in_failed, user mara 192.0.2.1", "mara sign_in, user mara 192.0.2.1",
		"mara role_switched, user mara ", "mara sign_out, user mara 192.0.2.1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

func hashOf(t testing.TB, db *store.DB, name string) (hash string) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
		_, hash, err = tx.UserByName(t.Context(), name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hash
}
