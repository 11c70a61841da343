// Run as a process of its own: takes a data directory, says "held" and the pid of a child that outlives it, and waits.
// Usage: bun test/support/machine/hold-data-directory.ts DIRECTORY
import { lockDataDirectory } from "../../../src/store/database/lock.ts";

const [, , directory = ""] = process.argv;
await lockDataDirectory(directory, {
  pid: process.pid,
  startedAt: Date.UTC(2021, 2, 2),
  address: "http://127.0.0.1:1",
});
const child = Bun.spawn(["sleep", "60"], { detached: true, stdio: ["ignore", "ignore", "ignore"] });
child.unref();
console.log(`held ${child.pid}`);
await new Promise((never) => setTimeout(never, 60_000));
