import type { TaskView } from "./executor.ts";
import type { Image } from "./images/image.ts";

/** What a tool says of the image that it wants. */
export type ImageRequest = {
  /** Any of these will do when it is there already, the first ones first. */
  readonly names: readonly string[];
  /** Fetched from its registry when none is there. */
  readonly pull?: string;
  /** Built when there is no other way, where that is allowed. */
  readonly dockerFile?: string;
};

/** The image of a tool, or why there is none. */
export type ImageFinding =
  | { readonly kind: "found"; readonly image: Image }
  | { readonly kind: "missing"; readonly reason: string };

/** What tasks meet where an executor runs them: asked while a task is planned, and after it has failed. */
export type Machine = {
  /** Finds an image that tasks can run in, which may mean to fetch it. */
  findImage(request: ImageRequest): Promise<ImageFinding>;
  /** Words why nothing here could run an image, as far as that is known without fetching it; undefined when something could. */
  lacksImage(request: ImageRequest): Promise<string | undefined>;
  /** Words what a task's view may have to do with its failure, from what it wrote; undefined when nothing points to it. */
  explain(view: TaskView, talk: string): string | undefined;
  /** Tools get the graphics processors that they ask for. */
  readonly givesGpus?: boolean;
  /** What tools without a container are held to: what they see of the files, of the network, and what they asked for. */
  readonly enforces: readonly ("files" | "network" | "memory" | "cores")[];
  /** Why memory or cores are not held to; undefined when both are. */
  readonly unlimited?: string;
};
