import { buildNetwork } from '../../network/build.ts';
import type { NetworkDefinition } from '../../network/definition.ts';
import type { TheoryOptions } from '../../theory/bound.ts';
import { TheoryContext } from '../../theory/context.ts';
import { BoundTable } from '../../theory/registry.ts';
import { OBJECTIVE_BOUNDS, OBJECTIVES, type FitTask, type Objective } from './fit.ts';
import { sweepFields } from './sweep.ts';
import { widthGroups, type WidthGroup } from './widthGroups.ts';

/** More copies of a layer make no design that anyone would train. */
export const MAX_COPIES = 1000;
const DEFAULT_EVALUATIONS = 2000;
const MIN_WIDTH_OF_MEANS = 8;

/** What someone asks of a fit; everything else follows from the network. */
interface FitWishes {
  /** Infinity where nothing limits them. */
  readonly maxParameters: number;
  readonly maxMultiplyAdds: number;
  /** Without: what random networks do, where there is a mean; else what is possible. */
  readonly objective?: Objective;
  /** Names of layers whose widths may change; without, all. */
  readonly layers?: readonly string[];
  readonly depth: { readonly from: number; readonly to: number } | null;
  readonly minWidth?: number;
  readonly maxEvaluations?: number;
  readonly options: TheoryOptions;
}

/** The task that someone asks for. Errors: RangeError, as a sentence, for what this network does not have. */
export function fitTask(definition: NetworkDefinition, wishes: FitWishes): FitTask {
  const { maxParameters, maxMultiplyAdds, options } = wishes;
  const groups = chosenGroups(widthGroups(definition), wishes.layers);
  const depth = wishes.depth && { ...wishes.depth, layer: repeatedLayer(definition, groups) };
  const objective = wishes.objective ?? defaultObjective(definition, options);
  // Formulas for wide layers would favor widths for which they are false.
  const minWidth = wishes.minWidth ?? (objective.startsWith('expected') ? MIN_WIDTH_OF_MEANS : 1);
  const maxEvaluations = wishes.maxEvaluations ?? DEFAULT_EVALUATIONS;
  return { definition, groups, depth, maxParameters, maxMultiplyAdds, objective, minWidth, options, maxEvaluations };
}

function chosenGroups(groups: readonly WidthGroup[], names: readonly string[] | undefined): readonly WidthGroup[] {
  const all = groups.map(({ layers }) => layers[0]).join(', ');
  if (groups.length === 0) throw new RangeError('no layer of this network has a width that can be chosen');
  if (names === undefined) return groups;
  const unknown = names.find((name) => !groups.some(({ layers }) => layers.includes(name)));
  if (unknown !== undefined) throw new RangeError(`${unknown} has no width that can be chosen; there are ${all}`);
  return groups.filter(({ layers }) => layers.some((name) => names.includes(name)));
}

/** The last of the layers that can stand several times in a row. */
function repeatedLayer({ layers }: NetworkDefinition, groups: readonly WidthGroup[]): string {
  const names = new Set(groups.flatMap((group) => group.layers));
  const layer = layers.findLast((each) => names.has(each.name) && sweepFields(each).includes('copies'));
  if (!layer) throw new RangeError('a depth needs a layer with an activation that can stand several times in a row');
  return layer.name;
}

/** What random networks do, where there is a mean; else what is possible. */
function defaultObjective(definition: NetworkDefinition, options: TheoryOptions): Objective {
  const bounds = new BoundTable(TheoryContext.of(buildNetwork(definition).network, options));
  return OBJECTIVES.find((objective) => bounds.get(OBJECTIVE_BOUNDS[objective]).applies) ?? 'at-most';
}
