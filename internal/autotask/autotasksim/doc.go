// Package autotasksim plays the Autotask PSA REST API: a stateful http.Handler that keeps the
// companies and tickets of one or more tenants in memory, checks what Autotask checks, answers
// as Autotask answers and fails on request. Tests, `backupchecks demo` and `backupchecks
// simulate autotask` use it. It shares no code with the client, so that a misreading in one
// shows in the other. docs/autotask-simulator.md says what each behaviour rests on.
//
// Below /ATServicesRest it is the API; everywhere else it is a small web page on which a
// person plays the people who work in Autotask.
package autotasksim
