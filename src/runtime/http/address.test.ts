import assert from "node:assert/strict";
import { test } from "node:test";
import { CloisterError } from "../../error.ts";
import { parseServerAddress } from "./address.ts";

test("an address is taken apart, its path without a slash at the end", () => {
  assert.deepEqual(parseServerAddress("http://127.0.0.1:8080"), {
    shown: "http://127.0.0.1:8080",
    secure: false,
    connection: { hostname: "127.0.0.1", port: "8080" },
    host: "127.0.0.1:8080",
    basePath: "",
  });
  assert.deepEqual(parseServerAddress("https://[::1]/gpu/v1/"), {
    shown: "https://[::1]/gpu/v1",
    secure: true,
    connection: { hostname: "::1", port: "443" },
    host: "[::1]",
    basePath: "/gpu/v1",
  });
  const { connection, shown } = parseServerAddress("unix:///run/llama.sock");
  assert.deepEqual([connection, shown], [{ socketPath: "/run/llama.sock" }, "unix:/run/llama.sock"]);
});

test("an address that cannot be one is wrong usage, and a password in it is not repeated", () => {
  for (const text of ["", "localhost:8080", "ftp://host", "http://host?x=1", "unix:relative", "http://user:s3cr3t@host", "http://host/#x"])
    assert.throws(
      () => parseServerAddress(text),
      (error: unknown) => error instanceof CloisterError && error.code === "usage" && !`${error.message}${error.hint}`.includes("s3cr3t"),
      text,
    );
});
