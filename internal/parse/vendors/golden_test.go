package vendors_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse/vendors"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden is a mail of a vendor's testdata with the reading that is wanted of it.
type golden struct {
	name   string // "synology/abb-failed-it"
	vendor string
	raw    []byte
	want   string // the path of want.json
}

// goldens lists the mails under parse/<vendor>/testdata/<case>.
func goldens(tb testing.TB) []golden {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join("..", "*", "testdata", "*", "mail.eml"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no golden mails found: %v", err)
	}
	var all []golden
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		dir := filepath.Dir(file)
		vendor := filepath.Base(filepath.Dir(filepath.Dir(dir)))
		all = append(all, golden{
			name: vendor + "/" + filepath.Base(dir), vendor: vendor, raw: raw, want: filepath.Join(dir, "want.json"),
		})
	}
	return all
}

func TestGolden(t *testing.T) {
	t.Parallel()
	registry := vendors.Registry()
	for _, g := range goldens(t) {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			got := indented(t, registry.Read(decode(t, g.raw)))
			if *update {
				if err := os.WriteFile(g.want, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(g.want)
			if err != nil {
				t.Fatalf("no golden file; run go test -update and look at the diff: %v", err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", g.want, diff)
			}
		})
	}
}

// indented is the reading as the API gives it, so that golden files hold the real form.
func indented(t *testing.T, reading backup.Reading) []byte {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(reading); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestEveryVendorHasGoldens fails for a vendor that is added without mails.
func TestEveryVendorHasGoldens(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	for _, g := range goldens(t) {
		count[g.vendor]++
	}
	for _, vendor := range []string{"veeam", "synology", "proxmox", "duplicati", "generic"} {
		if count[vendor] < 4 {
			t.Errorf("%s has %d golden mails, want at least 4", vendor, count[vendor])
		}
	}
}

// TestCrossClaims asks every parser about every golden mail: a vendor's mail is claimed by
// that vendor alone, by one parser more surely than by the others, and by nobody at all
// where it is meant for the fallback.
func TestCrossClaims(t *testing.T) {
	t.Parallel()
	owner := owners(t)
	for _, g := range goldens(t) {
		claims := vendors.Registry().Explain(decode(t, g.raw))
		for i, claim := range claims {
			if claim.Problem != "" {
				t.Errorf("%s: %s", g.name, claim.Problem)
			}
			if owner[claim.Parser] != g.vendor {
				t.Errorf("%s: claimed by %s (%d)", g.name, claim.Parser, claim.Score)
			}
			if i > 0 && claim.Score == claims[0].Score {
				t.Errorf("%s: %s and %s claim it alike", g.name, claims[0].Parser, claim.Parser)
			}
		}
		if len(claims) == 0 && g.vendor != "generic" {
			t.Errorf("%s: nobody claims it", g.name)
		}
	}
}

// owners maps each parser's name to its vendor's folder.
func owners(t *testing.T) map[string]string {
	t.Helper()
	owner := map[string]string{"generic": "generic"}
	for _, p := range vendors.All() {
		vendor, _, _ := strings.Cut(p.Name, "-")
		if _, taken := owner[p.Name]; taken {
			t.Errorf("two parsers are called %s", p.Name)
		}
		owner[p.Name] = vendor
	}
	return owner
}

var address = regexp.MustCompile(`[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)`)

// TestReservedAddresses refuses mails with addresses of domains that somebody may own.
func TestReservedAddresses(t *testing.T) {
	t.Parallel()
	for _, g := range goldens(t) {
		for _, found := range address.FindAllSubmatch(g.raw, -1) {
			if !reserved(string(found[1])) {
				t.Errorf("%s holds the address %s, which is not on a reserved example domain", g.name, found[0])
			}
		}
	}
}

func reserved(domain string) bool {
	for _, end := range []string{"example.com", "example.net", "example.org", "example"} {
		if domain == end || strings.HasSuffix(domain, "."+end) {
			return true
		}
	}
	return false
}

// TestTextAndTableAgree reads each mail that has a text and an HTML part with only one of
// them: the status must be the same, or unknown, by each way.
func TestTextAndTableAgree(t *testing.T) {
	t.Parallel()
	registry := vendors.Registry()
	for _, g := range goldens(t) {
		m := decode(t, g.raw)
		if m.HTML == "" || !bytes.Contains(g.raw, []byte("text/plain")) {
			continue
		}
		whole := registry.Read(m).Status()
		for _, part := range halves(m) {
			if got := registry.Read(part).Status(); got != whole && got != backup.StatusUnknown {
				t.Errorf("%s: one part alone reads as %q, both as %q", g.name, got, whole)
			}
		}
	}
}

// halves returns the message without its HTML part and without its text.
func halves(m *message.Message) []*message.Message {
	text, html := *m, *m
	text.HTML, text.Tables = "", nil
	html.Text = ""
	return []*message.Message{&text, &html}
}
