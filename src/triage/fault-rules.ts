import type { FaultRule } from "./fault-rule.ts";
import { fileNotExecutableRule, fileNotThereRule } from "./predict-mounted-files.ts";
import { heapRule } from "./predict-heap.ts";
import { portPrivilegedRule, portTakenRule } from "./predict-ports.ts";
import { probeProgramRule } from "./predict-probe-programs.ts";
import { keyRenamedRule } from "./predict-renamed-keys.ts";
import { neverPulledRule } from "./predict-never-pulled.ts";
import { nodeResolverRule } from "./predict-resolver.ts";
import { serviceLinkRule } from "./predict-service-links.ts";
import { settingRenamedRule } from "./predict-settings.ts";
import { keptToNodeRule } from "./predict-node-local-services.ts";
import { sharedMemoryRule } from "./predict-shared-memory.ts";
import { tokenRule } from "./predict-tokens.ts";
import { certificateNamesRule } from "./predict-certificate-names.ts";
import { diskFullRule, volumeRightsRule } from "./predict-volumes.ts";

const rules: ReadonlyMap<string, FaultRule> = new Map([
  ["certificate-names", certificateNamesRule],
  ["disk-full", diskFullRule],
  ["file-not-executable", fileNotExecutableRule],
  ["file-not-in-volume", fileNotThereRule],
  ["heap-over-limit", heapRule],
  ["image-never-pulled", neverPulledRule],
  ["key-renamed", keyRenamedRule],
  ["node-resolver", nodeResolverRule],
  ["port-privileged", portPrivilegedRule],
  ["port-taken", portTakenRule],
  ["probe-program", probeProgramRule],
  ["service-link", serviceLinkRule],
  ["service-kept-to-node", keptToNodeRule],
  ["setting-renamed", settingRenamedRule],
  ["shared-memory-full", sharedMemoryRule],
  ["token-withheld", tokenRule],
  ["volume-not-its-own", volumeRightsRule],
]);

/** The rule of a kind of fault that has one of its own; `undefined` where `predict.ts` and `scope.ts` know what it takes. */
export function faultRule(fault: string): FaultRule | undefined {
  return rules.get(fault);
}
