// The fix of pool-leak: whatever the engine answers, the connection comes back, once. The fare engine is played here, so that the
// connections can be counted where they arrive.
import { tally, verifyService } from "../../check-service.mjs";

const poolSize = 4;
const day = "2026-12-01";
const path = (route) => `/fares/${route}?day=${day}`;
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** `ABA-AAA` and on: routes that the engine has. */
const known = (index) => `A${letters[index % 26]}${letters[Math.floor(index / 26)]}-AAA`;
const amountOf = (route) => 1000 + [...route].reduce((sum, letter) => sum * 7 + letter.charCodeAt(0), 0) % 90_000;

await verifyService(import.meta.url, async ({ check, lab }) => {
  const engine = await playEngine(lab);
  const env = { ENGINE_ADDRESS: engine.address, POOL_SIZE: String(poolSize), POOL_WAIT_MS: "600", ENGINE_TIMEOUT_MS: "200" };
  const service = await lab.start(check, env);
  const fares = (routes) => Promise.all(routes.map((route) => service.get(path(route), { timeoutMs: 6000 })));
  const foreign = [];
  const note = (routes, answers) =>
    answers.forEach(({ status, body }, index) => status === 200 && body?.amount !== amountOf(routes[index]) && foreign.push(`${routes[index]} got ${JSON.stringify(body)}`));

  // More requests at once than connections, twice: the second time all of them are there already.
  const crowd = Array.from({ length: 24 }, (_, index) => known(index));
  const first = [...(await fares(crowd)), ...(await fares(crowd))];
  note([...crowd, ...crowd], first);
  const opened = engine.opened;

  check("answers", ...(await eachAnswer()));

  // More failures of each kind than the pool has connections, as many as that at once.
  const failing = [...Array(60).fill("NIX"), ...Array(12).fill("BAD"), ...Array(8).fill("CUT"), ...Array(4).fill("LAG")];
  const failures = [];
  for (let at = 0; at < failing.length; at += poolSize) {
    const part = await fares(failing.slice(at, at + poolSize).map((kind) => `${kind}-AAA`));
    failures.push(...part);
    // Once the service refuses or says nothing the rest would only wait.
    if (part.some(({ status }) => status === 0 || status === 503)) break;
  }
  const after = await fares(crowd);
  note(crowd, after);
  // Good and bad side by side: whoever gives a connection back twice lends it to two.
  const mixed = after.every(({ status }) => status === 200) ? Array.from({ length: 48 }, (_, index) => (index % 3 === 0 ? "NIX-AAA" : known(index))) : [];
  const together = await fares(mixed);
  note(mixed, together);
  const good = [...after, ...together.filter((_, index) => mixed[index] !== "NIX-AAA")];

  const well = [...first, ...good];
  const survived = good.every(({ status }) => status === 200) && failures.every(({ status }) => status !== 503 && status !== 0);
  check("survives-errors", survived, survived ? "after errors of every kind fares are answered" : `failing requests: ${tally(failures)}; fares afterwards: ${tally(good)}`);
  check("own-answers", foreign.length === 0, foreign.slice(0, 3).join("; ") || `${well.length} fares are those that were asked for`);

  // Two more than the pool's size are forgiven: one that goes and the one that follows it may cross on the way.
  const bounded = engine.most <= poolSize + 2 && opened <= poolSize;
  check(
    "connections-bounded",
    bounded,
    `${engine.most} connections at once where ${poolSize} are allowed; ${opened} opened for the first ${first.length} requests`,
  );

  /** One request after the other gets what the README says. */
  async function eachAnswer() {
    const wrong = [];
    const route = known(3);
    const expect = async (what, target, status, body) => {
      const answer = await service.get(target, { timeoutMs: 6000 });
      const same = body === undefined || JSON.stringify(answer.body) === JSON.stringify(body);
      if (answer.status !== status || !same) wrong.push(`${what}: ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 120)}`);
    };
    await expect("a fare", path(route), 200, { route, day, amount: amountOf(route), currency: "EUR" });
    await expect("the airports", "/airports", 200, { airports: ["LIS", "OSL"] });
    await expect("no such fare", path("NIX-AAA"), 404);
    await expect("an answer that is no fare", path("BAD-AAA"), 502);
    await expect("no answer", path("LAG-AAA"), 504);
    await expect("a malformed route", "/fares/lis", 400);
    await expect("another path", "/nowhere", 404);
    await expect("a fare after that", path(route), 200);
    if (first.some(({ status }) => status !== 200)) wrong.push(`${first.length} fares at once: ${tally(first)}`);
    return [wrong.length === 0, wrong.join("; ") || "each answer is as the README says"];
  }
});

/** The engine: knows every route but those whose first airport says what goes wrong. Counts connections as they come and go. */
async function playEngine(lab) {
  const engine = { opened: 0, now: 0, most: 0 };
  engine.address = await lab.playTcp((socket) => {
    engine.opened++;
    engine.most = Math.max(engine.most, ++engine.now);
    let gone = false;
    const leave = () => {
      if (!gone) engine.now--;
      gone = true;
    };
    socket.on("end", leave).on("close", leave);
    let pending = "";
    socket.on("data", (text) => {
      const lines = (pending + text).split("\n");
      pending = lines.pop();
      for (const line of lines) {
        const [question, route = ""] = line.split(" ");
        const kind = route.slice(0, 3);
        // The service closes one that it waited for in vain, and may then take another in its place.
        if (kind === "LAG") leave();
        else if (kind === "CUT") setTimeout(() => (leave(), socket.destroy()), 2);
        else setTimeout(() => socket.write(`${answerTo(question, route)}\n`), 3);
      }
    });
  });
  return engine;
}

function answerTo(question, route) {
  if (question === "AIRPORTS") return "OK LIS OSL";
  if (route.startsWith("NIX")) return "ERR no fare";
  if (route.startsWith("BAD")) return "OK soon";
  return `OK ${amountOf(route)} EUR`;
}
