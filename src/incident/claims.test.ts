import assert from "node:assert/strict";
import { test } from "node:test";
import { holdAgainstRecord } from "./claims.ts";

const looks = ["kubectl get pods -n shop", "kubectl describe deployment payments -n shop", "git push -u origin HEAD"];
const struck = (text: string, commands = looks) => holdAgainstRecord(text, commands).struck.map(({ sentence }) => sentence);

test("what no command of the record did is struck out and named", () => {
  for (const claim of [
    "I restarted the pods.",
    "The deployment has been restarted.",
    "Restarted the deployment to pick up the change.",
    "Performed a rolling restart of the deployment.",
    "I triggered the rollout.",
    "The tests executed successfully.",
    "All unit tests were run successfully.",
    "The fix has been applied to the cluster.",
    "I have deployed the change.",
    "Applied the fix.",
    "All tests pass.",
    "The unit tests are passing.",
    "I ran the tests.",
    "The change was tested.",
    "Tested locally.",
    "I verified that the fix works.",
    "This has been verified.",
    "Verified with kubectl.",
    "The pods are now running.",
    "Pods are running now.",
    "The service is healthy again.",
    "The issue has been resolved.",
    "The container no longer crashes.",
    "The pull request has been merged.",
    "The limit is raised, and all tests pass.",
  ])
    assert.deepEqual(struck(claim), [claim], claim);
});

test("the story, the intention and what is still to be done stay", () => {
  for (const sentence of [
    "The container was restarted 7 times.",
    "The container is restarted because its liveness probe fails.",
    "The pods keep restarting since this morning's release.",
    "The pods were restarted repeatedly after the release.",
    "This raises the memory limit of Deployment payments to 256Mi.",
    "This fixes the crash loop.",
    "The pods should be running once this is deployed.",
    "Tests were not run.",
    "Please run the tests before merging.",
    "After the merge the pods will be healthy again.",
    "The image was deployed in revision 8.",
    "The rollout of revision 8 completed at noon.",
    "The service's tests cover the retry.",
    "I confirmed that the container is OOMKilled.",
    "The service has no endpoints because its selector matches no pod.",
    "The deployment is applied by the pipeline.",
    "The log says `all tests pass`.",
    "The test environment is not touched.",
    "Readiness probe asks for a port that is not open.",
    "The limit is 64Mi, the rate table needs about 92 MiB.",
  ])
    assert.deepEqual(struck(sentence), [], sentence);
});

test("a command that did it makes it true", () => {
  assert.deepEqual(struck("All tests pass.", ["npm test"]), []);
  assert.deepEqual(struck("I verified that the fix works.", ["git diff && check"]), []);
  assert.deepEqual(struck("I restarted the pods.", ["kubectl rollout restart deploy/payments -n shop"]), []);
  assert.deepEqual(struck("The pods are now running.", ["kubectl get pods", "kubectl apply -f deploy"]), ["The pods are now running."]);
  assert.deepEqual(struck("The pods are now running.", ["kubectl apply -f deploy", "kubectl get pods"]), []);
});

test("sentence by sentence, with layout and code as they were", () => {
  const text = "## Done\n\n- Raises the limit. All tests pass!  It is 1.8.2 now or never.\n\n```\nAll tests pass.\n```\nEnd.";
  const held = holdAgainstRecord(text, looks);
  assert.equal(held.text, text.replace("- Raises the limit. All tests pass!", "- Raises the limit. ~~All tests pass!~~"));
  assert.deepEqual(held.struck, [{ sentence: "All tests pass!", why: "no test was run in this session" }]);
});

test("a long hostile text is done with at once", () => {
  const text = `${"the pods are now ".repeat(3000)}.${"!".repeat(20_000)}`;
  assert.ok(holdAgainstRecord(text, looks).text.length >= text.length);
});
