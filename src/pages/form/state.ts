import type { DraftKeeping } from "../../domain/documents/draft-keeping.ts";
import type { RanBefore } from "../../domain/documents/ran-before.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import type { Field, FormValues } from "./field.ts";

/** What a form shows: its fields, what was entered, and what is wrong with it. */
export type FormState = {
  readonly fields: readonly Field[];
  readonly values: FormValues;
  /** What is wrong, by the names of fields. */
  readonly faults: ReadonlyMap<string, readonly string[]>;
  /** What is wrong and has no field. */
  readonly otherFaults: readonly string[];
  /** The list that gets more empty rows. */
  readonly moreRows?: string;
  /** The request that the form asks for; absent while nothing was filled in. */
  readonly request?: JsonObject;
  /** The uploads that its files may be; absent for who may not upload, and where no input is a file. */
  readonly uploads?: FormUploads;
  /** The outputs of earlier jobs that its files may be; absent where they cannot be given. */
  readonly outputs?: FormOutputs;
  /** Where who fills it in wants to be told; absent where nothing is kept. */
  readonly notices?: FormNotices;
  /** The job whose request filled it in, with its page, what it ran, and its inputs in a line. */
  readonly filledFrom?: {
    readonly id: string;
    readonly url: string;
    readonly title: string;
    readonly line?: string;
    /** Where it ran another version than this form is of: both, with the form of that one where it can still be run. */
    readonly other?: { readonly ran: string; readonly here: string; readonly url?: string };
  };
  /** The id of that job, of a form that was sent since. */
  readonly from?: string;
  /** The examples of its package that it can be filled in from, by their paths. */
  readonly examples?: readonly string[];
  /** The file that it was filled in from, or that could not be read. */
  readonly fromFile?: FilledFile;
  /** The request was checked, and nothing was wrong: the own job that ran the same before, where there is one. */
  readonly checked?: { readonly before?: RanBefore };
};

/** A file of inputs that a form was to be filled in from. */
export type FilledFile = {
  readonly name: string;
  /** What was pasted, or was in the file that could not be read: it stands there again, to be mended. */
  readonly text: string;
  /** The inputs that it filled in, as people know them; absent where it could not be read. */
  readonly filled?: readonly string[];
  /** What was typed and is not in the file, so that it stayed: the names of the fields, and as people know them. */
  readonly kept?: readonly { readonly name: string; readonly title: string }[];
  /** What of that was emptied since, as people know it. */
  readonly emptied?: readonly string[];
};

/** An uploaded file that a field may be given. */
export type OfferedUpload = {
  /** What the form sends for it. */
  readonly reference: string;
  readonly name: string;
  readonly type: string;
  /** In bytes. */
  readonly length: number;
  /** When it was uploaded (RFC 3339). */
  readonly created: string;
  /** Where its bytes are, for who may have them. */
  readonly href?: string;
};

/** The uploads of who fills in a form. */
export type FormUploads = {
  /** One's own, the newest first. */
  readonly offered: readonly OfferedUpload[];
  /** Those that fields name, by their references; undefined for one that cannot be used any more. */
  readonly named: ReadonlyMap<string, OfferedUpload | undefined>;
  /** Where all are listed, when there are more than are offered. */
  readonly moreUrl?: string;
};

/** A file or directory of an earlier job that a field may be given. */
export type OfferedOutput = {
  /** What the form sends for it: its address. */
  readonly reference: string;
  readonly name: string;
  /** Absent for one of an older job, of which the name alone is looked up. */
  readonly made?: {
    readonly type: string;
    /** In bytes; absent for a directory. */
    readonly length?: number;
    readonly outputId: string;
    /** The page that shows it. */
    readonly look: string;
    /** Whose job made it, where that is not who fills in the form. */
    readonly user?: string;
    /** What the job is called, or its process. */
    readonly title: string;
    /** In which inputs the job differs from others, in a line. */
    readonly line?: string;
    readonly jobUrl: string;
    /** When its job ended (RFC 3339). */
    readonly finished: string;
  };
};

/** The outputs of earlier jobs that who fills in a form may read. */
export type FormOutputs = {
  /** Of one's newest jobs, the newest first; then of those of others in one's groups. */
  readonly offered: readonly OfferedOutput[];
  /** Those that fields name, by their addresses; undefined for one that is gone, or may not be read. */
  readonly named: ReadonlyMap<string, OfferedOutput | undefined>;
};

/** Where who fills in a form wants to be told of the own jobs. */
export type FormNotices = {
  readonly address: string;
  /** As one recognises it who gave it, and nobody else. */
  readonly masked: string;
  /** This server can tell nobody there any more. */
  readonly isLost?: boolean;
};

/** How much a form takes. */
export type FormLimits = {
  readonly maxBodyBytes: number;
  readonly maxUploadBytes: number;
  /** Where a script uploads files to before the form is sent; absent for who may not upload. */
  readonly uploadUrl?: string;
} & DraftKeeping;

/** Builds a form that nothing was found wrong with. */
export function plainForm(fields: readonly Field[], values: FormValues): FormState {
  return { fields, values, faults: new Map(), otherFaults: [] };
}
