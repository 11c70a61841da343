import type { Definition, Image, ImageReference, Link, LinkReference, List, Nodes, RootContent, Table } from "mdast";
import { parseInline, parseMarkdown } from "./markdown-tree.ts";
import { Wide } from "./parts.tsx";

/** What nodes of a text are shown with. */
type Source = {
  /** The text that was parsed: what is not shown as Markdown is shown as it is written. */
  readonly text: string;
  /** Addresses of links that stand elsewhere in the text, by their names. */
  readonly definitions: ReadonlyMap<string, Definition>;
  /** Inside of a link, where no other can be. */
  readonly isLinked?: boolean;
};

/** Addresses that become links. */
const linked = /^(?:https?|mailto):/i;

/**
 * Shows a text of people: CommonMark with tables and bare addresses. Markup of HTML in it is text, no address but those of the web and of
 * mail becomes a link, an image is a link to it, and headings are bold, below those of the page.
 */
export function Markdown({ text }: { readonly text: string }) {
  const { tree, rest } = parseMarkdown(text);
  return (
    <>
      <Shown nodes={tree.children} source={{ text, definitions: definitionsOf(tree) }} />
      {rest.trim() === "" ? null : <pre class="code">{rest}</pre>}
    </>
  );
}

/** Shows what Markdown marks inside a line: code, bold and stressed words, links to the web. */
export function Inline({ text }: { readonly text: string }) {
  const { tree, rest } = parseInline(text);
  const source = { text, definitions: new Map() };
  return (
    <>
      {tree.children.map((node, index) => (
        <>
          {index === 0 ? "" : "\n\n"}
          <Shown nodes={"children" in node ? node.children : [node]} source={source} />
        </>
      ))}
      {rest}
    </>
  );
}

/** Finds the addresses that links name: the first of each name counts. */
function definitionsOf(node: Nodes, found: Map<string, Definition> = new Map()): ReadonlyMap<string, Definition> {
  if (node.type === "definition" && !found.has(node.identifier)) found.set(node.identifier, node);
  if ("children" in node) for (const child of node.children) definitionsOf(child, found);
  return found;
}

function Shown({ nodes, source }: { readonly nodes: readonly RootContent[]; readonly source: Source }) {
  return (
    <>
      {nodes.map((node) => (
        <Node node={node} source={source} />
      ))}
    </>
  );
}

function Node({ node, source }: { readonly node: RootContent; readonly source: Source }) {
  const inside = "children" in node ? <Shown nodes={node.children} source={source} /> : null;
  switch (node.type) {
    case "text":
      return <>{node.value}</>;
    case "paragraph":
      return <p>{inside}</p>;
    case "heading":
      return (
        <p>
          <strong>{inside}</strong>
        </p>
      );
    case "strong":
      return <strong>{inside}</strong>;
    case "emphasis":
      return <em>{inside}</em>;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "code":
      return <pre class="code">{node.value}</pre>;
    case "break":
      return <br />;
    case "thematicBreak":
      return <hr />;
    case "blockquote":
      return <blockquote>{inside}</blockquote>;
    case "list":
      return <ListOf list={node} source={source} />;
    case "table":
      return <TableOf table={node} source={source} />;
    case "link":
    case "linkReference":
    case "image":
    case "imageReference":
      return <LinkOf node={node} source={source} />;
    case "definition":
      // What looks like one, and gives no address, may be a note.
      return linked.test(node.url) ? null : <p>{written(node, source)}</p>;
    default:
      return <>{written(node, source)}</>;
  }
}

/** The text of a node, with its marks. */
function written({ position }: RootContent, { text }: Source): string {
  return text.slice(position?.start.offset, position?.end.offset);
}

/** The first paragraph of an item stands beside its mark. */
function ListOf({ list, source }: { readonly list: List; readonly source: Source }) {
  const entries = list.children.map(({ children: [first, ...others] }) => (
    <li>
      {first === undefined ? null : (
        <Shown nodes={first.type === "paragraph" ? first.children : [first]} source={source} />
      )}
      <Shown nodes={others} source={source} />
    </li>
  ));
  return list.ordered === true ? <ol start={list.start ?? 1}>{entries}</ol> : <ul>{entries}</ul>;
}

/** A row has as many cells as the head. */
function TableOf({ table, source }: { readonly table: Table; readonly source: Source }) {
  const [head, ...rows] = table.children.map(({ children }) => children);
  return (
    <Wide label="Table">
      <table class="table">
        <thead>
          <tr>
            {head?.map(({ children }) => (
              <th scope="col">
                <Shown nodes={children} source={source} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {head?.map((_, index) => (
                <td>
                  <Shown nodes={row[index]?.children ?? []} source={source} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

/** A link or an image: a link where its address may be one, else what is written. */
function LinkOf({
  node,
  source,
}: {
  readonly node: Link | LinkReference | Image | ImageReference;
  readonly source: Source;
}) {
  const url = "url" in node ? node.url : source.definitions.get(node.identifier)?.url;
  if (url === undefined || !linked.test(url)) return <>{written(node, source)}</>;
  const words = wordsOf(node, source) ?? url;
  if (source.isLinked === true) return <>{words}</>;
  return (
    <a href={url} rel="nofollow">
      {words}
    </a>
  );
}

/** What a link is called; undefined where it has no words. */
function wordsOf(node: Link | LinkReference | Image | ImageReference, source: Source) {
  if (!("children" in node)) return node.alt || undefined;
  return node.children.length === 0 ? undefined : (
    <Shown nodes={node.children} source={{ ...source, isLinked: true }} />
  );
}
