import type Feature from "ol/Feature.js";
import MultiPolygon from "ol/geom/MultiPolygon.js";
import Polygon from "ol/geom/Polygon.js";
import type OlMap from "ol/Map.js";
import { fromLonLat, transformExtent } from "ol/proj.js";
import { button, element } from "../shared/elements.ts";
import type { Box, Position } from "./antimeridian.ts";
import { fitBox, mapProjection, mostNorth, readCountries, readFineCountries } from "./base-map.ts";
import { countryName } from "./country-names.ts";
import { boxOfParts, createOtherNames, findNamed } from "./find-country.ts";
import { readPlace } from "./read-place.ts";
import { searchWords } from "./words.ts";

/** What a field can take of what was found. */
export type PlaceUses = {
  readonly useBox?: (box: Box) => void;
  readonly usePoint?: (place: Position) => void;
};

type Country = {
  readonly name: string;
  /** As the atlas writes it. */
  readonly written: string;
  readonly others: readonly string[];
};

/** What of a country is shown. */
type Bounds = {
  readonly box: Box;
  /** Something of it lies far away, outside of its box. */
  readonly isPart: boolean;
};

/** As many countries are offered where a text may mean several. */
const mostOffered = 6;
/** From so near one sees what is around a place. */
const placeZoom = 8;

/** Makes the field that moves a map to a country or to a place by its numbers. It changes no value by itself. */
export function placeSearch(map: OlMap, uses: PlaceUses = {}): HTMLElement {
  const input = element("input", {
    type: "search",
    autocomplete: "off",
    list: listId,
    placeholder: searchWords.example,
  });
  const status = element("span", { class: "muted map-found", "aria-live": "polite" });
  const offers = element("span", { class: "map-offers" });
  const say = (words: string, ...buttons: readonly HTMLElement[]) => {
    status.textContent = words;
    offers.replaceChildren(...buttons);
  };
  const showCountry = async ({ name, written }: Country) => {
    const { useBox } = uses;
    const bounds = await findBounds(written);
    fitBox(map, bounds.box);
    const use = button(searchWords.useBox(name), () => {
      useBox?.(bounds.box);
      say("");
    });
    say(searchWords.country({ name, ...bounds }), ...(useBox === undefined ? [] : [use]));
  };
  const showPlace = (place: Position) => {
    const { usePoint } = uses;
    showInMiddle(map, place);
    const use = button(searchWords.usePoint, () => {
      usePoint?.(place);
      say("");
    });
    say(searchWords.place(place), ...(usePoint === undefined ? [] : [use]));
  };
  const go = async () => {
    const text = input.value.trim();
    const typed = readPlace(text);
    if (text === "") say(searchWords.empty);
    else if (typed === undefined) await goByName(text, { say, showCountry, choose: (one) => saying(showCountry(one)) });
    else if ("fault" in typed) say(searchWords.fault(typed.fault));
    else showPlace(typed.place);
  };
  const saying = (work: Promise<void>) => {
    work.catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  };
  const ask = () => saying(go());
  listenTo(input, ask);
  const label = element("label", { class: "choice" }, element("span", { class: "muted" }, searchWords.label), input);
  const made = element("div", { class: "actions map-search" }, label, button(searchWords.go, ask), status, offers);
  // What is typed here is no value of the form around the map.
  for (const kind of ["input", "change"]) made.addEventListener(kind, (event) => event.stopPropagation());
  return made;
}

async function goByName(
  text: string,
  acts: {
    readonly say: (words: string, ...buttons: readonly HTMLElement[]) => void;
    readonly showCountry: (country: Country) => Promise<void>;
    readonly choose: (country: Country) => void;
  },
): Promise<void> {
  const { found, isOne } = findNamed(text, await listCountries());
  const [first] = found;
  if (first === undefined) return acts.say(searchWords.none(text));
  if (isOne) return acts.showCountry(first);
  const offered = found.slice(0, mostOffered);
  const buttons = offered.map((one) => button(one.name, () => acts.choose(one)));
  acts.say(searchWords.several(found.length, offered.length), ...buttons);
}

/** Enter asks, and so does a choice from the list that the browser offers; the form is not sent by it. */
function listenTo(input: HTMLInputElement, ask: () => void): void {
  input.addEventListener("focus", () => void offerNames(), { once: true });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    ask();
  });
  input.addEventListener("input", (event) => {
    const isTyped = event instanceof InputEvent && event.inputType !== "insertReplacementText";
    if (!isTyped && input.value !== "") ask();
  });
}

const listId = "names-of-countries";

/** Lists the names once for all maps of the page. */
async function offerNames(): Promise<void> {
  const countries = await listCountries();
  if (document.getElementById(listId) !== null) return;
  const options = countries.map(({ name }) => element("option", { value: name }));
  document.body.append(element("datalist", { id: listId }, ...options));
}

async function listCountries(): Promise<readonly Country[]> {
  const namesOf = createOtherNames(navigator.languages);
  const countries = (await readCountries()).flatMap((feature) => {
    const written: unknown = feature.get("name");
    if (typeof written !== "string") return [];
    const name = countryName(written);
    return [{ name, written, others: namesOf(name, String(feature.getId() ?? "")) }];
  });
  return countries.toSorted((one, other) => one.name.localeCompare(other.name));
}

/** Finds the box of a country that the atlas writes so: in the fine atlas, because the coarse one leaves islands out. */
async function findBounds(written: string): Promise<Bounds> {
  const feature = (await readFineCountries()).find((one) => one.get("name") === written);
  const bounds = feature === undefined ? undefined : boxOfParts(partsOf(feature));
  if (bounds === undefined) throw new Error(`Cannot show "${written}": found no land of it, wanted some in the atlas`);
  return bounds;
}

/** Lists the boxes of the lands of a country, the largest land first. */
function partsOf(feature: Feature): readonly Box[] {
  const geometry = feature.getGeometry();
  const polygons =
    geometry instanceof MultiPolygon ? geometry.getPolygons() : geometry instanceof Polygon ? [geometry] : [];
  return polygons
    .toSorted((one, other) => other.getArea() - one.getArea())
    .map((polygon) => {
      const [west = 0, south = 0, east = 0, north = 0] = transformExtent(
        polygon.getExtent(),
        mapProjection,
        "EPSG:4326",
      );
      return [west, south, east, north];
    });
}

function showInMiddle(map: OlMap, [longitude, latitude]: Position): void {
  const view = map.getView();
  view.cancelAnimations();
  view.setCenter(fromLonLat([longitude, Math.max(-mostNorth, Math.min(mostNorth, latitude))], mapProjection));
  view.setZoom(Math.max(placeZoom, view.getZoom() ?? 0));
}
