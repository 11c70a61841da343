import { expect, test } from "bun:test";
import { chmod, readdir, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { deployAs, execute, signIn } from "../support/clients.ts";
import { deployCwl, readStatus, statusOf, submit, until, untilFinished } from "../support/jobs.ts";
import { endingTools } from "../support/machine/left-tools.ts";
import { mayMount, mountSmall } from "../support/machine/small-disk.ts";
import { shellTool, twoSteps, untilThere } from "../support/packages/shell-tool.ts";
import { executable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { whileHealthy } from "./watch-health.ts";

const canMount = await mayMount();

/** The executable with so many file descriptors at most. */
async function withDescriptors(folder: string, limit: number): Promise<string> {
  const program = join(folder, "heddle-with-few-descriptors");
  await writeFile(program, `#!/bin/sh\nulimit -n ${limit}\nexec ${executable} "$@"\n`);
  await chmod(program, 0o755);
  return program;
}

/** Sets how many descriptors a server that runs may have, and gives it back as many as it may have at most. */
async function descriptorsOf(pid: number) {
  const [, hard = "4096"] = /Max open files +\d+ +(\d+)/.exec(await Bun.file(`/proc/${pid}/limits`).text()) ?? [];
  const set = (soft: string) =>
    expect(Bun.spawnSync(["prlimit", "--pid", String(pid), `--nofile=${soft}:${hard}`]).exitCode).toBe(0);
  return { set, restore: () => set(hard) };
}

/** Opens connections, again when they are ended, and sends a part of a request on each. */
function holdConnections(url: string, count: number, part: string): Disposable {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isOver = false;
  const open = () => {
    const socket = connect(Number(port), hostname, () => socket.write(part));
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      if (!isOver) setTimeout(open, 50);
    });
  };
  for (let n = 0; n < count; n += 1) open();
  return {
    [Symbol.dispose]() {
      isOver = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function logOf(url: string, job: string): Promise<string> {
  return (await fetch(`${url}/jobs/${job}/log`)).text();
}

async function readiness(url: string): Promise<number> {
  return (await fetch(`${url}/readyz`)).status;
}

test.each([
  ["half a head", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "],
  ["one byte", "G"],
  [
    "a head and a part of its body",
    "POST /processes/echo/execution HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
  ],
  ["a whole request and silence", "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"],
])(
  "400 connections that sent %s fail no job of a server that may have 200 descriptors",
  async (_, part) => {
    await using folder = await temporaryDirectory();
    const program = await withDescriptors(folder.path, 200);
    const data = join(folder.path, "data");
    // Who attacks comes without a key, from the same address.
    const admin = await signIn(data, "admin", "root");
    await using server = await startServer(data, ["--slots", "2", "--allow-anonymous=runner"], { program });
    const { url } = server;
    await deployAs(url, "tool", twoSteps("echo one", "echo two"), admin);
    using _held = holdConnections(url, 400, part);
    await sleep(300);
    await whileHealthy(url, `400 connections that sent ${part}`, async () => {
      const jobs: string[] = [];
      for (let n = 0; n < 8; n += 1) {
        const answer = await execute(url, "tool", { inputs: { ledger: "" } }, admin);
        expect(answer.status).toBe(201);
        jobs.push((await readStatus(answer)).jobID);
      }
      const stateOf = async (job: string) =>
        (await readStatus(await fetch(`${url}/jobs/${job}`, { headers: admin }))).status;
      for (const job of jobs) {
        await until("a job ended", async () => ["successful", "failed"].includes(await stateOf(job)));
        expect(await stateOf(job)).toBe("successful");
      }
    });
  },
  120_000,
);

test("the soft limit of descriptors is raised to the hard one at the start", async () => {
  await using folder = await temporaryDirectory();
  const program = join(folder.path, "heddle-with-a-low-soft-limit");
  await writeFile(program, `#!/bin/sh\nulimit -Sn 128\nexec ${executable} "$@"\n`);
  await chmod(program, 0o755);
  await using server = await startServer(join(folder.path, "data"), [], { program });
  const [, soft, hard] = /Max open files +(\d+) +(\d+)/.exec(await Bun.file(`/proc/${server.pid}/limits`).text()) ?? [];
  expect(soft).toBe(hard ?? "");
  expect(Number(soft)).toBeGreaterThan(128);
});

test("jobs wait while descriptors are taken away: their logs say so, and they end well when there are some again", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using _ = endingTools(join(folder.path, "data"));
  await using server = await startServer(join(folder.path, "data"), ["--slots", "2"]);
  const { url, pid } = server;
  await deployCwl(url, "tool", twoSteps(`echo x >>"$LEDGER"; ${untilThere()}`, "echo two"));
  const jobs: string[] = [];
  for (let n = 0; n < 4; n += 1) jobs.push(await submit(url, "tool", { ledger }));
  await until(
    "two tools run",
    async () =>
      (
        await Bun.file(ledger)
          .text()
          .catch(() => "")
      ).length === 4,
  );
  const descriptors = await descriptorsOf(pid);
  // So few that not even a connection can be taken: nothing is asked meanwhile.
  descriptors.set("8");
  await Bun.write(`${ledger}.go`, "");
  await until("the server says so", () => server.talk().includes("the server is short of file descriptors"));
  descriptors.restore();
  await whileHealthy(url, "after descriptors were taken away", async () => {
    for (const job of jobs) {
      const end = (await untilFinished(url, job)).at(-1);
      expect([end?.status, end?.status === "successful" ? "" : await logOf(url, job)]).toEqual(["successful", ""]);
    }
    await until("it is ready again", async () => (await readiness(url)) === 200);
  });
  const logs = await Promise.all(jobs.map((job) => logOf(url, job)));
  // Where a part of the job itself waits it says so when it begins; the end of a tool that could not be told, after it.
  const beganToWait = /Waits: the server is short of file descriptors.*Goes on: the server has file descriptors again/s;
  const toldLate = /had ended before it was told: the server was short of file descriptors/;
  expect(logs.filter((log) => beganToWait.test(log) || toldLate.test(log)).length).toBeGreaterThan(0);
}, 60_000);

test("a tool is held to its limits, and followed, again when there are descriptors again", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using _ = endingTools(join(folder.path, "data"));
  await using server = await startServer(join(folder.path, "data"), ["--max-work-bytes", String(4 * 2 ** 20)]);
  const { url } = server;
  const script = [
    `echo begun >"$LEDGER"; ${untilThere()}; echo goes on >&2`,
    "for n in 1 2 3; do head -c 3000000 /dev/zero >part$n; done; sleep 60",
  ].join("; ");
  await deployCwl(url, "tool", shellTool(script));
  const job = await submit(url, "tool", { ledger });
  await until("the tool runs", () => Bun.file(ledger).exists());
  const descriptors = await descriptorsOf(server.pid);
  descriptors.set("8");
  // Longer than the longest pause between two looks.
  await until("a look has failed", () => server.talk().includes("Cannot watch a tool"));
  await sleep(1500);
  descriptors.restore();
  await Bun.write(`${ledger}.go`, "");
  const end = (await untilFinished(url, job)).at(-1);
  expect([end?.status, end?.message]).toEqual(["failed", expect.stringContaining("--max-work-bytes")]);
  expect(await logOf(url, job)).toContain("goes on");
}, 60_000);

test.skipIf(!canMount).each([
  ["outputs", "a job with results"],
  ["work", "a job that is being prepared"],
])(
  "a file system of %s that is read-only for a moment makes %s wait",
  async (name) => {
    await using folder = await temporaryDirectory();
    const data = join(folder.path, "data");
    await using disk = await mountSmall(join(data, name), 16);
    await using server = await startServer(data, ["--min-free-bytes", "0"]);
    const { url } = server;
    await deployCwl(url, "tool", shellTool("echo hello"));
    await whileHealthy(url, `${name} are read-only`, async () => {
      disk.remount("ro");
      const job = await submit(url, "tool", { ledger: "" });
      await until("readiness says so", async () => (await readiness(url)) === 503);
      const other = await submit(url, "echo", { text: "still here" });
      expect((await untilFinished(url, other)).at(-1)?.status).toBe("successful");
      expect((await statusOf(url, job)).status).toBe("running");
      disk.remount("rw");
      expect((await untilFinished(url, job)).at(-1)?.status).toBe("successful");
      expect(await (await fetch(`${url}/jobs/${job}/results/said`)).text()).toBe("hello\n");
      if (name === "work") expect(await logOf(url, job)).toContain("short of a disk that can be written to");
    });
  },
  60_000,
);

test.skipIf(!canMount)(
  "results wait for room on the disk, unless they are more than it can ever hold",
  async () => {
    await using folder = await temporaryDirectory();
    const data = join(folder.path, "data");
    const outputs = join(data, "outputs");
    await using _disk = await mountSmall(outputs, 8);
    await using server = await startServer(data, ["--min-free-bytes", "0"]);
    const { url } = server;
    await deployCwl(url, "tool", shellTool('head -c "$LEDGER" /dev/zero'));
    await whileHealthy(url, "the disk of the outputs is full", async () => {
      await writeFile(join(outputs, "filler"), new Uint8Array(6_000_000));
      const waiting = await submit(url, "tool", { ledger: "4000000" });
      await until("it waits", async () => (await logOf(url, waiting)).includes("short of room on a disk"));
      expect(await readiness(url)).toBe(503);
      const hopeless = await submit(url, "tool", { ledger: "16000000" });
      const end = (await untilFinished(url, hopeless)).at(-1);
      expect([end?.status, end?.message]).toEqual(["failed", expect.stringMatching(/ENOSPC|no space/i)]);
      await Bun.file(join(outputs, "filler")).delete();
      expect((await untilFinished(url, waiting)).at(-1)?.status).toBe("successful");
      expect((await (await fetch(`${url}/jobs/${waiting}/results/said`)).arrayBuffer()).byteLength).toBe(4_000_000);
    });
  },
  60_000,
);

test.skipIf(!canMount)(
  "an upload that fills the disk is answered 507, and nothing of it stays",
  async () => {
    await using folder = await temporaryDirectory();
    const data = join(folder.path, "data");
    await using _disk = await mountSmall(join(data, "vault"), 2);
    await using server = await startServer(data, ["--min-free-bytes", "0"]);
    await whileHealthy(server.url, "an upload of more than there is room for", async () => {
      const answer = await fetch(`${server.url}/vault`, { method: "POST", body: new Uint8Array(8_000_000) });
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([507, "60"]);
      expect(await readdir(join(data, "vault"))).toEqual([]);
      expect((await fetch(`${server.url}/vault`, { method: "POST", body: new Uint8Array(1_000_000) })).status).toBe(
        201,
      );
    });
  },
  30_000,
);

test("a client has no more requests, streams and uploads open than it may; others and probes are answered", async () => {
  await using folder = await temporaryDirectory();
  const bounds = ["--client-requests", "4", "--client-streams", "2", "--client-uploads", "1"];
  const flags = ["--trusted-proxy", "127.0.0.1", "--allow-anonymous=runner", ...bounds];
  await using server = await startServer(join(folder.path, "data"), flags);
  const { url } = server;
  const from = (address: string) => ({ "x-forwarded-for": address });
  const eve = from("2001:db8:1:2::1");
  const alsoEve = from("2001:db8:1:2::2");
  const bob = from("192.0.2.9");
  await whileHealthy(url, "one client opens all it can", async () => {
    const gone = new AbortController();
    const streams = await Promise.all(
      [eve, alsoEve, eve].map((headers) => fetch(`${url}/events`, { headers, signal: gone.signal })),
    );
    expect(streams.map(({ status }) => status).toSorted()).toEqual([200, 200, 429]);
    const refused = streams.find(({ status }) => status === 429);
    expect(refused?.headers.get("retry-after")).toBe("1");
    expect(await refused?.json()).toMatchObject({
      detail:
        'Cannot answer: found 2 open streams of network "2001:db8:1:2::/64", wanted fewer than 2 (client-streams)',
    });
    const stream = await fetch(`${url}/events`, { headers: bob, signal: gone.signal });
    expect(stream.status).toBe(200);
    const slow = () =>
      fetch(`${url}/vault`, {
        method: "POST",
        headers: eve,
        signal: gone.signal,
        body: new ReadableStream({
          async pull(controller) {
            controller.enqueue(new Uint8Array(10));
            await sleep(100);
          },
        }),
      }).then(
        ({ status }) => status,
        () => 0,
      );
    const first = slow();
    await sleep(300);
    expect((await fetch(`${url}/vault`, { method: "POST", headers: alsoEve, body: "x" })).status).toBe(429);
    expect((await fetch(`${url}/vault`, { method: "POST", headers: bob, body: "x" })).status).toBe(201);
    gone.abort();
    expect(await first).toBe(0);
    const opens = async () => (await fetch(`${url}/vault`, { method: "POST", headers: eve, body: "x" })).status === 201;
    await until("what was given up counts no more", opens);
    const again = new AbortController();
    const streamsAgain = async () =>
      (await fetch(`${url}/events`, { headers: eve, signal: again.signal })).status === 200;
    await until("streams that were left count no more", streamsAgain);
    again.abort();
  });
}, 60_000);
