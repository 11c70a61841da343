import { isJsonObject, type Json } from "../domain/json.ts";
import { relations } from "../domain/links.ts";
import { type Frame, Layout } from "./layout.tsx";

/**
 * Renders a document as a page that shows every member and has every link as an anchor
 * (OGC 18-062r2 /req/html/content).
 */
export function documentPage(frame: Frame, document: Json): string {
  return `<!doctype html>${(
    <Layout {...frame}>
      <Value name="" value={document} />
    </Layout>
  )}`;
}

function Value({ name, value }: { readonly name: string; readonly value: Json }) {
  if (Array.isArray(value)) return <List items={value} />;
  if (isJsonObject(value)) return <Members value={value} />;
  if (name === "progress" && typeof value === "number") {
    return (
      <span>
        <progress max={100} value={value} /> {value} %
      </span>
    );
  }
  if (typeof value === "string" && /^https?:\/\//.test(value)) {
    return (
      <a href={value} rel={relationOf(value, undefined)}>
        {value}
      </a>
    );
  }
  return <span>{value === null ? "null" : String(value)}</span>;
}

function List({ items }: { readonly items: readonly Json[] }) {
  if (items.length === 0) return <span>none</span>;
  const areRecords = items.some((item) => isJsonObject(item) && typeof item.href !== "string");
  return (
    <ul class={areRecords ? "records" : undefined}>
      {items.map((item) => (
        <li>
          <Value name="" value={item} />
        </li>
      ))}
    </ul>
  );
}

/** Returns the relation of a link; "nofollow" asks programs not to follow a link that executes. */
function relationOf(href: string, rel: string | undefined): string | undefined {
  const executes = rel === relations.execute || /\/execution\/?(?:[?#]|$)/.test(href);
  return executes ? [rel, "nofollow"].filter((value) => value !== undefined).join(" ") : rel;
}

/** Shows each member of an object by its name; a link as an anchor. */
export function Members({ value }: { readonly value: { readonly [name: string]: Json } }) {
  const { href, title, rel, type } = value;
  // What a client sent may be an address of any scheme: it is shown, not linked.
  if (typeof href === "string" && /^https?:\/\//.test(href)) {
    return (
      <span>
        <a href={href} rel={relationOf(href, typeof rel === "string" ? rel : undefined)}>
          {typeof title === "string" ? title : href}
        </a>{" "}
        {[rel, type].filter((value) => typeof value === "string").join(", ")}
      </span>
    );
  }
  return (
    <dl>
      {Object.entries(value).map(([name, member]) => (
        <>
          <dt>{name}</dt>
          <dd>
            <Value name={name} value={member} />
          </dd>
        </>
      ))}
    </dl>
  );
}
