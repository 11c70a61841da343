import { readFileSync } from "node:fs";

/** What the kernel tells of who may make user namespaces. A value that is not told is undefined. */
export type KernelFacts = {
  /** user.max_user_namespaces */
  readonly maxUserNamespaces?: string | undefined;
  /** kernel.unprivileged_userns_clone, on Debian and its kin. */
  readonly unprivilegedClone?: string | undefined;
  /** kernel.apparmor_restrict_unprivileged_userns, on Ubuntu and its kin. */
  readonly apparmorRestricts?: string | undefined;
  /** The profile of AppArmor that this process is held to, with its mode. */
  readonly apparmorProfile?: string | undefined;
  /** The mode of seccomp: "2" with a filter. */
  readonly seccomp?: string | undefined;
};

/** Reads what the kernel tells. */
export function readKernelFacts(): KernelFacts {
  const status = told("/proc/self/status");
  return {
    maxUserNamespaces: told("/proc/sys/user/max_user_namespaces"),
    unprivilegedClone: told("/proc/sys/kernel/unprivileged_userns_clone"),
    apparmorRestricts: told("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
    apparmorProfile: told("/proc/self/attr/current"),
    seccomp: /^Seccomp:\s*(\d)/m.exec(status ?? "")?.[1],
  };
}

function told(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    // This kernel has no such thing.
    return undefined;
  }
}

/**
 * Words why bubblewrap was refused a sandbox, with the permission that is missing. `fault` is the first line that it said.
 * The order is that of certainty: a switch that is off says more than a filter that may have other reasons.
 */
export function explainRefusal(fault: string, facts: KernelFacts): string {
  const { maxUserNamespaces, unprivilegedClone, apparmorRestricts, apparmorProfile, seccomp } = facts;
  if (maxUserNamespaces === "0") {
    return missing(
      "user namespaces are switched off",
      "user.max_user_namespaces is 0",
      "sysctl user.max_user_namespaces=10000",
    );
  }
  if (unprivilegedClone === "0") {
    return missing(
      "user namespaces are for root only",
      "kernel.unprivileged_userns_clone is 0",
      "sysctl kernel.unprivileged_userns_clone=1",
    );
  }
  if (/mount proc/i.test(fault)) {
    return missing(
      "this container hides parts of /proc",
      fault,
      "--security-opt systempaths=unconfined (podman: --security-opt unmask=ALL)",
    );
  }
  const profile = apparmorProfile?.replace(/ \(.*\)$/, "");
  if (apparmorProfile?.endsWith("(enforce)")) {
    return missing(
      `the AppArmor profile "${profile}" forbids it`,
      fault,
      "--security-opt apparmor=unconfined, or a profile that allows mounts and user namespaces",
    );
  }
  if (apparmorRestricts === "1") {
    return missing(
      "AppArmor allows user namespaces to programs with a profile only",
      "kernel.apparmor_restrict_unprivileged_userns is 1",
      "a profile for bwrap that allows userns, or the value 0",
    );
  }
  if (seccomp === "2" && /permission|not permitted|namespace/i.test(fault)) {
    return missing(
      "the seccomp filter of this container forbids new namespaces or mounts",
      fault,
      "--security-opt seccomp=PROFILE with one that allows unshare, clone, mount, umount2 and pivot_root",
    );
  }
  return `bubblewrap does not work here: ${fault}`;
}

function missing(what: string, found: string, wanted: string): string {
  return `bubblewrap cannot make a sandbox: ${what} (found ${found}; wanted ${wanted})`;
}
