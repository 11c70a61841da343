import { databaseFile, type Layout, lockFile } from "../../files/layout.ts";
import type { WatchedFile } from "../../runner/care/removed-files.ts";
import type { Database } from "../../store/database/database.ts";

/** Lists what must stay where it is. */
export function filesToWatch(layout: Layout, database: Pick<Database, "refuseWrites">): readonly WatchedFile[] {
  return [
    {
      path: databaseFile(layout),
      onlyGrows: true,
      loses: "nothing is written until then, and the end of the service leaves a copy of the removed one beside it",
      onChange: (cause) => database.refuseWrites(cause),
    },
    { path: lockFile(layout), loses: "another service may use the data directory" },
  ];
}
