import { readKept } from "../../cwl/document/pack/read-kept.ts";
import { requiredImages } from "../../cwl/document/requirements.ts";
import type { Obstacle, Process } from "../../domain/processes/process.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import type { Database } from "../../store/database/database.ts";
import { createRemembered } from "../people/remembered.ts";
import { refusedForKeyAt } from "./refused-runs.ts";

export type ObstacleDeps = {
  readonly database: Database;
  readonly clock: Pick<Clock, "elapsed">;
  /** Words why nothing here could have the image of a DockerRequirement; undefined when something could. Fetches none. */
  readonly lacksImage: (docker: JsonObject) => Promise<string | undefined>;
};

/** Tells what keeps a process from running here, as far as it is known; undefined when nothing is known to. */
export type FindObstacle = (process: Process) => Promise<Obstacle | undefined>;

/** So long what was looked up counts for lists: the page of a process looks again. */
const milliseconds = 5000;
const [mostImages, mostProviders, mostPackages] = [2000, 1000, 4000];

/**
 * Makes the function that tells of each process of a list what keeps it from running. A package is read once, and an image
 * or a provider is asked about at most once in 5 s, however many processes want it.
 */
export function createFindObstacle({ database, clock, lacksImage }: ObstacleDeps): FindObstacle {
  const remembering = { elapsed: () => clock.elapsed(), milliseconds };
  const lookUp = createRemembered({ ...remembering, maxRemembered: mostImages }, lacksImage, JSON.stringify);
  const lacks = onceKnown(lookUp);
  const refusedAt = createRemembered({ ...remembering, maxRemembered: mostProviders }, (id: string) =>
    refusedForKeyAt(database, id),
  );
  const imagesOf = createImagesOf();
  return async (process) => {
    const { definition } = process;
    switch (definition.kind) {
      case "builtin":
        return undefined;
      case "remote": {
        const { providerId } = definition;
        const isRefused = providerId !== undefined && (await refusedAt(providerId)) !== undefined;
        return isRefused ? "provider-wants-key" : undefined;
      }
      case "cwl":
        for (const docker of imagesOf(process, definition)) {
          if ((await lacks(docker)) !== undefined) return "no-image";
        }
        return undefined;
      default:
        return definition satisfies never;
    }
  };
}

/** The first question may mean to try container engines, of which one that hangs takes minutes: a list goes without it after so long. */
const firstMilliseconds = 300;

/** Makes a function that asks as `look` does, and gives undefined until the first answer has come. */
function onceKnown(
  look: (docker: JsonObject) => Promise<string | undefined>,
): (docker: JsonObject) => Promise<string | undefined> {
  let isKnown = false;
  let opening: Promise<void> | undefined;
  let patience: Promise<void> | undefined;
  const open = async (docker: JsonObject) => {
    try {
      await look(docker);
      isKnown = true;
    } finally {
      // What failed is asked anew.
      opening = undefined;
    }
  };
  return async (docker) => {
    if (!isKnown) {
      opening ??= open(docker);
      patience ??= sleep(firstMilliseconds, { isIdle: true });
      await Promise.race([opening, patience]);
    }
    return isKnown ? look(docker) : undefined;
  };
}

type Package = Extract<Process["definition"], { kind: "cwl" }>;

/** Makes the function that gives the images that a package requires, and keeps them: a revision never changes. */
function createImagesOf(): (process: Process, definition: Package) => readonly JsonObject[] {
  const known = new Map<string, readonly JsonObject[]>();
  return ({ id, revision }, definition) => {
    const name = JSON.stringify([id, revision]);
    const images = known.get(name) ?? readImages(definition);
    if (known.size >= mostPackages) known.clear();
    known.set(name, images);
    return images;
  };
}

/** Most packages name no image: these are not taken apart. */
function readImages(definition: Package): readonly JsonObject[] {
  if (!JSON.stringify(definition).includes("DockerRequirement")) return [];
  const document = readKept(definition);
  return document === undefined ? [] : requiredImages(document).map(({ docker }) => docker);
}
