package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"backupchecks/internal/backup"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema up to date and returns how many migrations it applied and the
// version reached. It is safe to run twice, and on PostgreSQL by several processes at once.
// A database that is newer than the program is refused and not touched.
func (db *DB) Migrate(ctx context.Context) (applied int, version int64, err error) {
	provider, err := db.migrator()
	if err != nil {
		return 0, 0, err
	}
	newest, err := db.checkVersion(ctx, provider)
	if err != nil {
		return 0, 0, err
	}
	if err := db.claimToMigrate(ctx, provider); err != nil {
		return 0, 0, err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("migrate to version %d: %w", newest, err)
	}
	if len(results) > 0 {
		db.log.InfoContext(ctx, "schema migrated", "applied", len(results), "version", newest)
	}
	return len(results), newest, nil
}

func (db *DB) migrator() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+db.dialect.name)
	if err != nil {
		return nil, fmt.Errorf("find the migrations: %w", err)
	}
	options, err := db.dialect.gooseOptions()
	if err != nil {
		return nil, fmt.Errorf("make the migration lock: %w", err)
	}
	provider, err := goose.NewProvider(db.dialect.goose, db.writer, files, options...)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}

// checkVersion returns the newest version that the program knows and refuses a database
// that is beyond it.
func (db *DB) checkVersion(ctx context.Context, provider *goose.Provider) (int64, error) {
	at, err := provider.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the schema version: %w", err)
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	if at > newest {
		return 0, backup.Errorf(backup.Conflict, "The database has schema version %d, but this program knows only %d. Start a newer version of Backupchecks.", at, newest)
	}
	return newest, nil
}

// claimToMigrate makes sure that no other process uses an SQLite file whose schema is about
// to change. A file that is up to date may stay in use.
func (db *DB) claimToMigrate(ctx context.Context, provider *goose.Provider) error {
	if db.claim == nil || db.claim.Locked() {
		return nil
	}
	pending, err := provider.HasPending(ctx)
	if err != nil {
		return fmt.Errorf("look for pending migrations: %w", err)
	}
	if !pending {
		return nil
	}
	return db.claimFile()
}
