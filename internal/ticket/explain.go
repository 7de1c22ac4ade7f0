package ticket

import (
	"errors"
	"strings"

	"backupchecks/internal/autotask"
	"backupchecks/internal/backup"
)

// explain turns a failed call into a sentence for a person, with Autotask's own words where
// it said any.
func explain(err error) *backup.Error {
	failed, ok := errors.AsType[*autotask.Error](err)
	if !ok {
		_, sentence := backup.Explain(err)
		return backup.Errorf(backup.Internal, "%s", sentence).Because(err)
	}
	said := strings.Join(failed.Messages, " ")
	kind, sentence := sentenceFor(failed.Kind)
	if failed.Kind == autotask.Refused && said != "" {
		sentence = said // a definite refusal is best told in Autotask's words alone
	} else if said != "" {
		sentence += " Autotask says: " + said
	}
	return backup.Errorf(kind, "%s", sentence).Because(err)
}

func sentenceFor(kind autotask.Kind) (backup.Kind, string) {
	switch kind {
	case autotask.Refused:
		return backup.Refused, "Autotask refused without giving a reason."
	case autotask.Unclear:
		return backup.Unavailable, "Autotask gave no clear answer, so it is not known whether it did what was asked."
	case autotask.Unauthorised:
		return backup.Refused, "Autotask refused the credentials: the password is wrong, or the API user is locked or inactive. Nothing more is sent until the settings are saved again."
	case autotask.BadIntegrationCode:
		return backup.Refused, "Autotask does not know the tracking identifier. Nothing more is sent until the settings are saved again."
	case autotask.UnknownUser:
		return backup.Refused, "Autotask does not know the API user name."
	case autotask.Forbidden:
		return backup.Refused, "The API user's security level does not allow this."
	case autotask.NotFound:
		return backup.NotFound, "Autotask has no such record, or the API user may not see it."
	case autotask.Throttled:
		return backup.Unavailable, "Autotask is limiting requests at the moment. Please try again in a minute."
	case autotask.Unreachable:
		return backup.Unavailable, "Autotask could not be reached."
	case autotask.Unavailable:
		return backup.Unavailable, "Autotask is not available at the moment."
	case autotask.BadAnswer:
		return backup.Unavailable, "Autotask's answer could not be understood."
	case autotask.UnsafeAddress:
		return backup.Refused, "The address that Autotask named was not followed, because it lies outside Autotask's domain or inside a private network."
	case autotask.Cancelled:
		return backup.Unavailable, "The request was given up before anything was sent."
	}
	return backup.Unavailable, "The call to Autotask failed."
}
