import { InvalidArgumentError } from "commander";

/** A parser for an option's number, with its bounds. */
export function boundedInteger(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`It has to be a whole number from ${min} to ${max}.`);
    return value;
  };
}
