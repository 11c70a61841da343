import type { Task } from "../executor.ts";
import { environmentProgram, type Launch, quote, taskScript } from "../local/supervisor-script.ts";
import type { JobFiles } from "./job-files.ts";

/**
 * What runs on the node, in POSIX sh. The script begins again without the environment of the job, which no tool may see.
 * Whoever makes the record of the beginning runs the tool, in a process of its own; the script itself watches it, holds it
 * to its time and memory, stops it when it is told to, and leaves one record of the end, which is complete or not there.
 */
const machinery = `umask 077
# Slurm opens no file for it: a node may be drained where it could not.
if [ ! -d "\${f%/*}" ]; then exit 75; fi
exec >>"$f.out" 2>&1
set -C
job=$2 node=$3 ended= told= why= grace= peak=0 last= pause=0.1
if ! { printf 'job %s\\nnode %s\\nend\\n' "$job" "$node" >"$f.begin"; } 2>/dev/null; then
  if [ -e "$f.begin" ]; then exit 0; fi
  echo "Cannot write $f.begin on $node" >&2
  exit 75
fi
trap 'told=1' TERM INT HUP
trap 'ended=1' USR1
now() { read -r now rest </proc/uptime; now=\${now%.*}\${now#*.}; }
nap() { sleep "$1" & s=$!; wait "$s"; kill "$s" 2>/dev/null; if [ ! -d "/proc/$tool" ]; then ended=1; fi; }
tree() { for c in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do list="$list $c"; tree "$c"; done; }
total() { for p in $list; do cat "/proc/$p/$1" 2>/dev/null; done | awk -v name="$2:" '$1 == name { s += $2 } END { print s + 0 }'; }
signal() {
  list=; tree "$tool"; open=
  for p in $list; do read -r name <"/proc/$p/comm" && [ "$name" != bwrap ] && open="$open $p"; done 2>/dev/null
  if [ "$1" = KILL ]; then open=$list; fi
  if [ -n "$open" ]; then kill -s "$1" $open; fi 2>/dev/null
}
stop() {
  now; until=$((now + $1))
  signal TERM; signal CONT
  while [ -z "$ended" ] && now && [ "$now" -lt "$until" ]; do nap 0.1; done
  while [ -z "$ended" ]; do signal KILL; nap 0.1; done
}
look() {
  if [ -e "$f.stop" ] && read -r grace <"$f.stop"; then stop "$grace"; return; fi
  if [ -n "$told" ]; then stop 200; return; fi
  now
  if [ -n "$seconds" ] && [ $((now - since)) -ge "$seconds" ]; then why="seconds $seconds"; stop "$limitGrace"; return; fi
  list=; tree "$tool"
  kib=$(total status VmRSS)
  if [ "$kib" -gt "$peak" ]; then peak=$kib; fi
  if [ -n "$memory" ] && [ "$kib" -gt "$memory" ] && kib=$(total smaps_rollup Pss) && [ "$kib" -gt "$memory" ]; then
    why="memoryMebibytes $kib"; stop "$limitGrace"
  fi
}
begin() { :; }
finish() { times >"$f.times"; kill -s USR1 $$; exit "$2"; }
`;

const ending = `tool=$!
now; since=$now
while [ -z "$ended" ]; do
  nap "$pause"
  if [ -z "$ended" ]; then look; fi
  case $pause in 0.1) pause=0.2;; 0.2) pause=0.4;; *) pause=1;; esac
  now
  if [ -n "$seconds" ] && [ $((seconds - now + since)) -lt 100 ]; then pause=0.1; fi
done
wait "$tool"; code=$?
{
  printf 'code %s\\npeak %s\\n' "$code" "$peak"
  if [ -n "$why" ]; then echo "stopped $why"; fi
  if [ -n "$told" ] && [ ! -e "$f.stop" ] && [ -z "$why" ]; then echo told; fi
  cat "$f.times" && echo end
} >"$f.partial" && sync "$f.partial" && ln "$f.partial" "$f.end" && sync "\${f%/*}" || exit 75
rm -f "$f.partial" "$f.times"
exit "$code"
`;

/** Words the whole script of one task: quoted words only, nothing of a request is read as a command. */
export function jobScript(task: Task, files: JobFiles, launch: Launch): string {
  const { seconds, graceSeconds = 0, memoryMebibytes } = task.limits ?? {};
  const bound = (value: number | undefined) => (value === undefined ? "" : String(Math.max(1, Math.round(value))));
  // What /bin/sh is on the node, nobody knows here.
  const tool = taskScript(task, files.begin, "", launch);
  return `#!/bin/sh
if [ "\${1-}" != clean ]; then
  exec ${environmentProgram} -i PATH=/usr/bin:/bin /bin/sh "$0" clean "$SLURM_JOB_ID" "\${SLURMD_NODENAME-}"
fi
f=${quote(files.base)}
seconds=${bound(seconds === undefined ? undefined : seconds * 100)} limitGrace=${Math.round(graceSeconds * 100)}
memory=${bound(memoryMebibytes === undefined ? undefined : memoryMebibytes * 1024)}
${machinery}
{
trap : TERM INT HUP
stopped=
${tool}} </dev/null &
${ending}`;
}
