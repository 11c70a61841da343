import type { Io } from "../command.ts";

/** Programs that show an address in the browser of a person, the first that is there. */
const openers = ["xdg-open", "open"] as const;

/** Shows an address in a browser; where none can be called, the address alone is printed. */
export function openPage(address: string, io: Io): void {
  const program = openers
    .map((name) => Bun.which(name, { PATH: io.environment.PATH ?? "" }))
    .find((path) => path !== null);
  io.out(`${address}\n`);
  if (program === undefined) {
    io.talk("Found no program that opens a browser; open the address yourself\n");
    return;
  }
  Bun.spawn([program, address], { stdio: ["ignore", "ignore", "ignore"], env: { ...io.environment } }).unref();
}
