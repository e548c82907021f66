import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadDiscovery } from "./load-discovery.ts";

async function withFile<T>(text: string, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cloister-discovery-"));
  try {
    const file = join(folder, "discovery.yaml");
    await writeFile(file, text);
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("a recording says which kinds its cluster had", () =>
  withFile(
    `types:
  - { group: "", version: v1, resource: pods, singular: pod, kind: Pod, namespaced: true, shortNames: [po], categories: [all] }
  - { group: example.org, version: v1beta1, resource: my-things, singular: my-thing, kind: MyThing, namespaced: false }
`,
    async (file) => {
      const types = (await loadDiscovery(file)) ?? [];
      assert.deepEqual(
        types.map(({ resource, builtIn, shortNames }) => ({ resource, builtIn, shortNames })),
        [
          { resource: "pods", builtIn: true, shortNames: ["po"] },
          { resource: "my-things", builtIn: false, shortNames: [] },
        ],
      );
    },
  ));

test("a recording without the file has Kubernetes' own kinds", async () => {
  assert.equal(await loadDiscovery("/no/such/discovery.yaml"), undefined);
});

test("a file that is no discovery names the place", () =>
  withFile(`types:\n  - { group: "", version: v1, resource: ../pods, singular: pod, kind: Pod, namespaced: true }\n`, async (file) => {
    await assert.rejects(loadDiscovery(file), /discovery\.yaml: types\.0\.resource: must be a name of lower-case letters/);
  }));
