import assert from "node:assert/strict";
import { test } from "node:test";
import { engineEnvironment } from "./engine-environment.ts";

test("the engine gets paths, locale and GPU settings, and one libuv thread", () => {
  const env = { PATH: "/bin", LC_ALL: "C", CUDA_VISIBLE_DEVICES: "0", UV_THREADPOOL_SIZE: "8", HOME: undefined };
  assert.deepEqual(engineEnvironment(env), { PATH: "/bin", LC_ALL: "C", CUDA_VISIBLE_DEVICES: "0", UV_THREADPOOL_SIZE: "1" });
});

test("no secret and no switch of Node's own reaches it", () => {
  const env = { HF_TOKEN: "t", ANTHROPIC_API_KEY: "k", NODE_OPTIONS: "--inspect", GITHUB_TOKEN: "g", LD_PRELOAD: "x", MY_PATH: "y" };
  assert.deepEqual(engineEnvironment(env), { UV_THREADPOOL_SIZE: "1" });
});
