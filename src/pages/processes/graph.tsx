import { boxKind, boxOutline, boxTitle, type GraphBox, layOut } from "../../domain/graph/graph-layout.ts";
import {
  countSteps,
  type GraphNode,
  type GraphTool,
  type StepParts,
  type StepState,
} from "../../domain/graph/workflow-graph.ts";
import { cachedWords, type StepRun } from "../../domain/jobs/step-runs.ts";
import { Wide } from "../shared/parts.tsx";

/** A sign for each state, so that nobody needs its colour. */
const signs: Readonly<Record<StepState, string>> = { waiting: "○", running: "▶", done: "✓", failed: "✕" };

/** A wider drawing would be too small to read as a whole, in pixels: one scrolls it. */
const widestWhole = 1100;

type GraphProps = {
  readonly nodes: readonly GraphNode[];
  /** The states of steps, by their ids; absent where nothing runs. */
  readonly states?: ReadonlyMap<string, StepState> | undefined;
  /** How far scattered steps are, by their ids. */
  readonly parts?: ReadonlyMap<string, StepParts> | undefined;
  /** What is known of steps that have ended, by their ids. */
  readonly runs?: ReadonlyMap<string, StepRun> | undefined;
};

/** A workflow as a drawing, and the same in words. Its colours are those of the page. */
export function Graph({ nodes, states, parts, runs }: GraphProps) {
  const { width, height, boxes, lines } = layOut(nodes);
  const steps = countSteps(nodes);
  return (
    <>
      <Wide label="Workflow">
        <svg
          class={width > widestWhole ? "graph" : "graph graph-whole"}
          width={String(width)}
          height={String(height)}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={`A workflow of ${steps} ${steps === 1 ? "step" : "steps"}; the list below says the same`}
        >
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path class="graph-arrow" d="M0 0L8 4L0 8z" />
            </marker>
          </defs>
          {boxes
            .filter(({ isGroup }) => isGroup)
            .map((box) => (
              <Box box={box} {...factsOf(box.node, { states, parts, runs })} />
            ))}
          {lines.map(({ path }) => (
            <path class="graph-line" d={path} marker-end="url(#arrow)" />
          ))}
          {boxes
            .filter(({ isGroup }) => !isGroup)
            .map((box) => (
              <Box box={box} {...factsOf(box.node, { states, parts, runs })} />
            ))}
        </svg>
      </Wide>
      <details data-follows="">
        <summary>The workflow as a list</summary>
        <NodeList nodes={nodes} states={states} parts={parts} runs={runs} />
      </details>
    </>
  );
}

/** What is known of a step of a run. */
type StepNow = {
  readonly state: StepState | undefined;
  readonly parts: StepParts | undefined;
  readonly run: StepRun | undefined;
};

function factsOf({ id }: GraphNode, { states, parts, runs }: Omit<GraphProps, "nodes">): StepNow {
  return { state: states?.get(id), parts: parts?.get(id), run: runs?.get(id) };
}

type BoxProps = StepNow & { readonly box: GraphBox };

function Box({ box, ...now }: BoxProps) {
  const { state, parts, run } = now;
  const { node, x, y, width, isGroup } = box;
  const sign = state === undefined ? "" : `${signs[state]} `;
  const mark = node.scatter.length === 0 ? "" : ` ×${parts?.count ?? "n"}`;
  const taken = takenMark(run);
  const kindText = taken ?? (state === "done" ? boxKind(node) : [boxKind(node), ...partsWords(parts)].join(", "));
  const [kind, middle, outline] = [isGroup ? "group" : node.kind, String(x + width / 2), boxOutline(box)];
  return (
    <g
      class={`graph-box graph-${kind}${state === undefined ? "" : ` graph-${state}`}${taken === undefined ? "" : " graph-taken"}`}
    >
      <title>{wordsOf(node, now)}</title>
      {node.scatter.length === 0 || isGroup ? null : (
        <path class="graph-shape" d={outline} transform="translate(4 4)" />
      )}
      <path class="graph-shape" d={outline} />
      <text class="graph-kind" x={middle} y={String(y + 16)} text-anchor="middle">
        {kindText}
      </text>
      <text x={middle} y={String(y + 32)} text-anchor="middle">
        {`${sign}${boxTitle(node.title)}${mark}`}
      </text>
    </g>
  );
}

/** Marks what was taken from an earlier run, as short as a box is wide. */
function takenMark(run: StepRun | undefined): string | undefined {
  if (run === undefined || run.cached === 0) return undefined;
  return run.parts === 1 ? "from the cache" : `${run.cached} of ${run.parts} cached`;
}

const kindWords = { input: "Input", step: "Step", output: "Output" } as const;

function partsWords(parts: StepParts | undefined): readonly string[] {
  return parts === undefined ? [] : [`${parts.done} of ${parts.count}`];
}

function wordsOf(
  { kind, title, name, runs, scatter, isConditional }: GraphNode,
  { state, parts, run }: StepNow,
): string {
  const taken = run === undefined ? undefined : cachedWords(run);
  return [
    `${kindWords[kind]} ${title}${name === undefined ? "" : ` (${name})`}`,
    ...(runs === undefined ? [] : [`runs ${runs}`]),
    ...(scatter.length === 0 ? [] : [`once for each of ${scatter.join(" and ")}`]),
    ...(isConditional ? ["only where its condition holds"] : []),
    ...(state === undefined ? [] : [state]),
    ...partsWords(parts).map((words) => `${words} parts done`),
    ...(taken === undefined ? [] : [taken]),
  ].join(", ");
}

function NodeList({ nodes, ...known }: GraphProps) {
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  return (
    <ul>
      {nodes.map((node) => (
        <li>
          {wordsOf(node, factsOf(node, known))}
          {node.needs.length === 0 ? "" : `; takes from ${node.needs.map((id) => titles.get(id) ?? id).join(", ")}`}
          {node.tool === undefined ? null : <Tool tool={node.tool} />}
          {node.inner === undefined ? null : <NodeList nodes={node.inner} {...known} />}
        </li>
      ))}
    </ul>
  );
}

const longestCommand = 500;

/** What the package says of the tool of a step, folded up. */
function Tool({ tool: { doc, command = [], image, software = [], inputs, outputs } }: { readonly tool: GraphTool }) {
  const line = command.join(" ");
  const facts = [
    ["Does", doc],
    ["Command", line.length > longestCommand ? `${line.slice(0, longestCommand)}…` : line],
    ["Image", image],
    ["Software", software.join(", ")],
    ["Takes", inputs.join(", ")],
    ["Gives", outputs.join(", ")],
  ] as const;
  return (
    <details>
      <summary>Its tool</summary>
      <dl>
        {facts.map(([name, words = ""]) =>
          words === "" ? null : (
            <>
              <dt>{name}</dt>
              <dd class="programs">{words}</dd>
            </>
          ),
        )}
      </dl>
    </details>
  );
}
