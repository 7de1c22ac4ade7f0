package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/web/webtest"
)

func TestRunChecksShowsTheWorstFirst(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	at := time.Now().Add(-10 * 24 * time.Hour)
	job := func(customer, name string) storetest.RunOption {
		return storetest.Of(storetest.Job(t, m.db, customer, name))
	}
	again := job("Bolt", "Again")
	storetest.Run(t, m.db, again, storetest.Failed, storetest.Yesterday, storetest.ReviewedBy("anna"))
	storetest.Run(t, m.db, again, storetest.Failed)
	storetest.Run(t, m.db, job("Zeta", "Broken"), storetest.Failed, storetest.Started(at))
	storetest.Run(t, m.db, job("Bolt", "Warned"), storetest.Warned)
	storetest.Run(t, m.db, job("Bolt", "Absent"), storetest.Missed)
	better := job("Acme", "Better")
	storetest.Run(t, m.db, better, storetest.Failed, storetest.Yesterday, storetest.ReviewedBy("anna"))
	storetest.Run(t, m.db, better)
	storetest.Run(t, m.db, job("Acme", "Clean"))
	storetest.Run(t, m.db, job("Zeta", "Fine"))

	page := m.as(t, "operator").Get(t, "/run-checks")
	want := "Zeta 1 left Error Broken | Bolt 3 left Missed Absent Warning Warned Error Again | Acme 1 left Success Better | Acme 1 clean Success Clean | Zeta 1 clean Success Fine"
	var groups []string
	for _, id := range page.Attrs(t, ".run-group h2", "id") {
		group := fmt.Sprintf(`.run-group[aria-labelledby="%s"] `, id)
		line := page.Text(group + "h2")
		for _, row := range page.Attrs(t, group+".run-row", "id") {
			line += " " + page.Text("#"+row+" .run-status") + " " + page.Text("#"+row+" .run-job a")
		}
		groups = append(groups, line)
	}
	if got := strings.Join(groups, " | "); got != want {
		t.Errorf("the list is\n%s\nwant\n%s", got, want)
	}
	page.Has(t, "#left", "7 of 9 left").Has(t, "#review-clean button", "Review all clean ( 2 )").
		Has(t, ".run-same", "= same as yesterday").Has(t, ".run-good", "never good").
		Has(t, "#run h2", "Broken") // the first run is shown at once
	if label := page.Attr(t, `.run-row[aria-current] .strip`, "aria-label"); !strings.Contains(label, "14 days: 1 error, 13 without a run") {
		t.Errorf("the strip says %q", label)
	}
}

func TestRunChecksFilters(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	acme := m.run(t)
	bolt := storetest.Run(t, m.db, storetest.Of(storetest.Job(t, m.db, "Bolt", "Weekly")), storetest.Warned)
	m.ticket(t, acme)
	site := m.as(t, "operator")
	for query, want := range map[string][]backup.Run{
		"":                 {acme, bolt},
		"?status=warning":  {bolt},
		"?status=nonsense": {acme, bolt},
		"?customer=" + fmt.Sprint(bolt.Job.CustomerID): {bolt},
		"?customer=x":        {acme, bolt},
		"?software=Veeam":    {acme, bolt},
		"?software=Synology": {},
		"?no_ticket=1":       {bolt},
		"?q=weekLY":          {bolt},
	} {
		page := site.Get(t, "/run-checks"+query)
		if got := page.Count(t, ".run-row"); got != len(want) {
			t.Errorf("%q shows %d runs, want %d", query, got, len(want))
		}
		for _, run := range want {
			page.Has(t, "#row-"+idText(run), run.Job.Name)
		}
		page.Has(t, "#left", "2 of 2 left")
	}
	site.Get(t, "/run-checks?software=Synology").Has(t, ".empty", "Other runs still wait").
		Has(t, `#filter-software option[selected]`, "Synology")
	page := site.Get(t, "/run-checks").Submit(t, "#filter", "status", "warning", "no_ticket", "1")
	page.Has(t, ".run-row", "Weekly").Has(t, "#filter-status option[selected]", "Warning").Has(t, "#filter a", "Clear")
}

