// States of a container as the kubelet reports them, with the events that it writes beside them. Each is a function that gets what
// the pod is and returns `{ status, ready, phase?, events }`; an author picks one for a pod.
import { hexOf, secondsOf } from "./names.mjs";

const idOf = (pod, container, run) => `containerd://${hexOf(`${pod.uid} ${container.name} ${run}`)}`;
const digestOf = (image) => `${image.replace(/(:[^/:]+)?$/, "")}@sha256:${hexOf(image)}`;

function started(pod, container, ago, run = 0) {
  return { containerID: idOf(pod, container, run), image: container.image, imageID: digestOf(container.image), name: container.name };
}

const ended = (pod, container, clock, { exitCode, reason, message, startedAgo, finishedAgo, run = 0, signal }) => ({
  terminated: {
    containerID: idOf(pod, container, run),
    exitCode,
    finishedAt: clock.stamp(finishedAgo),
    ...(message && { message }),
    reason,
    ...(signal && { signal }),
    startedAt: clock.stamp(startedAgo),
  },
});

/** What the kubelet tells of a container that it starts, for a pod of the last hour: `events: startEvents("web", image, "38m")`. */
export function startEvents(container, image, ago, { pulled } = {}) {
  const told = (reason, message, later) => ({ type: "Normal", reason, message, from: container, ago: secondsOf(ago) - later });
  const present = `Container image "${image}" already present on machine`;
  return [
    ...(pulled ? [told("Pulling", `Pulling image "${image}"`, 1)] : []),
    told(
      "Pulled",
      pulled ? `Successfully pulled image "${image}" in ${pulled} (${pulled} including waiting). Image size: 48211004 bytes.` : present,
      3,
    ),
    told("Created", `Created container ${container}`, 3),
    told("Started", `Started container ${container}`, 3),
  ];
}

/** Runs and is ready. `restarts` with `last: { exitCode, reason, ago }` for one that has come back since. */
export function running({ ago, restarts = 0, last } = {}) {
  return ({ pod, container, clock, age }) => {
    const since = ago ?? Math.max(0, age - 2);
    const before = last && ended(pod, container, clock, { startedAgo: age - 2, finishedAgo: last.ago, run: restarts - 1, ...last });
    return {
      ready: true,
      status: {
        ...started(pod, container, since, restarts),
        lastState: before ?? {},
        ready: true,
        restartCount: restarts,
        started: true,
        state: { running: { startedAt: clock.stamp(since) } },
      },
      events: [],
    };
  };
}

/** Runs and its readiness probe fails: `message` as the kubelet writes it (`Readiness probe failed: HTTP probe failed with statuscode: 404`). */
export function unready({ message, ago, times = 20 }) {
  return ({ pod, container, clock, age }) => {
    const since = ago ?? Math.max(0, age - 2);
    return {
      ready: false,
      status: {
        ...started(pod, container, since),
        lastState: {},
        ready: false,
        restartCount: 0,
        started: true,
        state: { running: { startedAt: clock.stamp(since) } },
      },
      events: [{ type: "Warning", reason: "Unhealthy", message, from: container.name, ago: 4, first: Math.min(since, 3500), count: times }],
    };
  };
}

/** Ends, is started again, ends. `ended`: exitCode, reason (Error, OOMKilled, Completed), message; `ago`: when it ended last; `ran`: seconds of each run. */
export function crashLoop({ exitCode, reason = "Error", message, restarts, ago = 40, ran = 5, backOff = "5m0s", events = [] }) {
  return ({ pod, container, clock, age }) => ({
    ready: false,
    status: {
      ...started(pod, container, ago, restarts),
      lastState: ended(pod, container, clock, { exitCode, reason, message, startedAgo: ago + ran, finishedAgo: ago, run: restarts }),
      ready: false,
      restartCount: restarts,
      started: false,
      state: {
        waiting: {
          message: `back-off ${backOff} restarting failed container=${container.name} pod=${pod.name}_${pod.namespace}(${pod.uid})`,
          reason: "CrashLoopBackOff",
        },
      },
    },
    events: [
      ...events,
      {
        type: "Warning",
        reason: "BackOff",
        message: `Back-off restarting failed container ${container.name} in pod ${pod.name}_${pod.namespace}(${pod.uid})`,
        from: container.name,
        ago: 6,
        first: Math.min(age - 10, 3400),
        count: restarts * 5,
      },
    ],
  });
}

