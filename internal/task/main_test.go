package task_test

import (
	"testing"

	"backupchecks/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
