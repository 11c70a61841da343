// Run as a process of its own: holds the write lock of a database until a line comes in; then says "released", and so on.
// Usage: bun test/support/machine/hold-write-lock.ts FILE
import { Database } from "bun:sqlite";

const database = new Database(process.argv[2] ?? "");
database.run("PRAGMA busy_timeout = 10000");
database.run("BEGIN IMMEDIATE");
console.log("held");
for await (const line of console) {
  if (line === "release") {
    database.run("COMMIT");
    console.log("released");
  } else if (line === "hold") {
    database.run("BEGIN IMMEDIATE");
    console.log("held");
  } else {
    break;
  }
}
database.close();