/** Killed by its liveness probe over and over. `message`: `Liveness probe failed: …` */
export function livenessLoop({ message, restarts, ago = 20, ran = 35, exitCode = 137 }) {
  return (at) =>
    crashLoop({
      exitCode,
      reason: "Error",
      restarts,
      ago,
      ran,
      events: [
        {
          type: "Warning",
          reason: "Unhealthy",
          message,
          from: at.container.name,
          ago: ago + 2,
          first: Math.min(at.age - 20, 3300),
          count: restarts * 3,
        },
        {
          type: "Normal",
          reason: "Killing",
          message: `Container ${at.container.name} failed liveness probe, will be restarted`,
          from: at.container.name,
          ago: ago + 1,
          first: Math.min(at.age - 40, 3200),
          count: restarts,
        },
      ],
    })(at);
}

/** The image does not come. `why`: the runtime's own words after `failed to pull and unpack image …:`. */
export function imagePull({ why, reason = "ImagePullBackOff" }) {
  return ({ container, age }) => {
    const { image, name } = container;
    const failed = `Failed to pull image "${image}": ${why}`;
    const message = reason === "ImagePullBackOff" ? `Back-off pulling image "${image}": ErrImagePull: ${why}` : why;
    const first = Math.min(age - 2, 3400);
    return {
      ready: false,
      phase: "Pending",
      status: {
        image,
        imageID: "",
        lastState: {},
        name,
        ready: false,
        restartCount: 0,
        started: false,
        state: { waiting: { message, reason } },
      },
      events: [
        { type: "Normal", reason: "Pulling", message: `Pulling image "${image}"`, from: name, ago: 80, first, count: 5 },
        { type: "Warning", reason: "Failed", message: failed, from: name, ago: 79, first: first - 1, count: 5 },
        { type: "Warning", reason: "Failed", message: "Error: ErrImagePull", from: name, ago: 79, first: first - 1, count: 5 },
        {
          type: "Normal",
          reason: "BackOff",
          message: `Back-off pulling image "${image}"`,
          from: name,
          ago: 9,
          first: first - 15,
          count: 30,
        },
        { type: "Warning", reason: "Failed", message: "Error: ImagePullBackOff", from: name, ago: 9, first: first - 15, count: 30 },
      ],
    };
  };
}

/** The container cannot be made: `reason` CreateContainerConfigError or CreateContainerError/RunContainerError, `message` (`secret "x" not found`). */
export function cannotCreate({ message, reason = "CreateContainerConfigError", phase = "Pending" }) {
  return ({ container, age }) => ({
    ready: false,
    phase,
    status: {
      image: container.image,
      imageID: "",
      lastState: {},
      name: container.name,
      ready: false,
      restartCount: 0,
      started: false,
      state: { waiting: { message, reason } },
    },
    events: [
      {
        type: "Warning",
        reason: "Failed",
        message: `Error: ${message}`,
        from: container.name,
        ago: 8,
        first: Math.min(age - 3, 3400),
        count: 40,
      },
    ],
  });
}

/** Waits for something before it (`PodInitializing`, `ContainerCreating`). */
export function waiting({ reason = "ContainerCreating" } = {}) {
  return ({ container }) => ({
    ready: false,
    phase: "Pending",
    status: {
      image: container.image,
      imageID: "",
      lastState: {},
      name: container.name,
      ready: false,
      restartCount: 0,
      started: false,
      state: { waiting: { reason } },
    },
    events: [],
  });
}

/** Has ended for good: a job's container, or an init container that did its work. */
export function completed({ ago, ran = 20, exitCode = 0, reason = exitCode === 0 ? "Completed" : "Error" } = {}) {
  return ({ pod, container, clock, age }) => {
    const finishedAgo = secondsOf(ago ?? Math.max(0, age - ran));
    return {
      ready: false,
      phase: exitCode === 0 ? "Succeeded" : "Failed",
      status: {
        ...started(pod, container, finishedAgo),
        lastState: {},
        ready: exitCode === 0,
        restartCount: 0,
        started: false,
        state: ended(pod, container, clock, { exitCode, reason, startedAgo: finishedAgo + ran, finishedAgo }),
      },
      events: [],
    };
  };
}
