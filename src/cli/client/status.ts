import * as v from "valibot";
import { jobStatuses } from "../../domain/jobs/job-state.ts";

/** The members of a status document that a person follows. */
export const StatusSchema = v.looseObject({
  jobID: v.string(),
  status: v.picklist(jobStatuses),
  progress: v.optional(v.number(), 0),
  stage: v.optional(v.string(), ""),
  message: v.optional(v.string(), ""),
  started: v.optional(v.string()),
  attempt: v.optional(v.number()),
  retriedBy: v.optional(v.string()),
  links: v.optional(v.array(v.looseObject({ rel: v.optional(v.string()) }))),
  exception: v.optional(
    v.looseObject({
      detail: v.optional(v.string()),
      exitCode: v.optional(v.number()),
      stderrTail: v.optional(v.string()),
    }),
  ),
});

export type Status = v.InferOutput<typeof StatusSchema>;

/** When the first tool of a job began, as its statistics tell: a service of before does not. */
export const FiguresSchema = v.looseObject({
  firstTool: v.optional(
    v.object({ started: v.string(), waitingSeconds: v.number(), executor: v.exactOptional(v.string()) }),
  ),
});

export type Figures = v.InferOutput<typeof FiguresSchema>;
