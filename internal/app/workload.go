package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// workload reports what waits for people. It reads the database when it is asked, so that
// every process tells the same. Labels are statuses only, never customers or jobs.
type workload struct {
	db         *store.DB
	log        *slog.Logger
	inbox      *prometheus.Desc
	unreviewed *prometheus.Desc
	creating   *prometheus.Desc
}

func newWorkload(db *store.DB, log *slog.Logger) *workload {
	return &workload{
		db: db, log: log,
		inbox:      prometheus.NewDesc("backupchecks_inbox_messages", "Mails that wait in the Inbox.", nil, nil),
		unreviewed: prometheus.NewDesc("backupchecks_unreviewed_runs", "Runs that nobody has reviewed yet.", []string{"place"}, nil),
		creating:   prometheus.NewDesc("backupchecks_tickets_creating", "Tickets whose creation is not settled yet, at most 1000.", nil, nil),
	}
}

// Describe names the figures.
func (w *workload) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- w.inbox
	descriptions <- w.unreviewed
	descriptions <- w.creating
}

// Collect reads the figures.
func (w *workload) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readyTimeout)
	defer cancel()
	err := w.db.Read(ctx, func(tx *store.Tx) error {
		inbox, err := tx.InboxCount(ctx)
		if err != nil {
			return err
		}
		places, err := tx.UnreviewedCounts(ctx)
		if err != nil {
			return err
		}
		creating, err := tx.CreatingTickets(ctx, "", tx.Now().Add(time.Minute), 1000)
		if err != nil {
			return err
		}
		metrics <- prometheus.MustNewConstMetric(w.inbox, prometheus.GaugeValue, float64(inbox))
		metrics <- prometheus.MustNewConstMetric(w.creating, prometheus.GaugeValue, float64(len(creating)))
		for rank, label := range rankLabels() {
			metrics <- prometheus.MustNewConstMetric(w.unreviewed, prometheus.GaugeValue, float64(places[rank]), label)
		}
		return nil
	})
	if err != nil {
		w.log.WarnContext(ctx, "metrics not read", "err", err)
	}
}

func rankLabels() map[backup.Rank]string {
	return map[backup.Rank]string{
		backup.RankError: "error", backup.RankMissed: "missed", backup.RankWarning: "warning",
		backup.RankChanged: "changed", backup.RankSame: "same", backup.RankClean: "clean",
	}
}
