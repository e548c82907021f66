import { readFileSync } from "node:fs";
import { poll } from "./poll.js";
import { createRosterServer } from "./server.js";
import { Slices } from "./slices.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const account = "/var/run/secrets/kubernetes.io/serviceaccount";
const read = (name) => readFileSync(`${account}/${name}`, "utf8").trim();
console.log(`roster ${version} starting, node ${process.version}`);
const slices = new Slices();
const url = `https://kubernetes.default.svc/apis/discovery.k8s.io/v1/namespaces/${read("namespace")}/endpointslices`;
const list = async () => (await (await fetch(url, { headers: { authorization: `Bearer ${read("token")}` } })).json()).items;
poll({ list, put: (items) => slices.replace(items) });
createRosterServer({ slices, isCurrent: () => slices.size > 0 }).listen(8080, () => console.log("listening on :8080"));
