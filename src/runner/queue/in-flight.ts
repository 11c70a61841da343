/** Works that are being done. */
export type InFlight = {
  /** Begins a work; resolves or rejects as it does. */
  begin(work: () => Promise<void>): Promise<void>;
  /** Waits for those that were begun. */
  done(): Promise<void>;
};

/** Creates a set of works, empty. */
export function createInFlight(): InFlight {
  const open = new Set<Promise<void>>();
  return {
    begin(work) {
      const done = work().finally(() => open.delete(done));
      open.add(done);
      return done;
    },
    async done() {
      await Promise.allSettled(open);
    },
  };
}
