import { pointer } from "../../domain/faults.ts";
import { channelOf } from "../../domain/people/notification.ts";
import { isSameType, mediaTypesOf } from "../../domain/processes/described.ts";
import type { ProcessDescription } from "../../domain/processes/process.ts";
import { readNumber } from "../../domain/values/exact-number.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { type FormValues, ownNames, textIn } from "./field.ts";

/** An output that can be asked for, the media types that it can have, and the ways in which results can hold it. */
export type OutputChoice = {
  readonly id: string;
  readonly title?: string;
  readonly mediaTypes: readonly string[];
  readonly transmissions: readonly string[];
};

/** What of a request besides its inputs this server and whoever looks can do. */
export type Offers = {
  readonly outputs: readonly OutputChoice[];
  /** The process runs both ways, and what was waited for has a page. */
  readonly mayWait: boolean;
  readonly maxPriority: number;
  readonly mayPin: boolean;
  readonly sendsMail: boolean;
};

/** The lowest priority of a job. */
export const leastPriority = -10;

/** The addresses that are told of a job, by the members of `subscriber` that they stand in: a web address, or a mail address. */
export const callbacks = [
  {
    event: "success",
    ...{ member: "successUri", mailMember: "successEmail", name: "~success", title: "Address that gets the results" },
    sent: "the results when the job was successful",
  },
  {
    event: "failed",
    ...{ member: "failedUri", mailMember: "failedEmail", name: "~failed", title: "Address that is told of a failure" },
    sent: "the status when the job failed or was dismissed",
  },
  {
    event: "inProgress",
    ...{ member: "inProgressUri", mailMember: "inProgressEmail", name: "~progress" },
    title: "Address that is told of the start",
    sent: "the status when the job starts to run",
  },
] as const;

/** The fields that say who is told of a job. */
export const toldNames: readonly string[] = [ownNames.mail, ...callbacks.map(({ name }) => name)];

/** Lists the outputs of a process as a form offers them. */
export function outputsOf({
  outputs,
  outputTransmission = [],
}: Pick<ProcessDescription, "outputs"> &
  Partial<Pick<ProcessDescription, "outputTransmission">>): readonly OutputChoice[] {
  return Object.entries(outputs).map(([id, { title, schema }]) => ({
    id,
    ...(title === undefined ? {} : { title }),
    mediaTypes: [...new Set(mediaTypesOf(schema))],
    transmissions: outputTransmission,
  }));
}

/** Names the field of an output's media type. */
export function typeName(id: string): string {
  return pointer("~type", id);
}

/** Names the field of the way in which results hold an output. */
export function transmissionName(id: string): string {
  return pointer("~by", id);
}

/**
 * Reads what a form says besides the inputs, as members of a request; `places` gets the fields by the places in it. Outputs
 * that are written as JSON count before those that were ticked.
 */
export function readExtras(
  values: FormValues,
  outputs: readonly OutputChoice[],
  { places, json }: { readonly places: Map<string, string>; readonly json: (name: string) => Json | undefined },
): JsonObject {
  const own = [["/title", ownNames.title] as const, ["/mode", ownNames.mode] as const];
  const inside = [
    ["/outputs", ownNames.outputs] as const,
    ["/tags", ownNames.tags] as const,
    ["/heddle/priority", ownNames.priority] as const,
    ["/heddle/pinned", ownNames.pinned] as const,
    ["/notification_email", ownNames.mail] as const,
  ];
  for (const [place, name] of [...own, ...inside]) places.set(place, name);
  for (const { member, mailMember, name } of callbacks) {
    for (const one of [member, mailMember]) places.set(pointer("/subscriber", one), name);
  }
  const tags = listIn(textIn(values, ownNames.tags));
  return {
    ...member("outputs", json(ownNames.outputs) ?? tickedOutputs(values, outputs, places)),
    ...member("mode", textIn(values, ownNames.mode)),
    ...member("title", textIn(values, ownNames.title).trim()),
    ...(tags.length === 0 ? {} : { tags }),
    ...unlessNone("heddle", {
      ...priorityIn(textIn(values, ownNames.priority).trim()),
      ...(textIn(values, ownNames.pinned) === "true" ? { pinned: true } : {}),
    }),
    ...member("notification_email", textIn(values, ownNames.mail).trim()),
    ...unlessNone("subscriber", Object.assign({}, ...callbacks.map((callback) => subscriberIn(callback, values)))),
  };
}

