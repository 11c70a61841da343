import type { Config } from "../../config/config.ts";
import type { LogTarget } from "../../surroundings.ts";
import { startFaults } from "../check-settings.ts";
import { findSystemCalls } from "../listening/system-calls.ts";
import { createReload, type ReloadDeps } from "./reload.ts";
import { createServiceManager, type ServiceManager } from "./service-manager.ts";

type ManagedDeps = Omit<ReloadDeps, "readAgain" | "startFaults"> & {
  readonly target: LogTarget;
  /** Where the service listens. */
  readonly url: string;
};

/** Tells the service manager that the service is ready, and reads the settings again whenever somebody says so. */
export function manage(
  { target, url, ...deps }: ManagedDeps,
  config: Config,
): Pick<ServiceManager, "stopping"> & Disposable {
  const { environment = {}, readAgain, onHangUp } = target;
  const manager = createServiceManager({ environment, pid: process.pid, calls: findSystemCalls(), sinceBoot });
  const tellReady = () => manager.ready(`Listening at ${url}`);
  if (readAgain !== undefined) {
    const reload = createReload({ ...deps, readAgain, startFaults: (read) => startFaults(read, deps.clock) }, config);
    onHangUp?.(async () => {
      manager.reloading();
      await reload();
      tellReady();
    });
  }
  tellReady();
  return manager;
}

/** Gives the time since the machine started, in microseconds: what the runtime counts from. */
function sinceBoot(): bigint {
  return process.hrtime.bigint() / 1000n;
}
