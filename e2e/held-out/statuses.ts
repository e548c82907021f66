import type { JsonObject } from "../../src/messages/conversation.ts";
import type { EventShown } from "./stage.ts";

/** What controllers write where pods do not come up, word for word. */

const at = { lastUpdateTime: "2026-05-04T09:41:00Z", lastTransitionTime: "2026-05-04T09:41:00Z" };
const late = (set: string): JsonObject => ({
  type: "Progressing",
  status: "False",
  reason: "ProgressDeadlineExceeded",
  message: `ReplicaSet "${set}" has timed out progressing.`,
  ...at,
});
const unavailable: JsonObject = {
  type: "Available",
  status: "False",
  reason: "MinimumReplicasUnavailable",
  message: "Deployment does not have minimum availability.",
  ...at,
};
const available: JsonObject = {
  type: "Available",
  status: "True",
  reason: "MinimumReplicasAvailable",
  message: "Deployment has minimum availability.",
  ...at,
};

/** A deployment none of whose pods is ready. */
export function down(name: string, replicas: number, set = `${name}-54c8d7f9b6`): Readonly<Record<string, JsonObject>> {
  return {
    [`Deployment/${name}`]: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      unavailableReplicas: replicas,
      conditions: [unavailable, late(set)],
    },
  };
}

/** A deployment whose pods of the revision before serve on, while one new pod does not get ready. */
export function held(name: string, replicas: number): Readonly<Record<string, JsonObject>> {
  return {
    [`Deployment/${name}`]: {
      observedGeneration: 2,
      replicas: replicas + 1,
      updatedReplicas: 1,
      readyReplicas: replicas,
      availableReplicas: replicas,
      unavailableReplicas: 1,
      conditions: [available, late(`${name}-7b9f6c5d48`)],
    },
  };
}

/** A deployment that is all there. */
export function up(name: string, replicas: number): Readonly<Record<string, JsonObject>> {
  const message = `ReplicaSet "${name}-54c8d7f9b6" has successfully progressed.`;
  return {
    [`Deployment/${name}`]: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
      conditions: [available, { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable", message, ...at }],
    },
  };
}

/** A deployment of which the API server takes no pod; `old` of the revision before are there. */
export function refused(
  name: string,
  error: string,
  old = 0,
): { readonly statuses: Readonly<Record<string, JsonObject>>; readonly events: readonly EventShown[] } {
  const set = `${name}-${old === 0 ? "54c8d7f9b6" : "7b9f6c5d48"}`;
  const failure: JsonObject = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: error, ...at };
  const there: JsonObject = old === 0 ? {} : { replicas: old, readyReplicas: old, availableReplicas: old };
  return {
    statuses: {
      [`Deployment/${name}`]: {
        observedGeneration: old === 0 ? 1 : 2,
        ...there,
        unavailableReplicas: old === 0 ? 2 : 1,
        conditions: [old === 0 ? unavailable : available, failure, late(set)],
      },
      [`ReplicaSet/${set}`]: { observedGeneration: 1, replicas: 0, conditions: [failure] },
    },
    events: [{ about: `ReplicaSet/${set}`, reason: "FailedCreate", message: `Error creating: ${error}`, count: 16 }],
  };
}
