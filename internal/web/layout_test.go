package web

import "testing"

func TestShortVersion(t *testing.T) {
	t.Parallel()
	const sha1 = "0123456789abcdef0123456789abcdef01234567"
	for version, want := range map[string]string{
		"development":                        "development",
		"v1.4.0-12-g0123456-dirty":           "v1.4.0-12-g0123456-dirty",
		sha1:                                 "0123456789ab",
		sha1 + "-dirty":                      "0123456789ab-dirty",
		sha1 + "0123456789abcdef01234567":    "0123456789ab",
		"v0.0.0-20260302080000-0123456789ab": "v0.0.0-20260302080000-0123456789ab",
		"":                                   "",
	} {
		if got := shortVersion(version); got != want {
			t.Errorf("shortVersion(%q): %q, want %q", version, got, want)
		}
	}
}
