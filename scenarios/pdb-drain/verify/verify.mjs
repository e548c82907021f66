// The fix of pdb-drain: one of the two pods may go, the other has to stay, and nothing else changes.
import { checkKept, verify } from "../../check-manifests.mjs";

const pods = 2;

verify(import.meta.url, ({ base, head, check }) => {
  const { minAvailable, maxUnavailable } = head.get("PodDisruptionBudget/ledger/postings")?.spec ?? {};
  const both = minAvailable !== undefined && maxUnavailable !== undefined;
  const kept = both ? undefined : minAvailable === undefined ? minus(maxUnavailable) : countOf(minAvailable);
  const said = both ? "it has minAvailable and maxUnavailable, and only one of them is allowed" : `of ${pods} pods ${kept ?? "none"} have to stay`;
  check("lets-one-go", kept === 1, `the budget of postings: ${said}`);

  checkKept(check, base, head, (path) => /^PodDisruptionBudget\/ledger\/postings: spec\.(minAvailable|maxUnavailable)$/.test(path));
});

/** A number of pods or a share of them, which Kubernetes rounds up. */
function countOf(value) {
  if (Number.isInteger(value) && value >= 0) return value;
  const [, percent] = /^(\d{1,3})%$/.exec(value) ?? [];
  return percent === undefined ? undefined : Math.ceil((Number(percent) / 100) * pods);
}

function minus(value) {
  const gone = countOf(value);
  return gone === undefined ? undefined : Math.max(0, pods - gone);
}
