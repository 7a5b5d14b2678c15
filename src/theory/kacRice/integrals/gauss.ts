interface Rule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

const rules = new Map<number, Rule>();

/** Nodes and weights of the Gauss-Legendre rule on [-1, 1]. Each rule is computed once: that takes milliseconds. */
export function gaussLegendre(count: number): Rule {
  const rule = rules.get(count) ?? newRule(count);
  rules.set(count, rule);
  return rule;
}

function newRule(count: number): Rule {
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let derivative = 1;
    // Newton's method from this start doubles the digits each time.
    for (let step = 0; step < 6; step++) {
      let [previous, value] = [1, x];
      for (let k = 2; k <= count; k++) [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
      derivative = (count * (previous - x * value)) / (1 - x * x);
      x -= value / derivative;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * derivative * derivative);
  }
  return { nodes, weights };
}
