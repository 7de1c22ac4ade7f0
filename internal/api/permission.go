package api

import (
	"context"
	"mime"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
)

// tokenFormat is what tokens look like, for the description.
const tokenFormat = "bck_…"

type userKey struct{}

// userFrom returns who asks. permit has put it there.
func userFrom(ctx context.Context) backup.User {
	user, _ := ctx.Value(userKey{}).(backup.User)
	return user
}

// permit lets a request through when its token is good and its user has the route's right.
// Nothing of the request's body is read before. Cookies do not count: a page of somebody
// else's could make a browser send them.
func (a *API) permit(route Route) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		request, answer := humago.Unwrap(ctx)
		user, fault := a.identify(request, route)
		if fault == nil {
			fault = checkType(request, ctx.Operation())
		}
		if fault != nil {
			fault.send(answer)
			return
		}
		request.Header.Del("Accept") // the answer is JSON in any case, so huma need not choose
		known := context.WithValue(ctx.Context(), userKey{}, user)
		next(huma.WithContext(ctx, audit.WithOrigin(known, clientAddress(request), requestIDFrom(known))))
	}
}

// identify finds the user of the request's token.
func (a *API) identify(r *http.Request, route Route) (backup.User, *problem) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return backup.User{}, newProblem(http.StatusUnauthorized, "This needs an API token, sent as Authorization: Bearer TOKEN.")
	}
	user, err := a.auth.UserByToken(r.Context(), strings.TrimSpace(token))
	if err != nil && backup.KindOf(err) == backup.Forbidden {
		_, sentence := backup.Explain(err)
		return backup.User{}, newProblem(http.StatusUnauthorized, sentence)
	}
	if err == nil {
		err = backup.Require(user, route.Right)
	}
	if err != nil {
		return backup.User{}, a.problem(r.Context(), route, err)
	}
	return user, nil
}

// checkType refuses a body that is not what the operation reads. A JSON body may come without
// its type; a mail may not, because a mistaken upload would be kept for good.
func checkType(r *http.Request, op *huma.Operation) *problem {
	if op.RequestBody == nil {
		return nil
	}
	given, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	for want := range op.RequestBody.Content {
		if err == nil && given == want || want == jsonType && r.Header.Get("Content-Type") == "" {
			return nil
		}
		return newProblem(http.StatusUnsupportedMediaType, "This takes a body of the type "+want+"; say so in the header Content-Type.")
	}
	return nil
}
