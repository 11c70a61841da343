import { dirname } from "node:path";
import type { Task } from "../executor.ts";
import {
  environmentProgram,
  isDashHere,
  type Launch,
  quote,
  taskScript,
  unknownShell,
} from "../local/supervisor-script.ts";
import type { ArrayFiles, JobFiles } from "./job-files.ts";

/**
 * What runs on the node, in POSIX sh, with as few programs as can be: each start costs more than what it does. The script begins
 * without the environment of the job, which no tool may see.
 * Whoever makes the record of the beginning runs the tool, in a process of its own; the script itself watches it, holds it
 * to its time and memory, stops it when it is told to, and leaves one record of the end, which is complete or not there.
 */
/** Half seconds for which a node may not see what the service has made. */
const lateRounds = 120;

const machinery = `# Slurm opens no file for it: a node may be drained where it could not.
rounds=0
while [ ! -d "\${f%/*}" ]; do
  rounds=$((rounds + 1)); if [ "$rounds" -gt ${lateRounds} ]; then exit 75; fi
  ls "\${f%/*/*}" >/dev/null 2>&1; sleep 0.5
done
exec >>"$f.out" 2>&1
set -C
job=$2 node=$3 ended= told= why= grace= peak=0 page= last= beaten=
pause=0.2
if ! { printf 'job %s\\nnode %s\\nend\\n' "$job" "$node" >"$f.begin"; } 2>/dev/null; then
  if [ -e "$f.begin" ]; then exit 0; fi
  echo "Cannot write $f.begin on $node" >&2
  exit 75
fi
trap 'told=1' TERM INT HUP
trap 'ended=1' USR1
now() { read -r now rest </proc/uptime; now=\${now%.*}\${now#*.}; }
nap() { sleep "$1" & s=$!; wait "$s"; kill "$s" 2>/dev/null; if [ ! -d "/proc/$tool" ]; then ended=1; fi; }
# Each thread has children of its own. The file has no end of line, so that it is read and its reading fails.
tree() {
  for thread in "/proc/$1/task/"*; do
    children=; read -r children <"$thread/children"
    for c in $children; do list="$list $c"; tree "$c"; done
  done
} 2>/dev/null
all() { paths=; for p in $list; do paths="$paths /proc/$p/$1"; done; cat /dev/null $paths 2>/dev/null; }
# Of what is in memory a line alone is read, by the shell: a program for each look would cost as much as most tools.
resident() {
  if [ -z "$page" ]; then
    page=4
    while read -r word value rest; do case $word in KernelPageSize:) page=$value; break;; esac; done <"/proc/$$/smaps"
  fi
  kib=0
  for p in $list; do pages=0; read -r size pages rest <"/proc/$p/statm"; kib=$((kib + pages * page)); done
} 2>/dev/null
total() { all "$1" | awk -v name="$2:" '$1 == name { s += $2 } END { print s + 0 }'; }
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
  list=; tree "$tool"; resident
  if [ "$kib" -gt "$peak" ]; then peak=$kib; fi
  if [ -n "$memory" ] && [ "$kib" -gt "$memory" ] && kib=$(total smaps_rollup Pss) && [ "$kib" -gt "$memory" ]; then
    why="memoryMebibytes $kib"; stop "$limitGrace"
  fi
}
# Ticks of all processes of the tool, in hundredths of a second.
ticks() { all stat | awk '{ sub(/^.*\\) /, ""); s += $12 + $13 + $14 + $15 } END { print s + 0 }'; }
# A sign of life; on a full disk its time alone.
live() {
  if [ -z "$beat" ]; then return; fi
  now
  if [ -n "$beaten" ] && [ $((now - beaten)) -lt "$beat" ]; then return; fi
  beaten=$now; list=; tree "$tool"
  printf 'every %s\nup %s\ncpu %s\npeak %s\nend\n' "$every" "$now" "$(ticks)" "$peak" 2>/dev/null >|"$f.beat.new" &&
    mv -f "$f.beat.new" "$f.beat" || touch "$f.beat"
} 2>/dev/null
# Where Slurm gives the job a group of its own, the system has counted all of it, also what no look has seen.
counted() {
  while IFS=: read -r number rest path; do
    case $number:$path in 0:*/job_*) bytes=; read -r bytes <"/sys/fs/cgroup$path/memory.peak";; *) continue;; esac
    if [ "$((\${bytes:-0} / 1024))" -gt "$peak" ]; then peak=$((bytes / 1024)); fi
  done </proc/self/cgroup 2>/dev/null
}
# A network file system may show new files late; a listing asks it anew.
see() {
  rounds=0
  for p; do
    while [ ! -e "$p" ]; do
      rounds=$((rounds + 1))
      if [ "$rounds" -gt ${lateRounds} ] || [ -n "$told" ]; then
        printf 'notStarted %s does not see "%s", which the service sees\\nend\\n' "\${node:-its node}" "$p" >"$f.partial"
        ln "$f.partial" "$f.end" && sync "$f.end" "\${f%/*}"; rm -f "$f.partial"
        exit 75
      fi
      ls "\${p%/*}" >/dev/null 2>&1; sleep 0.5
    done
  done
}
begin() { :; }
finish() { { times && echo "code $2"; } >"$f.partial"; kill -s USR1 $$; exit "$2"; }
`;

