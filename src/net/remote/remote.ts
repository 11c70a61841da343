import type { RemoteException } from "../../domain/jobs/job.ts";
import type { InputDefinition, OutputDefinition } from "../../domain/processes/process.ts";
import type { RemoteType } from "../../domain/processes/remote-type.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import type { LinkValue, PlainValue, PreparedInputs } from "../../domain/values/values.ts";
import type { Gate, OutboundAnswer, Secrets } from "../fetch.ts";
import type { Tries } from "../try-again.ts";

/** A server that runs processes, and how it is spoken to. */
export type RemoteTarget = {
  readonly type: RemoteType;
  /** Without a slash at the end. */
  readonly url: string;
  readonly secrets?: Secrets;
  readonly language?: string;
};

export type RemoteDeps = {
  readonly gate: Gate;
  /** The largest document that is read into memory. */
  readonly maxDocumentBytes: number;
};

export type RemoteSummary = { readonly id: string; readonly title?: string; readonly description?: string };

/** What a remote says of one process. */
export type RemoteDescription = {
  readonly id: string;
  readonly title?: string;
  readonly description?: string;
  readonly version?: string;
  readonly keywords?: readonly string[];
  readonly inputs: Readonly<Record<string, InputDefinition>>;
  readonly outputs: Readonly<Record<string, OutputDefinition>>;
  /** Inputs that are sent as content, whatever form the client gave. */
  readonly fileInputs: readonly string[];
  readonly offersSync: boolean;
  readonly offersAsync: boolean;
  /** Pure JSON: what this kind of client needs to word an execution. */
  readonly native: JsonObject;
};

export type RemoteExecution = {
  readonly processId: string;
  readonly native: JsonObject;
  readonly inputs: PreparedInputs;
  /** The wanted outputs, each with the media type that was asked for. */
  readonly outputs: Readonly<Record<string, { readonly mediaType?: string }>>;
  /** Sent along; a server that honours it starts one job however often it is sent. */
  readonly idempotencyKey: string;
  /** Reads a file's content. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
};

/** An answer to an execution or a document, whole on disk. */
export type SavedAnswer = {
  readonly status: number;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The file of its body. */
  readonly path: string;
};

/** Where a remote job is found again: pure JSON, as this kind of client words it. */
export type RemoteLocation = { readonly url: string; readonly jobId?: string };

export type Submission =
  | { readonly kind: "accepted"; readonly location: RemoteLocation }
  /** The answer itself has the results. */
  | { readonly kind: "answered" }
  /** `status`: of the answer, where that is known. */
  | { readonly kind: "refused"; readonly exception: RemoteException; readonly status?: number };

export type RemoteStatus = {
  readonly state: "accepted" | "running" | "successful" | "failed" | "dismissed";
  readonly percent?: number;
  readonly message?: string;
  readonly exception?: RemoteException;
  /** How long the remote wants to be left alone. */
  readonly askAgainSeconds?: number;
};

/** One result as a remote gave it. */
export type RemoteResult =
  | PlainValue
  | LinkValue
  /** Content that stood inside a document. */
  | { readonly kind: "content"; readonly content: string | Uint8Array; readonly mediaType?: string }
  /** The whole answer is the result. */
  | { readonly kind: "whole"; readonly answer: SavedAnswer; readonly mediaType?: string }
  | { readonly kind: "list"; readonly items: readonly RemoteResult[] };

/** Where results are read from: a finished job, or the answer to its execution. */
export type ResultSource =
  | { readonly kind: "location"; readonly location: RemoteLocation }
  | { readonly kind: "answer"; readonly answer: SavedAnswer };

/** Keeps an answer's body on disk before anything of it is read. */
export type SaveAnswer = (answer: OutboundAnswer) => Promise<SavedAnswer>;

/**
 * Speaks to one server that runs processes. What it does not answer, or answers wrongly, is a Problem `remote-failure`;
 * a remote's own word that something failed is a value. Documents are asked for as often as `tries` says; what starts something is sent once.
 */
export type RemoteClient = {
  /** Asks whether a server of this kind is there. */
  probe(signal: AbortSignal): Promise<{ readonly title?: string }>;
  processes(signal: AbortSignal, tries?: Tries): Promise<readonly RemoteSummary[]>;
  /** Undefined when the remote knows no such process. */
  describe(processId: string, signal: AbortSignal, tries?: Tries): Promise<RemoteDescription | undefined>;
  /** Sends the execution; the answer is whole on disk when it resolves. */
  execute(execution: RemoteExecution, save: SaveAnswer): Promise<SavedAnswer>;
  /** Reads what an execution was answered. */
  readSubmission(answer: SavedAnswer): Promise<Submission>;
  /** True when an execution may be sent again with the same idempotency key. */
  honoursIdempotency(signal: AbortSignal, tries?: Tries): Promise<boolean>;
  /** Asked once: who watches looks again. What it throws says how long the remote wants to be left alone. */
  status(location: RemoteLocation, signal: AbortSignal): Promise<RemoteStatus>;
  results(
    source: ResultSource,
    wanted: { readonly native: JsonObject; readonly outputs: readonly string[] },
    save: SaveAnswer,
    tries?: Tries,
  ): Promise<Readonly<Record<string, RemoteResult>>>;
  /** Asks the remote to stop. Harmless when nothing runs; a remote that cannot stop is left alone. */
  dismiss(location: RemoteLocation): Promise<void>;
};
