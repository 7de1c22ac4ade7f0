package app

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/ingest"
	"backupchecks/internal/mailin/eml"
)

// Limits of one batch, which is one transaction. A batch is held in memory.
const (
	batchMails = 200
	batchBytes = 8 << 20
)

// ImportRequest names what to import. Progress is told the bytes done and their total, which
// may grow; it may be nil.
type ImportRequest struct {
	Paths     []string
	Stdin     io.Reader
	Reprocess bool
	Progress  func(done, total int64)
}

// ImportResult says what an import did. Its JSON is fixed: scripts read it.
type ImportResult struct {
	Read          int             `json:"read"`
	New           int             `json:"new"`
	Known         int             `json:"known"`
	Runs          int             `json:"runs"`
	Inbox         int             `json:"inbox"`
	Informational int             `json:"informational"`
	Skipped       int             `json:"skipped"`
	Failed        []ImportFailure `json:"failed"`
	Seconds       float64         `json:"seconds"`
}

// ImportFailure is one mail that could not be stored, with a sentence.
type ImportFailure struct {
	Path  string `json:"path"`
	Error string `json:"error"`
}

// Import reads the mails that the paths hold and stores them in batches. One mail that
// cannot be stored never stops the rest. It returns early only when ctx ends; what was
// stored by then stays, and a second import goes on from there.
func (a *App) Import(ctx context.Context, request ImportRequest) (ImportResult, error) {
	begun := time.Now()
	run := &importRun{app: a, request: request, result: ImportResult{Failed: []ImportFailure{}}, ready: make(chan importBatch)}
	if request.Progress != nil {
		run.total = eml.Count(request.Paths)
	}
	// While one batch is stored, which is work for one processor, the next is understood.
	var storing sync.WaitGroup
	storing.Go(func() {
		for batch := range run.ready {
			run.store(ctx, batch)
		}
	})
	err := eml.Walk(ctx, request.Paths, request.Stdin, func(item eml.Item) error { return run.take(ctx, item) })
	if err == nil {
		err = run.flush(ctx)
	}
	close(run.ready)
	storing.Wait()
	run.result.Seconds = time.Since(begun).Seconds()
	if ctx.Err() != nil {
		err = backup.Errorf(backup.Unavailable, "The import was stopped. What was stored by then stays; the same command goes on from there.").Because(ctx.Err())
	}
	return run.result, err
}

// importRun is one import on its way. What it counts is guarded by mu.
type importRun struct {
	app     *App
	request ImportRequest
	items   []eml.Item // not yet handed on
	bytes   int
	total   int64
	ready   chan importBatch

	mu     sync.Mutex
	result ImportResult

	done int64 // bytes stored; only the storing side knows
}

// importBatch is mails that were understood, with the files they came from.
type importBatch struct {
	items      []eml.Item
	understood ingest.Batch
	bytes      int64
}

func (r *importRun) take(ctx context.Context, item eml.Item) error {
	r.mu.Lock()
	switch {
	case item.Skipped:
		r.result.Skipped++
	default:
		r.result.Read++
	}
	r.mu.Unlock()
	switch {
	case item.Skipped:
		return nil
	case item.Err != nil:
		r.fail(item.Path, item.Err)
		return nil
	}
	r.items = append(r.items, item)
	r.bytes += len(item.Raw)
	if len(r.items) >= batchMails || r.bytes >= batchBytes {
		return r.flush(ctx)
	}
	return ctx.Err()
}

// flush understands the mails taken so far and hands them on to be stored.
func (r *importRun) flush(ctx context.Context) error {
	if len(r.items) == 0 {
		return ctx.Err()
	}
	batch := importBatch{items: r.items, understood: r.app.Ingest.Understand(mailsOf(r.items)), bytes: int64(r.bytes)}
	r.items, r.bytes = nil, 0
	select {
	case r.ready <- batch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func mailsOf(items []eml.Item) []ingest.Mail {
	mails := make([]ingest.Mail, len(items))
	for i, item := range items {
		mails[i] = ingest.Mail{Raw: item.Raw, Source: "file"}
	}
	return mails
}

// store stores a batch in one transaction, or, where that fails, mail by mail, so that the
// one at fault is named and the others are kept.
func (r *importRun) store(ctx context.Context, batch importBatch) {
	receipts, err := r.app.Ingest.Store(ctx, batch.understood)
	if err != nil && ctx.Err() == nil {
		r.app.log.WarnContext(ctx, "batch not stored", "mails", len(batch.items), "err", err)
		r.oneByOne(ctx, batch.items)
	}
	for _, receipt := range receipts {
		r.count(ctx, receipt)
	}
	r.tell(batch.bytes)
}

func (r *importRun) oneByOne(ctx context.Context, items []eml.Item) {
	for i, mail := range mailsOf(items) {
		receipt, err := r.app.Ingest.Accept(ctx, mail)
		if err != nil {
			r.fail(items[i].Path, err)
			continue
		}
		r.count(ctx, receipt)
	}
}

func (r *importRun) count(ctx context.Context, receipt ingest.Receipt) {
	if receipt.Known && r.request.Reprocess {
		r.reparse(ctx, receipt.MessageID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if receipt.Known {
		r.result.Known++
		return
	}
	r.result.New++
	r.result.Runs += len(receipt.RunIDs)
	switch receipt.State {
	case backup.InInbox:
		r.result.Inbox++
	case backup.Informational:
		r.result.Informational++
	}
}

func (r *importRun) reparse(ctx context.Context, id backup.MessageID) {
	if err := r.app.Ingest.Reparse(ctx, backup.System("import"), id); err != nil {
		r.fail(fmt.Sprintf("message %d", id), err)
	}
}

func (r *importRun) fail(path string, err error) {
	kind, sentence := backup.Explain(err)
	if kind == backup.Internal {
		r.app.log.Error("mail not stored", "path", path, "err", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Failed = append(r.result.Failed, ImportFailure{Path: path, Error: sentence})
}

func (r *importRun) tell(bytes int64) {
	r.done += bytes
	if r.request.Progress != nil {
		r.request.Progress(r.done, max(r.total, r.done))
	}
}
