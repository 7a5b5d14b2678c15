import type { TensorId } from '../../../network/network.ts';
import type { MergeOperation } from '../../../network/operation.ts';
import { formatShape } from '../../../network/shape.ts';
import type { LayerContext } from './affine.ts';
import { Ancestry } from './ancestry.ts';
import { commonBorders, joinChannels, splitGroups, type Cells } from './cells.ts';
import type { Identities } from './identities.ts';
import { plus, timesFactor, type Rectified } from './rectified.ts';
import {
  momentsOf,
  NoClosedForm,
  scaled,
  unknown,
  type KnownTensor,
  type RandomTensor,
  type TensorState,
} from './state.ts';

/** A layer with several inputs: sums and concatenation. Throws NoClosedForm for a maximum. */
export function mergeTensors(
  operation: MergeOperation,
  inputs: readonly TensorState[],
  context: LayerContext,
): TensorState {
  // Asked before the inputs: what is not known is refused where units read it, and a maximum is units of its own.
  if (operation.kind === 'maximum')
    throw new NoClosedForm(`${context.layer.name}: there is no closed form of the mean for a maximum of tensors.`);
  const states: (KnownTensor | RandomTensor)[] = [];
  for (const state of inputs) {
    if (state.kind === 'unknown') return state;
    states.push(state);
  }
  switch (operation.kind) {
    case 'add':
      return summed(
        states,
        states.map(() => 1),
        context,
      );
    case 'subtract':
      return summed(states, [1, -1], context);
    case 'average':
      return summed(
        states,
        states.map(() => 1 / states.length),
        context,
      );
    case 'concatenate':
      return joined(states, operation.axis, context);
  }
}

/**
 * A weighted sum. Second moments add where the summands are uncorrelated; `reasonAgainst` says where they may not be.
 */
function summed(
  states: readonly (KnownTensor | RandomTensor)[],
  factors: readonly number[],
  context: LayerContext,
): TensorState {
  const known = sumOfKnown(states, factors);
  const random: RandomTensor[] = [];
  states.forEach((state, k) => state.kind === 'random' && random.push(multiplied(state, factors[k])));
  if (random.length === 0 && known) return known;
  const reason = reasonAgainst(random);
  if (reason) return unknown(reason);
  const parts = random.map((state) => state.cells);
  if (known) parts.push(momentsOf(known, context.derivatives, context.identities));
  const cells = sumCells(parts, context.identities);
  return {
    ...unionOf(random),
    cells,
    hasKnown: known !== null || random.some((state) => state.hasKnown),
    rectified: known ? null : rectifiedOf(random, cells, context.identities),
  };
}

function multiplied(state: RandomTensor, factor: number): RandomTensor {
  const terms = new Map([...state.terms].map(([layer, times]) => [layer, times * factor]));
  const rectified = state.rectified && timesFactor(state.rectified, factor);
  return { ...state, cells: scaled(state.cells, factor ** 2), terms, rectified };
}

/** Of one summand that is bent, what it is with the others added, where these are Gaussian and independent of it. */
function rectifiedOf(random: readonly RandomTensor[], sum: Cells, identities: Identities): Rectified | null {
  const bent = random.find((state) => state.bent)?.rectified;
  if (!bent) return null;
  const added = random.filter((state) => !state.bent).map(({ cells }) => cells);
  if (bent.rest) added.push(bent.rest);
  return plus(bent, added.length > 0 ? sumCells(added, identities) : null, sum, identities);
}

function sumOfKnown(states: readonly (KnownTensor | RandomTensor)[], factors: readonly number[]): KnownTensor | null {
  let sum: KnownTensor | null = null;
  states.forEach((state, k) => {
    if (state.kind !== 'known') return;
    const before: Float64Array | undefined = sum?.cells.values;
    const values = state.cells.values.map((value, i) => factors[k] * value + (before?.[i] ?? 0));
    sum = { kind: 'known', cells: { ...state.cells, values } };
  });
  return sum;
}

/**
 * A layer's output is linear in its own weights, of mean zero and independent of all others: so it is uncorrelated with
 * whatever does not depend on them, above all with other layers' outputs.
 */
function reasonAgainst(random: readonly RandomTensor[]): string | null {
  const seen = new Set<TensorId>();
  for (const { terms } of random) {
    for (const layer of terms.keys()) {
      if (seen.has(layer)) return 'a sum holds the output of one layer twice.';
      seen.add(layer);
    }
  }
  const bent = random.filter((state) => state.bent);
  if (bent.length > 1) return 'a sum of several bent tensors needs their covariance.';
  if (random.filter((state) => state.hasKnown).length > 1) return 'a sum holds the input twice.';
  const dependsOn = bent[0]?.bent;
  if (dependsOn?.meets(seen)) {
    return 'a sum of a tensor and of bent values that depend on it needs their covariance.';
  }
  return null;
}

