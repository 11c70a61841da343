/** Sets the peak of a process's resident size back to what it is now; gives that, in bytes (Linux). */
export async function resetPeak(pid: number): Promise<number> {
  await Bun.write(`/proc/${pid}/clear_refs`, "5");
  return readSize(pid, "VmRSS");
}

/** Tells the peak of a process's resident size since it was set back, in bytes. */
export function readPeak(pid: number): Promise<number> {
  return readSize(pid, "VmHWM");
}

/** Tells a process's resident size, in bytes. */
export function readResident(pid: number): Promise<number> {
  return readSize(pid, "VmRSS");
}

async function readSize(pid: number, name: "VmRSS" | "VmHWM"): Promise<number> {
  const text = await Bun.file(`/proc/${pid}/status`).text();
  const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text) ?? [];
  if (kibibytes === undefined) throw new Error(`Cannot read ${name} of process ${pid}`);
  return Number(kibibytes) * 1024;
}
