import type { CwlEngine } from "../cwl/engine.ts";
import type { JsonObject } from "../domain/values/json.ts";
import type { Engine } from "../engines/engine.ts";

/**
 * Joins the engine whose tools run on a cluster with one whose tools run on this machine, for processes that say so. The
 * handle of an execution names the executor that has its tools, and so the engine that goes on with it.
 */
export function engineByExecutor(cluster: CwlEngine, here: CwlEngine, nameHere: string): Engine & AsyncDisposable {
  const of = (handle: JsonObject) => (handle.executor === nameHere ? here : cluster);
  return {
    isRepeatable: false,
    plan: (prepared) => (prepared.executor === "local" ? here : cluster).plan(prepared),
    start: (prepared, handle, record) => of(handle).start(prepared, handle, record),
    adopt: (prepared, handle, checkpoints, record) => of(handle).adopt(prepared, handle, checkpoints, record),
    watch: (prepared, handle, signal) => of(handle).watch(prepared, handle, signal),
    collect: (prepared, handle) => of(handle).collect(prepared, handle),
    // Both tell it by the package.
    collectsAgain: (prepared) => cluster.collectsAgain?.(prepared) ?? false,
    dismiss: (handle, checkpoints) => of(handle).dismiss(handle, checkpoints),
    cleanup: (handle) => of(handle).cleanup(handle),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([cluster[Symbol.asyncDispose](), here[Symbol.asyncDispose]()]);
    },
  };
}
