import { button, choice, element } from "../shared/elements.ts";
import type { Raster } from "./raster-client.ts";
import type { RasterFacts } from "./raster-messages.ts";
import { isRampName, type RampName, ramps, type Stretch, stretchOf, tableOf } from "./stretch.ts";

/** How a person wants to see a raster. */
export type Look = {
  readonly bands: readonly number[];
  readonly ramp: RampName;
  readonly stretch: Stretch;
  /** The colours that the file names count, not the ramp. */
  readonly isOwn: boolean;
};

export type Controls = {
  readonly element: HTMLElement;
  readonly look: () => Look;
  readonly onChange: (act: () => void) => void;
};

const sampleSide = 256;
const usualCut = 0.02;
const ownColours = "file";

/** What may change of a look. */
type Chosen = { bands: readonly number[]; ramp: RampName; stretch: Stretch; cut: number; isOwn: boolean };

/** Makes the choices of bands, colours and the values at the ends of these, which begin where most values lie. */
export async function createControls(raster: Raster): Promise<Controls> {
  const { isPicture } = raster.facts;
  const isColoured = isPicture || raster.facts.isColoured;
  const whole: Stretch = { least: 0, most: 255 };
  const colours = raster.facts.alpha === undefined ? [0, 1, 2] : [0, 1, 2, raster.facts.alpha];
  const chosen: Chosen = {
    ...{
      bands: isColoured ? colours : [0],
      ramp: raster.facts.isGrey ? "grey" : "viridis",
      stretch: whole,
      cut: usualCut,
    },
    isOwn: raster.facts.palette !== undefined,
  };
  if (!isPicture) chosen.stretch = await sampled(raster, chosen);
  let act: () => void = () => {};
  const ends = endsOf(chosen, raster.facts, () => act());
  const [bar, ramp] = [
    element("canvas", { class: "ramp", "aria-hidden": "true" }),
    rampChoice(chosen, () => changed()),
  ];
  const stretching = element(
    "span",
    { class: "actions" },
    ...[ends.least, bar, ends.most],
    button("Fit to most values", () => void stretchAgain(usualCut)),
    button("Fit to all values", () => void stretchAgain(0)),
    element("span", { class: "muted" }, "Smaller and larger values look like these two."),
  );
  const changed = () => {
    ends.tell();
    drawRamp(bar, chosen.ramp);
    ramp.hidden = chosen.bands.length > 1;
    bar.hidden = ramp.hidden;
    // Colours that the file names stand for single values.
    stretching.hidden = chosen.isOwn;
    act();
  };
  const stretchAgain = async (cut: number) => {
    chosen.cut = cut;
    chosen.stretch = await sampled(raster, chosen);
    changed();
  };
  const bands = choice("Band", bandOptions(raster.facts), (value) => {
    chosen.bands = value === "colours" ? colours : [Number(value)];
    void stretchAgain(chosen.cut);
  });
  bands.select.value = isColoured ? "colours" : "0";
  bands.label.hidden = raster.facts.bands === 1;
  changed();
  return {
    element: element("div", { class: "actions view-controls" }, bands.label, ramp, stretching),
    look: () => ({ ...chosen }),
    onChange: (given) => {
      act = given;
    },
  };
}

/** Finds the ends of the colours by some values from everywhere in the raster. */
async function sampled({ facts, read }: Raster, { bands, cut }: Chosen): Promise<Stretch> {
  const scale = Math.min(1, sampleSide / Math.max(facts.width, facts.height));
  const sized = (length: number) => Math.max(1, Math.round(length * scale));
  const [width, height] = [sized(facts.width), sized(facts.height)];
  try {
    const values = await read({ bands, window: [0, 0, facts.width, facts.height], width, height });
    const all = values.slice(0, 3).flatMap((band) => stretchOf(band, facts.noData, cut) ?? []);
    if (all.length === 0) return { least: 0, most: 1 };
    return { least: Math.min(...all.map((one) => one.least)), most: Math.max(...all.map((one) => one.most)) };
  } catch {
    // The whole may be too much to read: then a person says where the colours end.
    return { least: 0, most: 255 };
  }
}

function rampChoice(chosen: Chosen, act: () => void): HTMLLabelElement {
  const own = chosen.isOwn ? [{ value: ownColours, text: "of the file" }] : [];
  const options = [...own, ...Object.keys(ramps).map((name) => ({ value: name, text: rampWords(name) }))];
  const { label, select } = choice("Colours", options, (value) => {
    chosen.isOwn = value === ownColours;
    if (isRampName(value)) chosen.ramp = value;
    act();
  });
  select.value = chosen.isOwn ? ownColours : chosen.ramp;
  return label;
}

/** What a ramp looks like, where its name does not say so. */
const looks: Readonly<Record<string, string>> = {
  grey: "black to white",
  viridis: "violet to yellow",
  magma: "black to light yellow",
  terrain: "green over brown to white",
};

function rampWords(name: string): string {
  return looks[name] === undefined ? name : `${name} (${looks[name]})`;
}

/** The two fields of the values at the ends of the colours. */
function endsOf(chosen: Chosen, { names }: RasterFacts, act: () => void) {
  const [least, most] = [numberField("First colour at"), numberField("Last colour at")];
  for (const { input } of [least, most]) {
    input.addEventListener("change", () => {
      const [low, high] = [least.input.valueAsNumber, most.input.valueAsNumber];
      if (!Number.isFinite(low) || !Number.isFinite(high)) return;
      chosen.stretch = { least: low, most: high };
      act();
    });
  }
  const tell = () => {
    [least.input.value, most.input.value] = [shortNumber(chosen.stretch.least), shortNumber(chosen.stretch.most)];
    const isPicture = chosen.bands.length > 1;
    const unit = isPicture ? undefined : names?.[chosen.bands[0] ?? 0]?.unit;
    const of = unit === undefined ? "" : ` (${unit})`;
    least.name.textContent = isPicture ? "Darkest at" : `First colour at${of}`;
    most.name.textContent = isPicture ? "Brightest at" : `Last colour at${of}`;
  };
  return { least: least.label, most: most.label, tell };
}

function bandOptions({ bands, names }: RasterFacts): readonly { readonly value: string; readonly text: string }[] {
  const each = Array.from({ length: bands }, (_, band) => {
    const name = names?.[band]?.name;
    return { value: String(band), text: `${band + 1}${name === undefined ? "" : ` (${name})`}` };
  });
  return bands < 3 ? each : [{ value: "colours", text: "1, 2, 3 as red, green, blue" }, ...each];
}

function numberField(text: string) {
  const input = element("input", { type: "number", step: "any", class: "short" });
  const name = element("span", { class: "muted" }, text);
  return { label: element("label", { class: "choice" }, name, input), name, input };
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function drawRamp(canvas: HTMLCanvasElement, ramp: RampName): void {
  [canvas.width, canvas.height] = [256, 1];
  const table = tableOf(ramp);
  const pixels = new Uint8ClampedArray(256 * 4);
  for (let index = 0; index < 256; index += 1) {
    pixels.set([...table.subarray(index * 3, index * 3 + 3), 255], index * 4);
  }
  canvas.getContext("2d")?.putImageData(new ImageData(pixels, 256, 1), 0, 0);
}
