// The fix of image-typo: the container's image is one that the registry has and the service can run, and nothing else changes.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const image = fieldOf(head, cause);
  const right = cause.accept.oneOf.includes(image);
  check("image", right, `the image of ${cause.name} is ${image ?? "absent"}: ${right ? "it can be pulled and run" : "it must be one that was released and reads the present index"}`);
  checkKept(check, base, head, (path) => path === pathOf(cause));
});
