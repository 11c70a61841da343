import type OlMap from "ol/Map.js";
import type { Target } from "./field/field-controls.ts";

/** What the tools of a field work with. */
export type Tools = {
  readonly map: OlMap;
  readonly target: Target;
  /** Changes the value by what a function writes, and says what came of it. */
  readonly writing: (write: () => string | undefined) => void;
  readonly status: HTMLElement;
  readonly fit: () => void;
};
