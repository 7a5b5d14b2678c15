import { check, type Checked } from './check.ts';
import { checkDrawnMean } from './drawnMeans.ts';
import { generate, wide } from './generate.ts';
import { checkMeans } from './means.ts';
import type { NativeFile } from './nativeFile.ts';
import { limitProcessorTime } from './processorLimit.ts';

/** Bounds and methods, the limits of wide networks, or means from draws. */
export type Subject = 'bounds' | 'means' | 'drawn';

/** What is to be checked: a seed's network, or one that is given. */
export interface Task {
  readonly seed: number;
  readonly subject: Subject;
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
process.on('message', ({ seed, subject, file }: Task) => {
  const network = file ?? generate(seed, subject === 'means' ? wide : undefined);
  process.send!({ file: network } satisfies Answer);
  limit.restart();
  process.send!({ ...checked(network, seed, subject), seconds: limit.used() } satisfies Answer);
});

const checks: Readonly<Record<Subject, (file: NativeFile, seed: number) => Checked>> = {
  bounds: check,
  means: checkMeans,
  drawn: checkDrawnMean,
};

function checked(file: NativeFile, seed: number, subject: Subject): Checked {
  try {
    return checks[subject](file, seed);
  } catch (error) {
    const [says, place] =
      error instanceof Error ? [error.message, (error.stack ?? '').split('\n')[1] ?? ''] : [String(error), ''];
    const where = /at (\S+)/.exec(place)?.[1] ?? '';
    return { finds: [{ key: `threw in ${where}`, says }], tally: { counts: {}, comparisons: {} } };
  }
}
