import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "../../domain/waiting/timers.ts";
import { readOwn } from "../../files/disk/open-regular.ts";
import { quote } from "../local/supervisor-script.ts";

/** What a job found on its node. */
export type ProbeAnswer = {
  readonly node: string;
  readonly nonce: string;
  /** User and group, as numbers. */
  readonly owner: string;
  /** A file that was there could not be created again. */
  readonly exclusive: boolean;
  /** A file that was renamed on the node has its new name there, */
  readonly renames: boolean;
  /** and here. */
  readonly isMoved: boolean;
  readonly sandbox: boolean;
  /** The clock of the node, in milliseconds since 1970, to the second. */
  readonly time: number;
};

/** Words a job that tries on its node what the executor relies on; `bubblewrap` is what tools run in. */
export function probeScript(directory: string, bubblewrap: string | undefined): string {
  return `#!/bin/sh
PATH=/usr/bin:/bin
rounds=0
until cd ${quote(directory)} 2>/dev/null && [ -e nonce ] && [ -e taken ] && [ -e given ]; do
  rounds=$((rounds + 1)); if [ "$rounds" -gt 20 ]; then break; fi
  sleep 0.5
done
cd ${quote(directory)} || exit 3
bubblewrap=${quote(bubblewrap ?? "")}
exclusive=no renames=no sandbox=no
set -C
if (: >taken) 2>/dev/null; then :; elif (: >fresh) 2>/dev/null && ! (: >fresh) 2>/dev/null; then exclusive=yes; fi
if mv given moved && [ -e moved ] && [ ! -e given ]; then renames=yes; fi
if [ -n "$bubblewrap" ] && "$bubblewrap" --unshare-all --ro-bind / / --proc /proc --dev /dev -- /bin/sh -c :; then sandbox=yes; fi
{
  printf 'node %s\\n' "\${SLURMD_NODENAME-}"
  read -r nonce <nonce && printf 'nonce %s\\n' "$nonce"
  printf 'owner %s:%s\\nexclusive %s\\nrenames %s\\nsandbox %s\\ntime %s\\nend\\n' "$(id -u)" "$(id -g)" "$exclusive" "$renames" "$sandbox" "$(date +%s)"
} >answer.new
mv answer.new answer
`;
}

const answerForm =
  /^node (.*)\nnonce (.*)\nowner (\S+)\nexclusive (yes|no)\nrenames (yes|no)\nsandbox (yes|no)\ntime (\d+)\nend\n$/;

const pollMilliseconds = 500;
/** How often a look follows after the job has ended: its files may come late. */
const lateRounds = 20;

type Wait = {
  readonly isOver: () => boolean;
  readonly hasEnded: () => Promise<boolean>;
  readonly signal: AbortSignal;
};

/** Waits for the answer of a job; undefined when there is none in time, or the job has ended without one. */
export async function untilAnswered(
  directory: string,
  { isOver, hasEnded, signal }: Wait,
): Promise<ProbeAnswer | undefined> {
  for (let late = 0; !isOver() && late < lateRounds; ) {
    const names = await readdir(directory);
    const text = names.includes("answer") ? await readOwn(join(directory, "answer")) : undefined;
    const [, node, nonce, owner, exclusive, renames, sandbox, time] = answerForm.exec(text ?? "") ?? [];
    if (node !== undefined && nonce !== undefined && owner !== undefined) {
      const isMoved = names.includes("moved") && !names.includes("given");
      const held = { exclusive: exclusive === "yes", renames: renames === "yes", sandbox: sandbox === "yes" };
      return { node, nonce, owner, isMoved, ...held, time: Number(time) * 1000 };
    }
    if (late > 0 || (await hasEnded())) late += 1;
    await sleep(pollMilliseconds, { signal });
  }
  return undefined;
}
