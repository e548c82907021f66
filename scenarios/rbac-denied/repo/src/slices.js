/** Endpoint slices by name, and what they say of services. */
export class Slices {
  #slices = new Map();

  replace(items) {
    this.#slices = new Map(items.map((slice) => [slice.metadata.name, slice]));
  }

  apply({ type, object }) {
    if (type === "DELETED") this.#slices.delete(object.metadata.name);
    else this.#slices.set(object.metadata.name, object);
  }

  get size() {
    return this.#slices.size;
  }

  services() {
    const found = {};
    for (const { metadata, endpoints } of this.#slices.values()) {
      const name = metadata.labels?.["kubernetes.io/service-name"];
      if (name === undefined) continue;
      found[name] ??= [];
      for (const { addresses, conditions } of endpoints ?? []) if (conditions?.ready) found[name].push(...addresses);
    }
    return found;
  }
}
