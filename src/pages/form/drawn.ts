import type { FC } from "hono/jsx";
import type { Json } from "../../domain/values/json.ts";
import type { Shape } from "./field.ts";
import type { FormState } from "./state.ts";

/** What a part of the form is drawn from. */
export type Drawn = {
  readonly name: string;
  readonly state: FormState;
  /** A browser asks for it before it sends. */
  readonly isRequired: boolean;
  /** What it is called for who cannot see what stands around it. */
  readonly label: string;
  /** A label of its own stands beside it, and calls it the same. */
  readonly isLabelled?: boolean;
  /** What counts when nothing is entered: the default of the input. */
  readonly fallback?: Json;
};

/** Draws a value of a shape inside of another. */
export type Inner = FC<Drawn & { readonly shape: Shape }>;

/** Returns what a control is called besides its label. */
export function spokenName({ label, isLabelled }: Pick<Drawn, "label" | "isLabelled">): string | undefined {
  return isLabelled === true ? undefined : label;
}

/** Names the control of a field, which its label leads to. */
export function controlId(name: string): string {
  return `${name}/~in`;
}

/** Returns text for a text area: a browser drops its first line break. */
export function firstLine(text: string): string {
  return text.startsWith("\n") ? `\n${text}` : text;
}
