// Package mailin is the first station on the way: mail arrives. Each of its sources fetches
// raw mails and hands their bytes to the function it was given. It decides nothing about
// them, and calls a mail fetched only when that function has returned without an error.
package mailin
