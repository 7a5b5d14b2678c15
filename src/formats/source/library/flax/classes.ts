import { Instance } from '../../python/evaluation/values.ts';
import type { Value } from '../../python/evaluation/values.ts';

/** Classes of Flax that are not modules. */
const others =
  /\.(?:Rngs|RngStream|Param|Variable|BatchStat|Cache|Optimizer|ModelAndOptimizer|State|GraphDef|Initializer|PartitionSpec)$/;

/** Classes of Flax whose instances are modules: `flax.linen.Dense`, `flax.nnx.Conv`, `flax.nnx.Module`. */
export function isFlaxClass(path: string): boolean {
  return /^flax\.(?:linen|nnx)\.[A-Z]\w*$/.test(path) && !others.test(path);
}

export function isFlaxModule(value: Value): value is Instance {
  return value instanceof Instance && value.library !== undefined && isFlaxClass(value.library);
}

/** Modules of linen are data classes: their annotated names are fields. */
export function isLinenModule(path: string): boolean {
  return path === 'flax.linen.Module';
}
