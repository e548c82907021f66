import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { follow } from "./follow.js";
import { createRosterServer } from "./server.js";
import { Slices } from "./slices.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const account = "/var/run/secrets/kubernetes.io/serviceaccount";
const read = (name) => readFileSync(`${account}/${name}`, "utf8").trim();
const url = `https://kubernetes.default.svc/apis/discovery.k8s.io/v1/namespaces/${read("namespace")}/endpointslices`;

async function ask(query) {
  const response = await fetch(`${url}${query}`, { headers: { authorization: `Bearer ${read("token")}` } });
  // The API server says why in its own words.
  if (!response.ok) throw new Error((await response.json()).message);
  return response;
}

async function list() {
  const { items, metadata } = await (await ask("")).json();
  return { items, version: metadata.resourceVersion };
}

async function changes(from) {
  const { body } = await ask(`?watch=true&resourceVersion=${from}`);
  const lines = createInterface({ input: Readable.fromWeb(body) });
  return (async function* () {
    for await (const line of lines) yield JSON.parse(line);
  })();
}

console.log(`roster ${version} starting, node ${process.version}`);
const slices = new Slices();
let current = false;
void follow({ list, changes, slices, onState: (state) => (current = state), log: (line) => console.log(line) });
createRosterServer({ slices, isCurrent: () => current }).listen(8080, () => console.log("listening on :8080"));
