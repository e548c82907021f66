/** The arguments of ffmpeg for one size. */
export function commandFor(input, { height, rate }, output) {
  return ["-i", input, "-vf", `scale=-2:${height}`, "-b:v", `${rate}k`, "-c:a", "copy", "-y", output];
}
