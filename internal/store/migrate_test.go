package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestMigrateTwice(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		newest := len(migrationNames(t, "sqlite"))
		for i, want := range []int{newest, 0} {
			db, err := store.Open(t.Context(), store.Config{URL: url})
			if err != nil {
				t.Fatal(err)
			}
			applied, version, err := db.Migrate(t.Context())
			if err != nil || applied != want || version != int64(newest) {
				t.Errorf("Migrate no. %d: got %d applied, version %d, %v; want %d and version %d", i+1, applied, version, err, want, newest)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// On SQLite there is one process at a time; see TestSecondProcessIsRefused.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	applied := make([]int, 4)
	errs := parallel(len(applied), func(i int) error {
		db, err := store.Open(t.Context(), store.Config{URL: url})
		if err != nil {
			return err
		}
		applied[i], _, err = db.Migrate(t.Context())
		return errors.Join(err, db.Close())
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatalf("migrating at once: %v", err)
	}
	sum := 0
	for _, n := range applied {
		sum += n
	}
	if want := len(migrationNames(t, "postgres")); sum != want {
		t.Errorf("migrations applied: got %v, want %d in all", applied, want)
	}
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const newer = `INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, $2)`
		var applied any = true
		if db.Engine() == "sqlite" {
			applied = 1
		}
		if _, err := db.Writer().ExecContext(t.Context(), newer, 99, applied); err != nil {
			t.Fatal(err)
		}
		_, _, err := db.Migrate(t.Context())
		wantError(t, "Migrate", err, backup.Conflict,
			fmt.Sprintf("The database has schema version 99, but this program knows only %d. Start a newer version of Backupchecks.",
				len(migrationNames(t, "sqlite"))))
	})
}

func TestMigrationsHaveTheSameNames(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(migrationNames(t, "sqlite"), migrationNames(t, "postgres")); diff != "" {
		t.Errorf("migration files differ between sqlite (-) and postgres (+):\n%s", diff)
	}
}

func migrationNames(t *testing.T, engine string) (names []string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join("migrations", engine))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		names = append(names, file.Name())
	}
	return names
}

// The golden files show the whole schema in one place, and their diff what a migration did.
func TestSchema(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		got := dumpSchema(t, db)
		file := filepath.Join("testdata", "schema."+db.Engine()+".sql")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("no golden file; run go test -update and look at the diff: %v", err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("schema differs from %s (-want +got):\n%s", file, diff)
		}
	})
}

func TestEnginesHaveTheSameColumns(t *testing.T) {
	t.Parallel()
	const sqlite = `SELECT t.name || '.' || c.name || CASE c."notnull" WHEN 1 THEN ' required' ELSE '' END
		FROM sqlite_schema t, pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'goose_%' AND c.pk = 0 ORDER BY t.name, c.cid`
	const postgres = `SELECT c.table_name || '.' || c.column_name || CASE c.is_nullable WHEN 'NO' THEN ' required' ELSE '' END
		FROM information_schema.columns c
		WHERE c.table_schema = 'public' AND c.table_name NOT LIKE 'goose_%' AND NOT EXISTS (
			SELECT 1 FROM information_schema.table_constraints p JOIN information_schema.key_column_usage k USING (constraint_name)
			WHERE p.constraint_type = 'PRIMARY KEY' AND k.table_name = c.table_name AND k.column_name = c.column_name)
		ORDER BY c.table_name, c.ordinal_position`
	got := texts(t, storetest.Open(t), sqlite)
	if len(got) < 100 {
		t.Fatalf("got only %d columns on SQLite: %v", len(got), got)
	}
	if diff := cmp.Diff(got, texts(t, storetest.Postgres(t), postgres)); diff != "" {
		t.Errorf("columns differ between sqlite (-) and postgres (+):\n%s", diff)
	}
}

func dumpSchema(t *testing.T, db *store.DB) string {
	t.Helper()
	queries := []string{`SELECT sql || ';' FROM sqlite_schema
		WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND tbl_name NOT LIKE 'goose_%' ORDER BY tbl_name, type DESC, name`}
	if db.Engine() == "postgres" {
		queries = []string{
			`SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
				|| CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
				|| CASE WHEN l.collname = 'C' THEN ' COLLATE "C"' ELSE '' END
				|| CASE WHEN a.attidentity <> '' THEN ' IDENTITY' ELSE '' END
				|| coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
			FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
			LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum LEFT JOIN pg_collation l ON l.oid = a.attcollation
			WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'goose_%' ORDER BY c.relname, a.attnum`,
			`SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) COLLATE "C" FROM pg_constraint
			WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'goose_%' ORDER BY 1`,
			`SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'goose_%' ORDER BY indexname`,
			`SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname`,
			`SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname`,
		}
	}
	var dump strings.Builder
	for _, query := range queries {
		dump.WriteString(strings.Join(texts(t, db, query), "\n") + "\n\n")
	}
	return strings.TrimSpace(dump.String()) + "\n"
}

// texts returns the rows of a SELECT of one text.
func texts(t *testing.T, db *store.DB, query string, args ...any) (found []string) {
	t.Helper()
	rows, err := db.Writer().QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		found = append(found, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}
