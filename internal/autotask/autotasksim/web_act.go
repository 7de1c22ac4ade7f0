package autotasksim

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// slowDelay is how slow "slow" is when a person asks for it.
const slowDelay = 5 * time.Second

func (p pages) addTicket(f form) error {
	_, err := p.AddTicket(Ticket{CompanyID: f.number("company", -1), Title: f.Get("title")})
	return err
}

func (p pages) addTime(f form) error {
	hours, err := strconv.ParseFloat(f.Get("hours"), 64)
	if err != nil || math.IsNaN(hours) || hours <= 0 || hours > 24 {
		return errors.New("give the hours as a number of at most 24")
	}
	return p.AddTimeEntry(f.id, hours, f.Get("summary"))
}

func (p pages) addNote(f form) error {
	if strings.TrimSpace(f.Get("description")) == "" {
		return errors.New("a note needs a text")
	}
	publish := f.number("publish", 0)
	if !p.isChoice("publish", publish) {
		return errors.New("choose who may see the note")
	}
	return p.AddNote(f.id, f.Get("title"), f.Get("description"), publish)
}

func (p pages) setFault(f form) error {
	count := f.number("count", 0)
	if count < 1 || count > 100 {
		return errors.New("give a number from 1 to 100")
	}
	fault := Fault{Kind: FaultKind(f.Get("kind")), On: f.Get("on"), Delay: slowDelay}
	if err := fault.Kind.check(); err != nil {
		return err
	}
	p.server.FailNext(int(count), fault)
	return nil
}

// setRandomFaults reads a rate in percent for each kind.
func (p pages) setRandomFaults(f form) error {
	seed, err := strconv.ParseUint(f.Get("seed"), 10, 64)
	if err != nil {
		return errors.New("give the seed as a whole number")
	}
	faults := RandomFaults{Seed: seed, Rates: map[FaultKind]float64{}, Delay: slowDelay}
	for _, kind := range FaultKinds() {
		sent := f.Get("rate " + string(kind))
		if sent == "" {
			continue
		}
		percent, err := strconv.ParseFloat(sent, 64)
		if err != nil {
			return fmt.Errorf("give the rate of %q in percent", kind)
		}
		faults.Rates[kind] = percent / 100
	}
	return p.server.FailAtRandom(faults)
}

func (p pages) moveZone(f form) error {
	for _, letter := range f.Get("zone") {
		if letter != '-' && (letter < 'a' || letter > 'z') && (letter < '0' || letter > '9') {
			return errors.New("a zone's name has small letters, digits and hyphens")
		}
	}
	p.MoveZone(f.Get("zone"))
	return nil
}
