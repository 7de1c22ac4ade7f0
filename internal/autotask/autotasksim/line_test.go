package autotasksim_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"backupchecks/internal/autotask/autotasksim"
)

func TestACutLineLetsNothingThrough(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.CutLine()
	s.FailNext(3, autotasksim.Fault{Kind: autotasksim.TooMany})
	if !s.IsCut() {
		t.Error("IsCut is false after CutLine")
	}
	for _, path := range []string{"Version", "zoneInformation?user=api%40example.com"} {
		if response, err := http.Get(s.url + "/ATServicesRest/V1.0/" + path); err == nil {
			_ = response.Body.Close()
			t.Errorf("%s: got %d through a cut line", path, response.StatusCode)
		}
	}
	if status, _ := s.try(t, "POST", "Tickets", ticket("x", "")); status != 0 || len(s.Tickets()) != 0 {
		t.Errorf("a ticket through a cut line: got %d and %d tickets", status, len(s.Tickets()))
	}
	s.shows(t, "/", "There are no tickets yet") // people work on
	s.Heal()
	if status, _ := s.ask(t, "GET", "Version", ""); status != 200 || s.PendingFaults() != 0 || s.IsCut() {
		t.Errorf("after Heal: got %d with %d faults left", status, s.PendingFaults())
	}
}

func TestRandomFaultsRepeatWithTheirSeed(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	play := func(seed uint64) string {
		s := start(t, autotasksim.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		faults := autotasksim.RandomFaults{Seed: seed, Rates: map[autotasksim.FaultKind]float64{
			autotasksim.UnavailableBefore: 0.2, autotasksim.Refuse: 0.2, autotasksim.TooMany: 0.1,
		}}
		if err := s.FailAtRandom(faults); err != nil {
			t.Fatal(err)
		}
		if got, on := s.RandomFaults(); !on || got.Seed != seed {
			t.Errorf("RandomFaults is %+v, %v", got, on)
		}
		var statuses strings.Builder
		for i := range 400 {
			method := []string{"GET", "POST"}[i%2]
			path := []string{"Version", "Tickets"}[i%2]
			status, _ := s.try(t, method, path, ticket(fmt.Sprint(i), ""))
			fmt.Fprint(&statuses, status, " ")
			if kind := s.Requests()[i].Fault; method == "GET" && kind == autotasksim.Refuse {
				t.Error("a read was refused, though only changes can be")
			}
		}
		if s.Heal(); s.PendingFaults() != 0 {
			t.Error("Heal leaves faults")
		}
		if _, on := s.RandomFaults(); on {
			t.Error("Heal leaves faults at random")
		}
		return statuses.String()
	}
	first := play(7)
	if again := play(7); again != first {
		t.Error("the same seed fails differently")
	}
	if other := play(8); other == first {
		t.Error("another seed fails in the same way")
	}
	for status, share := range map[string]float64{"503 ": 0.2, "500 ": 0.1, "429 ": 0.1} { // refusals strike half the requests
		if got := float64(strings.Count(first, status)) / 400; math.Abs(got-share) > 0.05 {
			t.Errorf("the share of %sis %.3f, want about %.1f", status, got, share)
		}
	}
	if !strings.Contains(log.String(), "seed=7") {
		t.Errorf("the seed is not in the log: %s", log.String())
	}
	s := start(t, autotasksim.Options{})
	for _, rates := range []map[autotasksim.FaultKind]float64{
		{"no such": 0.1}, {autotasksim.Refuse: -1}, {autotasksim.Refuse: math.NaN()}, {autotasksim.Refuse: 0.6, autotasksim.Slow: 0.6},
	} {
		if err := s.FailAtRandom(autotasksim.RandomFaults{Rates: rates}); err == nil {
			t.Errorf("FailAtRandom took the rates %v", rates)
		}
	}
}

func TestManyRequestsAtOnceSlowDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim, err := autotasksim.New(autotasksim.Options{Now: time.Now, LatencyByUsage: true, ThreadLimit: 20})
		if err != nil {
			t.Fatal(err)
		}
		s := service{sim, "http://sim.example"}
		var requests sync.WaitGroup
		took := make([]time.Duration, 12)
		release := sim.Hold()
		for i := range took {
			requests.Go(func() {
				began := time.Now()
				s.try(t, "GET", "Version", "")
				took[i] = time.Since(began)
			})
			synctest.Wait()
		}
		release()
		requests.Wait()
		for i, want := range []time.Duration{0, 0, 250, 357, 464, 571, 678, 785, 892, 1000, 1000, 1000} {
			if got := took[i].Truncate(time.Millisecond); got != want*time.Millisecond {
				t.Errorf("request %d of many at once took %v, want %v", i+1, got, want*time.Millisecond)
			}
		}
	})
}
