import { join } from "node:path";
import { readMigrationFiles } from "drizzle-orm/migrator";

/** Reads the generated migrations. Runs while bundling: the program carries the answer. */
export function migrationFiles() {
  return readMigrationFiles({ migrationsFolder: join(import.meta.dir, "..", "..", "drizzle") });
}