func TestReviewWithoutScript(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	first, second := m.run(t), storetest.Run(t, m.db, storetest.Of(storetest.Job(t, m.db, "Bolt", "Weekly")))
	site := m.as(t, "operator")
	page := site.Get(t, "/run-checks?q=acme").Submit(t, "#review", "ids", idText(first))
	page.Has(t, ".flash", "Reviewed 1 run.").Has(t, "#left", "1 of 2 left").Has(t, ".empty", "Other runs still wait")
	if got := m.kept(t, first.ID); got.ReviewedBy != "operator" {
		t.Errorf("run %d is reviewed by %q, want the operator", first.ID, got.ReviewedBy)
	}
	page = page.Submit(t, "#undo")
	page.Has(t, ".flash", "Took the review back.").Has(t, "#row-"+idText(first), "Daily Servers")
	if m.kept(t, first.ID).Reviewed() {
		t.Error("the run is still reviewed after the undo")
	}
	site.Get(t, "/run-checks").Submit(t, "#review-clean").Has(t, ".flash", "Reviewed 1 run.")
	if !m.kept(t, second.ID).Reviewed() || m.kept(t, first.ID).Reviewed() {
		t.Error("Review all clean did not review just the clean run")
	}
	if page := site.Post(t, "/runs/review", url.Values{}); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("a review of nothing: status %d, want 422", page.Status)
	}
	if page := site.Post(t, "/runs/review", url.Values{"ids": {"1,x"}}); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("a review of no number: status %d, want 422", page.Status)
	}
	if page := site.Post(t, "/runs/review", url.Values{"ids": {idText(first) + ",999"}}); page.Status != http.StatusNotFound || m.kept(t, first.ID).Reviewed() {
		t.Errorf("a review with an unknown run: status %d, want 404 and none reviewed", page.Status)
	}
	run := site.Get(t, pathOf(first)).Submit(t, "#review-one", "note", "Disk was replaced <b>today</b>.")
	run.Has(t, ".flash", "Reviewed 1 run.").Has(t, ".run-reviewed", "Reviewed by operator").Has(t, ".run-history", "Disk was replaced <b>today</b>.")
	run.Submit(t, "#take-back").Has(t, ".flash", "Took the review back.").Has(t, "#review-one", "Reviewed")
}

func TestReviewInPlace(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	first, second := m.run(t), storetest.Run(t, m.db, storetest.Of(storetest.Job(t, m.db, "Bolt", "Weekly")), storetest.Warned)
	site := m.as(t, "operator")
	here := from(site, "/run-checks?status=error")
	page := site.Post(t, "/runs/review", url.Values{"ids": {idText(first)}}, here...)
	page.Has(t, "#run-undo .flash", "Reviewed 1 run.").Has(t, "#left", "1 of 2 left").
		Has(t, `#run-list[hx-swap-oob]`, "Other runs still wait").HasNot(t, "html[lang]")
	if got := page.Attr(t, "#row-"+idText(first), "hx-swap-oob"); got != "delete" {
		t.Errorf("the row is told to %q, want delete", got)
	}
	if got := page.Attr(t, "#undo input[name=ids]", "value"); got != idText(first) {
		t.Errorf("the undo takes back %q, want the run", got)
	}
	page = page.Submit(t, "#undo")
	page.Has(t, ".flash", "Took the review back.")
	site.Post(t, "/runs/review", url.Values{"ids": {idText(first), idText(second)}}, here...)
	page = site.Post(t, "/runs/unreview", url.Values{"ids": {idText(first) + "," + idText(second)}}, from(site, "/run-checks")...)
	page.Has(t, "#notices", "Took the review of 2 runs back.").Has(t, "#left", "2 of 2 left").
		Has(t, "#row-"+idText(first)+"[autofocus][aria-current]", "").Has(t, "#row-"+idText(second), "Weekly").Has(t, "#run-news-box", "")
}

