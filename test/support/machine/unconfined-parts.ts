import { createImageFinder } from "../../../src/executors/images/image-finder.ts";
import { createConfinement } from "../../../src/executors/sandbox/confinement.ts";
import { noControlGroups } from "../../../src/executors/sandbox/control-groups.ts";
import { realClock } from "../real-clock.ts";

/** Makes what a local executor and its machine are made of where nothing is confined and there are no images. */
export function unconfinedParts() {
  const settings = { use: "off", toolPath: "", toolDirectories: [], hidden: [] } as const;
  const confinement = createConfinement(settings, realClock);
  return { confinement, controlGroups: noControlGroups, images: createImageFinder({ confinement }) };
}
