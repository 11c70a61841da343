import { defined } from "../defined.ts";
import type { JobFailure, RemoteException } from "../jobs/job.ts";

/** What another server or a tool says of a job may be of any length; in characters. */
const longest = 32 * 1024;

/** Leaves the end of a very long text out. */
export function shortText(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}...`;
}

/** Leaves the ends of very long texts of a failure out. */
export function shortFailure(failure: JobFailure): JobFailure {
  const { message, step, exception, stderrTail, ...others } = failure;
  return {
    ...others,
    message: shortText(message),
    ...defined({
      step: shortened(step),
      stderrTail: shortened(stderrTail),
      exception: exception === undefined ? undefined : shortException(exception),
    }),
  };
}

function shortException({ text, code, locator }: RemoteException): RemoteException {
  return { text: shortText(text), ...defined({ code: shortened(code), locator: shortened(locator) }) };
}

function shortened(text: string | undefined): string | undefined {
  return text === undefined ? undefined : shortText(text);
}
