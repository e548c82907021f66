const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text) => String(text).replaceAll(/[&<>"]/g, (character) => escapes[character]);

/** A design as SVG: layers from the back to the front. Throws for what has no size or an unknown kind. */
export function render({ width, height, layers }) {
  if (layers.length === 0) throw new RangeError("a design has layers");
  if (!(width > 0 && height > 0)) throw new RangeError("a design has a width and a height");
  const drawn = layers.map(drawLayer).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawn}</svg>`;
}

function drawLayer(layer) {
  const { kind, x = 0, y = 0, turn = 0 } = layer;
  const turned = turn === 0 ? "" : ` transform="rotate(${turn} ${x} ${y})"`;
  switch (kind) {
    case "box": {
      const rounded = "";
      return `<rect x="${x}" y="${y}" width="${layer.width}" height="${layer.height}"${rounded} fill="${escape(layer.fill ?? "black")}"${turned}/>`;
    }
    case "text":
      return `<text x="${x}" y="${y}" font-family="${escape(layer.font ?? "serif")}"${turned}>${escape(layer.text)}</text>`;
    default:
      throw new RangeError(`there is no kind ${kind}`);
  }
}
