import { overseer } from "../../domain/people/access.ts";
import type { PageFrame } from "./page.ts";

/** Says to who may not run anything why no job is seen, and how one comes to be: there are two ways, and both are somebody else's. */
export function OnlyOwn({
  frame: { reader },
  may: { seesAllJobs },
}: {
  readonly frame: PageFrame;
  readonly may: { readonly seesAllJobs: boolean };
}) {
  if (seesAllJobs || reader?.name === undefined) return null;
  return (
    <>
      {`You see only jobs of user ${reader.name}, and your role (${reader.role}) runs none. There are two ways to see the work of others. `}
      Who ran a job can send you a link to its results: “Share the results” on the page of the job makes one. Who runs
      this service can make you a key that sees all jobs and changes none: “overseer” on the page of keys, or{" "}
      <code>{`heddle keys create --role ${overseer.name} --user ${reader.name}`}</code>.
    </>
  );
}
