package vendors_test

import (
	"testing"

	"backupchecks/internal/message"
	"backupchecks/internal/parse/vendors"
)

// BenchmarkRead measures the reading of a decoded mail, BenchmarkDecode what comes before it.
func BenchmarkRead(b *testing.B) {
	registry := vendors.Registry()
	for _, name := range []string{"veeam/backup-success", "synology/abb-success-en", "proxmox/vzdump-success", "duplicati/success-us", "generic/ten-errors"} {
		for _, g := range goldens(b) {
			if g.name != name {
				continue
			}
			m := decode(b, g.raw)
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					registry.Read(m)
				}
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, g := range goldens(b) {
		if g.name != "veeam/backup-success" {
			continue
		}
		for b.Loop() {
			if _, err := message.Decode(g.raw); err != nil {
				b.Fatal(err)
			}
		}
	}
}
