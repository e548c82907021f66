import assert from "node:assert/strict";
import { test } from "node:test";
import { answerReview } from "./access-review.ts";
import { readReviewBody } from "./review-body.ts";

/** One length-delimited field of a message shorter than 128 bytes. */
function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
}

function envelope(object: Buffer): Buffer {
  const type = Buffer.concat([field(1, "authorization.k8s.io/v1"), field(2, "SelfSubjectAccessReview")]);
  return Buffer.concat([Buffer.from("k8s\0"), field(1, type), field(2, object), Buffer.from([0x18, 0x01])]);
}

const attributes = Buffer.concat([field(1, "shop"), field(2, "create"), field(3, ""), field(5, "pods"), field(6, "exec"), field(7, "web")]);
const question = envelope(field(2, field(1, attributes)));

function post(body: Buffer | string, type = "application/vnd.kubernetes.protobuf"): Request {
  return new Request("http://kube.internal/", {
    method: "POST",
    body: typeof body === "string" ? body : new Uint8Array(body),
    headers: { "content-type": type },
  });
}

test("a question in protobuf is read as in JSON", async () => {
  const expected = { namespace: "shop", verb: "create", group: "", resource: "pods", subresource: "exec", name: "web" };
  assert.deepEqual(await readReviewBody(post(question), "selfsubjectaccessreviews"), { spec: { resourceAttributes: expected } });
  const json = JSON.stringify({ spec: { resourceAttributes: expected } });
  assert.deepEqual(await readReviewBody(post(json, "application/json"), "selfsubjectaccessreviews"), {
    spec: { resourceAttributes: expected },
  });
});

test("a message cut at any byte, or with any byte changed, never throws", async () => {
  for (let end = 0; end < question.length; end++) await readReviewBody(post(question.subarray(0, end)), "selfsubjectaccessreviews");
  for (let at = 0; at < question.length; at++) {
    const changed = Buffer.from(question);
    changed[at] = 0xff;
    await readReviewBody(post(changed), "selfsubjectaccessreviews");
  }
  assert.equal(await readReviewBody(post(question.subarray(0, 10)), "selfsubjectaccessreviews"), undefined);
});

test("what is too large or no question is not read", async () => {
  assert.equal(await readReviewBody(post("x".repeat(70_000), "application/json"), "selfsubjectaccessreviews"), undefined);
  assert.equal(await readReviewBody(post("{", "application/json"), "selfsubjectaccessreviews"), undefined);
  assert.equal(answerReview("selfsubjectaccessreviews", undefined), undefined);
  assert.equal(answerReview("selfsubjectaccessreviews", { spec: { resourceAttributes: { verb: 7 } } }), undefined);
});

test("reading is allowed, everything else is not", () => {
  const allowed = (resourceAttributes: object) => {
    const answer = answerReview("selfsubjectaccessreviews", { spec: { resourceAttributes } }) as { status: { allowed: boolean } };
    return answer.status.allowed;
  };
  for (const verb of ["get", "list", "watch"]) assert.ok(allowed({ verb, resource: "pods" }));
  for (const verb of ["", "*", "create", "update", "patch", "delete", "deletecollection", "impersonate"])
    assert.ok(!allowed({ verb, resource: "pods" }), verb);
  assert.ok(allowed({ verb: "get", resource: "pods", subresource: "log" }));
  assert.ok(!allowed({ verb: "get", resource: "pods", subresource: "exec" }));
  assert.ok(!allowed({}));
});
