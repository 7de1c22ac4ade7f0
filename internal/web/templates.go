package web

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"strings"

	"backupchecks/internal/web/assets"
)

//go:embed templates/*.html
var templateFiles embed.FS

// partials is the set that holds only what pages share: the files whose names begin with an
// underscore.
const partials = "_"

// parseTemplates reads all templates: for each page a set of the shared ones and its own, and
// the shared ones alone. A file that belongs to no page is an error.
func parseTemplates(built *assets.Set) (map[string]*template.Template, error) {
	shared, err := template.New(partials).Funcs(template.FuncMap{"asset": built.Path}).
		ParseFS(templateFiles, "templates/_*.html")
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	sets := map[string]*template.Template{}
	for _, page := range pages() {
		name := page.template()
		set, err := shared.Clone()
		if err != nil {
			return nil, fmt.Errorf("read template %s: %w", name, err)
		}
		if sets[name], err = set.ParseFS(templateFiles, "templates/"+name); err != nil {
			return nil, fmt.Errorf("read template %s: %w", name, err)
		}
	}
	files, err := fs.ReadDir(templateFiles, "templates")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	for _, file := range files {
		if !strings.HasPrefix(file.Name(), "_") && sets[file.Name()] == nil {
			return nil, fmt.Errorf("template %s belongs to no page; add the page to pages", file.Name())
		}
	}
	sets[partials] = shared
	return sets, nil
}
