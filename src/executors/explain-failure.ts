import { isInside } from "../files/layout.ts";
import type { TaskView } from "./executor.ts";

const noNetwork =
  /could not resolve|name resolution|name or service not known|network is unreachable|no address associated|unable to resolve|getaddrinfo|ENOTFOUND|EAI_AGAIN|no such host|nodename nor servname/i;
const noFile =
  /no such file|not found|cannot open|can't open|does not exist|unable to open|not recognized as a supported file/i;
const noWrite = /read-only file system|EROFS/i;
/** An absolute path in a tool's words. */
const paths = /(?:^|[\s'"`‘“:=(])(\/[^\s'"`’”:,;)]+)/g;

/** Words what a sandbox may have to do with what a tool said before it failed; undefined when nothing points to it. */
export function explainFailure(view: TaskView, shown: readonly string[], talk: string): string | undefined {
  if (!view.hasNetwork && noNetwork.test(talk)) {
    return "The tool has no network: a tool that needs it says so (NetworkAccess: networkAccess: true)";
  }
  const lines = talk.split("\n");
  if (lines.some((line) => noWrite.test(line))) {
    return "The sandbox lets a tool write to its output directory, TMPDIR and /tmp only";
  }
  const own = [...shown, ...view.mounts.map((mount) => mount.target), "/tmp", "/var/tmp", "/dev", "/proc", "/sys"];
  for (const line of lines.filter((candidate) => noFile.test(candidate))) {
    for (const [, path = "/"] of line.matchAll(paths)) {
      if (!own.some((directory) => isInside(directory, path))) {
        return `The sandbox does not show "${path}": wanted it as an input, or its directory in --tool-directories`;
      }
    }
  }
  return undefined;
}
