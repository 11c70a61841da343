import type { Child } from "hono/jsx";

/**
 * Folds up on a small screen what stands there behind the first look; on a large one and on paper it is as if it were not folded. The
 * heading of the part stands above it, so that links into the part and who reads by headings find it.
 */
export function SmallFold({ words, children }: { readonly words: string; readonly children: Child }) {
  return (
    <details class="small-fold" data-follows="">
      <summary>{words}</summary>
      {children}
    </details>
  );
}
