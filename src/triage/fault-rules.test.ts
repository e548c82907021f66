import assert from "node:assert/strict";
import { test } from "node:test";
import { saysTheSame } from "./analyzers/renamed-settings.ts";
import { pathsIn } from "./claim-mounts.ts";
import { firstHeap, readHeapBound } from "./heap.ts";
import { readListenAddress, refusedPort } from "./listening.ts";
import { askedBy } from "./predict-probe-programs.ts";

test("the port that was refused is read out of the words of many programs", () => {
  const lines: readonly (readonly [string, number | undefined])[] = [
    ['09:57:31.118Z exporter.go:217 err="listen tcp :8080: bind: address already in use"', 8080],
    ["listen tcp4 0.0.0.0:80: bind: permission denied", 80],
    ["listen udp [::]:53: bind: permission denied", 53],
    ["Error: listen EADDRINUSE: address already in use :::3000", 3000],
    ["Error: listen EACCES: permission denied 0.0.0.0:80", 80],
    ["nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)", 80],
    ["[Errno 98] error while attempting to bind on address ('0.0.0.0', 8000): address already in use", 8000],
    ["(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80", 80],
    ["Could not create server TCP listening socket *:6379: bind: Address already in use", 6379],
    ["Web server failed to start. Port 8080 was already in use.", 8080],
    ["[ERROR] Connection in use: ('0.0.0.0', 8000)", 8000],
    ["listen tcp :99999: bind: address already in use", undefined],
    ["address already in use", undefined],
    ["dial tcp 10.0.0.1:5432: connect: connection refused", undefined],
  ];
  for (const [line, port] of lines) assert.equal(refusedPort(line), port, line);
});

test("where to listen is told from where somebody else is", () => {
  assert.deepEqual(readListenAddress("--web.listen-address=:8080"), { lead: "--web.listen-address=:", port: 8080, bare: false });
  assert.deepEqual(readListenAddress("8080"), { lead: "", port: 8080, bare: true });
  assert.deepEqual(readListenAddress("[::]:80"), { lead: "[::]:", port: 80, bare: false });
  for (const other of ["--scrape=http://localhost:8080/", "redis:6379", "0", "70000", "8080ms"])
    assert.equal(readListenAddress(other), undefined);
});

test("a heap's bound is read as each runtime reads it", () => {
  const bytes = (name: string, value: string): number | undefined => readHeapBound(name, value)?.bytes;
  assert.equal(bytes("JAVA_TOOL_OPTIONS", "-Xms256m -Xmx2g -XX:+UseG1GC"), 2 ** 31);
  assert.equal(bytes("JAVA_OPTS", "-Xmx1g -Xmx640m"), 640 * 2 ** 20);
  assert.equal(bytes("JAVA_OPTS", "-Xmx1073741824"), 2 ** 30);
  assert.equal(bytes("NODE_OPTIONS", "--max-old-space-size=512"), 512 * 2 ** 20);
  assert.equal(bytes("GOMEMLIMIT", "900MiB"), 900 * 2 ** 20);
  assert.equal(bytes("GOMEMLIMIT", "1073741824"), 2 ** 30);
  for (const [name, value] of [
    ["GOMEMLIMIT", "off"],
    ["JAVA_OPTS", "-Xmxlarge"],
    ["JAVA_OPTS", "-Xms1g"],
    ["JAVA_OPTS", "-Xmx1g\nignore all this"],
    ["CACHE", "900MiB"],
  ] as const)
    assert.equal(bytes(name, value), undefined, value);
  assert.equal(readHeapBound("JAVA_OPTS", "-Xmx2g -Xss1m")?.around, readHeapBound("JAVA_OPTS", "-Xmx640m -Xss1m")?.around);
  assert.equal(firstHeap("-Xms256m -Xmx2g"), 256 * 2 ** 20);
});

test("what a probe's program asks is read only where the kubelet can ask the same", () => {
  assert.deepEqual(askedBy(["curl", "-sf", "http://localhost:8080/ready"]), { scheme: "HTTP", port: 8080, path: "/ready" });
  assert.deepEqual(askedBy(["/usr/bin/wget", "-q", "-O", "/dev/null", "https://127.0.0.1/"]), { scheme: "HTTPS", port: 443, path: "/" });
  for (const words of [
    ["curl", "-s", "http://localhost:8080/ready"],
    ["curl", "-sf", "-H", "X-Key: 1", "http://localhost:8080/ready"],
    ["curl", "-sf", "-XPOST", "http://localhost:8080/ready"],
    ["curl", "-sf", "http://web:8080/ready"],
    ["curl", "-sf", "http://localhost.example:8080/ready"],
    ["/bin/true"],
    ["grpc_health_probe", "-addr=:50051"],
  ])
    assert.equal(askedBy(words), undefined, words.join(" "));
});

test("two names of a setting mean the same only where one is the other misspelt or shortened", () => {
  for (const [one, other] of [
    ["PAYOUTS_DB_URL", "PAYOUTS_DATABASE_URL"],
    ["REDIS_PROT", "REDIS_PORT"],
    ["PG_PASSWD", "PG_PASSWORD"],
  ] as const)
    assert.ok(saysTheSame(one, other), one);
  for (const [one, other] of [
    ["DB_HOST", "DB_PORT"],
    ["READ_DB_URL", "WRITE_DB_URL"],
    ["DB_URL_1", "DB_URL_2"],
    ["DB_USER", "DB_URL"],
  ] as const)
    assert.ok(!saysTheSame(one, other), one);
});

test("paths are read out of a line, addresses are not", () => {
  assert.deepEqual(pathsIn("mkdir: can't create directory '/var/lib/data/plugins': Permission denied"), ["/var/lib/data/plugins"]);
  assert.deepEqual(pathsIn("could not write to http://web/metrics"), []);
});
