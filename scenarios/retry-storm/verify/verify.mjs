// The fix of retry-storm: a catalog that fails is asked a few times, with pauses; one that stumbles is asked again. The catalog is played
// here, and counts.
import { setTimeout as sleep } from "node:timers/promises";
import { tally, verifyService } from "../../check-service.mjs";

const deadlineMs = 1500;
/** The README says three attempts; "three repeats" is forgiven. */
const mostAttempts = 4;
/**
 * The README says 100 ms and more, give or take. A busy machine stretches everything: what a repeat without a pause takes is no more than two other
 * requests to the service take at the same time, and the pause is what is left of the time between two attempts. It has to be seen twice.
 */
const leastPauseMs = 50;
/** From here on the storm is proved, and is slowed down to spare the machine. */
const provedAttempts = 12;

await verifyService(import.meta.url, async ({ check, lab }) => {
  const catalog = await playCatalog(lab);
  const service = await lab.start(check, { CATALOG_URL: catalog.url, CATALOG_DEADLINE_MS: String(deadlineMs) });
  const queue = (...ids) => service.get(`/queue?tracks=${ids.join(",")}`);

  check("answers", ...(await eachAnswer()));
  check("masks-hiccups", ...(await hiccups()));

  catalog.down = true;
  const answers = [];
  const pauses = [];
  let most = 0;
  for (const ids of [["down-1", "down-2", "down-3"], ["down-4", "down-5", "down-6"]]) {
    const trips = watchTrips();
    answers.push(...(await Promise.all(ids.map((id) => queue(id)))));
    const trip = median(await trips.end());
    const attempts = ids.map((id) => catalog.times(id));
    most = Math.max(most, ...attempts.map(({ length }) => length));
    const gaps = attempts.flatMap((times) => times.slice(1, mostAttempts).map((time, index) => time - times[index]));
    if (gaps.length > 0) pauses.push(median(gaps) - 2 * trip);
    if (most > mostAttempts) break;
  }
  const paused = pauses.every((pause) => pause >= leastPauseMs);
  const how = most > mostAttempts ? "" : pauses.length === 0 ? "" : paused ? ", with pauses" : ", without a pause";
  check("dependency-spared", most <= mostAttempts && paused, `while the catalog answers 503 it is asked up to ${most} times for a track${how}`);
  const honest = answers.every(({ status, body }) => status === 503 && body?.tracks === undefined);
  check("says-unavailable", honest, `while the catalog answers 503 the queue answers ${tally(answers)}`);

  catalog.down = false;
  check("recovers", ...(await recover()));

  /** How long other requests take meanwhile, in milliseconds; `end` gives them. */
  function watchTrips() {
    const trips = [];
    let on = true;
    const watching = (async () => {
      do {
        const begun = performance.now();
        await service.get("/healthz");
        trips.push(performance.now() - begun);
        await sleep(5);
      } while (on);
    })();
    return { end: () => ((on = false), watching.then(() => trips)) };
  }

  /** What the README says of a catalog that is well. */
  async function eachAnswer() {
    const wrong = [];
    const expect = (what, ok, answer) => ok || wrong.push(`${what}: ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 120)}`);
    const some = await queue("t3", "t1", "t2");
    expect("three tracks in order", some.status === 200 && same(some.body, { tracks: ["t3", "t1", "t2"].map(trackOf) }), some);
    const unknown = await queue("t1", "nix-1");
    expect("an unknown track is 404", unknown.status === 404, unknown);
    if (catalog.times("nix-1").length !== 1) wrong.push(`a final answer is asked for ${catalog.times("nix-1").length} times`);
    const refused = await queue("bad-1");
    expect("a refused read is 503", refused.status === 503, refused);
    if (catalog.times("bad-1").length !== 1) wrong.push(`a refused read is asked for ${catalog.times("bad-1").length} times`);
    const none = await service.get("/queue");
    expect("no tracks is 400", none.status === 400, none);
    const played = await service.post("/plays", { track: "t1" });
    expect("a play is counted", played.status === 202 && same(played.body, { counted: "t1" }), played);
    const lost = await service.post("/plays", { track: "once-play" });
    expect("a play that fails is 503", lost.status === 503, lost);
    if (catalog.times("once-play").length !== 1) wrong.push(`a write is tried ${catalog.times("once-play").length} times`);
    return [wrong.length === 0, wrong.join("; ") || "each answer is as the README says"];
  }

  /** The first attempt for each of these fails: with 503, or with a connection that is cut. */
  async function hiccups() {
    const results = await Promise.all([queue("once-1"), queue("once-2", "t1", "once-3"), queue("cut-1"), queue("cut-2", "once-4")]);
    const ok = results.every(({ status }) => status === 200);
    return [ok, ok ? "a read that fails once succeeds" : `reads that fail once: ${tally(results)}`];
  }

  /** A fuse may stay out for a while, and has to come in again. */
  async function recover() {
    let answer = await queue("t1");
    for (let tries = 0; tries < 20 && answer.status !== 200; tries++) {
      await sleep(100);
      answer = await queue("t1");
    }
    const ok = answer.status === 200;
    return [ok, ok ? "once the catalog is well the queue is" : `seconds after the catalog is well the queue answers ${answer.status}`];
  }
});

/** The catalog. What an id begins with says what happens to reads of it. */
async function playCatalog(lab) {
  const asked = new Map();
  const catalog = { down: false, times: (id) => asked.get(id) ?? [] };
  catalog.url = await lab.play(async (request, response) => {
    const id = request.url.split("/")[3];
    const times = catalog.times(id);
    asked.set(id, times);
    times.push(performance.now());
    const answer = (status, body = {}) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (catalog.down && times.length > provedAttempts) await sleep(100);
    if (catalog.down) return answer(503);
    if (id.startsWith("nix")) return answer(404);
    if (id.startsWith("bad")) return answer(400);
    if (times.length === 1 && id.startsWith("cut")) return request.socket.destroy();
    if (times.length === 1 && id.startsWith("once")) return answer(503);
    return answer(request.method === "POST" ? 202 : 200, trackOf(id));
  });
  return catalog;
}

function trackOf(id) {
  return { id, title: `Title of ${id}`, artist: "Ensemble" };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}
