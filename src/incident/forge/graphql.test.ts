import assert from "node:assert/strict";
import { test } from "node:test";

import { CloisterError } from "../../error.ts";
import { execute, FieldError, type GraphObject, type Roots } from "./graphql-execute.ts";
import { parseDocument } from "./graphql-parse.ts";

const user: GraphObject = { __typename: "User", login: "ada", friends: [{ __typename: "User", login: "bob" }, null] };
const roots: Roots = {
  query: {
    __typename: "Query",
    viewer: user,
    echo: (args) => JSON.stringify(args),
    missing: () => {
      throw new FieldError("NOT_FOUND", "It is not here.");
    },
  },
  mutation: { __typename: "Mutation", make: async (args) => ({ made: String(args["what"]) }) },
  abstractTypes: { Actor: ["User"] },
};

const run = async (query: string, variables: Record<string, unknown> = {}, name?: string) =>
  JSON.parse(JSON.stringify(await execute(parseDocument(query), roots, variables, name))) as unknown;

test("exactly the fields that are asked for, under their aliases, through fragments and lists", async () => {
  const query = `
    query Q($deep: Boolean = true, $no: Boolean!) {
      me: viewer { ...who friends { login } ... on Actor @include(if: $deep) { name: login } ... on Bot { login2: login } login @skip(if: true) }
      viewer { login @include(if: $no) }
    }
    fragment who on User { __typename }`;
  assert.deepEqual(await run(query, { no: false }), {
    data: { me: { __typename: "User", friends: [{ login: "bob" }, null], name: "ada" }, viewer: {} },
  });
});

test("one field selected twice is put together", async () => {
  assert.deepEqual(await run("{ viewer { login } viewer { __typename friends { login } } viewer { friends { __typename } } }"), {
    data: { viewer: { login: "ada", __typename: "User", friends: [{ login: "bob", __typename: "User" }, null] } },
  });
});

test("arguments: every kind of value, variables with their defaults", async () => {
  const query = `query($a: [Int!]! = [1, -2.5e1], $b: In) { echo(s: "q\\"\\u00e9\\n", e: OPEN, t: true, n: null, l: [$a, {x: $b}], block: """two "words" """) }`;
  const answer = (await run(query, { b: { y: 1 } })) as { data: { echo: string } };
  assert.deepEqual(JSON.parse(answer.data.echo), {
    s: 'q"é\n',
    e: "OPEN",
    t: true,
    n: null,
    l: [[1, -25], { x: { y: 1 } }],
    block: 'two "words"',
  });
});

test("an unknown field is null, an object without a selection too, and nothing is inherited", async () => {
  assert.deepEqual(await run("{ nope { x } viewer { toString constructor { name } friends } echo { x } }"), {
    data: { nope: null, viewer: { toString: null, constructor: null, friends: [null, null] }, echo: null },
  });
});

test("a field's error leaves the rest standing", async () => {
  assert.deepEqual(await run("{ a: missing { x } viewer { login } }"), {
    data: { a: null, viewer: { login: "ada" } },
    errors: [{ type: "NOT_FOUND", message: "It is not here.", path: ["a"] }],
  });
});

test("mutations, and the choice among operations", async () => {
  const query = 'query A { viewer { login } } mutation B { make(what: "x") { made } }';
  assert.deepEqual(await run(query, {}, "B"), { data: { make: { made: "x" } } });
  await assert.rejects(run(query), CloisterError);
  await assert.rejects(run(query, {}, "C"), CloisterError);
});

test("what cannot be read, loops or grows without end is refused", async () => {
  const doubling = Array.from({ length: 40 }, (_, at) => `fragment f${at} on Query { ...f${at + 1} ...f${at + 1} }`).join(" ");
  const wrong = [
    "",
    "{",
    "{ a",
    "{ a( }",
    '{ a(b: "x }',
    "query { a } }",
    "{ a %",
    "type A { b: C }",
    "{ ...x }",
    "{ ...x } fragment x on Query { ...x }",
    `${"{ a ".repeat(100)}${"}".repeat(100)}`,
    `{ a(b: ${"[".repeat(100)}${"]".repeat(100)}) }`,
    `{ ${"a ".repeat(60_000)} }`,
    `{ ...f0 } ${doubling} fragment f40 on Query { __typename }`,
    "subscription { a }",
  ];
  for (const query of wrong)
    await assert.rejects(run(query), (error) => error instanceof CloisterError && error.code === "bad-request", query.slice(0, 60));
});
