package auth

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// How long a session lasts. The cookie itself ends with the browser; the server decides.
const (
	idleLimit   = 12 * time.Hour      // without any request
	sessionLife = 14 * 24 * time.Hour // at most, however busy
	touchEvery  = 5 * time.Minute     // so that reading a page seldom writes to the database
)

// The keys of what a session holds.
const (
	keyUser  = "user"  // int64, absent while nobody is signed in
	keySince = "since" // int64, unix seconds of the sign-in
	keySeen  = "seen"  // int64, unix seconds of the last request that was written down
	keyFlash = "flash" // string, a sentence for the next page
)

func newSessions(cfg Config) *scs.SessionManager {
	manager := scs.New()
	manager.Store = sessionStore{db: cfg.DB, codec: manager.Codec}
	manager.Lifetime = idleLimit
	manager.Cookie.Persist = false
	manager.Cookie.Secure = cfg.SecureCookie
	if cfg.SecureCookie {
		// The prefix makes browsers refuse a cookie planted by another host of the domain.
		manager.Cookie.Name = "__Host-session"
	}
	manager.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		cfg.Log.ErrorContext(r.Context(), "session failed", "path", r.URL.Path, "err", err)
		kind, sentence := backup.Explain(err)
		status := http.StatusInternalServerError
		if kind == backup.Unavailable {
			status = http.StatusServiceUnavailable
		}
		http.Error(w, sentence, status)
	}
	return manager
}

// Session is the middleware that loads the visitor's session before next and saves what
// next changed in it.
func (s *Service) Session(next http.Handler) http.Handler { return s.sessions.LoadAndSave(next) }

// begin puts the user into a session under a new id, so that an id planted before the
// sign-in is worth nothing.
func (s *Service) begin(ctx context.Context, user backup.User) error {
	if err := s.sessions.Clear(ctx); err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	now := s.now()
	s.sessions.Put(ctx, keyUser, int64(user.ID))
	s.sessions.Put(ctx, keySince, now.Unix())
	s.sessions.Put(ctx, keySeen, now.Unix())
	s.sessions.SetDeadline(ctx, now.Add(idleLimit))
	return nil
}

// end makes the session that ctx carries worthless.
func (s *Service) end(ctx context.Context) error {
	if err := s.sessions.Destroy(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// User returns who is signed in, as the database knows them now: a changed role or a disabled
// user bites at once. found is false for a visitor. ctx must come from Session.
func (s *Service) User(ctx context.Context) (user backup.User, found bool, err error) {
	id := s.sessions.GetInt64(ctx, keyUser)
	if id == 0 {
		return backup.User{}, false, nil
	}
	now := s.now()
	since := time.Unix(s.sessions.GetInt64(ctx, keySince), 0)
	if now.Sub(since) > sessionLife {
		return backup.User{}, false, s.end(ctx)
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		var err error
		user, err = tx.User(ctx, backup.UserID(id))
		return err
	})
	if backup.KindOf(err) == backup.NotFound || err == nil && user.Disabled {
		return backup.User{}, false, s.end(ctx)
	}
	if err != nil {
		return backup.User{}, false, fmt.Errorf("find user of session: %w", err)
	}
	if now.Sub(time.Unix(s.sessions.GetInt64(ctx, keySeen), 0)) > touchEvery {
		s.sessions.Put(ctx, keySeen, now.Unix())
		s.sessions.SetDeadline(ctx, now.Add(idleLimit))
	}
	user.ActiveRole = activeRole(user)
	return user, true, nil
}

// Flash keeps a sentence for the next page that the visitor sees.
func (s *Service) Flash(ctx context.Context, sentence string) {
	s.sessions.Put(ctx, keyFlash, sentence)
	s.sessions.SetDeadline(ctx, s.now().Add(idleLimit))
}

// TakeFlash returns the sentence kept by Flash, once, and then the empty string.
func (s *Service) TakeFlash(ctx context.Context) string { return s.sessions.PopString(ctx, keyFlash) }

// RemoveExpiredSessions deletes the sessions that nobody can use any more and returns their
// number.
func (s *Service) RemoveExpiredSessions(ctx context.Context) (removed int, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		removed, err = tx.RemoveExpiredSessions(ctx)
		return err
	})
	return removed, err
}

// sessionStore keeps sessions in the database under the hash of their id: who can read the
// table cannot take over a session.
type sessionStore struct {
	db    *store.DB
	codec scs.Codec
}

var _ scs.CtxStore = sessionStore{}

func hashSessionID(id string) []byte {
	hash := sha256.Sum256([]byte(id))
	return hash[:]
}

// FindCtx returns the data of a session that has not expired.
func (s sessionStore) FindCtx(ctx context.Context, id string) (data []byte, found bool, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		data, found, err = tx.Session(ctx, hashSessionID(id))
		return err
	})
	return data, found, err
}

// CommitCtx saves a session, with its user beside it so that all of a user's sessions can be
// ended.
func (s sessionStore) CommitCtx(ctx context.Context, id string, data []byte, expires time.Time) error {
	_, values, err := s.codec.Decode(data)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	var user *backup.UserID
	if id, ok := values[keyUser].(int64); ok {
		user = new(backup.UserID(id))
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		return tx.SaveSession(ctx, hashSessionID(id), user, data, expires)
	})
}

// DeleteCtx ends a session; one that is not known is no error.
func (s sessionStore) DeleteCtx(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *store.Tx) error { return tx.RemoveSession(ctx, hashSessionID(id)) })
}

// Find, Commit and Delete complete scs.Store; scs calls the forms with a context instead.
func (s sessionStore) Find(id string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), id)
}

// Commit is CommitCtx without a context.
func (s sessionStore) Commit(id string, data []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), id, data, expires)
}

// Delete is DeleteCtx without a context.
func (s sessionStore) Delete(id string) error { return s.DeleteCtx(context.Background(), id) }
