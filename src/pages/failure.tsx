import type { JobDocument } from "../domain/documents/job.ts";
import { stages } from "../domain/progress.ts";
import { stageWords } from "./words.ts";

/** Says in one sentence what failed and where, then what the tool said last, and what one can do. */
export function Failure({ job }: { readonly job: JobDocument }) {
  const { exception } = job;
  if (exception === undefined) return null;
  const { detail, stderrTail } = exception;
  return (
    <div class="notice notice-bad" role="alert">
      <p>
        <strong>{sentenceOf(exception)}</strong> {typeof detail === "string" ? detail : job.message}
      </p>
      {typeof stderrTail === "string" && stderrTail !== "" ? <pre class="code">{stderrTail}</pre> : null}
      <p>{adviceOf(exception)}</p>
    </div>
  );
}

type Exception = Readonly<Record<string, unknown>>;

/** Words where a job failed, and with which exit code. */
export function sentenceOf({ stage, step, exitCode }: Exception): string {
  const where = typeof step === "string" ? ` in step ${step}` : "";
  const when = isStage(stage) ? ` while it was ${stageWords[stage].toLowerCase()}` : "";
  const code = typeof exitCode === "number" ? `, with exit code ${exitCode}` : "";
  return `The job failed${where}${when}${code}.`;
}

/** The exit code of a shell for a program that was killed, as the kernel does when memory ends. */
const killed = 137;

/** Words what a person can do after a failure. */
export function adviceOf({ stage, exitCode, stderrTail }: Exception): string {
  if (exitCode === killed) {
    return "The tool was killed, maybe because it needed more memory than there was: try smaller inputs, or ask the operator.";
  }
  if (stage === "getInputs") return "Check that each input can be fetched from its address, then run it again.";
  if (typeof stderrTail === "string" && stderrTail !== "") {
    return "The lines above are the last that the tool wrote. Correct the inputs and run it again, or resume when the cause is mended.";
  }
  return "Read the log below. Correct the inputs and run it again, or resume when the cause is mended.";
}

function isStage(stage: unknown): stage is keyof typeof stages {
  return typeof stage === "string" && Object.hasOwn(stages, stage);
}
