import type { Action } from "../../domain/people/access.ts";
import { deployPath } from "../deploy/deploy.tsx";
import { patternWords } from "../shared/refusal-words.ts";

/** What who has signed in may do here. */
export type Allowed = {
  readonly actions: readonly Action[];
  /** Patterns of the processes that the key is for; all when absent. */
  readonly processes?: readonly string[];
};

/** Lists what who has signed in may do here, and what not. */
export function MayDo({
  allowed: { actions, processes },
  baseUrl,
}: {
  readonly allowed: Allowed;
  readonly baseUrl: string;
}) {
  const may = known.filter(([action]) => actions.includes(action));
  // Who sees the jobs of everybody is not told of the own ones besides; so with their dismissal.
  const told = may.filter(([, , wider]) => wider === undefined || !actions.includes(wider));
  const mayNot = known.filter(([action, , , isNamed]) => isNamed !== false && !actions.includes(action));
  return (
    <>
      {told.length === 0 ? (
        <p>You may do nothing here.</p>
      ) : (
        <>
          <p>You may:</p>
          <Told known={processes === undefined ? told : told.filter(([action]) => !isHeld(action))} baseUrl={baseUrl} />
          {processes === undefined ? null : (
            <>
              <p>{`And only of ${patternWords(processes)}:`}</p>
              <Told known={told.filter(([action]) => isHeld(action))} baseUrl={baseUrl} />
            </>
          )}
        </>
      )}
      {mayNot.length === 0 ? null : (
        <>
          <p>You may not:</p>
          <Told known={mayNot} />
        </>
      )}
    </>
  );
}

/** Lists what one may do with the way to its page; without an address, of what one may not do, there are no ways. */
function Told({ known: told, baseUrl }: { readonly known: readonly Known[]; readonly baseUrl?: string }) {
  return (
    <ul>
      {told.map(([action, words]) => {
        const path = pages[action];
        const isWay = baseUrl !== undefined && path !== undefined;
        return <li>{isWay ? <a href={`${baseUrl}${path}?f=html`}>{words}</a> : words}</li>;
      })}
    </ul>
  );
}

/** Where something is done that has a page of its own. */
const pages: Readonly<Partial<Record<Action, string>>> = {
  "read-processes": "/processes",
  "read-own-jobs": "/jobs",
  "read-all-jobs": "/jobs",
  upload: "/uploads",
  deploy: deployPath,
  "manage-providers": "/providers",
  "manage-keys": "/_/keys",
  "read-audit": "/_/audit",
  "read-system": "/_/system",
};

/** Tells whether a key that is for some processes is held to them in an action. What is public is seen by everybody. */
function isHeld(action: Action): boolean {
  return heldActions.includes(action);
}

const heldActions: readonly Action[] = [
  "read-own-jobs",
  "read-all-jobs",
  "execute",
  "dismiss-own",
  "dismiss-all",
  "bulk",
  "read-package",
  "deploy",
];

/** An action, its words, an action that holds it, and whether its lack is told: of what only admins do, it is not. */
type Known = readonly [action: Action, words: string, wider?: Action | undefined, isNamed?: boolean];

const known: readonly Known[] = [
  ["read-processes", "see the processes and what they need"],
  ["read-own-jobs", "see your own jobs, with their results", "read-all-jobs"],
  ["read-all-jobs", "see the jobs of everybody, with their inputs, logs and results"],
  ["execute", "run processes"],
  ["upload", "upload files for inputs"],
  ["dismiss-own", "cancel and remove your own jobs", "dismiss-all"],
  ["dismiss-all", "cancel and remove the jobs of everybody"],
  ["read-package", "read the package that a process was made of"],
  ["deploy", "deploy, replace and remove processes"],
  ["manage-providers", "add and remove servers whose processes run from here", undefined, false],
  ["manage-keys", "make and revoke keys", undefined, false],
  ["bulk", "change many jobs by one request", undefined, false],
  ["read-metrics", "read the numbers that monitoring collects", undefined, false],
  ["read-audit", "read who did what", undefined, false],
  ["read-system", "see what the service runs on, and its settings", undefined, false],
];