func TestUndoSparesWhatOthersReviewed(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	m.addUser(t, "olga", backup.Operator)
	first, second := m.run(t), m.run(t)
	m.as(t, "olga").Post(t, "/runs/review", url.Values{"ids": {idText(first)}})
	site := m.as(t, "operator")
	page := site.Post(t, "/runs/review", url.Values{"ids": {idText(first), idText(second)}}, from(site, "/run-checks")...)
	if got := page.Attr(t, "#undo input[name=ids]", "value"); got != idText(second) {
		t.Errorf("the undo takes back %q, want %s alone", got, idText(second))
	}
	page = site.Post(t, "/runs/review", url.Values{"ids": {idText(first)}}, from(site, "/run-checks")...)
	page.Has(t, ".flash", "Somebody else reviewed this meanwhile.")
}

func TestUndoIsOfferedForHalfAMinute(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	storetest.At(t, m.db, "2026-03-02 08:00")
	run := m.run(t)
	site := m.as(t, "operator")
	site.Post(t, "/runs/review", url.Values{"ids": {idText(run)}})
	storetest.Advance(t, m.db, 29*time.Second)
	site.Get(t, "/run-checks").Has(t, "#undo", "Undo")
	m.as(t, "viewer").Get(t, "/run-checks").HasNot(t, "#undo")
	storetest.Advance(t, m.db, 2*time.Second)
	site.Get(t, "/run-checks").HasNot(t, "#undo")
}

func TestReviewAllCleanLeavesOutWhatChanged(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	clean := storetest.Run(t, m.db)
	changed := storetest.Run(t, m.db, storetest.Of(storetest.Job(t, m.db, "Bolt", "Weekly")))
	site := m.as(t, "operator")
	page := site.Get(t, "/run-checks")
	err := m.db.Write(t.Context(), func(tx *store.Tx) error {
		changed.Status, changed.Rank = backup.StatusError, backup.RankError
		return tx.ReplaceRun(t.Context(), changed)
	})
	if err != nil {
		t.Fatal(err)
	}
	page.Submit(t, "#review-clean").Has(t, ".flash", "Left out, because a later mail changed them: 1.")
	if !m.kept(t, clean.ID).Reviewed() || m.kept(t, changed.ID).Reviewed() {
		t.Error("want the clean run reviewed and the changed one not")
	}
	page = site.Post(t, "/runs/review", url.Values{"ids": {idText(changed)}, "only": {"clean"}}, from(site, "/run-checks")...)
	page.Has(t, "[role=alert]", "None of these runs is clean any more.")
	if page.Status != http.StatusConflict || page.Header.Get("HX-Retarget") != "#notices" {
		t.Errorf("status %d in %q, want 409 in the place for notices", page.Status, page.Header.Get("HX-Retarget"))
	}
}

func TestRefusedReviewSaysWhy(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run := m.run(t)
	viewer := m.as(t, "viewer")
	page := viewer.Post(t, "/runs/review", url.Values{"ids": {idText(run)}}, from(viewer, "/run-checks")...)
	if page.Status != http.StatusForbidden {
		t.Errorf("status %d, want 403", page.Status)
	}
	page.Has(t, "[role=alert]", "You may not review runs.")
	operator := m.as(t, "operator")
	page = operator.Post(t, "/runs/review", url.Values{"ids": {idText(run)}, "note": {strings.Repeat("x", 2001)}}, from(operator, "/run-checks")...)
	page.Has(t, "[role=alert]", "A note may have at most 2000 characters.")
	if m.kept(t, run.ID).Reviewed() {
		t.Error("a refused review was kept")
	}
}

