import { mkdir, mkdtemp } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { freePort } from "../../peers/provider-checks.ts";
import { runToEnd, type Started, startProcess } from "./process.ts";
import type { Place } from "./service.ts";

/** Finds nginx; where it is not installed, Debian's package is unpacked into a folder of its own, without its service. */
async function findNginx(toolsDirectory: string): Promise<string> {
  const installed = Bun.which("nginx");
  if (installed !== null) return installed;
  const folder = join(toolsDirectory, "nginx");
  const program = join(folder, "usr", "sbin", "nginx");
  if (await Bun.file(program).exists()) return program;
  await mkdir(folder, { recursive: true });
  await runToEnd(["sh", "-c", "apt-get download nginx && dpkg-deb -x nginx_*.deb . && rm nginx_*.deb"], {
    cwd: folder,
  });
  return program;
}

/** Starts nginx on loopback: what is sent by PUT lies in a file afterwards. */
export async function startNginx(place: Place): Promise<Started & { readonly url: string }> {
  const program = await findNginx(place.toolsDirectory);
  const directory = await mkdtemp(join(place.directory, "nginx-"));
  await mkdir(join(directory, "files"));
  const port = freePort();
  const file = join(directory, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  const user = userInfo().uid === 0 ? "user root;" : "";
  await Bun.write(
    file,
    `${user} daemon off; worker_processes 2; pid ${directory}/pid; error_log stderr; events {}
http { access_log off; ${temporary.join(" ")} client_max_body_size 0;
  server { listen 127.0.0.1:${port}; root ${directory}/files; location / { dav_methods PUT; }
    location = /healthz { return 200; } } }\n`,
  );
  const url = `http://127.0.0.1:${port}`;
  const started = await startProcess([program, "-c", file], { url: `${url}/healthz`, directory });
  return { ...started, url };
}
