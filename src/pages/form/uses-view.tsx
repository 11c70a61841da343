import type { UseTarget } from "./uses/execution.ts";
import { filledWords, type Use, uploadWords, usesTitle } from "./uses.ts";

/** The request of a form as texts to copy: JSON, and what executes it from elsewhere. A script keeps them as the form is. */
export function Uses({
  uses,
  target: { baseUrl, name, provider, needsKey },
  isExample,
  isForbidden,
  incomplete,
  namesUploads,
}: {
  readonly uses: readonly Use[];
  readonly target: UseTarget;
  readonly isExample: boolean;
  /** Whoever looks has no button that checks. */
  readonly isForbidden: boolean;
  /** Which required inputs the request of the form lacks. */
  readonly incomplete?: string | undefined;
  /** The request holds as long as the uploads that it names. */
  readonly namesUploads: boolean;
}) {
  const texts = (
    <>
      <p class="muted" data-live="uses">
        {isExample
          ? `Texts to copy, with an example.${isForbidden ? "" : " Check puts what is filled in here instead."}`
          : (incomplete ?? filledWords.whole) + (namesUploads ? uploadWords : "")}
      </p>
      {uses.map(({ title, text }, index) => (
        <details open={index === 0}>
          <summary>{title}</summary>
          {/* It is scrolled by itself, by keys, too. */}
          <pre data-use={title} tabindex={0}>
            {text}
          </pre>
        </details>
      ))}
    </>
  );
  return (
    <aside
      id="use"
      class="uses"
      aria-label={usesTitle}
      data-base={baseUrl}
      data-name={name}
      data-provider={provider}
      data-key={needsKey ? "true" : undefined}
    >
      {isForbidden ? (
        <details class="fold">
          <summary>
            <h3>{usesTitle}, with a key that may</h3>
          </summary>
          {texts}
        </details>
      ) : (
        <>
          <h3>{usesTitle}</h3>
          {texts}
        </>
      )}
    </aside>
  );
}
