/** Statuses of a server that does not know who asks, or does not let him. */
const statuses: readonly (number | undefined)[] = [401, 403];

/** Words that a server refused an execution; one that wants a key, or another one, is told by its status. */
export function refusedExecution(text: string, status: number | undefined): string {
  const why = statuses.includes(status) ? ` (status ${status}: it wants a key, or another one)` : "";
  return `The remote refused the execution${why}: ${text}`;
}

/** Tells whether a failure says that the other server wants a key, or another one: for an execution, or to be asked anything. */
export function saysWantedKey(text: string): boolean {
  return (
    /^The remote refused the execution \(status 40[13]: /.test(text) || /: found status 40[13], wanted 200/.test(text)
  );
}
