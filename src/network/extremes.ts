/** The greatest of numbers; `least` for none. Lists of any length: arguments of a call have to fit on the stack. */
export function greatestOf(values: Iterable<number>, least = -Infinity): number {
  let greatest = least;
  for (const value of values) if (value > greatest) greatest = value;
  return greatest;
}

/** The least of numbers; `greatest` for none. */
export function leastOf(values: Iterable<number>, greatest = Infinity): number {
  let least = greatest;
  for (const value of values) if (value < least) least = value;
  return least;
}
