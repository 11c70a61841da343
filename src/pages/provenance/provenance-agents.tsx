import type { ProvAttributes, ProvDocument } from "../../domain/documents/provenance.ts";
import { imageWords, softwareWords } from "../shared/program-words.ts";
import { textOf, textsOf } from "./provenance-activity.tsx";

type AgentsProps = {
  /** Of the activity. */
  readonly name: string;
  readonly attributes: ProvAttributes;
  readonly document: ProvDocument;
};

/** Says who asked for an activity, what ran it where, by which process, and with which programs. */
export function Agents({ name, attributes, document }: AgentsProps) {
  const { agent = {}, entity = {}, wasAssociatedWith = {} } = document;
  const own = Object.values(wasAssociatedWith).filter((one) => one["prov:activity"] === name);
  const plans = own.map((one) => entity[textOf(one["prov:plan"]) ?? ""]).filter((plan) => plan !== undefined);
  const withheld = textOf(attributes["heddle:withheld"]);
  const isCached = attributes["heddle:fromCache"] === true;
  const told = own.map((one) => agentWords(agent[textOf(one["prov:agent"]) ?? ""] ?? {}, roleOf(one), isCached));
  const isAsked = withheld !== undefined && withheld !== "the job that made it";
  return (
    <>
      {told.length === 0 && !isAsked ? (
        <span class="muted">not kept</span>
      ) : (
        <ul>
          {told.map((words) => (
            <li>{words}</li>
          ))}
          {isAsked ? <li>{`${withheld} is told to the owner of the job and to who sees all jobs`}</li> : null}
          {plans.map((plan) => (
            <li>
              {[textOf(plan["prov:label"]), ...versionWords(plan)].join(", ")}{" "}
              <Digest text={textOf(plan["heddle:revision"])} />
            </li>
          ))}
        </ul>
      )}
      {isOwnProgram(name, attributes, document) ? <p class="muted">{programWords(attributes)}</p> : null}
    </>
  );
}

function roleOf(association: ProvAttributes): string | undefined {
  return textOf(association["prov:role"]);
}

/** Words an agent by its part: who asked, what ran something, or the service that answers for it. */
function agentWords(agent: ProvAttributes, role: string | undefined, isCached: boolean): string {
  const label = textOf(agent["prov:label"]) ?? "";
  if (role === "requester") return `asked for by ${label}`;
  const [executor, host] = ["heddle:executor", "heddle:host"].map((name) => textOf(agent[name]));
  const where = host === undefined ? "" : ` on ${host}`;
  if (role !== "executor") return `${label}${where}`;
  if (isCached) return `taken from the cache by Heddle itself${where}`;
  const what = executor === undefined || executor === "heddle" ? "Heddle itself" : `the executor "${executor}"`;
  return `run by ${what}${where}`;
}

function versionWords(plan: ProvAttributes): readonly string[] {
  const version = textOf(plan["heddle:version"]);
  return version === undefined ? [] : [`version ${version}`];
}

/** Tells whether a tool ran, and in no image. */
export function isOwnProgram(name: string, attributes: ProvAttributes, { used = {} }: ProvDocument): boolean {
  const isImage = (one: ProvAttributes) => one["prov:activity"] === name && textOf(one["prov:role"]) === "image";
  const hasRun = textOf(attributes["prov:type"]) === "heddle:Tool" && attributes["heddle:fromCache"] === undefined;
  return hasRun && !Object.values(used).some(isImage);
}

function programWords(attributes: ProvAttributes): string {
  const named = attributes["heddle:namesImage"];
  const unused = named === false ? null : textOf(attributes["heddle:unusedImage"]);
  const image = imageWords(unused);
  const software = textsOf(attributes["heddle:software"]);
  const stated = software.length === 0 ? "" : ` Its software: ${softwareWords(software)}.`;
  return `A program of the machine ran, in no image${image === "" ? "" : `: ${image}`}.${stated}`;
}

/** A digest in full, with its algorithm before it where it names one: a press takes it. */
export function Digest({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : <code class="digest">{text}</code>;
}
