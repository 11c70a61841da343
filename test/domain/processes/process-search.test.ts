import { describe, expect, test } from "bun:test";
import type { Process } from "../../../src/domain/processes/process.ts";
import {
  meantProcesses,
  nearestProcesses,
  processTexts,
  readNeedles,
} from "../../../src/domain/processes/process-search.ts";
import { echo } from "../../../src/engines/builtin/echo.ts";

const waterMask: Process = {
  id: "water-mask",
  revision: "sha256:1",
  definition: { kind: "builtin", name: "water-mask" },
  isWorkflow: false,
  isMutable: false,
  visibility: "public",
  fileInputs: [],
  description: {
    ...echo.description,
    id: "water-mask",
    title: "Masque d'eau",
    description: "Finds lakes and the city beside each, class by class.",
    keywords: ["NDWI"],
    outputs: { mask: { title: "Flooded cells", description: "One where a pixel is wet.", schema: { type: "number" } } },
    inputs: {
      cloudCover: {
        description: "In percent.",
        title: "Most clouds",
        schema: { type: "number" },
        minOccurs: 1,
        maxOccurs: 1,
      },
    },
  },
};

function isFound(typed: string): boolean {
  const { text } = processTexts(waterMask);
  return readNeedles([typed], []).every((needle) => text.includes(needle));
}

describe("a process is found by", () => {
  test.each([
    "mask water",
    "water-mask",
    "water_mask",
    "WATER",
    "lake",
    "lakes",
    "masks",
    "classes",
    "ndwi",
    "cloudcover",
    "cloud cov",
    "eau masque",
    "clouds",
    "cit",
    "percent",
    "flooded",
    "wet pixels",
  ])("%s", (typed) => {
    expect(isFound(typed)).toBe(true);
  });

  test.each(["water masks of rivers", "lakess", "glass", "series", "w a t e r z", "cloudcover7"])("not %s", (typed) => {
    expect(isFound(typed)).toBe(false);
  });
});

test("words with an s at their end that is no plural stay as they are", () => {
  const words = ["glass", "analysis", "radius", "gis", "species", "series", "boxes", "boundaries", "phases"];
  expect(readNeedles([words.join(" ")], []).toSorted()).toEqual(
    ["analysis", "boundar", "box", "gis", "glass", "phas", "radius", "serie", "specie"].toSorted(),
  );
});

describe("who found nothing is offered", () => {
  const processes = [
    { id: "ndvi", title: "Vegetation index", keywords: ["NDVI"] },
    { id: "water-mask", title: "Water mask", keywords: ["lake"] },
    { id: "slope", title: "Slope of a surface" },
    { id: "echo" },
  ];
  test.each([
    ["vegitation", ["ndvi"]],
    ["ehco", ["echo"]],
    ["watre mask", ["water-mask"]],
    ["mask of watter", ["water-mask"]],
    ["slope zzzzzz", ["slope"]],
    ["lkae", ["water-mask"]],
    ["NVDI", ["ndvi"]],
    ["surfaces", ["slope"]],
    ["of", ["slope"]],
    ["xyzzy", []],
    ["cake pan", ["water-mask"]],
    ["", []],
  ])("for %p: %p", (typed, ids) => {
    expect(nearestProcesses(typed, processes).map(({ id }) => id)).toEqual(ids);
  });
});

test("jobs are found by words of the title of their process, in any order, and by its whole id alone", () => {
  const known = [
    { id: "mask", title: "water mask" },
    { id: "water-mask", title: "masks of water" },
  ];
  expect(meantProcesses("mask", known)).toEqual(["mask"]);
  expect(meantProcesses("waters masks", known)).toEqual(["mask", "water-mask"]);
});
