package demo

import (
	"fmt"
	"strings"
)

// Customer is a customer of the demo and the company it belongs to in the simulator's
// default tenant.
type Customer struct {
	Name      string
	CompanyID int64
}

// Customers lists the demo's customers by name.
func Customers() []Customer {
	var all []Customer
	for _, c := range fleet() {
		all = append(all, Customer{c.name, c.company})
	}
	return all
}

// customer is a customer with the machines that are backed up.
type customer struct {
	name    string
	company int64
	prefix  string // of its machines' names
	domain  string
	zone    string
	locale  locale
	jobs    []job
}

// writer writes the mail of a run and says what it means.
type writer func(run) (letter, Meaning)

// job is a backup job.
type job struct {
	write   writer
	name    string
	server  string   // the machine that sends the mail, where the mail names it
	objects []string // what it backs up
	at      int      // when it starts, in minutes after midnight; from noon on it is the evening before
	every   int      // nights from run to run; 0: nightly
	since   int      // how many nights ago it ran first; 0: long ago
	quiet   bool     // it mails only when something goes wrong
}

// group is jobs of one kind at a customer. Each of list is a job with its objects: "File
// servers: ACM-FS01 ACM-FS02". The jobs start one after another from at on.
type group struct {
	write  writer
	at     string // "22:00"
	step   int    // minutes from one start to the next; 0: 10
	server string
	every  int
	quiet  bool
	recent bool // brought in one by one within the last days
	list   []string
}

// jobsOf makes the jobs of a customer.
func jobsOf(groups ...group) []job {
	var jobs []job
	for _, g := range groups {
		step := g.step
		if step == 0 {
			step = 10
		}
		for i, line := range g.list {
			name, objects, _ := strings.Cut(line, ":")
			j := job{
				write: g.write, name: name, server: g.server, objects: strings.Fields(objects),
				at: (clockMinutes(g.at) + i*step) % (24 * 60), every: g.every, quiet: g.quiet,
			}
			if g.recent {
				j.since = 5 + int(checksum(name)%6)
			}
			jobs = append(jobs, j)
		}
	}
	return jobs
}

// clockMinutes reads "22:05" as minutes after midnight.
func clockMinutes(clock string) int {
	var hour, minute int
	if _, err := fmt.Sscanf(clock, "%d:%d", &hour, &minute); err != nil {
		panic("demo: a clock of the fleet is broken: " + clock) // a fault of the program
	}
	return hour*60 + minute
}

// machines lists jobs of one machine each, called like the machine: prefix01, prefix02, ….
func machines(prefix string, count int) []string {
	var list []string
	for i := range count {
		name := fmt.Sprintf("%s%02d", prefix, i+1)
		list = append(list, name+": "+name)
	}
	return list
}

// named lists machines in one line, for the objects of one job.
func named(job, prefix string, count int) string {
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("%s%02d", prefix, i+1)
	}
	return job + ": " + strings.Join(names, " ")
}
