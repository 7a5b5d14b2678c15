import { check, type Checked } from './check.ts';
import { generate, wide } from './generate.ts';
import { checkMeans } from './means.ts';
import type { NativeFile } from './nativeFile.ts';
import { limitProcessorTime } from './processorLimit.ts';

/** What is to be checked: a seed's network, or one that is given; wide ones for their means. */
export interface Task {
  readonly seed: number;
  readonly means: boolean;
  readonly file?: NativeFile;
}

export type Answer =
  | { readonly file: NativeFile }
  /** With the processor time that it took, in seconds. */
  | (Checked & { readonly seconds: number; readonly file?: undefined });

const limit = limitProcessorTime();

/**
 * Answers tasks until its parent ends it: first with the network, for the case that no more comes, then with the finds.
 */
process.on('message', ({ seed, means, file }: Task) => {
  const network = file ?? generate(seed, means ? wide : undefined);
  process.send!({ file: network } satisfies Answer);
  limit.restart();
  process.send!({ ...checked(network, seed, means), seconds: limit.used() } satisfies Answer);
});

function checked(file: NativeFile, seed: number, means: boolean): Checked {
  try {
    return means ? checkMeans(file) : check(file, seed);
  } catch (error) {
    const [says, place] =
      error instanceof Error ? [error.message, (error.stack ?? '').split('\n')[1] ?? ''] : [String(error), ''];
    const where = /at (\S+)/.exec(place)?.[1] ?? '';
    return { finds: [{ key: `threw in ${where}`, says }], tally: { counts: {}, comparisons: {} } };
  }
}
