package e2e_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
)

// browser is Chromium. All that it asks of other machines goes through a proxy that notes
// and refuses it.
type browser struct {
	ctx    context.Context
	cancel context.CancelFunc
	proxy  *httptest.Server

	mu      sync.Mutex
	foreign []string // hosts that pages asked for
}

// startBrowser starts Chromium with a profile of its own in dir.
func startBrowser(dir string) (*browser, error) {
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, errors.New("there is no Chromium: install the Debian package chromium")
	}
	b := &browser{}
	b.proxy = httptest.NewServer(http.HandlerFunc(b.refuse))
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(dir, "profile")), chromedp.DisableGPU,
		chromedp.ProxyServer(b.proxy.URL), chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "en-GB"), chromedp.Flag("font-render-hinting", "none"), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("num-raster-threads", "1"), chromedp.Flag("disable-partial-raster", true), // else edges differ by a shade
		chromedp.Env("TZ=UTC"),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	b.ctx, b.cancel = ctx, func() { cancel(); end() }
	if err := chromedp.Do(ctx); err != nil { // without a timeout, which would end the browser with it
		b.cancel()
		b.proxy.Close()
		return nil, err
	}
	return b, nil
}

// refuse notes a request for another machine.
func (b *browser) refuse(w http.ResponseWriter, r *http.Request) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	b.mu.Lock()
	b.foreign = append(b.foreign, host)
	b.mu.Unlock()
	http.Error(w, "there is no way out of the tests", http.StatusForbidden)
}

// asked returns the hosts below the reserved domain .example that pages asked for. Chromium
// asks for hosts of its maker by itself, which says nothing of our pages.
func (b *browser) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.foreign), func(host string) bool { return !strings.HasSuffix(host, ".example") })
}

// close ends Chromium.
func (b *browser) close() error {
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	err := chromedp.Cancel(ctx)
	b.cancel()
	b.proxy.Close()
	return err
}
