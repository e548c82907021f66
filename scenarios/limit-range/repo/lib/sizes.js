const edges = { s: 160, m: 480, l: 1280 };
const bytesForPixel = 10;
const restBytes = 40 * 2 ** 20;

/** Width and height of a thumbnail: the longer edge is 160, 480 or 1280, and never more than the picture's own. */
export function thumbSize({ width, height }, size) {
  const edge = edges[size];
  if (edge === undefined) throw new RangeError(`there is no size ${size}`);
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Bytes that decoding a picture takes at the most. */
export function memoryFor({ width, height }) {
  return width * height * bytesForPixel + restBytes;
}

/** Is the picture small enough to be decoded? `maxMegapixels` is the setting. */
export function isTaken({ width, height }, maxMegapixels) {
  return (width * height) / 1e6 <= maxMegapixels;
}
