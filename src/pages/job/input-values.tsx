import type { Child } from "hono/jsx";
import type { KnownUploads, OutputFacts } from "../../domain/documents/upload-facts.ts";
import { hiddenWords, looksSecret, withoutSecrets } from "../../domain/people/secret-names.ts";
import { knownCrs, longitudeFirst } from "../../domain/values/crs.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { WithNumbers } from "../shared/numbers.tsx";
import { Size } from "../shared/parts.tsx";
import { RecordTable } from "../shared/record-table.tsx";
import { shortId } from "../shared/words.ts";

/** Shows the inputs of a request as people read them: files by name and size, addresses as links, boxes as their edges. */
export function Inputs({
  inputs,
  defaults = {},
  unset = [],
  uploads,
}: {
  readonly inputs: JsonObject;
  /** What was used for those that were not given. */
  readonly defaults?: JsonObject;
  /** Those that nobody gave, and that have no default. */
  readonly unset?: readonly string[];
  readonly uploads: KnownUploads;
}) {
  const given = Object.entries(inputs).map(([id, value]) => ({ id, value, isDefault: false }));
  const used = Object.entries(defaults).map(([id, value]) => ({ id, value, isDefault: true }));
  const rows = [...given, ...used].map(({ id, value, isDefault }) => {
    return { id, isDefault, shown: <NamedValue name={id} value={value} uploads={uploads} /> };
  });
  const notSet = unset.map((id) => ({ id, isDefault: false, shown: <span class="muted">not set</span> }));
  return <InputTable rows={[...rows, ...notSet]} />;
}

type InputRow = { readonly id: string; readonly shown: Child; readonly isDefault: boolean };

