// The fix of memory-leak: streams whose browsers went away leave nothing behind, and everyone else hears what there is to hear.
import { once } from "node:events";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { tally, verifyService } from "../../check-service.mjs";

const heartbeatMs = 100;
/** Bytes that a stream may leave behind. One that is kept holds its response and its socket, more than 4000. */
const allowedBytes = 1500;
const warmUp = 125;
const perRound = 150;

await verifyService(import.meta.url, async ({ check, lab }) => {
  const service = await lab.start(check, { HEARTBEAT_MS: String(heartbeatMs) }, { memory: true });
  const scan = (parcel, place, state = "moving") => service.post(`/parcels/${parcel}/scans`, { place, state });
  const watch = (parcel, headers) => openStream(service.port, parcel, headers);

  // Each stands on the one before: where streams do not work there is nothing more to learn, and much to wait for.
  for (const [name, judge] of Object.entries({ "events-arrive": arrive, "others-hear": leave, "serves-many": crowd, "memory-bounded": comeAndGo })) {
    const [ok, why] = await judge();
    check(name, ok, why);
    if (!ok) break;
  }

  async function arrive() {
    const [first, second, other] = await Promise.all([watch("a-1"), watch("a-1"), watch("a-2")]);
    await scan("a-1", "Lyon");
    await scan("a-1", "Tours");
    await scan("a-2", "Oslo");
    const heard = await until(() => [first, second].every((stream) => stream.numbers().join() === "1,2") && other.text.includes("Oslo"));
    const back = await watch("a-1", { "last-event-id": "1" });
    const missed = await until(() => back.numbers().join() === "2");
    await scan("a-1", "Nantes", "delivered");
    const ended = await until(() => [first, second, back].every((stream) => stream.ended && stream.text.includes('{"place":"Nantes","state":"delivered"}')));
    const kept = !other.ended && !other.text.includes("Lyon") && (await until(() => other.text.includes(": still here")));
    other.close();
    const wrong = [!heard && "scans do not arrive", !missed && "who comes back does not get what was missed", !ended && "a delivery does not end the stream", !kept && "another parcel's stream is not kept as it is"].filter(Boolean);
    return [wrong.length === 0, wrong.join("; ") || "scans, missed scans, heartbeats and the end arrive"];
  }

  /** Two of four go away; the two that stay, and one that comes back, hear the next scan. */
  async function leave() {
    const streams = await Promise.all(Array.from({ length: 4 }, () => watch("b-1")));
    await scan("b-1", "Lyon");
    await until(() => streams.every((stream) => stream.numbers().length === 1));
    for (const stream of streams.slice(0, 2)) stream.close();
    // Long enough for a heartbeat to find out.
    await sleep(3 * heartbeatMs);
    const stayed = streams.slice(2);
    const back = await watch("b-1", { "last-event-id": "1" });
    await scan("b-1", "Tours");
    const ok = (await until(() => [...stayed, back].every((stream) => stream.numbers().at(-1) === 2))) && stayed.every(({ ended }) => !ended);
    for (const stream of [...stayed, back]) stream.close();
    return [ok, ok ? "who stays hears on when others leave" : "who stays does not hear on when others leave"];
  }

  async function crowd() {
    const streams = await Promise.all(Array.from({ length: 160 }, (_, index) => watch(`c-${index % 40}`)));
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => scan(`c-${index}`, "Lyon")));
    const ok = (await until(() => streams.every((stream) => stream.text.includes("Lyon")))) && answers.every(({ status }) => status === 202);
    const deaf = streams.filter((stream) => !stream.text.includes("Lyon"));
    for (const stream of streams) stream.close();
    return [ok, ok ? `${streams.length} streams at once` : `${deaf.length} of ${streams.length} streams at once hear nothing (statuses: ${tally(deaf)})`];
  }

  /** Streams are opened and left; what lives after a full collection must not grow with their number. Most parcels are never scanned. */
  async function comeAndGo() {
    let at = 0;
    const round = async (count) => {
      for (let opened = 0; opened < count; opened += 25) {
        const streams = await Promise.all(Array.from({ length: 25 }, () => watch(`d-${at++ % 300}`)));
        if (opened % 100 === 0) await scan(`d-${at % 300}`, "Lyon");
        for (const stream of streams) stream.close();
      }
      await sleep(3 * heartbeatMs);
      return service.memory();
    };
    const before = await round(warmUp);
    const middle = await round(perRound);
    const after = await round(perRound);
    // The smaller growth of the two rounds: something that is made once is no leak.
    const grown = Math.min(middle - before, after - middle) / perRound;
    const why = `${Math.round(grown)} bytes stay behind for each stream that was left, ${allowedBytes} are allowed`;
    return [grown <= allowedBytes, why];
  }
});

/** A stream of events, once its first bytes have come: what it said so far, whether it ended. */
async function openStream(port, parcel, headers = {}) {
  const stream = { text: "", ended: false, status: 0, body: "", numbers: () => [...stream.text.matchAll(/^id: (\d+)$/gm)].map(([, number]) => Number(number)) };
  const request = get({ host: "127.0.0.1", port, path: `/parcels/${parcel}/events`, headers, agent: false });
  request.on("error", (error) => ((stream.ended = true), (stream.body = error.message)));
  stream.close = () => request.destroy();
  const [response] = await Promise.race([once(request, "response"), sleep(8000, [undefined], { ref: false })]).catch(() => [undefined]);
  if (response === undefined) return stream;
  stream.status = response.statusCode;
  response
    .setEncoding("utf8")
    .on("data", (text) => (stream.text += text))
    .on("error", () => {})
    .on("close", () => (stream.ended = true));
  await until(() => stream.text !== "" || stream.ended);
  return stream;
}

/** Whether the condition comes true within the time of a patient browser. */
async function until(condition, limitMs = 3000) {
  for (const begun = Date.now(); !condition(); await sleep(4)) if (Date.now() - begun > limitMs) return false;
  return true;
}
