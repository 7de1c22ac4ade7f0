// Package autotask is the client for the Autotask PSA REST API and speaks Autotask's own
// words. It knows zones, paging, limits, retries and the many meanings of Autotask's errors;
// it knows nothing of runs, customers or the database, and stands below the stations:
// package ticket translates.
package autotask
