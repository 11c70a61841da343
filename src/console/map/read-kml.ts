import GeoJSON from "ol/format/GeoJSON.js";
import KML from "ol/format/KML.js";
import { type Read, readFeatures } from "./read-features.ts";

/** Reads the places of KML. Their looks are left out: icons would be loaded from elsewhere. */
export function readKml(text: string): Read {
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) throw new Error("It is not drawn: found a DOCTYPE in KML, wanted none.");
  const document = new DOMParser().parseFromString(text, "application/xml");
  if (document.querySelector("parsererror") !== null) throw new Error("It is not drawn: found no XML, wanted KML.");
  // The library would load the icons of styles from wherever they are.
  for (const looks of ["Style", "StyleMap", "styleUrl", "Icon"]) {
    for (const one of [...document.getElementsByTagNameNS("*", looks)]) one.remove();
  }
  const features = new KML({ extractStyles: false }).readFeatures(document);
  for (const feature of features) feature.unset("visibility", true);
  const read = readFeatures(JSON.parse(new GeoJSON().writeFeatures(features)));
  return read ?? { features: [], total: 0, without: 0, wrong: 0 };
}
