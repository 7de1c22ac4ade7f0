// Package autotasksim plays the Autotask PSA REST API: a stateful http.Handler that keeps
// companies and tickets in memory, checks what Autotask checks, answers as Autotask answers
// and fails on request. Tests, `backupchecks demo` and `backupchecks simulate autotask` use
// it. It shares no code with the client, so that a misreading in one shows in the other.
//
// Below /ATServicesRest it is the API; everywhere else it is a small web page on which a
// person plays the people who work in Autotask.
package autotasksim
