import type { EngineChoice, EngineDeps } from "./executors/images/container-engine.ts";

/** What the programs of container engines read of an environment: where their settings, storage and daemon are. */
const names =
  /^(?:PATH|HOME|USER|LOGNAME|XDG_.*|TMPDIR|DBUS_SESSION_BUS_ADDRESS|(?:HTTPS?|NO|ALL)_PROXY|(?:https?|no|all)_proxy|SSL_CERT_.*|(?:DOCKER|CONTAINERS?|PODMAN|STORAGE|REGISTRY|APPTAINER|SINGULARITY|BUILDAH)_.*)$/;

/** Takes from an environment what container engines need; never what belongs to this program. */
function engineEnvironment(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const entries = Object.entries(environment).flatMap(([name, value]) =>
    names.test(name) && value !== undefined ? [[name, value] as const] : [],
  );
  return { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin", ...Object.fromEntries(entries) };
}

/** What finding a container engine needs of this process. */
export function engineDeps(choice: EngineChoice, environment: NodeJS.ProcessEnv): EngineDeps {
  const user = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return { choice, environment: engineEnvironment(environment), user };
}
