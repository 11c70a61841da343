import type Feature from "ol/Feature.js";
import MultiPolygon from "ol/geom/MultiPolygon.js";
import Polygon from "ol/geom/Polygon.js";
import type OlMap from "ol/Map.js";
import { fromLonLat, transformExtent } from "ol/proj.js";
import { button, element } from "../shared/elements.ts";
import type { Box, Position } from "./antimeridian.ts";
import { fitBox, mapProjection, mostNorth, readCountries } from "./base-map.ts";
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
  readonly others: readonly string[];
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
  const showCountry = (country: Country) => {
    const { useBox } = uses;
    fitBox(map, country.box);
    const use = button(searchWords.useBox(country.name), () => {
      useBox?.(country.box);
      say("");
    });
    say(searchWords.country(country), ...(useBox === undefined ? [] : [use]));
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
    else if (typed === undefined) await goByName(text, { say, showCountry });
    else if ("fault" in typed) say(searchWords.fault(typed.fault));
    else showPlace(typed.place);
  };
  const ask = () => {
    go().catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  };
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
    readonly showCountry: (country: Country) => void;
  },
): Promise<void> {
  const { found, isOne } = findNamed(text, await listCountries());
  const [first] = found;
  if (first === undefined) return acts.say(searchWords.none(text));
  if (isOne) return acts.showCountry(first);
  const offered = found.slice(0, mostOffered);
  const buttons = offered.map((one) => button(one.name, () => acts.showCountry(one)));
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
    const bounds = boxOfParts(partsOf(feature));
    if (typeof written !== "string" || bounds === undefined) return [];
    const name = countryName(written);
    return [{ name, others: namesOf(name, String(feature.getId() ?? "")), ...bounds }];
  });
  return countries.toSorted((one, other) => one.name.localeCompare(other.name));
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
