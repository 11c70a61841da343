import { afterAll, describe, expect, test } from "bun:test";
import { deployCwl, submit, until } from "../support/jobs.ts";
import { type AccountedSlurm, noAccounting, startAccountedSlurm } from "../support/machine/slurm-accounting.ts";
import { makeUnixUsers, noUnixUsers, type UnixUsers } from "../support/machine/unix-users.ts";
import { waiting } from "./packages.ts";
import { endOf, openPlace } from "./user-place.ts";

const why = noAccounting() ?? noUnixUsers();
if (why !== undefined) test.skip(`a cluster that hides jobs: ${why}`, () => undefined);
else {
  const parts = new AsyncDisposableStack();
  afterAll(() => parts.disposeAsync());
  const users = parts.use(await makeUnixUsers());
  const accounts = Object.fromEntries([users.service, users.ana, users.bob].map(({ name }) => [name, ["rivers"]]));
  const slurm = parts.use(await startAccountedSlurm(accounts, { PrivateData: "jobs" }));
  parts.defer(() => void slurm.run(["scancel", "--user", users.ana.name]));
  describe("a cluster that hides jobs of others", () => describeHidden(slurm, users));
}

function describeHidden(slurm: AccountedSlurm, users: UnixUsers): void {
  test("doctor and the log say so, no job counts as gone, and a service that becomes an operator sees them without a restart", async () => {
    await using place = await openPlace(slurm, users);
    await using server = await place.start();
    await deployCwl(server.url, "waiting", waiting);
    const headers = await place.keyOf("ana");
    const examine = () => {
      const words = [place.at("service"), "doctor", "--data", place.at("data"), ...place.cluster];
      const { stdout, stderr } = Bun.spawnSync(words, { env: slurm.environment });
      return `${stdout}${stderr}`;
    };
    const job = await submit(server.url, "waiting", { ledger: place.at("ledger") }, headers);
    await until("it has started", async () => (await place.starts()).length === 1);
    const beganAt = Date.now();
    const hidden = 'Cannot see the jobs of others in Slurm: found PrivateData with "jobs"';
    expect(server.talk()).toContain(JSON.stringify(hidden).slice(1, -1));
    expect(examine()).toContain(hidden);
    // Longer than a job may be gone.
    await Bun.sleep(Math.max(0, 40_000 - (Date.now() - beganAt)));
    const statusNow = async () => await (await fetch(`${server.url}/jobs/${job}?f=json`, { headers })).text();
    expect(await statusNow()).toContain('"status":"running"');
    const modify = ["sacctmgr", "-i", "modify", "user", users.service.name, "set", "AdminLevel=Operator"];
    expect(slurm.run(modify).exitCode).toBe(0);
    expect(examine()).toContain("good     Slurm users: the jobs of all users are seen");
    slurm.drain();
    const held = await submit(server.url, "waiting", { ledger: place.at("ledger") }, headers);
    const log = async () => (await fetch(`${server.url}/jobs/${held}/log`, { headers })).text();
    await until("the queue tells what it waits for", async () => /waiting for Slurm: (?!its turn)/.test(await log()));
    expect((await fetch(`${server.url}/jobs/${held}`, { method: "DELETE", headers })).status).toBe(200);
    expect(slurm.run(["scancel", "--user", users.ana.name]).exitCode).toBe(0);
    const end = await endOf(server.url, job, headers);
    expect(end).toMatchObject({ status: "failed" });
    expect(JSON.stringify(end)).toContain("somebody else cancelled its job in Slurm");
    expect(await place.starts()).toHaveLength(1);
  });
}
