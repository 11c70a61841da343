import type { JobFailure } from "./job.ts";

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
    ...(step === undefined ? {} : { step: shortText(step) }),
    ...(stderrTail === undefined ? {} : { stderrTail: shortText(stderrTail) }),
    ...(exception === undefined
      ? {}
      : {
          exception: {
            text: shortText(exception.text),
            ...(exception.code === undefined ? {} : { code: shortText(exception.code) }),
            ...(exception.locator === undefined ? {} : { locator: shortText(exception.locator) }),
          },
        }),
  };
}
