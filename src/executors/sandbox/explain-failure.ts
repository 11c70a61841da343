import { isInside } from "../../files/layout.ts";
import type { TaskView } from "../executor.ts";

const noNetwork =
  /could not resolve|name resolution|name or service not known|network is unreachable|no address associated|unable to resolve|getaddrinfo|ENOTFOUND|EAI_AGAIN|no such host|nodename nor servname/i;
const noFile =
  /no such file|not found|cannot open|can't open|does not exist|unable to open|not recognized as a supported file/i;
const noWrite = /read-only file system|EROFS/i;
/** An absolute path in a tool's words. */
const paths = /(?:^|[\s'"`‘“:=(])(\/[^\s'"`’”:,;)]+)/g;

/** What a tool has of its own, whatever lies there outside. */
const ownDirectories = ["/tmp", "/var/tmp", "/dev", "/proc", "/sys"];

/** Words what a sandbox may have to do with what a tool said before it failed; undefined when nothing points to it. */
export function explainFailure(
  view: TaskView,
  machine: { readonly shown: readonly string[]; readonly hidden: readonly string[] },
  talk: string,
): string | undefined {
  if (!view.hasNetwork && noNetwork.test(talk)) {
    return "The tool has no network: a tool that needs it says so (NetworkAccess: networkAccess: true), and --tool-network must allow it";
  }
  const lines = talk.split("\n");
  if (lines.some((line) => noWrite.test(line))) {
    return "The sandbox lets a tool write to its output directory, TMPDIR and /tmp only";
  }
  const isBelow = (directories: readonly string[], path: string) =>
    directories.some((directory) => isInside(directory, path));
  const targets = view.mounts.map((mount) => mount.target);
  const isVisible = (path: string) =>
    isBelow(targets, path) || (isBelow([...machine.shown, ...ownDirectories], path) && !isBelow(machine.hidden, path));
  for (const line of lines.filter((candidate) => noFile.test(candidate))) {
    for (const [, path = "/"] of line.matchAll(paths)) {
      if (!isVisible(path)) {
        return `The sandbox does not show "${path}": wanted it as an input, or its directory in --tool-directories`;
      }
    }
  }
  return undefined;
}
