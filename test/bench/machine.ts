import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

type Ticks = { readonly all: number; readonly stolen: number; readonly busy: number };

function ticks(): Ticks {
  const fields = (/^cpu\s+(.*)/.exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? "").split(" ").map(Number);
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, stolen = 0] = fields;
  const busy = user + nice + system + irq + softirq;
  return { all: busy + idle + waiting + stolen, stolen, busy };
}

/** Words what machine this is. */
export function machineWords(): string {
  const memory = Number(/^MemTotal:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1] ?? 0) / 2 ** 20;
  return `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${memory.toFixed(0)} GiB of memory`;
}

/** Looks for a second at how busy the others keep the machine, and words it with the share of time that its host took. */
export async function quietWords(): Promise<string> {
  const before = ticks();
  await Bun.sleep(1000);
  const after = ticks();
  const share = (part: "busy" | "stolen") => (after[part] - before[part]) / Math.max(1, after.all - before.all);
  const [busy, stolen] = [share("busy"), share("stolen")];
  const isQuiet = busy < 0.1 && stolen < 0.02;
  const figures = `others use ${percent(busy)} of it, ${percent(stolen)} is stolen, load ${loadavg()[0]?.toFixed(2)}`;
  return isQuiet ? `The machine is quiet: ${figures}` : `The machine is not quiet: ${figures}; only the ratios count`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
