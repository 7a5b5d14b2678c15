export function times(numbers: Float64Array, factor: number): Float64Array {
  const image = new Float64Array(numbers.length);
  for (let i = 0; i < image.length; i++) image[i] = factor * numbers[i];
  return image;
}

export function sum(all: readonly Float64Array[]): Float64Array {
  const total = all[0].slice();
  for (const numbers of all.slice(1)) for (let i = 0; i < total.length; i++) total[i] += numbers[i];
  return total;
}
