/** Facts that go with a log line; never a secret. Those that are undefined are left out. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** The structured log of the service, passed down from app.ts. */
export type Logger = {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
};

/** Lines that each tell of one thing that happened: none of them is folded with another. */
export type EventLog = { tell(level: "debug" | "info" | "warn", message: string, facts: LogFacts): void };

/** A logger that keeps nothing. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
