/** The scans of one parcel, oldest first; a second scan in the same depot right after the first says nothing new. */
export function journey(scans) {
  const sorted = [...scans].sort((a, b) => a.at - b.at);
  return sorted.filter((scan, index) => index === 0 || sorted[index - 1].depot !== scan.depot);
}

/** What a customer reads. */
export function statusOf(scans) {
  const last = journey(scans).at(-1);
  if (last === undefined) return "announced";
  if (last.kind === "handed-over") return "delivered";
  return last.kind === "loaded" ? "out for delivery" : "on its way";
}

export class ParcelStore {
  #scans = new Map();

  add(parcel, scan) {
    if (!/^P-\d{5}$/.test(parcel)) throw new RangeError(`${parcel} is no parcel number`);
    this.#scans.set(parcel, [...(this.#scans.get(parcel) ?? []), scan]);
  }

  announce(parcel) {
    if (!this.#scans.has(parcel)) this.#scans.set(parcel, []);
  }

  read(parcel) {
    const scans = this.#scans.get(parcel);
    return scans === undefined ? undefined : { parcel, status: statusOf(scans), journey: journey(scans) };
  }
}