const ending = `tool=$!
now; since=$now
while [ -z "$ended" ]; do
  nap "$pause"
  if [ -z "$ended" ]; then look; fi
  if [ -z "$ended" ]; then live; fi
  case $pause in 0.2) pause=0.4;; *) pause=1;; esac
  now
  if [ -n "$seconds" ] && [ $((seconds - now + since)) -lt 100 ]; then pause=0.1; fi
done
wait "$tool"
counted
open
listed=
if { leave && printf 'end\\0'; } >"$f.files" 2>/dev/null; then listed=1; fi
# Begun by the process of the tool: without its word it is not known that the tool has ended. bash forgets its code when a signal comes with it.
code=
{ read -r line && read -r line && read -r line code; } <"$f.partial"
[ -n "$code" ] && {
  echo "peak $peak"
  if [ -n "$listed" ]; then echo listed; fi
  if [ -n "$why" ]; then echo "stopped $why"; fi
  if [ -n "$told" ] && [ ! -e "$f.stop" ] && [ -z "$why" ]; then echo told; fi
  echo end
} >>"$f.partial" && ln "$f.partial" "$f.end" && sync "$f.end" "\${f%/*}" || exit 75
exit "$code"
`;

/** What the job leaves where the service looks for it: the service waits until it sees all of it. */
function leavingText({ workingDirectory, log }: Task, { wrapper }: Launch): string {
  const told = wrapper === undefined ? [] : [wrapper.statusFile];
  return `find ${[workingDirectory, log, ...told].map(quote).join(" ")} -type f -printf '%s %p\\0'`;
}

type ScriptOptions = {
  readonly isOfUser?: boolean;
  readonly reads?: readonly string[];
  /** Time between two signs of life; none when absent. */
  readonly heartbeatSeconds?: number;
};

/** Words the whole script of one task: quoted words only, nothing of a request is read as a command. */
export function jobScript(
  task: Task,
  files: JobFiles,
  launch: Launch,
  { isOfUser = false, reads = [], heartbeatSeconds }: ScriptOptions = {},
): string {
  const { seconds, graceSeconds = 0, memoryMebibytes } = task.limits ?? {};
  const bound = (value: number | undefined) => (value === undefined ? "" : String(Math.max(1, Math.round(value))));
  // What /bin/sh is on the node, nobody knows here.
  const tool = taskScript(task, files.begin, unknownShell, launch);
  return `#!/bin/sh
if [ "\${1-}" != clean ]; then
${cleanly('"$SLURM_JOB_ID"', '"$0"')}
fi
f=${quote(files.base)}
seconds=${bound(seconds === undefined ? undefined : seconds * 100)} limitGrace=${Math.round(graceSeconds * 100)}
memory=${bound(memoryMebibytes === undefined ? undefined : memoryMebibytes * 1024)}
beat=${bound(heartbeatSeconds === undefined ? undefined : heartbeatSeconds * 100)} every=${heartbeatSeconds ?? ""}
umask ${isOfUser ? "007" : "077"}
${machinery}
open() { ${isOfUser ? openingText(task) : ":"}; }
leave() { ${leavingText(task, launch)}; }
see${reads.map((path) => ` ${quote(path)}`).join("")}
{
trap : TERM INT HUP
stopped=
${tool}} </dev/null &
${ending}`;
}

/** What the user's tool made, the service must be able to read, whatever modes the tool gave it. */
function openingText({ workingDirectory, temporaryDirectory }: Task): string {
  const places = [workingDirectory, temporaryDirectory].flatMap((path) => (path === undefined ? [] : [quote(path)]));
  return `find ${places.join(" ")} -user "$(id -u)" ! -type l ! -perm -060 -exec chmod g+rwX {} + 2>/dev/null`;
}

/**
 * Words the script of an array: each element becomes the script of its own task, which lies beside the manifest. The names
 * stand in it, in their order: a look into the manifest would be a program more.
 */
export function arrayScript({ base }: ArrayFiles, names: readonly string[]): string {
  const directory = quote(`${dirname(base)}/`);
  const beginning = commonBeginning(names);
  const rests = names.map((name) => quote(name.slice(beginning.length)));
  return `#!/bin/sh
set -- ${rests.join(" ")}
shift "$SLURM_ARRAY_TASK_ID" || exit 75
set -- ${directory}${quote(beginning)}"$1.sh"
rounds=0
while [ ! -e "$1" ]; do
  rounds=$((rounds + 1)); if [ "$rounds" -gt ${lateRounds} ]; then exit 75; fi
  /bin/ls ${directory} >/dev/null 2>&1; /bin/sleep 0.5
done
${cleanly('"$SLURM_ARRAY_JOB_ID"_"$SLURM_ARRAY_TASK_ID"', '"$1"')}
. "$4"
`;
}

function commonBeginning(names: readonly string[]): string {
  let common = names[0] ?? "";
  for (const name of names) while (!name.startsWith(common)) common = common.slice(0, -1);
  return common;
}

/**
 * Words how a script of a task comes to be without the environment of its job. dash can drop it and go on, with job, node and
 * script as its arguments, as it gives to what it starts nothing but its variables; other shells begin the script again.
 * What looks like a variable in a value of another is dropped, too: only the arguments stay.
 */
function cleanly(job: string, script: string): string {
  return `set -- clean ${job} "\${SLURMD_NODENAME-}" ${script}
if ! ${isDashHere}; then exec ${environmentProgram} -i PATH=/usr/bin:/bin /bin/sh "$4" "$1" "$2" "$3"; fi
set -f
for word in $(export -p); do
  case $word in [!A-Za-z_]*) continue;; *=*) word=\${word%%=*};; *) continue;; esac
  case $word in *[!A-Za-z0-9_]*) ;; *) unset "$word";; esac
done
set +f
PATH=/usr/bin:/bin; export PATH`;
}
