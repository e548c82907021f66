import { z } from "zod";
import { readOnlyReason } from "./status.ts";

const attributes = z.looseObject({ verb: z.string().default(""), resource: z.string().default(""), subresource: z.string().default("") });
const accessReview = z.looseObject({
  apiVersion: z.string().default("authorization.k8s.io/v1"),
  spec: z.looseObject({ resourceAttributes: attributes.optional(), nonResourceAttributes: attributes.optional() }).default({}),
});
const rulesReview = z.looseObject({
  apiVersion: z.string().default("authorization.k8s.io/v1"),
  spec: z.looseObject({ namespace: z.string().default("") }).default({ namespace: "" }),
});

const readVerbs = new Set(["get", "list", "watch"]);
const readableParts = new Set(["", "log", "status"]);
const reviews = new Set(["selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"]);

/** The resources that answer questions about the client itself; posting to them changes nothing. */
export function isSelfReview(group: string, resource: string): boolean {
  return (group === "authorization.k8s.io" || group === "authentication.k8s.io") && reviews.has(resource);
}

/**
 * Answers `kubectl auth can-i`, `auth can-i --list` and `auth whoami` truthfully: everything may be read, nothing may be changed.
 *
 * @returns undefined where the body is not such a question
 */
export function answerReview(resource: string, body: unknown): unknown {
  switch (resource) {
    case "selfsubjectaccessreviews": {
      const review = accessReview.safeParse(body);
      if (!review.success) return undefined;
      const allowed = mayDo(review.data.spec.resourceAttributes, review.data.spec.nonResourceAttributes);
      return {
        ...review.data,
        kind: "SelfSubjectAccessReview",
        metadata: {},
        status: { allowed, ...(allowed ? {} : { reason: readOnlyReason }) },
      };
    }
    case "selfsubjectrulesreviews": {
      const review = rulesReview.safeParse(body);
      if (!review.success) return undefined;
      return { ...review.data, kind: "SelfSubjectRulesReview", metadata: {}, status: rules };
    }
    case "selfsubjectreviews":
      return {
        kind: "SelfSubjectReview",
        apiVersion: "authentication.k8s.io/v1",
        metadata: {},
        status: { userInfo: { username: "cloister:reader", groups: ["cloister:readers"] } },
      };
    default:
      return undefined;
  }
}

type Attributes = z.infer<typeof attributes>;

function mayDo(resource: Attributes | undefined, nonResource: Attributes | undefined): boolean {
  if (resource === undefined) return nonResource?.verb === "get";
  if (resource.verb === "create" && reviews.has(resource.resource)) return true;
  return readVerbs.has(resource.verb) && readableParts.has(resource.subresource);
}

const rules = {
  resourceRules: [
    { verbs: ["get", "list", "watch"], apiGroups: ["*"], resources: ["*"] },
    { verbs: ["create"], apiGroups: ["authorization.k8s.io"], resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"] },
  ],
  nonResourceRules: [
    { verbs: ["get"], nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/readyz", "/version"] },
  ],
  incomplete: false,
};