/** Shows inputs with their values, and which of them nobody gave. */
export function InputTable({ rows, cellClass }: { readonly rows: readonly InputRow[]; readonly cellClass?: string }) {
  if (rows.length === 0) return <p class="muted">None.</p>;
  return (
    <RecordTable label="Inputs">
      <table>
        <thead>
          <tr>
            <th scope="col">Input</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, shown, isDefault }) => (
            <tr>
              <th scope="row">{id}</th>
              <td class={cellClass}>
                {shown}
                {isDefault ? <span class="muted"> default</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

type Shown = {
  readonly value: Json;
  readonly uploads: KnownUploads;
  /** Words the sizes of files; each in its own unit when absent. */
  readonly sizes?: ((bytes: number) => string) | undefined;
};

/** Shows the value that something has by a name: one that looks like a secret when it is asked for. */
export function NamedValue({ name, ...shown }: Shown & { readonly name: string }) {
  const { value } = shown;
  const isSaid = value === null || value === "" || typeof value === "boolean" || !looksSecret(name);
  const whole = <InputValue {...shown} />;
  return isSaid ? whole : <Secret>{whole}</Secret>;
}

/** Folds up what looks like a secret; paper has none of it. */
function Secret({ words = hiddenWords, children }: { readonly words?: string; readonly children: Child }) {
  return (
    <>
      <span class="address">{words}</span>
      <details class="on-screen">
        <summary>Show</summary>
        {children}
      </details>
    </>
  );
}

/** Shows one value of a request. */
export function InputValue({ value, uploads, sizes }: Shown) {
  if (isList(value)) return <Items items={value} uploads={uploads} sizes={sizes} />;
  if (!isJsonObject(value)) return <Literal value={value} />;
  const { href, bbox, value: inner } = value;
  if (typeof href === "string") return <Address href={href} value={value} uploads={uploads} sizes={sizes} />;
  if (isList(bbox)) return <Box bbox={bbox} crs={value.crs} />;
  if (inner === undefined) return <Fields value={value} uploads={uploads} sizes={sizes} />;
  return (
    <>
      <InputValue value={inner} uploads={uploads} sizes={sizes} />{" "}
      <Note members={value} names={["mediaType", "encoding"]} />
    </>
  );
}

/** A file that was sent as text would make the page hundreds of screens long: the document has it in full. */
const longestText = 500;

function Literal({ value }: { readonly value: Json }) {
  if (typeof value !== "string") {
    return (
      <code>
        <WithNumbers text={String(value)} />
      </code>
    );
  }
  const shown = value.length > longestText ? `${value.slice(0, longestText)}…` : value;
  const masked = withoutSecrets(shown);
  const whole = (
    <>
      {shown.includes("\n") ? (
        <pre class="code">{shown}</pre>
      ) : (
        <span>
          <WithNumbers text={shown} />
        </span>
      )}
      {shown === value ? null : <span class="muted">{` ${value.length} characters in all`}</span>}
    </>
  );
  return masked === shown ? whole : <Secret words={masked}>{whole}</Secret>;
}

/** What a client sent may be an address of any scheme: it is shown, and linked only where a browser may follow it. */
function Address({
  href,
  value,
  uploads,
  sizes,
}: { readonly href: string; readonly value: JsonObject } & Omit<Shown, "value">) {
  const upload = uploads.get(href);
  if (upload === undefined) {
    const masked = withoutSecrets(href);
    const way = <WayTo href={href} />;
    return (
      <>
        {masked === href ? way : <Secret words={masked}>{way}</Secret>} <Note members={value} names={["type"]} />
      </>
    );
  }
  if ("outputId" in upload) return <Output href={href} output={upload} />;
  const { name, type, length, sha256 } = upload;
  return (
    <>
      <strong>{name}</strong>{" "}
      <span class="muted">
        <Size bytes={length} words={sizes} />, {type}, uploaded
      </span>
      {upload.href === undefined ? null : (
        <>
          {" "}
          <a href={upload.href} download={name}>
            Download
          </a>
        </>
      )}
      {sha256 === undefined ? null : (
        <span class="muted digests">
          {" "}
          SHA-256 <code>{sha256}</code>
        </span>
      )}
      {upload.jobs === undefined ? null : (
        <>
          {" "}
          <a class="on-screen" href={upload.jobs}>
            Jobs with this file
          </a>
        </>
      )}
    </>
  );
}

function WayTo({ href }: { readonly href: string }) {
  if (href.startsWith("vault://")) return <span class="muted">an uploaded file that is not there any more</span>;
  if (!/^https?:\/\//.test(href)) return <code class="address">{href}</code>;
  return (
    <a class="address" href={href}>
      {href}
    </a>
  );
}

/** What another job made is told by its output and that job: its address says neither to people. */
function Output({ href, output }: { readonly href: string; readonly output: OutputFacts }) {
  const { outputId, name, processID, jobID, page, look } = output;
  const isLinked = /^(https?:\/\/|\/(?!\/))/.test(href);
  return (
    <>
      <a href={look}>{name}</a>{" "}
      <span class="muted">
        output {outputId} of {processID} (
        <a href={page} title={jobID}>
          job {shortId(jobID)}
        </a>
        )
      </span>
      {isLinked ? (
        <>
          {" "}
          <a href={href} download={name}>
            Download
          </a>
        </>
      ) : null}
    </>
  );
}

function Note({ members, names }: { readonly members: JsonObject; readonly names: readonly string[] }) {
  const words = names.flatMap((name) => (typeof members[name] === "string" ? [members[name]] : []));
  return words.length === 0 ? null : <span class="muted">{words.join(", ")}</span>;
}

const edges = ["west", "south", "east", "north"] as const;
const edgesWithHeight = ["west", "south", "lowest", "east", "north", "highest"] as const;

/** Of a system that is known, each number has the name of its edge. */
function Box({ bbox, crs }: { readonly bbox: readonly Json[]; readonly crs: Json | undefined }) {
  const numbers = bbox.map(Number);
  const known = typeof crs === "string" ? knownCrs(crs) : undefined;
  const names = known === undefined ? undefined : [edges, edgesWithHeight].find(({ length }) => length === bbox.length);
  const turned = known === undefined ? numbers : longitudeFirst(numbers, known);
  return (
    <>
      <span>
        {turned.map((number, index) => (names === undefined ? number : `${names[index]} ${number}`)).join(", ")}
      </span>{" "}
      {typeof crs === "string" ? <span class="muted">{crs}</span> : null}
    </>
  );
}

function Items({ items, uploads, sizes }: { readonly items: readonly Json[] } & Omit<Shown, "value">) {
  if (items.length === 0) return <span class="muted">an empty list</span>;
  const areShort = items.every((item) => typeof item === "number" || isShortText(item));
  if (areShort)
    return (
      <span>
        <WithNumbers text={items.join(", ")} />
      </span>
    );
  return (
    <ol>
      {items.map((item) => (
        <li>
          <InputValue value={item} uploads={uploads} sizes={sizes} />
        </li>
      ))}
    </ol>
  );
}

function isShortText(item: Json): boolean {
  return typeof item === "string" && item.length < 40 && withoutSecrets(item) === item;
}

function Fields({ value, uploads, sizes }: { readonly value: JsonObject } & Omit<Shown, "value">) {
  const entries = Object.entries(value);
  if (entries.length === 0) return <span class="muted">an empty object</span>;
  return (
    <table class="table">
      <tbody>
        {entries.map(([name, member]) => (
          <tr>
            <th scope="row">{name}</th>
            <td>
              <NamedValue name={name} value={member} uploads={uploads} sizes={sizes} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