/** A mail address has no member of its own on the form: what is typed says which of the two it is. */
function subscriberIn(callback: (typeof callbacks)[number], values: FormValues): JsonObject {
  const address = textIn(values, callback.name).trim();
  return member(channelOf(address) === "mail" ? callback.mailMember : callback.member, address);
}

/** Reads words that are separated by commas. */
function listIn(text: string): readonly string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

function member(name: string, value: Json | undefined): JsonObject {
  return value === undefined || value === "" ? {} : { [name]: value };
}

function unlessNone(name: string, members: JsonObject): JsonObject {
  return Object.keys(members).length === 0 ? {} : { [name]: members };
}

function priorityIn(text: string): JsonObject {
  return text === "" || text === "0" ? {} : { priority: readNumber(text) ?? text };
}

/** None ticked means all; then they are only named where one of them has a media type or a way. */
function tickedOutputs(
  values: FormValues,
  outputs: readonly OutputChoice[],
  places: Map<string, string>,
): Json | undefined {
  const ticked = values.get(ownNames.output) ?? [];
  const known = outputs.map(({ id }) => id);
  // A name that the process does not have is sent as it is: the service says that it is wrong.
  const asked =
    ticked.length === 0 ? known : [...known.filter((id) => ticked.includes(id)), ...strangers(ticked, known)];
  const requests = asked.map((id): readonly [string, JsonObject] => {
    places.set(pointer("/outputs", id), ownNames.outputs);
    places.set(pointer("/outputs", id, "mediaType"), typeName(id));
    places.set(pointer("/outputs", id, "transmissionMode"), transmissionName(id));
    const way = member("transmissionMode", textIn(values, transmissionName(id)));
    return [id, { ...member("mediaType", textIn(values, typeName(id))), ...way }];
  });
  const saysNothing = ticked.length === 0 && requests.every(([, request]) => Object.keys(request).length === 0);
  return saysNothing ? undefined : Object.fromEntries(requests);
}

function strangers(ids: readonly string[], known: readonly string[]): readonly string[] {
  return ids.filter((id) => !known.includes(id));
}

/** Writes what a request says besides its inputs as what a form sends for it. */
export function writeExtras(request: JsonObject, outputs: readonly OutputChoice[]): FormValues {
  const { title, tags, mode, outputs: asked, heddle, notification_email: mail, subscriber } = request;
  const values = new Map<string, readonly string[]>();
  const put = (name: string, text: Json | undefined) => {
    if (text !== undefined && text !== "") values.set(name, [String(text)]);
  };
  put(ownNames.title, title);
  put(ownNames.tags, isList(tags) ? tags.join(", ") : tags);
  if (mode === "sync") put(ownNames.mode, mode);
  if (isJsonObject(heddle)) {
    put(ownNames.priority, heddle.priority);
    if (heddle.pinned === true) put(ownNames.pinned, "true");
  }
  put(ownNames.mail, mail);
  if (isJsonObject(subscriber)) {
    for (const { member: name, mailMember, name: field } of callbacks) {
      put(field, subscriber[name] ?? subscriber[mailMember]);
    }
  }
  const ticks = ticksOf(asked, outputs);
  if (asked !== undefined && ticks === undefined) put(ownNames.outputs, JSON.stringify(asked));
  for (const [name, texts] of ticks ?? []) values.set(name, texts);
  return values;
}

/** Finds the boxes that say the same as the outputs of a request; undefined where none do. */
function ticksOf(asked: Json | undefined, outputs: readonly OutputChoice[]): FormValues | undefined {
  if (!isJsonObject(asked) || Object.keys(asked).length === 0) return undefined;
  const values = new Map<string, string[]>([[ownNames.output, Object.keys(asked)]]);
  for (const [id, request] of Object.entries(asked)) {
    const choice = outputs.find((one) => one.id === id);
    if (choice === undefined || !isJsonObject(request)) return undefined;
    const { mediaType, transmissionMode, ...others } = request;
    if (Object.keys(others).length > 0) return undefined;
    const way = choice.transmissions.find((one) => one === transmissionMode);
    if (transmissionMode !== undefined && (way === undefined || choice.transmissions.length < 2)) return undefined;
    if (way !== undefined) values.set(transmissionName(id), [way]);
    if (mediaType === undefined) continue;
    const type = choice.mediaTypes.find((one) => typeof mediaType === "string" && isSameType(one, mediaType));
    if (type === undefined || choice.mediaTypes.length < 2) return undefined;
    values.set(typeName(id), [type]);
  }
  return values;
}
