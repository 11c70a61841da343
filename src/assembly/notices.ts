import { readBuiltIn, readLicence } from "../notices.macro.ts" with { type: "macro" };
import type { LicenceView } from "../pages/system/licence.tsx";

/** The licence of the software and those of its parts. Long: it is imported when somebody asks for it. */
export const notices: LicenceView = { text: readLicence(), parts: readBuiltIn() };
