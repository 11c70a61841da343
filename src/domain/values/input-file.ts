import { pointer } from "../faults.ts";
import type { Fault } from "../problem.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "./json.ts";

/** What a file says a form is to be filled with. */
export type InputFile = {
  /** By input, as a request has them; those that the process has, and that can come along. */
  readonly inputs: JsonObject;
  /** What a request holds besides its inputs, of what a form has fields for. */
  readonly extras: JsonObject;
  /** What cannot come along, each with the place of its value; those of an input begin with `/inputs/`. */
  readonly left: readonly Fault[];
};

/** Members of a request that a form has fields for. */
const fieldsOfRequest = ["outputs", "mode", "title", "tags", "heddle", "notification_email", "subscriber"];
const fieldsOfHeddle = ["priority", "pinned"];
/** What documents of this service say besides, which is about no run. */
const silent = ["links"];

/**
 * Reads what a file fills a form with: the input object of CWL, inputs by their names, or an execute request of OGC API - Processes
 * with `inputs`. A File or Directory of CWL with an address becomes a link, one with its contents a value; one that lies beside the
 * file cannot come along. Whatever is left out is told.
 */
export function readInputFile(file: JsonObject, known: readonly string[], fileName: string): InputFile {
  const isRequest = saysInputs(file, known);
  const given = isRequest ? byId(file.inputs) : file;
  const left: Fault[] = [];
  if (!isJsonObject(given)) {
    left.push({ pointer: "/inputs", detail: "was left out: found no object, wanted one by input" });
  }
  const inputs: [string, Json][] = [];
  for (const [id, value] of Object.entries(isJsonObject(given) ? given : {})) {
    if (!known.includes(id)) {
      const why = isOfRunner(id) ? "it is for programs that run CWL" : "the process has no such input";
      left.push({ pointer: id, detail: `was left out: ${why}` });
      continue;
    }
    const taken = takeValue(value, { at: pointer("/inputs", id), fileName, left });
    if (taken !== undefined) inputs.push([id, taken]);
  }
  return { inputs: Object.fromEntries(inputs), extras: isRequest ? readExtras(file, left) : {}, left };
}

/** A process may have an input that is called "inputs", and others. */
function saysInputs(file: JsonObject, known: readonly string[]): boolean {
  if (!Object.hasOwn(file, "inputs")) return false;
  return !known.includes("inputs") || !Object.keys(file).every((name) => known.includes(name));
}

/** Drafts of the standard list inputs, each with its id; one that stands there again is a list. */
function byId(inputs: Json | undefined): Json | undefined {
  if (!isList(inputs)) return inputs;
  const values = new Map<string, Json[]>();
  for (const one of inputs) {
    if (!isJsonObject(one) || typeof one.id !== "string") return inputs;
    const { id: _, ...value } = one;
    const all = values.get(one.id);
    if (all === undefined) values.set(one.id, [value]);
    else all.push(value);
  }
  return Object.fromEntries([...values].map(([id, all]) => [id, all.length === 1 ? (all[0] ?? null) : all]));
}

function isOfRunner(name: string): boolean {
  return name.startsWith("cwl:") || name.startsWith("$");
}

function readExtras(file: JsonObject, left: Fault[]): JsonObject {
  const extras: [string, Json][] = [];
  for (const [name, value] of Object.entries(file)) {
    if (name === "inputs" || silent.includes(name)) continue;
    // All outputs, and a run that is not waited for, are what an empty form asks for.
    if (isUsual(name, value)) continue;
    if (name === "heddle" && isJsonObject(value)) {
      extras.push([name, only(value, fieldsOfHeddle, "heddle.", left)]);
    } else if (fieldsOfRequest.includes(name) && isOfField(name, value)) extras.push([name, value]);
    else left.push({ pointer: name, detail: "was left out: the form has no field for it" });
  }
  return Object.fromEntries(extras);
}

