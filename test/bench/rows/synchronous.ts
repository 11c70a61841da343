import { callFor, rate } from "../measure.ts";
import type { Row } from "../row.ts";

const wanted: Readonly<Record<number, number>> = { 2: 3, 8: 5, 16: 6 };

/** Synchronous executions of an echo, from a few clients at once. */
export const synchronous: Row = {
  name: "synchronous",
  async lines({ services, scale }) {
    const all = await services.get(["heddle", "before", "pygeoapi-postgresql", "pygeoapi-tinydb", "pywps"]);
    return Object.entries(wanted).map(([width, ratio]) => ({
      work: `synchronous echo, ${width} at once`,
      unit: "/s",
      subjects: all.map(({ title, pids, echo }) => ({
        name: title,
        ...(title === "Heddle" ? { wanted: ratio } : {}),
        measure: () => rate(pids, () => callFor({ width: Number(width), seconds: 2.5 * scale }, echo)),
      })),
    }));
  },
};
