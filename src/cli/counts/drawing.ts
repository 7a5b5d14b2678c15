import { KERNEL_INITIALIZERS } from '../../common/kernelInitializers.ts';
import type { Initialization } from '../../network/definition.ts';
import { MAX_NUMBER, parseNumber, UsageError } from '../usage.ts';

const text = { type: 'string' } as const;
/** Options that say how weights are drawn. */
export const DRAWING_OPTIONS = { init: text, 'kernel-stddev': text, 'bias-stddev': text };

export interface DrawingWords {
  readonly init?: string;
  readonly 'kernel-stddev'?: string;
  readonly 'bias-stddev'?: string;
}

/** What the options change of the file's way of drawing weights; a deviation of the kernels alone means normal ones. */
export function parseDrawing(words: DrawingWords): Partial<Initialization> {
  const kernel = KERNEL_INITIALIZERS.find((name) => name === words.init);
  if (words.init !== undefined && !kernel) throw new UsageError(`--init is one of ${KERNEL_INITIALIZERS.join(', ')}`);
  const kernelStddev = parseNumber(words['kernel-stddev'], 'kernel-stddev', 0, MAX_NUMBER);
  if (kernelStddev !== undefined && kernel !== undefined && kernel !== 'normal') {
    throw new UsageError(`--kernel-stddev is for --init normal; ${kernel} has a deviation of its own`);
  }
  if (kernel === 'normal' && kernelStddev === undefined) throw new UsageError('--init normal needs --kernel-stddev');
  const biasStddev = parseNumber(words['bias-stddev'], 'bias-stddev', 0, MAX_NUMBER);
  return {
    ...(kernelStddev === undefined ? kernel && { kernel } : { kernel: 'normal', kernelStddev }),
    ...(biasStddev !== undefined && { biasStddev }),
  };
}