function isUsual(name: string, value: Json): boolean {
  if (name === "mode") return value === "async" || value === "auto";
  if (name === "response") return value === "document";
  return name === "outputs" && isJsonObject(value) && Object.keys(value).length === 0;
}

/** Tells whether the field of a member can hold its value. */
function isOfField(name: string, value: Json): boolean {
  switch (name) {
    case "outputs":
      return true;
    case "mode":
      return value === "sync";
    case "tags":
      return typeof value === "string" || (isList(value) && value.every((tag) => typeof tag === "string"));
    case "subscriber":
      return isJsonObject(value);
    default:
      return typeof value === "string";
  }
}

function only(value: JsonObject, names: readonly string[], before: string, left: Fault[]): JsonObject {
  const others = Object.keys(value).filter((name) => !names.includes(name));
  for (const name of others) {
    left.push({ pointer: `${before}${name}`, detail: "was left out: the form has no field for it" });
  }
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));
}

type Taking = { readonly at: string; readonly fileName: string; readonly left: Fault[] };

/** Takes a value of an input, with the files in it; undefined where nothing of it can come along. */
function takeValue(value: Json, taking: Taking): Json | undefined {
  if (value === null) return undefined;
  if (isList(value)) {
    const items = value.map((item) => (item === null ? null : takeValue(item, taking)));
    const taken = items.filter((item) => item !== undefined);
    return taken.length === 0 && value.length > 0 ? undefined : taken;
  }
  if (!isJsonObject(value)) return value;
  if (isFileOfCwl(value)) return takeFile(value, taking);
  if (isLocalLink(value)) return tellLocal(String(value.href), "file", taking);
  const members = Object.entries(value).flatMap(([name, member]): readonly [string, Json][] => {
    const taken = member === null ? null : takeValue(member, taking);
    return taken === undefined ? [] : [[name, taken]];
  });
  return members.length === 0 && Object.keys(value).length > 0 ? undefined : Object.fromEntries(members);
}

function isFileOfCwl(value: JsonObject): boolean {
  if (value.class !== "File" && value.class !== "Directory") return false;
  return ["location", "path", "contents", "listing"].some((name) => Object.hasOwn(value, name));
}

function isLocalLink({ href }: JsonObject): boolean {
  return typeof href === "string" && !hasScheme(href);
}

/** An address that leads somewhere from here, not only from where the file lies. */
function hasScheme(address: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(address) && !/^file:/i.test(address);
}

/** What a link says as well, or what only a runner finds out itself. */
const plainMembers = [
  ...["class", "location", "path", "contents", "basename", "size", "checksum"],
  ...["nameroot", "nameext", "dirname"],
];

function takeFile(value: JsonObject, taking: Taking): Json | undefined {
  const place = value.location ?? value.path;
  const kind = value.class === "Directory" ? "directory" : "file";
  if (typeof place !== "string") {
    if (kind === "file" && typeof value.contents === "string") {
      tellOthers(value, taking);
      return { value: value.contents };
    }
    return tellLocal(typeof value.basename === "string" ? value.basename : "", kind, taking);
  }
  if (!hasScheme(place)) return tellLocal(place, kind, taking);
  tellOthers(value, taking);
  return { href: place };
}

function tellOthers(value: JsonObject, { at, fileName, left }: Taking): void {
  const others = Object.keys(value).filter((name) => !plainMembers.includes(name));
  if (others.length === 0) return;
  left.push({ pointer: at, detail: `${others.join(", ")} of the file in ${fileName} was left out` });
}

/** Says which file is to be chosen: a browser sends none that nobody chose. */
function tellLocal(place: string, kind: "file" | "directory", { at, fileName, left }: Taking): undefined {
  const steps = place.replace(/^file:\/*/i, "/").split("/");
  const name = steps.filter((step) => step !== "").at(-1) ?? `a ${kind}`;
  left.push({ pointer: at, detail: `${fileName} names ${name}: choose that ${kind}` });
  return undefined;
}
