import { partTalk } from "../../domain/jobs/program-talk.ts";
import { imageSentence } from "./image-words.ts";

/** Shows a message as a sentence; what a program wrote for it, and all of a long message of an image, is folded up behind. */
export function Told({ text }: { readonly text: string }) {
  if (!hasMore(text)) return <>{text}</>;
  return (
    <>
      {toldSentence(text)} <WhatPrograms texts={[text]} />
    </>
  );
}

function hasMore(text: string): boolean {
  return partTalk(text).said.length > 0 || imageSentence(text) !== undefined;
}

/** Words a message without what programs wrote; of an image that cannot be had, plainly. */
export function toldSentence(text: string): string {
  return imageSentence(text) ?? partTalk(text).sentence;
}

/** So much of what a program wrote is shown, in characters: an engine may write a page of an answer that it got. */
const longest = 2000;

/** Folds up what programs wrote that messages quote, and the messages that are worded more plainly; nothing where there is neither. */
export function WhatPrograms({ texts }: { readonly texts: readonly string[] }) {
  if (!texts.some(hasMore)) return null;
  const said = texts.flatMap((text) => partTalk(text).said);
  const whole = texts.flatMap((text) => (imageSentence(text) === undefined ? [] : partTalk(text).sentence));
  return (
    <details>
      <summary>{whole.length === 0 ? "What the program said" : "What was found, and what is wanted"}</summary>
      {whole.map((sentence) => (
        <p>{shortened(sentence)}</p>
      ))}
      {said.length === 0 ? null : <pre class="code">{shortened(said.join("\n"))}</pre>}
    </details>
  );
}

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
