// The fix of image-arch: the container's image is one that is built for the nodes, and nothing else changes.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const image = fieldOf(head, cause);
  const right = cause.accept.oneOf.includes(image);
  check("image", right, `the image of ${cause.name} is ${image ?? "absent"}: ${right ? "it is built for the nodes" : "it must be one that is built for linux/arm64, of a release from 2.3 on"}`);
  checkKept(check, base, head, (path) => path === pathOf(cause));
});
