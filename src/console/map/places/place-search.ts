import type Feature from "ol/Feature.js";
import MultiPolygon from "ol/geom/MultiPolygon.js";
import Polygon from "ol/geom/Polygon.js";
import type OlMap from "ol/Map.js";
import { fromLonLat, transformExtent } from "ol/proj.js";
import { button, element } from "../../shared/elements.ts";
import type { Box, Position } from "../antimeridian.ts";
import { fitBox, mapProjection, mostNorth, readCountries, readFineCountries } from "../base-map.ts";
import { type AtlasCountry, listAreas, listPlaces, type Place } from "../places.ts";
import { searchWords } from "../words.ts";
import { boxOfParts } from "./find-country.ts";
import { createFinder, type Found } from "./find-named.ts";
import { createMark } from "./found-mark.ts";
import { readPlace } from "./read-place.ts";
import { boxAroundPlace } from "./town-box.ts";

/** What a field can take of what was found. */
export type PlaceUses = {
  readonly useBox?: (box: Box) => void;
  readonly usePoint?: (place: Position) => void;
};

/** Writes what was found or done, and offers what to do next. */
type Say = (words: string, ...buttons: readonly HTMLElement[]) => void;

/** What of a country is shown. */
type Bounds = {
  readonly box: Box;
  /** Something of it lies far away, outside of its box. */
  readonly isPart: boolean;
};

/** As many places are offered where a text may mean several. */
const mostOffered = 6;
/** From so near one sees what is around a place. */
const placeZoom = 8;
/** So far the box of a town reaches from its middle: most large towns are within. */
const townKilometers = 10;
/** So far the map shows what is around a town. */
const shownKilometers = 2 * townKilometers;

/** Makes the field that moves a map to a place by its name or its numbers. It changes no value by itself. */
export function placeSearch(map: OlMap, uses: PlaceUses = {}): HTMLElement {
  const input = element("input", {
    type: "search",
    autocomplete: "off",
    list: listId,
    placeholder: searchWords.example,
  });
  const status = element("span", { class: "muted map-found", "aria-live": "polite" });
  const offers = element("span", { class: "map-offers" });
  const say: Say = (words, ...buttons) => {
    const isPressed = offers.contains(document.activeElement);
    status.textContent = words;
    offers.replaceChildren(...buttons);
    // A button that goes when it is pressed would take the place in the order of the keyboard with it.
    if (isPressed) (buttons[0] ?? input).focus({ preventScroll: true });
  };
  const go = createGo(map, uses, say);
  const ask = () => {
    go(input.value.trim()).catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  };
  listenTo(input, ask);
  const label = element("label", { class: "choice" }, element("span", { class: "muted" }, searchWords.label), input);
  const made = element("div", { class: "actions map-search" }, label, button(searchWords.go, ask), status, offers);
  // What is typed here is no value of the form around the map.
  for (const kind of ["input", "change"]) made.addEventListener(kind, (event) => event.stopPropagation());
  return made;
}

/** Makes what goes to the place that a text says. */
function createGo(map: OlMap, uses: PlaceUses, say: Say): (text: string) => Promise<void> {
  let find: ((text: string) => Found<Place>) | undefined;
  let asked = "";
  const mark = createMark(map);
  const showPlace = createShow(map, { ...uses, mark }, say);
  const offer = (places: readonly Place[]) =>
    labelled(places.slice(0, mostOffered)).map(({ place, label }) =>
      button(label, () => {
        showPlace(place).catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
      }),
    );
  return async (text) => {
    asked = text;
    mark();
    const typed = readPlace(text);
    if (text === "") return say(searchWords.empty);
    if (typed !== undefined)
      return "fault" in typed ? say(searchWords.fault(typed.fault)) : showTyped(map, uses, say, typed.place);
    if (find === undefined) say(searchWords.looking(text));
    find ??= createFinder(await loadPlaces(text));
    // Something else was typed while the names were loaded.
    if (asked !== text) return;
    const { found, isOne, isNear } = find(text);
    const [first] = found;
    if (first === undefined) return say(searchWords.none(text, Object.keys(uses).length > 0));
    if (isNear) return say(searchWords.near(text), ...offer(found));
    if (isOne) return showPlace(first);
    say(searchWords.several(found.length, Math.min(found.length, mostOffered)), ...offer(found));
  };
}

/** Says of each place what it is, and where it lies if another one would be told by the same words. */
function labelled(places: readonly Place[]): readonly { readonly place: Place; readonly label: string }[] {
  const labels = places.map((place) => searchWords.offer(place));
  return places.map((place, index) => {
    const label = labels[index] ?? "";
    const isAlone = labels.indexOf(label) === labels.lastIndexOf(label);
    return { place, label: isAlone || !("place" in place) ? label : searchWords.offer(place, place.place) };
  });
}

/** Makes what shows a place that has a name, and offers its box or its point where the field takes them. */
function createShow(
  map: OlMap,
  { useBox, usePoint, mark }: PlaceUses & { readonly mark: ReturnType<typeof createMark> },
  say: Say,
): (place: Place) => Promise<void> {
  const taking = (words: string, take: () => void) =>
    button(words, () => {
      take();
      say("");
    });
  return async (place) => {
    const { shown } = place;
    mark("place" in place ? place : undefined);
    if (!("place" in place)) {
      const bounds = "box" in place ? { box: place.box, isPart: false } : await findBounds(place.written);
      const name = "box" in place ? place.article + shown : shown;
      fitBox(map, bounds.box);
      const use = useBox === undefined ? [] : [taking(searchWords.useBox(name), () => useBox(bounds.box))];
      return say(searchWords.area({ name, ...bounds }), ...use);
    }
    const at = place.place;
    fitBox(map, boxAroundPlace(at, shownKilometers));
    const point = usePoint === undefined ? [] : [taking(searchWords.usePoint, () => usePoint(at))];
    const words = searchWords.town(shown, at);
    if (useBox === undefined) return say(words, ...point);
    const box = taking(searchWords.useTownBox(place.name, townKilometers), () =>
      useBox(boxAroundPlace(at, townKilometers)),
    );
    say(`${words} ${searchWords.townBox(townKilometers)}`, box, ...point);
  };
}

/** Shows a place that was typed by its numbers. */
function showTyped(map: OlMap, { usePoint }: PlaceUses, say: Say, place: Position): void {
  showInMiddle(map, place);
  const use = button(searchWords.usePoint, () => {
    usePoint?.(place);
    say("");
  });
  say(searchWords.place(place), ...(usePoint === undefined ? [] : [use]));
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

const listId = "names-of-places";

/** Lists the names of countries and regions once for all maps of the page; towns are too many to choose from. */
async function offerNames(): Promise<void> {
  const areas = await listAreas(await readAtlas(), navigator.languages);
  if (document.getElementById(listId) !== null) return;
  const options = areas.map(({ shown }) => element("option", { value: shown }));
  document.body.append(element("datalist", { id: listId }, ...options));
}

/** Loads all places. Throws what one can do where they cannot be had, such as without a network. */
async function loadPlaces(text: string): Promise<readonly Place[]> {
  try {
    return await listPlaces(await readAtlas(), navigator.languages);
  } catch (cause) {
    throw new Error(searchWords.notLoaded(text), { cause });
  }
}

async function readAtlas(): Promise<readonly AtlasCountry[]> {
  return (await readCountries()).flatMap((feature) => {
    const written: unknown = feature.get("name");
    return typeof written === "string" ? [{ written, number: String(feature.getId() ?? "") }] : [];
  });
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
