import type { PiecewiseLinearActivation } from '../../../network/activation.ts';
import { bentSumMoments, type Slopes } from '../integrals/bentSum.ts';
import { bentAt } from '../integrals/levels.ts';
import { bendsAtZeroOnly, zeroBendFactor } from './unit.ts';

/**
 * Second moments of two random numbers u, v and their derivatives along a line: `E uv`, `E u v'`, `E u' v`, `E u'v'`.
 * A reference to a node of the graph, with the two numbers exchanged where it is odd.
 */
export type Moments = number;

/** The moments of a number that is always zero. */
export const ZERO: Moments = 0;

export function exchanged(moments: Moments): Moments {
  return moments ^ 1;
}

export interface Term {
  readonly moments: Moments;
  readonly factor: number;
}

type Node =
  /** `u = a + t b`, `v = c + t d` and sums of such products: `E uv = p + t (q + r) + t^2 s`, and so on. */
  | { readonly kind: 'quadratic'; readonly p: number; readonly q: number; readonly r: number; readonly s: number }
  | { readonly kind: 'linear'; readonly terms: readonly Term[]; readonly constant: number }
  | {
      readonly kind: 'bend';
      readonly activation: PiecewiseLinearActivation;
      readonly pair: Moments;
      readonly left: Moments;
      readonly right: Moments;
    }
  /** Of one unit with itself, on `inner(z) + rest`. */
  | {
      readonly kind: 'bentSum';
      readonly inner: Slopes;
      readonly outer: Slopes;
      readonly gaussian: Moments;
      readonly rest: Moments;
    };

/**
 * Moments as expressions in each other, equal ones stored once. Nodes come after those that they are made of, so that
 * one pass gives all of them at a place of the line.
 */
export class MomentGraph {
  private readonly nodes: Node[] = [{ kind: 'quadratic', p: 0, q: 0, r: 0, s: 0 }];
  private readonly known = new Map<string, Moments>([['0 0 0 0', ZERO]]);
  private readonly activations = new Map<PiecewiseLinearActivation, number>();
  /** Elementary steps of one evaluation. */
  work = 0;

  /** Of `a + t b` and `c + t d`, which are not random. */
  product(a: number, b: number, c: number, d: number): Moments {
    return this.quadratic(a * c, a * d, b * c, b * d);
  }

  /** A sum, plus a constant that is added to `E uv`. */
  sum(terms: readonly Term[], constant = 0): Moments {
    const factors = new Map<Moments, number>();
    for (const { moments, factor } of terms) {
      if (moments >> 1 !== ZERO >> 1) factors.set(moments, (factors.get(moments) ?? 0) + factor);
    }
    if (factors.size === 1 && constant === 0) {
      const [[moments, factor]] = factors;
      if (factor === 1) return moments;
    }
    const sorted = [...factors].sort(([a], [b]) => a - b);
    if (sorted.every(([moments]) => this.nodes[moments >> 1].kind === 'quadratic'))
      return this.folded(sorted, constant);
    const key = `${constant}|${sorted.map(([moments, factor]) => `${moments}*${factor}`).join()}`;
    return this.node(key, sorted.length, () => ({
      kind: 'linear',
      terms: sorted.map(([moments, factor]) => ({ moments, factor })),
      constant,
    }));
  }

  /**
   * Of two units with these pre-activations, Gaussian of mean zero: `pair` of one with the other, `left` and `right` of
   * each with itself.
   */
  bend(activation: PiecewiseLinearActivation, pair: Moments, left: Moments, right: Moments): Moments {
    const isSame = pair === left && pair === right;
    if (isSame && bendsAtZeroOnly(activation)) return this.sum([{ moments: pair, factor: zeroBendFactor(activation) }]);
    const kind = this.activations.get(activation) ?? this.activations.size;
    this.activations.set(activation, kind);
    return this.node(`bend ${kind} ${pair} ${left} ${right}`, BEND_STEPS, () => ({
      kind: 'bend',
      activation,
      pair,
      left,
      right,
    }));
  }

  /**
   * Of a unit with itself whose pre-activation is `inner(z) + f`, for units of these slopes that bend at zero and
   * independent Gaussians z (`gaussian`) and f (`rest`).
   */
  bendSum(inner: Slopes, outer: Slopes, gaussian: Moments, rest: Moments): Moments {
    return this.node(`sum ${inner.join()} ${outer.join()} ${gaussian} ${rest}`, 2 * BEND_STEPS, () => ({
      kind: 'bentSum',
      inner,
      outer,
      gaussian,
      rest,
    }));
  }

  /** The four moments among all at one place. */
  at(values: Float64Array, moments: Moments): [number, number, number, number] {
    const at = 4 * (moments >> 1);
    const swap = moments & 1;
    return [values[at], values[at + 1 + swap], values[at + 2 - swap], values[at + 3]];
  }

  get size(): number {
    return this.nodes.length;
  }

