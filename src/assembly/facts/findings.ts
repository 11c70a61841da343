import { imageRequest, imageWarnings } from "../../cwl/document/requirements.ts";
import type { CwlDocument } from "../../cwl/document/schema.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Machine } from "../../executors/machine.ts";
import { createFindObstacle } from "../../operations/submit/obstacles.ts";
import type { Database } from "../../store/database/database.ts";

type Deps = { readonly database: Database; readonly clock: Clock; readonly machine: Machine };

/** Builds what tells before a run that a machine lacks something for it: of a document that is deployed, and of each process of a list. */
export function findingsOf({ database, clock, machine }: Deps) {
  return {
    imageWarnings: (document: CwlDocument) => imageWarnings(document, machine),
    findObstacle: createFindObstacle({
      ...{ database, clock },
      lacksImage: (docker) => machine.lacksImage(imageRequest(docker)),
    }),
  };
}
