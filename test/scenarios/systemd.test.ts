import { expect, test } from "bun:test";
import { chmod, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unitText } from "../../src/cli/server/service-unit.ts";
import { defined } from "../../src/domain/defined.ts";
import { deployCwl, statusOf, submit, until, untilFinished } from "../support/jobs.ts";
import { freePort } from "../support/machine/free-port.ts";
import { noSystemd, startSystemd } from "../support/machine/systemd.ts";
import { executable, runExecutable } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const reason = noSystemd();
const title = "the unit of `heddle service` under a real systemd";

const sleeper = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", "sleep 4; echo done"],
  inputs: {},
  outputs: { text: { type: "stdout" } },
};

test.skipIf(reason !== undefined)(
  `${title}: ready, reload, a restart over a living tool, a frozen service, wrong settings, the sandbox${reason === undefined ? "" : ` (${reason})`}`,
  async () => {
    await using folder = await temporaryDirectory();
    const [data, config] = [join(folder.path, "data"), join(folder.path, "heddle.yml")];
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    await writeFile(config, `port: ${port}\nserviceTitle: Before\nsandbox: require\n`);
    await chmod(folder.path, 0o755);
    await Bun.spawn(["install", "-d", "-m", "700", "-o", "nobody", data]).exited;
    const unit = unitText({ program: executable, user: "nobody", config, data, writable: [] })
      .replace("WatchdogSec=120", "WatchdogSec=2")
      // It knows no other unit than its own.
      .replace("[Service]", "DefaultDependencies=no\n[Service]")
      .replaceAll(/^(?:After|Wants|WantedBy|\[Install).*\n/gm, "");
    await using manager = await startSystemd(folder.path, { "heddle.service": unit });
    const show = (property: string) =>
      manager.run(["systemctl", "show", "--value", "-p", property, "heddle.service"]).out;

    const started = manager.run(["systemctl", "start", "heddle.service"]);
    expect([started, await manager.log()]).toEqual([{ exitCode: 0, out: "" }, expect.any(String)]);
    expect([show("ActiveState"), show("StatusText")]).toEqual(["active", `Listening at ${url}`]);

    await deployCwl(url, "sleeper", sleeper);
    const job = await submit(url, "sleeper", {});
    await until("the tool runs", async () => (await statusOf(url, job)).status === "running");
    const first = show("MainPID");
    expect(manager.run(["systemctl", "restart", "heddle.service"]).exitCode).toBe(0);
    expect(show("MainPID")).not.toBe(first);
    expect((await untilFinished(url, job)).at(-1)).toMatchObject({ status: "successful" });

    await writeFile(config, `port: ${port}\nserviceTitle: After\nsandbox: require\n`);
    expect(manager.run(["systemctl", "reload", "heddle.service"]).exitCode).toBe(0);
    await until("the settings are read", async () => (await (await fetch(url)).text()).includes("After"));

    manager.run(["systemctl", "kill", "--kill-whom=main", "-s", "STOP", "heddle.service"]);
    const frozen = show("MainPID");
    await until(
      "it was started anew",
      () => show("ActiveState") === "active" && ![frozen, "0"].includes(show("MainPID")),
    );
    await until("it answers", async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.status === 200);

    expect(manager.run(["systemctl", "stop", "heddle.service"]).exitCode).toBe(0);
    expect(show("Result")).toBe("success");

    await writeFile(config, "prot: 1\n");
    // More often than the limit that systemd has by itself.
    for (let tries = 0; tries < 6; tries += 1) {
      expect(manager.run(["systemctl", "start", "heddle.service"]).exitCode).toBe(1);
      expect(show("ActiveState")).toBe("failed");
    }
    await writeFile(config, `port: ${port}\nsandbox: require\n`);
    expect(manager.run(["systemctl", "start", "heddle.service"]).exitCode).toBe(0);
  },
  120_000,
);

test("the unit has control groups of its own where systemd can keep the service apart from living tools", () => {
  const words = { program: "/p", user: "u", config: "/c", data: "/d", writable: [] };
  for (const [systemd, delegates] of [
    [undefined, false],
    [252, false],
    [254, true],
    [257, true],
  ] as const) {
    const text = unitText({ ...words, ...defined({ systemd }) });
    expect(/^Delegate=yes\nDelegateSubgroup=heddle-server$/m.test(text)).toBe(delegates);
    expect(text).toContain("KillMode=process\n");
  }
});

test.skipIf(Bun.which("systemd-analyze") === null)(
  "systemd finds no fault with the unit, and calls it well hardened",
  async () => {
    await using folder = await temporaryDirectory();
    const { out } = await runExecutable(["service", "print", "--writable", "/srv/outputs"]);
    expect(out).toContain(`ExecStart=${executable} serve --config /etc/heddle/heddle.yml --data /var/lib/heddle\n`);
    expect(out).toContain("ReadWritePaths=/var/lib/heddle /srv/outputs\n");
    const file = join(folder.path, "heddle-check.service");
    await writeFile(file, out);
    const verified = Bun.spawnSync(["systemd-analyze", "verify", file], { env: { PATH: process.env.PATH } });
    expect(
      verified.stderr
        .toString()
        .split("\n")
        .filter((line) => line.includes(dirname(file))),
    ).toEqual([]);
    const rated = Bun.spawnSync(["systemd-analyze", "security", "--offline=yes", file], {
      env: { PATH: process.env.PATH },
    });
    const [, level = "10"] = /exposure level for \S+: ([\d.]+)/.exec(rated.stdout.toString()) ?? [];
    expect(Number(level)).toBeLessThan(5);
  },
);
