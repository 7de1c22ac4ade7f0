// Command assets builds what the pages load, from our sources and from npm, into
// internal/web/assets/dist: style and script bundled and minified, the icons as one sprite,
// each file under a name with the hash of its content, and manifest.json, which says which is
// which. Run it from the root of the project after npm ci in internal/web/assets.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	dir := flag.String("dir", filepath.FromSlash("internal/web/assets"), "the folder with package.json, css, js and dist")
	flag.Parse()
	if err := run(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

// run builds everything in memory first, so that a failure leaves the last build as it was.
func run(dir string) error {
	modules := filepath.Join(dir, "node_modules")
	if _, err := os.Stat(modules); err != nil {
		return fmt.Errorf("there is no %s; run npm ci --ignore-scripts in %s first", modules, dir)
	}
	files, err := bundle(dir)
	if err != nil {
		return err
	}
	if files["icons.svg"], err = sprite(filepath.Join(dir, "icons.txt"), filepath.Join(modules, "@tabler", "icons", "icons")); err != nil {
		return err
	}
	if files["favicon.svg"], err = os.ReadFile(filepath.Join(dir, "favicon.svg")); err != nil {
		return err
	}
	if files["licences.txt"], err = licences(modules); err != nil {
		return err
	}
	return write(filepath.Join(dir, "dist"), files)
}

// bundle makes app.css and app.js.
func bundle(dir string) (map[string][]byte, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     absolute,
		EntryPoints:       []string{"css/app.css", "js/app.js"},
		EntryNames:        "[name]",
		Outdir:            "dist",
		Bundle:            true,
		Write:             false,
		Format:            api.FormatESModule,
		Target:            api.ESNext, // light-dark() and oklch() stay as they are
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsNone, // licences.txt has them whole
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return nil, errors.New("esbuild failed: " + result.Errors[0].Text)
	}
	files := map[string][]byte{}
	for _, file := range result.OutputFiles {
		files[filepath.Base(file.Path)] = file.Contents
	}
	return files, nil
}

// write replaces what an earlier build left in dist.
func write(dist string, files map[string][]byte) error {
	old, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	for _, entry := range old {
		if entry.Name() == ".gitkeep" {
			continue
		}
		if err := os.Remove(filepath.Join(dist, entry.Name())); err != nil {
			return err
		}
	}
	manifest := map[string]string{}
	for name, body := range files {
		manifest[name] = hashed(name, body)
		if err := os.WriteFile(filepath.Join(dist, manifest[name]), body, 0o644); err != nil {
			return err
		}
		small, err := compress(body)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dist, manifest[name]+".gz"), small, 0o644); err != nil {
			return err
		}
		fmt.Printf("%-14s %8d bytes, %7d compressed\n", name, len(body), len(small))
	}
	text, err := json.MarshalIndent(manifest, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dist, "manifest.json"), append(text, '\n'), 0o644)
}

// hashed is name with the hash of body before its ending.
func hashed(name string, body []byte) string {
	sum := sha256.Sum256(body)
	ending := path.Ext(name)
	return strings.TrimSuffix(name, ending) + "-" + base32.StdEncoding.EncodeToString(sum[:5]) + ending
}

func compress(body []byte) ([]byte, error) {
	var small bytes.Buffer
	w, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return small.Bytes(), nil
}
