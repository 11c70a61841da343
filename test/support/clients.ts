import { runExecutable } from "./servers/executable.ts";

/** Makes a key and gives the header that signs in with it. */
export async function signIn(data: string, role: string, user: string): Promise<Readonly<Record<string, string>>> {
  const { exitCode, out, talk } = await runExecutable([
    "keys",
    "create",
    "--role",
    role,
    "--user",
    user,
    "--data",
    data,
  ]);
  const key = /hdl_\w+/.exec(out)?.[0];
  if (exitCode !== 0 || key === undefined) throw new Error(`Cannot create a key: ${talk}`);
  return { authorization: `Bearer ${key}` };
}

/** Executes a process asynchronously. */
export function execute(
  url: string,
  process: string,
  request: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${url}/processes/${process}/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "respond-async", ...headers },
    body: JSON.stringify(request),
  });
}

/** Deploys a CWL document as somebody. */
export async function deployAs(
  url: string,
  id: string,
  unit: unknown,
  headers: Readonly<Record<string, string>>,
  heddle?: unknown,
): Promise<void> {
  const response = await fetch(`${url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ processDescription: { id, heddle }, executionUnit: { unit, type: "application/cwl" } }),
  });
  if (response.status !== 201) throw new Error(`Cannot deploy: ${response.status} ${await response.text()}`);
}
