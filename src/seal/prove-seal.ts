import { execFile } from "node:child_process";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { SandboxManager } from "@anthropic-ai/sandbox-runtime";
import { CloisterError } from "../error.ts";
import type { Seal } from "./seal.ts";

/** Throws `missing` where this system cannot make the namespaces that a seal is. */
export async function requireNamespaces(bwrap: string): Promise<void> {
  if (process.platform !== "linux")
    throw new CloisterError("missing", "The seal is made of Linux namespaces, so it cannot be closed on this system.", {
      hint: "run Cloister on Linux, or in a Linux virtual machine",
    });
  try {
    await promisify(execFile)(
      bwrap,
      ["--unshare-user", "--unshare-net", "--unshare-pid", "--ro-bind", "/", "/", "/bin/sh", "-c", "exit 0"],
      {
        env: {},
        timeout: 60_000,
      },
    );
  } catch (cause) {
    throw new CloisterError("missing", "The seal cannot be closed: this machine does not let a user make namespaces (bwrap failed).", {
      hint: "sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), kernel.unprivileged_userns_clone=1 (Debian); in a container, allow user namespaces",
      cause,
    });
  }
}

/**
 * Throws `missing` where the runtime finds something wrong with its own parts. It only warns of a missing seccomp filter and of an old
 * bubblewrap; here they are faults. Asked after the runtime has its configuration, since its answer is about that.
 */
export async function requireRuntime(): Promise<void> {
  const { errors, warnings } = await SandboxManager.checkDependenciesAsync();
  const faults = [...errors, ...warnings.filter((warning) => /seccomp|bubblewrap/i.test(warning))];
  if (faults.length > 0)
    throw new CloisterError("missing", `The seal cannot be closed here: ${faults.join("; ")}.`, {
      hint: "npm ci, and apt-get install bubblewrap socat ripgrep",
    });
}

/**
 * Looks at the boundary from inside before anything else runs there: a seccomp filter is on, there is no interface but the
 * loopback, and no route. A program that the configuration promises and the kernel does not give is found here.
 */
export async function proveSeal(seal: Seal): Promise<void> {
  const look = [
    "/bin/sh",
    "-c",
    "grep -h -e ^Seccomp: -e ^NoNewPrivs: /proc/self/status; tail -n +3 /proc/net/dev; tail -n +2 /proc/net/route",
  ];
  const looking = await seal.run({ argv: look, env: { PATH: "/usr/bin:/bin" }, cwd: "/" }, { stdio: "pipe" });
  const [seen, said] = await Promise.all([looking.stdout, looking.stderr].map((stream) => (stream === null ? "" : text(stream))));
  const { code } = await looking.exited;
  const faults = judge(seen ?? "");
  if (code === 0 && faults.length === 0) return;
  const why = faults.length > 0 ? faults.join("; ") : `the sandbox ended with ${code ?? "a signal"}: ${(said ?? "").trim().slice(0, 500)}`;
  throw new CloisterError("missing", `The seal did not close: ${why}. Nothing was started.`);
}

/** What is wrong with the boundary as the program inside saw it; empty is good. */
export function judge(seen: string): string[] {
  const faults: string[] = [];
  if (!/^Seccomp:\s+2$/m.test(seen)) faults.push("unix sockets are not refused (no seccomp filter)");
  if (!/^NoNewPrivs:\s+1$/m.test(seen)) faults.push("a program could gain privileges");
  const rest = seen.split("\n").filter((line) => line.trim() !== "" && !/^(Seccomp|NoNewPrivs):/.test(line));
  const others = rest.filter((line) => !/^\s*lo:/.test(line));
  if (others.length > 0) faults.push(`there is a way out: ${others.join(", ").slice(0, 200)}`);
  if (rest.length === 0) faults.push("the network could not be looked at");
  return faults;
}
