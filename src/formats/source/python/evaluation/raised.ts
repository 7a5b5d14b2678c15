import { Thrown } from '../../evaluation/evaluation.ts';
import type { Value } from './values.ts';

/** A `raise` of the source. */
export class Raised extends Thrown {
  constructor(readonly raised: Value) {
    super(undefined);
  }
}
