/** The heights that players ask for, with a bit rate for each, in kbit/s. */
const steps = [
  { height: 240, rate: 400 },
  { height: 480, rate: 1200 },
  { height: 720, rate: 2800 },
  { height: 1080, rate: 5200 },
];

/** Sizes to make of a video: none is larger than the original, and there is always one. */
export function ladderFor({ height }) {
  const fitting = steps.filter((step) => step.height <= height);
  return fitting.length > 0 ? fitting : [{ height, rate: steps[0].rate }];
}
