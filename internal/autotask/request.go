package autotask

import (
	"context"
	"errors"
)

type call struct {
	op, method, entity, path string
	body                     any
}

type search struct {
	op, entity      string
	fields          []string
	filters         []Filter
	limit, pageSize int
}

type row[T any] interface{ read() (T, error) }

func badAnswer(op, why string) *Error {
	return &Error{Op: op, Kind: BadAnswer, Err: errors.New(why)}
}

func (c *Client) locate(ctx context.Context) (Zone, error) { return Zone{}, badAnswer("", "") }

func (c *Client) read(ctx context.Context, call call, out any) error { return badAnswer("", "") }

func (c *Client) write(ctx context.Context, call call) (int64, error) { return 0, badAnswer("", "") }

func getItem[R row[T], T any](ctx context.Context, c *Client, op, entity string, id int64) (T, error) {
	var none T
	return none, badAnswer(op, "")
}

func query[R row[T], T any](ctx context.Context, c *Client, s search) ([]T, error) {
	return nil, badAnswer(s.op, "")
}
