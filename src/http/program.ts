import type { ProgramFacts } from "../pages/shared/layout.tsx";
import { readManifest } from "./program.macro.ts" with { type: "macro" };

const { version, license, source } = readManifest();

/** What the foot of each page says of the software. */
export const programFacts: ProgramFacts = { version, license, ...(/^https?:/.test(source) ? { source } : {}) };
