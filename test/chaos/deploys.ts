import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { zipOf } from "../support/packages/archives.ts";
import { packageFiles } from "../support/packages/package-files.ts";
import { type Address, ask } from "./load.ts";
import { streamOf } from "./sent-files.ts";
import type { Columns } from "./verify.ts";

/** A deployment of the load: by the address of a package, or by an archive of it. */
export type Deploy = {
  readonly id: string;
  readonly form: "href" | "archive";
  /** Some who get no answer never ask again: then it is deployed, or it is not. */
  readonly givesUp: boolean;
  isAnswered: boolean;
  refusal?: string;
};

/** The clients that deploy, with what they did. */
export type Deployers = {
  readonly deploys: readonly Deploy[];
  /** True while an archive is being sent. */
  readonly isSending: () => boolean;
  /** The versions of the replaced process that were sent, and the last one that was answered. */
  readonly replacements: { sent: number; answered: number };
  readonly done: Promise<unknown>;
};

const archive = zipOf(Object.entries(packageFiles).map(([name, content]) => ({ name, content })));
const replaced = "replaced";

/** Deploys one process after the other, and replaces one again and again, until `goesOn` says no. */
export function startDeployers(address: Address, peerUrl: string, goesOn: () => boolean): Deployers {
  const deploys: Deploy[] = [];
  const replacements = { sent: 0, answered: 0 };
  let sending = false;
  const byHref = (id: string, extra = {}) => ({
    headers: { "content-type": "application/ogcapppkg+json" },
    body: JSON.stringify({
      processDescription: { id, ...extra },
      executionUnit: { href: `${peerUrl}/packages/main.cwl` },
    }),
  });
  async function* slowArchive() {
    sending = true;
    yield archive.subarray(0, 200);
    await sleep(20);
    yield archive.subarray(200);
    sending = false;
  }
  const post = (deploy: Deploy) =>
    deploy.form === "href"
      ? ask(address, "/processes", { method: "POST", ...byHref(deploy.id) })
      : ask(address, `/processes?id=${deploy.id}`, {
          method: "POST",
          headers: { "content-type": "application/zip" },
          body: streamOf(slowArchive()),
        });
  const deployer = async (form: Deploy["form"]) => {
    while (goesOn()) {
      const deploy: Deploy = {
        id: `deploy-${deploys.length}`,
        form,
        givesUp: deploys.length % 3 === 0,
        isAnswered: false,
      };
      deploys.push(deploy);
      await untilAnswered(deploy, () => post(deploy));
      await sleep(150);
    }
  };
  const replacer = async () => {
    while (goesOn()) {
      replacements.sent += 1;
      const { sent } = replacements;
      const isFirst = replacements.answered === 0;
      const path = isFirst ? "/processes" : `/processes/${replaced}`;
      const request = { method: isFirst ? "POST" : "PUT", ...byHref(replaced, { title: String(sent) }) };
      const answer = await ask(address, path, request);
      if (answer !== undefined && [201, 204, 409].includes(answer.status)) replacements.answered = sent;
      await sleep(100);
    }
  };
  const done = Promise.all([deployer("href"), deployer("archive"), replacer()]);
  return { deploys, replacements, isSending: () => sending, done };
}

async function untilAnswered(deploy: Deploy, post: () => ReturnType<typeof ask>): Promise<void> {
  for (let tried = 0; ; tried += 1) {
    const answer = await post();
    // That it is taken says that an answer was lost.
    if (answer?.status === 201 || (tried > 0 && answer?.status === 409)) {
      deploy.isAnswered = true;
      return;
    }
    if (answer === undefined && deploy.givesUp) return;
    // Without descriptors or room, or while it stops, it says so; and it cannot fetch then.
    if (answer !== undefined && answer.status < 500 && answer.status !== 422) {
      deploy.refusal = `${answer.status} ${answer.text.slice(0, 200)}`;
      return;
    }
    await sleep(20);
  }
}

const TitleSchema = v.looseObject({ title: v.optional(v.string()) });

/** Asks for all that was deployed: what was answered is there, what is there is whole, and runs. */
export async function verifyDeploys(address: Address, { deploys, replacements }: Deployers): Promise<Columns> {
  const lost: string[] = [];
  const half: string[] = [];
  for (const { id, isAnswered } of deploys) {
    const described = await ask(address, `/processes/${id}`);
    if (described?.status === 404) {
      if (isAnswered) lost.push(id);
      continue;
    }
    const read = await ask(address, `/processes/${id}/package`, { headers: { accept: "application/cwl+json" } });
    const said = await ask(address, `/processes/${id}/execution`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ inputs: { word: id } }),
    });
    const found = `${described?.status} ${read?.status} ${said?.status} ${said?.text}`;
    if (found !== `200 200 200 It says ${id}`) half.push(`${id}: ${found}`);
  }
  const answer = await ask(address, `/processes/${replaced}`);
  const title = answer?.status === 200 ? Number(v.parse(TitleSchema, JSON.parse(answer.text)).title) : 0;
  const isKept = title >= replacements.answered && title <= replacements.sent;
  return {
    "deployments lost": lost,
    "half deployed": half,
    "deployments refused": deploys.flatMap(({ id, refusal }) => (refusal === undefined ? [] : [`${id}: ${refusal}`])),
    "replacements lost": isKept ? [] : [`found ${title}, answered ${replacements.answered}, sent ${replacements.sent}`],
  };
}
