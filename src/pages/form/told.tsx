import { whenWords } from "../../domain/people/notification.ts";
import { callbacks } from "./extras.ts";
import { ownNames, textIn } from "./field.ts";
import type { FormState } from "./state.ts";

/** Says outside of the fold that who fills in a form is told of the run, and how to change it; nothing where the form has no address of theirs. */
export function Told({ state, baseUrl }: { readonly state: FormState; readonly baseUrl: string }) {
  const { notices, values } = state;
  if (notices === undefined) return null;
  const { address, masked, isLost = false } = notices;
  const account = `${baseUrl}/_/sign-in?f=html#notices`;
  if (isLost) {
    return (
      <p class="muted">
        {`This server cannot tell you at ${masked} any more: `}
        <a href={account}>your account says why</a>.
      </p>
    );
  }
  const both = textIn(values, ownNames.mail) === address;
  const events = callbacks.filter(
    ({ name, event }) => textIn(values, name) === address || (both && event !== "inProgress"),
  );
  if (events.length === 0) return null;
  return (
    <p class="muted">
      {`You will be told at ${masked} ${whenWords(events.map(({ event }) => event))}, unless you change this run's addresses below “More”. `}
      <a href={account}>Your account</a>
      {" changes it for all runs."}
    </p>
  );
}