function unionOf(random: readonly RandomTensor[]): Omit<RandomTensor, 'cells'> {
  const bent = random.map((state) => state.bent).filter((ancestry) => ancestry !== null);
  return {
    kind: 'random',
    terms: new Map(random.flatMap((state) => [...state.terms])),
    bent: bent.length > 0 ? new Ancestry(null, bent) : null,
    rectified: null,
    hasKnown: random.some((state) => state.hasKnown),
    ancestors: new Ancestry(
      null,
      random.map((state) => state.ancestors),
    ),
    isTied: random.some((state) => state.isTied),
    isNarrow: random.some((state) => state.isNarrow),
    isThin: random.some((state) => state.isThin),
    isSingle: random.some((state) => state.isSingle),
    isMixed: random.some((state) => state.isMixed),
    hasMixedSums: random.some((state) => state.hasMixedSums),
    hasMultiples: random.some((state) => state.hasMultiples),
    hasRays: random.some((state) => state.hasRays),
  };
}

function sumCells(parts: readonly Cells[], identities: Identities): Cells {
  const borders = commonBorders(parts);
  return parts
    .map((part) => splitGroups(part, borders, identities))
    .reduce((sum, part) => {
      const pairs = identities.pairs();
      return {
        ...sum,
        values: sum.values.map((value, i) => value + part.values[i]),
        ids: sum.ids.map((id, i) => identities.sum(pairs, id, part.ids[i])),
        distinct: sum.distinct || part.distinct,
      };
    });
}

function joined(states: readonly (KnownTensor | RandomTensor)[], axis: number, context: LayerContext): TensorState {
  const { identities, layer } = context;
  const random = states.filter((state) => state.kind === 'random');
  const rank = layer.outputShape.length;
  const along = axis < 0 ? rank + axis : axis;
  const areKnown = random.length === 0;
  const given = states.map((state) => (areKnown ? state.cells : momentsOf(state, context.derivatives, identities)));
  const { parts, hasMultiples } = areKnown ? { parts: given, hasMultiples: false } : multiplesApart(given, identities);
  const cells = along === rank - 1 ? joinChannels(parts) : joinPositions(parts, along === rank - 2 ? 1 : 0, identities);
  if (rank > 3) return unknown(`a concatenation of shape ${formatShape(layer.outputShape)} is not supported.`);
  if (areKnown) return { kind: 'known', cells };
  const union = unionOf(random);
  return {
    ...union,
    cells,
    hasKnown: random.length < states.length || union.hasKnown,
    hasMultiples: union.hasMultiples || hasMultiples,
  };
}

/**
 * A batch norm multiplies numbers and leaves them their identities, as units that bend at zero see no difference. Side
 * by side with what it multiplies, others do: there the multiples have identities of their own.
 */
function multiplesApart(parts: readonly Cells[], identities: Identities): { parts: Cells[]; hasMultiples: boolean } {
  const first = new Map<number, readonly number[]>();
  const pairs = identities.pairs();
  let hasMultiples = false;
  const named = parts.map((part, k) => {
    const count = part.ids.length;
    const idOf = (id: number, cell: number): number => {
      if (id === 0) return id;
      const moments = Array.from({ length: part.components }, (_, at) => part.values[at * count + cell]);
      const known = first.get(id);
      if (!known) first.set(id, moments);
      if (!known || known.every((value, at) => Math.abs(value - moments[at]) <= 1e-9 * Math.abs(value))) return id;
      hasMultiples = true;
      return pairs.id(id, k);
    };
    const ids = part.ids.map(idOf);
    return hasMultiples ? { ...part, ids } : part;
  });
  return { parts: named, hasMultiples };
}

/** Tensors one after another along the rows (0) or the columns (1). */
function joinPositions(parts: readonly Cells[], axis: 0 | 1, identities: Identities): Cells {
  const borders = commonBorders(parts);
  const split = parts.map((part) => (part.ids.length > 0 ? splitGroups(part, borders, identities) : part));
  const [first] = split;
  const lines = (part: Cells): number => (axis === 0 ? 1 : part.height);
  const interleave = <T extends Float64Array | Int32Array>(arrays: T[], target: T, outer: number): T => {
    let to = 0;
    for (let o = 0; o < outer; o++) {
      for (const array of arrays) {
        const length = array.length / outer;
        target.set(array.subarray(o * length, (o + 1) * length), to);
        to += length;
      }
    }
    return target;
  };
  const total = (key: 'values' | 'ids'): number => split.reduce((sum, part) => sum + part[key].length, 0);
  return {
    ...first,
    height: axis === 0 ? split.reduce((sum, part) => sum + part.height, 0) : first.height,
    width: axis === 1 ? split.reduce((sum, part) => sum + part.width, 0) : first.width,
    values: interleave(
      split.map((part) => part.values),
      new Float64Array(total('values')),
      first.components * lines(first),
    ),
    ids: interleave(
      split.map((part) => part.ids),
      new Int32Array(total('ids')),
      lines(first),
    ),
    distinct: false,
  };
}
