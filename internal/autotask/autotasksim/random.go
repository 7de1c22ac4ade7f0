package autotasksim

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// RandomFaults makes requests fail at random. The same seed makes the same requests in the
// same order fail in the same way.
type RandomFaults struct {
	Seed  uint64
	Rates map[FaultKind]float64 // the share of requests that fail in each way, together at most 1
	Delay time.Duration         // for Slow
}

// random draws faults.
type random struct {
	RandomFaults
	source *rand.Rand
	kinds  []FaultKind // those with a rate, in the order of FaultKinds
}

// FailAtRandom makes requests fail at random from now on, besides the faults of FailNext,
// until Heal or FailAtRandom without rates. Each kind strikes only requests that a Fault of
// the kind without On is aimed at. The seed is logged, so that a failure can be repeated.
func (s *Server) FailAtRandom(faults RandomFaults) error {
	drawn := &random{RandomFaults: faults, source: rand.New(rand.NewPCG(faults.Seed, 0))} //nolint:gosec // play, no secret
	sum := 0.0
	for kind, rate := range faults.Rates {
		if err := kind.check(); err != nil {
			return err
		}
		if math.IsNaN(rate) || rate < 0 {
			return fmt.Errorf("the rate of %q is not 0 or more", kind)
		}
		sum += rate
	}
	if sum > 1 {
		return errors.New("the rates of all faults come to more than 1 together")
	}
	for _, kind := range FaultKinds() {
		if faults.Rates[kind] > 0 {
			drawn.kinds = append(drawn.kinds, kind)
		}
	}
	if len(drawn.kinds) == 0 {
		drawn = nil
	}
	s.line.mu.Lock()
	s.line.random = drawn
	s.line.mu.Unlock()
	s.log.Info("simulator fails at random", "seed", faults.Seed, "share", sum)
	return nil
}

// RandomFaults returns what fails at random, and false when nothing does.
func (s *Server) RandomFaults() (RandomFaults, bool) {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	if s.line.random == nil {
		return RandomFaults{}, false
	}
	return s.line.random.RandomFaults, true
}

// meet draws once for every request, whatever its kind, so that one request more of another
// kind moves nothing but itself.
func (r *random) meet(method, route string) *Fault {
	if r == nil {
		return nil
	}
	drawn := r.source.Float64()
	for _, kind := range r.kinds {
		if drawn -= r.Rates[kind]; drawn >= 0 {
			continue
		}
		fault := Fault{Kind: kind, Delay: r.Delay}
		if fault.aimsAt(method, route) {
			return &fault
		}
		return nil
	}
	return nil
}
