import assert from "node:assert/strict";
import { test } from "node:test";
import { redactText, type Redactor } from "./redact-text.ts";
import { secretValues } from "./secret-values.ts";

const redactor: Redactor = { names: new Set(["db-credentials", "payments"]), values: secretValues([], new Set()) };
const clear = (text: string, kind?: "code"): string => redactText(text, redactor, kind).text;

// Put together here, so that no scanner takes this file for a leak.
const jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJhY21lIn0", "c2lnbmF0dXJl"].join(".");
const keyBlock = (inner: string) => [`-----BEGIN RSA PRIVATE ${"KEY"}-----`, inner, `-----END RSA PRIVATE ${"KEY"}-----`].join("\n");

test("what is known by its look goes, and what stands around it stays", () => {
  const cases: readonly (readonly [before: string, after: string])[] = [
    [`sent ${jwt} to auth`, "sent REDACTED to auth"],
    ["Authorization: Bearer abc123def456ghi", "Authorization: Bearer REDACTED"],
    ['{"authorization":"Basic dXNlcjpwYXNz"}', '{"authorization":"Basic REDACTED"}'],
    ["proxy-authorization: s3cr3t-value", "proxy-authorization: REDACTED"],
    ["postgres://shop:pa55word@db.shop.svc:5432/shop?sslmode=require", "postgres://shop:REDACTED@db.shop.svc:5432/shop?sslmode=require"],
    ["redis://:pa/55@cache:6379/0", "redis://:REDACTED@cache:6379/0"],
    [`key AKIA${"ABCDEFGHIJKLMNOP"} used`, "key REDACTED used"],
    [`ghp_${"a1".repeat(18)}`, "REDACTED"],
    ["Server=db;User Id=sa;Password=Tr0ub4dor;Encrypt=true", "Server=db;User Id=sa;Password=REDACTED;Encrypt=true"],
    ['{"level":"info","dbPassword":"Tr0ub4dor"}', '{"level":"info","dbPassword":"REDACTED"}'],
    [String.raw`body={\"api_key\":\"abcd1234\"}`, String.raw`body={\"api_key\":\"REDACTED\"}`],
    ["GET /v1/table?token=abcd1234&page=2", "GET /v1/table?token=REDACTED&page=2"],
    ["  db.password: hunter", "  db.password: REDACTED"],
    ["serve --db-password=hunter --port 80", "serve --db-password=REDACTED --port 80"],
    ["serve --token 'a b' --port 80", "serve --token REDACTED --port 80"],
    [`before\n${keyBlock("MIIEabc+/=\nxyz")}\nafter`, `before\n${keyBlock("REDACTED")}\nafter`],
  ];
  for (const [before, after] of cases) assert.equal(clear(before), after);
});

test("a private key in one line of JSON stays in its line", () => {
  const key = keyBlock("MIIEabc").replaceAll("\n", "\\n");
  assert.deepEqual(JSON.parse(clear(`{"key":"${key}","more":1}`)), {
    key: `-----BEGIN RSA PRIVATE ${"KEY"}-----REDACTED-----END RSA PRIVATE ${"KEY"}-----`,
    more: 1,
  });
});

test("what says nothing secret stays as it is", () => {
  for (const text of [
    'secret "db-credentials" not found',
    "couldn't find key password in Secret shop/db-credentials",
    "password authentication failed for user payments",
    "rejected the token: expired",
    "secret: db-credentials",
    "http://rates.shop.svc:8080/v1/table?at=now@noon",
    "https://rates:8443/x@y",
    "TOKEN_TTL=3600s, API_KEY_FILE=/etc/keys/api",
    "DB_PASSWORD=$(FROM_ELSEWHERE)",
    "token: 15",
    "bearer authentication is required",
    'MountVolume.SetUp failed for volume "tls"',
  ])
    assert.equal(clear(text), text);
});

test("of source code only what is known by its look goes", () => {
  assert.equal(clear("const password = process.env.DB_PASSWORD;", "code"), "const password = process.env.DB_PASSWORD;");
  assert.equal(clear(`const token = "${jwt}";`, "code"), 'const token = "REDACTED";');
});

test("a value of a Secret is found as it is, as base64 and as a URL writes it; names in use are not", () => {
  const secret = (data: Record<string, string>) =>
    ({ apiVersion: "v1", kind: "Secret", metadata: { name: "s", uid: "1", creationTimestamp: "2026-01-01T00:00:00Z" }, data }) as const;
  const value = "zebra/crossing!";
  const names = new Set(["payments"]);
  const values = secretValues(
    [
      secret({
        a: Buffer.from(value).toString("base64"),
        user: Buffer.from("payments").toString("base64"),
        port: Buffer.from("543210").toString("base64"),
      }),
    ],
    names,
  );
  const text = `x ${value} y ${Buffer.from(value).toString("base64")} z ${encodeURIComponent(value)} payments 543210`;
  assert.equal(redactText(text, { names, values }).text, "x REDACTED y REDACTED z REDACTED payments 543210");
  assert.equal(values.holds(text), true);
  assert.equal(values.holds("payments"), false);
});
