import { createFailpoint, type Failpoint } from "../../runner/failpoints.ts";

/** Makes the failpoint that a text names; none without a text. Only the build for tests has it. */
export function armFailpoint(text: string | undefined): { readonly failpoint?: Failpoint } {
  return text === undefined ? {} : { failpoint: createFailpoint(text) };
}
