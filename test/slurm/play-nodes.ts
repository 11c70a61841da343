// Plays the nodes of a cluster for test/slurm/simulate.ts: begins and ends the elements of the arrays that were submitted.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [state = "", jobs = ""] = process.argv.slice(2);
/** Elements that begin in a turn, and how many turns each takes. */
const atOnce = 40;
const turnsOfEach = 20;

type Element = {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly array: string;
  begunAt?: number;
};

const waiting: Element[] = [];
const running: Element[] = [];
let read = 0;
let turn = 0;
let numbers = 0;

function add(id: string, name: string, array: string): void {
  numbers += 1;
  waiting.push({ id, number: numbers, name, array });
}

function takeSubmitted(): void {
  const file = join(state, "submitted");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  for (const line of lines.slice(read)) {
    const [id = "", array = ""] = line.split(" ");
    const manifest = join(jobs, `${array}.array`);
    if (!existsSync(manifest)) {
      add(id, array, array);
      continue;
    }
    for (const entry of readFileSync(manifest, "utf8").split("\n").slice(0, -2)) {
      const [index, name = ""] = entry.split(" ");
      add(`${id}_${index}`, name, array);
    }
  }
  read = lines.length;
}

function writeQueue(): void {
  const row = ({ id, number, array }: Element, words: string) => `${id}|${number}|${words}|${array}`;
  const rows = [
    ...running.map((one) => row(one, "RUNNING|None|n1")),
    ...waiting.map((one) => row(one, "PENDING|Resources|")),
  ];
  writeFileSync(join(state, "queue.new"), `${rows.join("\n")}\n`);
  renameSync(join(state, "queue.new"), join(state, "queue"));
}

setInterval(() => {
  turn += 1;
  takeSubmitted();
  if (existsSync(join(state, "go"))) {
    for (const element of waiting.splice(0, atOnce)) {
      writeFileSync(join(jobs, `${element.name}.begin`), `job ${element.id}\nnode n1\nend\n`);
      element.begunAt = turn;
      running.push(element);
    }
    while (running[0] !== undefined && turn - (running[0].begunAt ?? 0) >= turnsOfEach) {
      const { name } = running.shift() ?? { name: "" };
      writeFileSync(join(jobs, `${name}.partial`), "code 0\npeak 2048\n0m0.00s 0m0.00s\n0m0.01s 0m0.01s\nend\n");
      renameSync(join(jobs, `${name}.partial`), join(jobs, `${name}.end`));
    }
  }
  if (turn % 10 === 0) writeQueue();
}, 100);