  /** All moments at t: four numbers for each node. */
  evaluate(t: number, into = new Float64Array(4 * this.nodes.length)): Float64Array {
    this.nodes.forEach((node, i) => {
      const at = 4 * i;
      if (node.kind === 'quadratic') {
        into[at] = node.p + t * (node.q + node.r) + t * t * node.s;
        into[at + 1] = node.q + t * node.s;
        into[at + 2] = node.r + t * node.s;
        into[at + 3] = node.s;
      } else if (node.kind === 'linear') {
        into[at] = node.constant;
        into[at + 1] = into[at + 2] = into[at + 3] = 0;
        for (const { moments, factor } of node.terms) addMoments(into, at, moments, factor);
      } else if (node.kind === 'bentSum') {
        const [square, product, slope] = bentSumMoments(
          node.inner,
          node.outer,
          ownMoments(into, node.gaussian),
          ownMoments(into, node.rest),
        );
        into.set([square, product, product, slope], at);
      } else bendMoments(node, into, at);
    });
    return into;
  }

  private quadratic(p: number, q: number, r: number, s: number): Moments {
    // Negative zeros are zeros.
    const key = `${p + 0} ${q + 0} ${r + 0} ${s + 0}`;
    return this.node(key, 1, () => ({ kind: 'quadratic', p, q, r, s }));
  }

  /** Sums of quadratics are quadratics. */
  private folded(terms: readonly (readonly [Moments, number])[], constant: number): Moments {
    let [p, q, r, s] = [constant, 0, 0, 0];
    for (const [moments, factor] of terms) {
      const node = this.nodes[moments >> 1];
      if (node.kind !== 'quadratic') continue;
      p += factor * node.p;
      q += factor * ((moments & 1) === 0 ? node.q : node.r);
      r += factor * ((moments & 1) === 0 ? node.r : node.q);
      s += factor * node.s;
    }
    return this.quadratic(p, q, r, s);
  }

  private node(key: string, steps: number, make: () => Node): Moments {
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const moments = 2 * this.nodes.length;
    this.nodes.push(make());
    this.work += steps;
    this.known.set(key, moments);
    return moments;
  }
}

/** Elementary steps of one arc cosine and what follows. */
const BEND_STEPS = 10;

function addMoments(values: Float64Array, to: number, moments: Moments, factor: number): void {
  const from = 4 * (moments >> 1);
  const swap = moments & 1;
  values[to] += factor * values[from];
  values[to + 1] += factor * values[from + 1 + swap];
  values[to + 2] += factor * values[from + 2 - swap];
  values[to + 3] += factor * values[from + 3];
}

/** Of a number with itself. */
export function ownMoments(values: Float64Array, moments: Moments): [square: number, product: number, slope: number] {
  const at = 4 * (moments >> 1);
  return [values[at], values[at + 1], values[at + 3]];
}

type Bend = Extract<Node, { readonly kind: 'bend' }>;

function bendMoments({ activation, pair, left, right }: Bend, values: Float64Array, at: number): void {
  const [l, r, p] = [4 * (left >> 1), 4 * (right >> 1), 4 * (pair >> 1)];
  if (pair === left && pair === right) {
    // Of one unit with itself, whatever its breakpoints.
    const [square, product, slopes] = bentAt(activation, values[l], values[l + 1], values[l + 3]);
    values.set([square, product, product, slopes], at);
    return;
  }
  const swap = pair & 1;
  const [below, above] = activation.slopes;
  const same = above ** 2 + below ** 2;
  const [k, uv, vu, s] = [values[p], values[p + 1 + swap], values[p + 2 - swap], values[p + 3]];
  values.fill(0, at, at + 4);
  addRectified(values, at, same, l, r, k, uv, vu, s);
  if (below !== 0) addRectified(values, at, -2 * above * below, l, r, -k, -uv, -vu, -s);
}

/** Below this sine the two numbers are proportional up to rounding. */
const MIN_SINE = 1e-6;

/** Cosine and sine; of proportional numbers exactly, since the arc cosine there loses half of the digits. */
function angleOf(correlation: number): [number, number] {
  const cosine = Math.min(1, Math.max(-1, correlation));
  const sine = Math.sqrt((1 - cosine) * (1 + cosine));
  return sine < MIN_SINE ? [Math.sign(cosine), 0] : [cosine, sine];
}

/**
 * Adds `factor` times the four moments of relu(u), relu(v) and their derivatives, for jointly Gaussian u, v, u', v' of
 * mean zero with `k = E uv`, `uv = E u v'`, `vu = E u' v`, `s = E u'v'` (Cho and Saul 2009 for the first of them); the
 * moments of u with itself are at `l`, those of v at `r`.
 */
function addRectified(
  values: Float64Array,
  at: number,
  factor: number,
  l: number,
  r: number,
  k: number,
  uv: number,
  vu: number,
  s: number,
): void {
  const scale = Math.sqrt(values[l] * values[r]);
  if (!(scale > 0)) return;
  const [cu, cv] = [values[l + 1], values[r + 1]];
  const [cosine, sine] = angleOf(k / scale);
  const both = (factor * (Math.PI - Math.acos(cosine))) / (2 * Math.PI);
  const ratio = Math.sqrt(values[l] / values[r]);
  const edge = (factor * sine) / (2 * Math.PI);
  values[at] += scale * edge + both * k;
  values[at + 1] += both * uv + edge * ratio * cv;
  values[at + 2] += both * vu + (edge / ratio) * cu;
  values[at + 3] += both * s;
  if (sine === 0) return;
  const bracket = uv * vu + cu * cv - cosine * ((cu * uv) / ratio + ratio * cv * vu);
  values[at + 3] += (factor * bracket) / (2 * Math.PI * scale * sine);
}
