import { raw } from "hono/html";
import { stageNames, stageTitles } from "../../domain/jobs/progress.ts";
import { relations } from "../../domain/links.ts";
import { ExactNumber } from "../../domain/values/exact-number.ts";
import { isJsonObject } from "../../domain/values/json.ts";

/**
 * Writes each member of a document by its name, a link as an anchor (OGC 18-062r2 /req/html/content). It is text at once, as a list
 * of a hundred jobs has thousands of members, which as elements took longer than all else on its page.
 */
export function membersOf(document: object) {
  return raw(membersText(document));
}

/** Writes one value as `membersOf` does those of a document. */
export function oneValueOf(value: unknown) {
  return raw(valueText("", value));
}

function membersText(members: object): string {
  // What a client sent may be an address of any scheme: it is shown, not linked.
  if ("href" in members && typeof members.href === "string" && isAddress(members.href)) {
    return linkText(members.href, members);
  }
  let text = "<dl>";
  for (const [name, member] of Object.entries(members)) {
    if (member === undefined) continue;
    text += `<dt>${escaped(name)}</dt><dd>${valueText(name, member)}</dd>`;
  }
  return `${text}</dl>`;
}

function linkText(href: string, { title, rel, type }: LinkMembers): string {
  const words = [rel, type].filter((value) => typeof value === "string").join(", ");
  const relation = typeof rel === "string" ? rel : undefined;
  return `<span>${anchorText(href, relation, typeof title === "string" ? title : href)} ${escaped(words)}</span>`;
}

type LinkMembers = {
  readonly href: unknown;
  readonly title?: unknown;
  readonly rel?: unknown;
  readonly type?: unknown;
};

function valueText(name: string, value: unknown): string {
  if (name === "stage" && typeof value === "string") return `<span>${escaped(stageText(value))}</span>`;
  if (typeof value === "string") {
    return isAddress(value) ? anchorText(value, undefined, value) : `<span>${escaped(value)}</span>`;
  }
  if (Array.isArray(value)) return listText(value);
  if (typeof value === "object" && value !== null && !(value instanceof ExactNumber)) return membersText(value);
  if (name === "progress" && typeof value === "number") {
    return `<span><progress max="100" value="${value}"></progress> ${value} %</span>`;
  }
  return `<span>${escaped(String(value))}</span>`;
}

/** Words a stage; programs know it by its name, which stands beside. */
function stageText(name: string): string {
  const stage = stageNames.find((one) => one === name);
  return stage === undefined ? name : `${stageTitles[stage]} (${name})`;
}

function listText(items: readonly unknown[]): string {
  if (items.length === 0) return "<span>none</span>";
  const areRecords = items.some((item) => isJsonObject(item) && typeof item.href !== "string");
  const rows = items.map((item) => `<li>${valueText("", item)}</li>`).join("");
  return `<ul${areRecords ? ' class="records"' : ""}>${rows}</ul>`;
}

function isAddress(text: string): boolean {
  return /^https?:\/\//.test(text);
}

function anchorText(href: string, rel: string | undefined, words: string): string {
  const relation = relationOf(href, rel);
  return `<a href="${escaped(href)}"${relation === undefined ? "" : ` rel="${escaped(relation)}"`}>${escaped(words)}</a>`;
}

/** Returns the relation of a link; "nofollow" asks programs not to follow a link that executes. */
function relationOf(href: string, rel: string | undefined): string | undefined {
  const executes = rel === relations.execute || /\/execution\/?(?:[?#]|$)/.test(href);
  return executes ? [rel, "nofollow"].filter((value) => value !== undefined).join(" ") : rel;
}

const special = /[&<>'"]/;
const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&#39;",
  '"': "&quot;",
};

function escaped(text: string): string {
  return special.test(text) ? text.replace(/[&<>'"]/g, (one) => entities[one] ?? one) : text;
}