func TestEmptyMorningIsHonest(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	storetest.At(t, m.db, "2026-03-02 07:30")
	site := m.as(t, "operator")
	site.Get(t, "/run-checks").Has(t, ".empty", "No mail was stored yet.").Has(t, "#left", "0 of 0 left").Has(t, "#run-pane", "Choose a run")
	storetest.Message(t, m.db)
	run := m.run(t)
	storetest.At(t, m.db, "2026-03-02 08:00")
	site.Post(t, "/runs/review", url.Values{"ids": {idText(run)}})
	page := site.Get(t, "/run-checks")
	page.Has(t, ".empty h2", "Nothing left to check").Has(t, ".empty", "Monday 2 March 2026. 1 run was reviewed today.").
		Has(t, ".empty", "Mon 2 Mar 09:00 just now by operator").Has(t, ".empty", "Mon 2 Mar 08:30 30 min ago").
		Has(t, "#left", "0 of 1 left")
}

func TestNews(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	first := m.run(t)
	m.run(t)
	operator := m.as(t, "operator")
	ask := func(page *webtest.Page) *webtest.Page {
		return operator.Ask(t, page.Attr(t, "#run-news", "hx-get"), from(operator, "/run-checks")...)
	}
	page := operator.Get(t, "/run-checks")
	if news := ask(page); news.Text("#run-news") != "" || news.Attr(t, "#run-news", "data-gone") != "" {
		t.Errorf("news while nothing happened: %s", news.Body)
	}
	storetest.Run(t, m.db, storetest.Of(storetest.Job(t, m.db, "Bolt", "Weekly")), storetest.Warned)
	m.as(t, "admin").Post(t, "/runs/review", url.Values{"ids": {idText(first)}})
	news := ask(page)
	news.Has(t, "#run-news a", "1 new: show").Has(t, "#left", "2 of 3 left")
	if got, want := news.Attr(t, "#run-news", "data-gone"), idText(first)+" admin"; got != want {
		t.Errorf("gone: %q, want %q", got, want)
	}
	filtered := operator.Get(t, "/run-checks?status=error")
	storetest.Run(t, m.db, storetest.Of(storetest.Job(t, m.db, "Bolt", "Daily")), storetest.Warned)
	if got := ask(filtered).Text("#run-news"); got != "" {
		t.Errorf("news of errors tell of a warning: %q", got)
	}
	page = operator.Get(t, "/run-checks")
	m.as(t, "admin").Post(t, "/runs/unreview", url.Values{"ids": {idText(first)}})
	ask(page).Has(t, "#run-news a", "1 new: show")
	if page := operator.Get(t, "/run-checks/news?run=x&review=y"); page.Path != "/run-checks" {
		t.Errorf("asked for without script the news lead to %s", page.Path)
	}
}

func TestRunChecksStaysLight(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	jobs := make([]backup.Job, 300)
	for i := range jobs {
		jobs[i] = storetest.Job(t, m.db, fmt.Sprintf("Customer %02d of the fleet", i%12), fmt.Sprintf("Nightly servers %03d", i))
	}
	err := m.db.Write(t.Context(), func(tx *store.Tx) error {
		for i, job := range jobs {
			for day := range 14 {
				at := tx.Now().AddDate(0, 0, -day)
				run := backup.Run{
					Job: job, Status: backup.StatusSuccess, Rank: backup.RankClean, StartedAt: &at, ReceivedAt: at,
					Objects: []backup.Object{{Name: "SRV01", Status: backup.StatusSuccess}, {Name: "SRV02", Status: backup.StatusSuccess}},
				}
				if (i+day)%10 == 0 {
					run.Status, run.Rank = backup.StatusError, backup.RankError
					run.Remark = "The backup target ran out of space: 0.2 GB are free, 6.1 GB are needed."
				}
				id, err := tx.AddRun(t.Context(), run)
				if err == nil && day > 0 {
					_, err = tx.ReviewRuns(t.Context(), []backup.RunID{id}, "anna", "")
				}
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	page := m.as(t, "operator").Get(t, "/run-checks")
	if rows := page.Count(t, ".run-row"); rows != 300 {
		t.Errorf("%d rows, want 300", rows)
	}
	if size := len(page.Body); size > 300_000 {
		t.Errorf("the page weighs %d bytes, want less than 300,000", size)
	}
}
