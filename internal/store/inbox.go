package store

import (
	"context"
	"encoding/base64"
	"fmt"

	"backupchecks/internal/backup"
)

// MessageCursor is the Next of a page of Messages that ends with m: with it, a list goes on
// behind that message even when the message has left the list.
func MessageCursor(m backup.Message) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "[%d,%d]", millis(m.ReceivedAt), m.ID))
}

// CustomersOfSender returns the customers with a job in use that a person has approved for
// mails of this sender, by name, at most limit.
func (tx *Tx) CustomersOfSender(ctx context.Context, sender string, limit int) ([]backup.Customer, error) {
	customers, err := list(ctx, tx, scanCustomer, `SELECT `+customerColumns+` FROM customers c WHERE c.id IN (
			SELECT j.customer_id FROM job_senders s JOIN jobs j ON j.id = s.job_id WHERE s.sender = $1 AND j.archived = 0)
		ORDER BY c.name_key LIMIT $2`, sender, limitOf(limit))
	if err != nil {
		return nil, fmt.Errorf("find the customers of a sender: %w", err)
	}
	return customers, nil
}
