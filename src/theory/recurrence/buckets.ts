/** The last index of the bucket that index i falls into, buckets of `step` counted from the end. */
export function bucketTop(i: number, step: number, length: number): number {
  return length - 1 - Math.floor((length - 1 - i) / step) * step;
}
