import { partTalk } from "../domain/program-talk.ts";

/** Shows a message as its own sentence; what a program wrote for it is folded up behind. */
export function Told({ text }: { readonly text: string }) {
  return (
    <>
      {partTalk(text).sentence} <WhatPrograms texts={[text]} />
    </>
  );
}

/** Folds up what programs wrote that messages quote; nothing where they quote none. */
export function WhatPrograms({ texts }: { readonly texts: readonly string[] }) {
  const said = texts.flatMap((text) => partTalk(text).said);
  if (said.length === 0) return null;
  return (
    <details>
      <summary>What the program said</summary>
      <pre class="code">{said.join("\n")}</pre>
    </details>
  );
}
