# Each target is a line or two; what needs more is a program under tools/ or a test.

# A checkout that belongs to somebody else must build too, so git is asked for the version
# here and not by go build.
export GOFLAGS := $(strip $(GOFLAGS) -buildvcs=false)
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT  ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
LDFLAGS := -X backupchecks/internal/cli.version=$(VERSION) -X backupchecks/internal/cli.revision=$(COMMIT)

ASSETS    := internal/web/assets
LINT      := go tool -modfile=tools/lint.mod golangci-lint
GOLDEN     = $(shell git grep -l 'Bool("update"' -- '*_test.go' | xargs -n1 dirname | sort -u | sed 's,^,./,')
PLATFORMS := linux-amd64 linux-arm64 windows-amd64 darwin-arm64

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run build test quick e2e fuzz golden bench shots vuln release prepare assets format lint

help: ## what you can make
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s  %s\n", $$1, $$2 }' Makefile

run: build ## build everything and start the demo on http://127.0.0.1:8080
	bin/backupchecks demo

build: assets ## bin/backupchecks, with its pages inside
	go build -ldflags '$(LDFLAGS)' -o bin/backupchecks ./cmd/backupchecks

test: prepare build lint ## the whole gate: formatting, vet, lint, every test with the race detector
	go run ./tools/testcount -may-skip '^TestCorpus' -- -race -shuffle=on -timeout=20m ./...

quick: ## the fast tests, on SQLite alone and without a browser
	go vet ./...
	go run ./tools/testcount -may-skip '^TestCorpus' -- -short ./internal/... ./tools/...

e2e: prepare assets ## the journeys through the pages, in Chromium
	go run ./tools/testcount -- -count=1 ./e2e/...

fuzz: ## every fuzz target for 30 seconds
	go run ./tools/fuzz -time 30s

golden: ## write the expected results of golden tests anew; review the diff like code
	go test -count=1 $(GOLDEN) -update

bench: assets ## speed and memory as ratios, into bench.json
	go run ./tools/bench

shots: prepare assets ## take the pictures in docs/screenshots anew
	go test -count=1 -run '^TestScreenshots$$' ./e2e -shots '$(CURDIR)/docs/screenshots'

vuln: ## look for known vulnerabilities; needs the network
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

release: assets ## binaries for all platforms and their checksums, in bin/release
	rm -rf bin/release && $(MAKE) $(PLATFORMS:%=release-%)
	cd bin/release && sha256sum backupchecks-* > SHA256SUMS

release-%:
	CGO_ENABLED=0 GOOS=$(word 1,$(subst -, ,$*)) GOARCH=$(word 2,$(subst -, ,$*)) go build -trimpath -ldflags '-s -w $(LDFLAGS)' \
		-o bin/release/backupchecks-$(VERSION)-$*$(if $(findstring windows,$*),.exe) ./cmd/backupchecks

prepare: ## what the tests need from the distribution, installed when root on Debian
	go run ./tools/prepare

assets: $(ASSETS)/node_modules/.installed ## styles and scripts of the pages
	go run ./tools/assets

$(ASSETS)/node_modules/.installed: $(ASSETS)/package.json $(ASSETS)/package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --prefix $(ASSETS)
	touch $@

format: ## gofumpt, imports in two groups
	$(LINT) fmt

lint: ## formatting, vet and lint
	go vet ./...
	$(LINT) run
