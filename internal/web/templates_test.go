package web

import (
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jba/templatecheck"

	"backupchecks/internal/web/assets"
)

func emptyAssets(t *testing.T) *assets.Set {
	t.Helper()
	set, err := assets.Load(os.DirFS(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// A field that a page does not have would otherwise show only when somebody opens the page.
func TestTemplatesFitTheirPages(t *testing.T) {
	t.Parallel()
	sets, err := parseTemplates(emptyAssets(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages() {
		if err := templatecheck.CheckHTML(sets[page.template()].Lookup(page.template()), page); err != nil {
			t.Errorf("%s does not fit %T: %v", page.template(), page, err)
		}
	}
}

func TestIconsAreInTheSprite(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("assets/icons.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, found := range regexp.MustCompile(`(?m)^([a-z0-9-]+) = `).FindAllSubmatch(list, -1) {
		known[string(found[1])] = true
	}
	use := regexp.MustCompile(`template "icon" "([^"]*)"`)
	err = fs.WalkDir(templateFiles, "templates", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(templateFiles, path)
		for _, found := range use.FindAllSubmatch(text, -1) {
			if !known[string(found[1])] {
				t.Errorf("%s uses the icon %q, which is not in assets/icons.txt", path, found[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range menu() {
		if !known[place.icon] {
			t.Errorf("%s uses the icon %q, which is not in assets/icons.txt", place.path, place.icon)
		}
	}
}

func TestPanicBecomesAnErrorPage(t *testing.T) {
	t.Parallel()
	templates, err := parseTemplates(emptyAssets(t))
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	s := &Server{templates: templates, log: slog.New(slog.NewTextHandler(&logged, nil)), now: time.Now}
	broken := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the secret cause") })
	w := httptest.NewRecorder()
	requestID(s.recoverPanics(broken)).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "Something went wrong") {
		t.Errorf("status %d, page:\n%s", w.Code, w.Body)
	}
	if strings.Contains(w.Body.String(), "secret cause") || !strings.Contains(logged.String(), "secret cause") {
		t.Errorf("the cause belongs in the log alone; log:\n%s", &logged)
	}
}

func TestPathID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"7": 7, "0": 0, "-1": 0, "x": 0, "": 0, "99999999999999999999": 0, "1e3": 0} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.SetPathValue("id", text)
		got, err := pathID[int64](r, "id")
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("pathID(%q): %d, %v, want %d", text, got, err, want)
		}
	}
}
