// Package backup holds the words of Backupchecks and the rules on them: messages, readings,
// outcomes, jobs, runs, reviews, tickets, customers and users. It stands under everything
// else on the way and is pure: no input or output, no SQL, no HTTP, no clock.
//
// One word has one meaning in code, database, pages and documents:
//
//   - A message is a mail as it was received.
//   - A reading is what the parsers made of a message; it holds outcomes and their evidence.
//   - An outcome is one job's result inside a reading.
//   - A job is a customer's backup job. Background work is a task, never a job.
//   - A run is one execution of a job. A missed run has no message.
//   - A review is a person's mark that a run was looked at.
//   - A ticket is a run's link to a case in Autotask, or a number entered by hand.
//
// All times are UTC. A time that may be unknown is a pointer, and nil means unknown.
package backup
