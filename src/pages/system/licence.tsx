import { type Frame, Layout } from "../shared/layout.tsx";

/** The text of the licence of the software, and the packages that are in it. */
export type LicenceView = {
  readonly text: string;
  readonly parts: readonly {
    readonly name: string;
    readonly version: string;
    /** Its short name, as SPDX lists it. */
    readonly license: string;
    readonly text: string;
  }[];
};

/** Renders the page of licences: that of the software whole, those of its parts folded up. */
export function licencePage(frame: Frame, { text, parts }: LicenceView): string {
  const { program } = frame;
  return `<!doctype html>${(
    <Layout {...frame}>
      <p>
        {`The software that serves these pages, Heddle${program === undefined ? "" : ` ${program.version}`}, is under the licence `}
        {program?.license}
        {". What the service offers, its processes and their results, may be under others. "}
        <a href="#parts">{`The ${parts.length} parts of the software`}</a>
      </p>
      <pre class="code">{text.trim()}</pre>
      <h2 id="parts">Parts</h2>
      <p>The executable contains these packages, each under its own licence, and Bun (MIT), which runs it.</p>
      {parts.map((part) => (
        <details>
          <summary>{`${part.name} ${part.version} (${part.license})`}</summary>
          <pre class="code">{part.text}</pre>
        </details>
      ))}
    </Layout>
  )}`;
}
