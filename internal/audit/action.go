package audit

// The actions, in the past tense of what happened. Filters, exports and earlier entries rely
// on their text: it never changes.
const (
	SignedIn     = "sign_in"
	SignInFailed = "sign_in_failed"
	SignedOut    = "sign_out"
	RoleSwitched = "role_switched"

	UserAdded     = "user_added"
	UserDisabled  = "user_disabled"
	UserEnabled   = "user_enabled"
	PasswordSet   = "password_set"
	TokenCreated  = "token_created"
	TokenRevoked  = "token_revoked"
	SessionsEnded = "sessions_ended"

	MessageImported = "message_imported"
	MessageApproved = "message_approved"
	MessageDeleted  = "message_deleted"
	MessageRestored = "message_restored"
	MessageReparsed = "message_reparsed"

	RunsReviewed   = "run_reviewed"
	RunsUnreviewed = "run_unreviewed"

	CustomerAdded    = "customer_added"
	CustomerChanged  = "customer_changed"
	CustomerRemoved  = "customer_removed"
	CustomerMapped   = "customer_mapped"
	CustomerUnmapped = "customer_unmapped"
	MappingChecked   = "mapping_checked"
	JobChanged       = "job_changed"

	TicketRequested     = "ticket_create" // somebody asked for one; what came of it follows
	TicketCreated       = "ticket_created"
	TicketFailed        = "ticket_failed"
	TicketUnclear       = "ticket_unclear"
	TicketLinked        = "ticket_linked"
	TicketLinkRefused   = "ticket_link_refused"
	TicketMissing       = "ticket_missing"
	TicketFound         = "ticket_found" // visible again after it was missing
	TicketResolve       = "ticket_resolve"
	TicketResolved      = "ticket_resolved"
	TicketNoteOnly      = "ticket_note_only"
	TicketResolveFailed = "ticket_resolve_failed"
	TicketNumberSet     = "ticket_number_set"

	SettingsChanged    = "settings_changed"
	ConnectionTested   = "connection_tested"
	ReferenceRefreshed = "reference_refreshed"
	SecretsRotated     = "secrets_rotated"
)
