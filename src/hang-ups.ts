import { closeSync, openSync } from "node:fs";

/**
 * Begins to catch SIGHUP, which would end the program. It says that the settings changed: then whoever was given last to what
 * this returns is called. Or it says that the terminal of the program is gone: then `end` is called.
 */
export function catchHangUps(program: { readonly hasTerminal: boolean; end(): void }): (listener: () => void) => void {
  let listener = () => {};
  process.on("SIGHUP", () => {
    if (program.hasTerminal && !isTerminalThere()) program.end();
    else listener();
  });
  return (told) => {
    listener = told;
  };
}

function isTerminalThere(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    // Nobody sits there any more.
    return false;
  }
}
