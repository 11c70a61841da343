import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../support/jobs.ts";
import { freePort } from "../support/machine/free-port.ts";

const root = join(import.meta.dir, "..", "..");
const certificates = join(root, "test", "fixtures", "tls");

/** The proxies of docs/proxies.md, by the language of their blocks there. */
export const proxies = {
  nginx: { program: "nginx", title: "nginx", prefixTaken: ["http://127.0.0.1:8080;", "http://127.0.0.1:8080/;"] },
  apache: {
    program: "apache2",
    title: "Apache",
    prefixTaken: ["http://127.0.0.1:8080/heddle ", "http://127.0.0.1:8080 "],
  },
  caddy: { program: "caddy", title: "Caddy", prefixTaken: ["handle /heddle/*", "handle_path /heddle/*"] },
} as const;
export type ProxyName = keyof typeof proxies;

/** A proxy that runs, with the address that it listens on. */
export type RunningProxy = AsyncDisposable & { readonly port: number };

/** Reads the blocks of a proxy from the page that people copy them from. */
async function blocksOf(name: ProxyName): Promise<readonly string[]> {
  const page = await Bun.file(join(root, "docs", "proxies.md")).text();
  return [...page.matchAll(new RegExp(`\`\`\`${name}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, block = ""]) => block);
}

/** Starts a proxy by its page, in front of a port; only ports and files are put in their places. */
export async function startProxy(
  name: ProxyName,
  {
    directory,
    target,
    takesPrefix,
  }: { readonly directory: string; readonly target: number; readonly takesPrefix: boolean },
): Promise<RunningProxy> {
  const port = await freePort();
  const { prefixTaken } = proxies[name];
  const [site = "", ...more] = (await blocksOf(name)).map((block) => {
    const [kept, taken] = prefixTaken;
    const chosen = takesPrefix ? block.replace(kept, taken) : block;
    return chosen
      .replaceAll("127.0.0.1:8080", `127.0.0.1:${target}`)
      .replace("443", String(port))
      .replace("https://processes.example", `https://processes.example:${port}`)
      .replaceAll("/etc/ssl/heddle/", `${certificates}/public-`);
  });
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755);
  const file = join(directory, "proxy.conf");
  await writeFile(file, wholeConfiguration[name]({ directory, port, site, more }));
  const child = Bun.spawn([...commands[name](file)], {
    env: { PATH: process.env.PATH, HOME: directory },
    stdin: "ignore",
    stdout: Bun.file(join(directory, "out.log")),
    stderr: Bun.file(join(directory, "error.log")),
  });
  await until(`${name} listens`, async () => {
    if (child.exitCode !== null)
      throw new Error(`${name} ended: ${await Bun.file(join(directory, "error.log")).text()}`);
    const url = `https://127.0.0.1:${port}/`;
    const tls = { rejectUnauthorized: false, serverName: "processes.example" };
    return (await fetch(url, { tls, headers: { host: "processes.example" } }).catch(() => undefined)) !== undefined;
  });
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}

const commands = {
  nginx: (file) => ["nginx", "-c", file, "-g", "daemon off;"],
  apache: (file) => ["apache2", "-f", file, "-D", "FOREGROUND"],
  caddy: (file) => ["caddy", "run", "--config", file, "--adapter", "caddyfile"],
} as const satisfies Record<ProxyName, (file: string) => readonly string[]>;

type Parts = {
  readonly directory: string;
  readonly port: number;
  readonly site: string;
  readonly more: readonly string[];
};

/** What stands around a site in the packages of Debian. */
const wholeConfiguration = {
  nginx: ({ directory, site }) => `
worker_processes 2;
pid ${directory}/nginx.pid;
error_log ${directory}/nginx-error.log;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
${site}
}
`,
  apache: ({ directory, port, site, more }) => `
ServerRoot /usr/lib/apache2
PidFile ${directory}/apache.pid
Mutex file:${directory} default
ErrorLog ${directory}/apache-error.log
Listen 127.0.0.1:${port}
User www-data
Group www-data
${["mpm_event", "authz_core", "reqtimeout", "socache_shmcb", "ssl", "proxy", "proxy_http", "headers"].map((module) => `LoadModule ${module}_module modules/mod_${module}.so`).join("\n")}
${more.join("\n")}
${site}
`,
  caddy: ({ site }) => `
{
  admin off
  auto_https disable_redirects
  skip_install_trust
}
${site}
`,
} as const satisfies Record<ProxyName, (parts: Parts) => string>;
