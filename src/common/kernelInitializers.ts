/** How kernels are drawn, by the names of files, settings and the command line. */
export const KERNEL_INITIALIZERS = [
  'he_normal',
  'he_uniform',
  'glorot_normal',
  'glorot_uniform',
  'lecun_normal',
  'lecun_uniform',
  'orthogonal',
  /** With a deviation that is given beside it. */
  'normal',
] as const;

export type KernelInitializer = (typeof KERNEL_INITIALIZERS)[number];
