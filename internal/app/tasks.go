package app

import (
	"context"
	"time"

	"backupchecks/internal/task"
)

// The periodic tasks. Each runs in one process at a time.
const (
	settleTickets  = "settle_tickets"
	removeSessions = "remove_expired_sessions"
)

func (a *App) registerTasks() {
	type nothing struct{}
	task.Handle(a.tasks, settleTickets, func(ctx context.Context, _ nothing) error { return a.Tickets.Settle(ctx) })
	task.Handle(a.tasks, removeSessions, func(ctx context.Context, _ nothing) error {
		_, err := a.Auth.RemoveExpiredSessions(ctx)
		return err
	})
	a.tasks.Periodic(settleTickets, 10*time.Second)
	a.tasks.Periodic(removeSessions, time.Hour)
}
