// The fix of checkout-race: checkouts of one edition at the same time all get a copy of their own while there are copies, and no more are
// sold than there are. The pricing service is played here, so that every checkout really waits between looking and taking.
import { setTimeout as sleep } from "node:timers/promises";
import { tally, verifyService } from "../../check-service.mjs";

/** Copies left and checkouts at once, for each edition of the load. */
const rounds = [
  { id: "etch-lighthouse", left: 16, buyers: 16 },
  { id: "lino-harbour", left: 7, buyers: 14 },
  { id: "wood-heron", left: 40, buyers: 12 },
  { id: "wood-otter", left: 1, buyers: 8 },
];
const amount = 4500;
/** How long nobody new may come before those that wait for a price go on together. */
const quietMs = 6;

const edition = (id, left, printed = left) => ({ id, title: `${id}, signed`, printed, left });
const editions = [...rounds.map(({ id, left }) => edition(id, left)), edition("one-by-one", 3, 5), edition("unpriced", 2), edition("after-trouble", 6)];

await verifyService(import.meta.url, async ({ check, lab }) => {
  const pricing = await playPricing(lab);
  lab.write("data/editions.json", JSON.stringify(editions));
  const env = { DATA_DIR: `${lab.folder}/data`, PRICING_URL: pricing.url, STORE_DELAY_MS: "1" };
  const service = await lab.start(check, env);
  const buy = (id, customer) => service.post("/checkouts", { edition: id, customer });
  const stockOf = async (id) => (await service.get(`/editions/${id}`)).body;
  const salesOf = async (id) => (await service.get(`/editions/${id}/sales`)).body;

  check("sequential", ...(await oneByOne()));

  pricing.hold();
  const oversold = [];
  const failed = [];
  let stuck = false;
  for (const round of rounds) {
    const answers = await Promise.all(Array.from({ length: round.buyers }, (_, index) => buy(round.id, `${round.id}-${index}`)));
    oversold.push(...(await bookkeeping(round, answers)));
    const sold = answers.filter(({ status }) => status === 201).length;
    const refused = answers.filter(({ status }) => status === 409).length;
    const due = Math.min(round.left, round.buyers);
    if (sold < due || sold + refused < round.buyers) failed.push(`${round.id}: ${round.buyers} checkouts at once for ${round.left} copies: ${tally(answers)}`);
    stuck = answers.some(({ status }) => status === 0);
    if (stuck) break;
  }
  check("never-oversold", oversold.length === 0, oversold.join("; ") || "every sale has a copy of its own, and the stock agrees");
  check("checkouts-succeed", failed.length === 0, failed.join("; ") || "while there were copies every checkout got one");
  // A service that no longer answers would only be waited for.
  if (stuck) return;

  check("recovers", ...(await afterTrouble()));
  check("survives-restart", ...(await restart()));

  /** One customer after the other sees what the service has always done. */
  async function oneByOne() {
    const wrong = [];
    const expect = (what, ok, answer) => ok || wrong.push(`${what}: ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 120)}`);
    for (const copy of [3, 4, 5]) {
      const answer = await buy("one-by-one", `guest-${copy}`);
      const wanted = { edition: "one-by-one", copy, customer: `guest-${copy}`, price: amount };
      expect(`copy ${copy} is sold`, answer.status === 201 && same(answer.body, wanted), answer);
    }
    const soldOut = await buy("one-by-one", "late");
    expect("sold out is 409", soldOut.status === 409, soldOut);
    const printed = await service.post("/editions/one-by-one/prints", { copies: 2 });
    expect("printing adds copies", printed.status === 200 && printed.body?.left === 2 && printed.body?.printed === 7, printed);
    const next = await buy("one-by-one", "patient");
    expect("a copy printed later is sold", next.status === 201 && next.body?.copy === 6, next);
    const stock = await service.get("/editions/one-by-one");
    expect("the stock is told", stock.status === 200 && same(stock.body, edition("one-by-one", 1, 7)), stock);
    const unknown = await buy("nothing", "guest");
    expect("an unknown edition is 404", unknown.status === 404, unknown);
    const broken = await service.post("/checkouts", "no json");
    expect("a body that is no JSON is 400", broken.status === 400, broken);
    const nobody = await service.post("/checkouts", { edition: "one-by-one" });
    expect("a checkout without a customer is 400", nobody.status === 400, nobody);
    pricing.fail(true);
    const unpriced = await buy("unpriced", "guest");
    pricing.fail(false);
    expect("without a price it is 502", unpriced.status === 502, unpriced);
    const kept = await service.get("/editions/unpriced");
    expect("without a price no copy is taken", kept.body?.left === 2, kept);
    return [wrong.length === 0, wrong.join("; ") || "one checkout after the other goes as before"];
  }

  /** What is wrong with the books after a round: copies that two have, copies that never were, a stock that does not agree. */
  async function bookkeeping({ id, left }, answers) {
    const wrong = [];
    const copies = answers.filter(({ status }) => status === 201).map(({ body }) => body?.copy);
    if (new Set(copies).size < copies.length) wrong.push(`${id}: ${copies.length} checkouts were confirmed for ${new Set(copies).size} different copies`);
    const strange = copies.filter((copy) => !Number.isInteger(copy) || copy < 1 || copy > left);
    if (strange.length > 0) wrong.push(`${id}: copies that do not exist were sold: ${[...new Set(strange)].slice(0, 5).join(", ")}`);
    const [stock, sales] = [await stockOf(id), await salesOf(id)];
    if (stock?.left !== left - copies.length) wrong.push(`${id}: ${copies.length} of ${left} copies were sold and ${stock?.left} are left`);
    const booked = Array.isArray(sales) ? new Map(sales.map(({ copy, customer }) => [copy, customer])) : new Map();
    const unbooked = answers.filter(({ status, body }) => status === 201 && booked.get(body?.copy) !== body?.customer);
    if (unbooked.length > 0 || booked.size !== copies.length) wrong.push(`${id}: ${copies.length} checkouts were confirmed, ${booked.size} sales are booked`);
    return wrong;
  }

  /** Failures in between, sold out, unknown or without a price, do not stand in the way of the next checkout. */
  async function afterTrouble() {
    pricing.fail(true);
    const failures = await Promise.all([buy("after-trouble", "a"), buy("after-trouble", "b"), buy("nothing", "c"), buy("wood-otter", "d")]);
    pricing.fail(false);
    const after = [];
    for (const id of [...Array(6).fill("after-trouble"), "wood-heron"]) after.push(await buy(id, "e"));
    const ok = failures.every(({ status }) => status >= 400) && after.every(({ status }) => status === 201);
    return [ok, ok ? "later checkouts succeed" : `failures: ${tally(failures)}; afterwards: ${tally(after)}`];
  }

  /** The files hold what was answered. */
  async function restart() {
    const before = await Promise.all(rounds.map(async ({ id }) => [await stockOf(id), (await salesOf(id)).length]));
    await service.stop();
    const second = await lab.start(() => {}, env);
    const after = await Promise.all(
      rounds.map(async ({ id }) => [(await second.get(`/editions/${id}`)).body, (await second.get(`/editions/${id}/sales`)).body.length]),
    );
    const ok = same(before, after);
    return [ok, ok ? "stock and sales are as before" : `before: ${JSON.stringify(before)}, after: ${JSON.stringify(after)}`];
  }
});

/**
 * The pricing service. Once it holds, it answers all that wait together when nobody new has come for a while: checkouts that are let in
 * at once have all looked at the stock before the first goes on; those that wait for one another come one by one.
 */
async function playPricing(lab) {
  let failing = false;
  let holding = false;
  const waiting = [];
  const turn = () =>
    new Promise((go) => {
      waiting.push(go);
      const mine = waiting.length;
      setTimeout(() => {
        if (waiting.length === mine) for (const one of waiting.splice(0)) one();
      }, quietMs);
    });
  const url = await lab.play(async (_request, response) => {
    if (holding) await turn();
    else await sleep(1);
    response.writeHead(failing ? 503 : 200, { "content-type": "application/json" }).end(JSON.stringify({ amount }));
  });
  return { url, fail: (value) => (failing = value), hold: () => (holding = true) };
}

function same(a, b) {
  const sorted = (value) =>
    Array.isArray(value) ? value.map(sorted) : typeof value === "object" && value !== null ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])])) : value;
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}
