import assert from "node:assert/strict";
import { test } from "node:test";
import { hiddenFolders, planPolicy, repositoryGuards } from "./policy.ts";

test("the whole policy of a session", () => {
  const policy = planPolicy({
    hosts: ["gateway.internal", "kube.internal"],
    socketPath: "/s/board.sock",
    writable: ["/s/work", "/s/client"],
    readOnly: repositoryGuards("/s/work"),
    hidden: hiddenFolders("/home/ada"),
    readable: ["/home/ada/.local/bin/kubectl"],
    programs: { bwrap: "/usr/bin/bwrap", socat: "/usr/bin/socat", rg: "/usr/bin/rg", setpriv: undefined },
  });
  const literal = (path: string): object => ({ path, literal: true });
  assert.deepEqual(policy, {
    network: {
      allowedDomains: ["gateway.internal", "kube.internal"],
      deniedDomains: [],
      mitmProxy: { socketPath: "/s/board.sock", domains: ["gateway.internal", "kube.internal"] },
      parentProxy: { http: "", https: "" },
      allowAllUnixSockets: false,
      allowLocalBinding: false,
    },
    filesystem: {
      denyRead: [...["/home/ada", "/home", "/root", "/tmp", "/var/tmp", "/run", "/mnt", "/media"].map(literal), "/tmp/claude/*"],
      allowRead: [literal("/home/ada/.local/bin/kubectl")],
      allowWrite: ["/s/work", "/s/client"].map(literal),
      denyWrite: ["/s/work/.git/hooks", "/s/work/.git/config", "/tmp/claude"].map(literal),
      allowGitConfig: true,
    },
    enableWeakerNestedSandbox: false,
    allowNestedUserNamespaces: false,
    mandatoryDenySearchDepth: 1,
    ripgrep: { command: "/usr/bin/rg" },
    bwrapPath: "/usr/bin/bwrap",
    socatPath: "/usr/bin/socat",
  });
});
