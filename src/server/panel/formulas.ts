import temml from 'temml';

/** The theorems' formulas as MathML, typeset where they are asked for and kept. */

const recurrence = String.raw`\sum_{(j_1, \dots, j_L)} \prod_{l=1}^{L} \binom{n_l}{j_l},\quad j_l \le \min(n_0,\, n_1 - j_1,\, \dots,\, n_{l-1} - j_{l-1},\, n_l)`;
const mean = String.raw`\frac1S \sum_{s=1}^{S} R_s`;
const folded = (factor: string) => String.raw`\Bigl(\prod_{l=1}^{L-1} ${factor}\Bigr) \sum_{j=0}^{n_0} \binom{n_L}{j}`;

/** By bound id, in the words of the tables in docs/theory.md. */
const LATEX: Readonly<Record<string, string>> = {
  'naive-upper': String.raw`\prod_{l} p_l^{\,n_l}`,
  'montufar2017-upper': String.raw`\prod_{l=1}^{L} \sum_{j=0}^{d_l} \binom{n_l}{j},\quad d_l = \min(n_0, \dots, n_{l-1})`,
  'serra2018-upper': recurrence,
  'hinz2021-upper': String.raw`\bigl\lVert B_{n_L}^{(\gamma)}\, M_{n_{L-1},\, n_L} \cdots B_{n_1}^{(\gamma)}\, M_{n_0,\, n_1}\, e_{n_0+1} \bigr\rVert_1`,
  'recurrence-upper': String.raw`f_1(n_0),\quad f_l(d) = \sum_{j=0}^{d} I_l(j)\, f_{l+1}\bigl(\min(d,\, r_l(j))\bigr),\quad f_{L+1} = 1`,
  'homogeneous-upper': String.raw`2\, f(n_0 - 1;\; n_1 - 1,\, n_2, \dots, n_L)`,
  'homogeneous-lower': String.raw`R(n_0 - 1;\; n_1 - 1, \dots, n_{L-1} - 1,\, n_L) + \sum_{j=0}^{n_0-1} \binom{n_1 - 1}{j}`,
  'pascanu2013-lower': folded(String.raw`\left\lfloor \frac{n_l}{n_0} \right\rfloor`),
  'montufar2014-lower': folded(String.raw`\left\lfloor \frac{n_l}{n_0} \right\rfloor^{n_0}`),
  'serra2018-lower': folded(String.raw`\left(\left\lfloor \frac{n_l}{n_0} \right\rfloor + 1\right)^{n_0}`),
  'arora2018-lower': String.raw`2 \sum_{j=0}^{n_0-1} \binom{m-1}{j} \; w^{L-1},\quad n_1 = 2m,\; w = \min(n_2, \dots, n_L)`,
  'serra2018-size-lower': String.raw`2 \sum_{j=0}^{n_0-1} \binom{m-1}{j} \; (w+1)^{L-1},\quad n_1 = 2m,\; w = \min(n_2, \dots, n_L)`,
  'xiong2020-one-layer': String.raw`\sum_{j} I(j)\,(p-1)^j`,
  'xiong2020-upper': String.raw`R_{\mathcal{N}_1} \prod_{l=2}^{L} \sum_{i=0}^{n_0} \binom{N_l}{i}`,
  'xiong2020-lower': String.raw`R_{\mathcal{N}'} \prod_{l=1}^{L-1} \left\lfloor \frac{d_l}{d_0} \right\rfloor^{h_l w_l d_0}`,
  'conv-generic-exact': String.raw`\sum_{A \text{ independent}} (p-1)^{|A|}`,
  'pointwise-lower': String.raw`\max\Bigl(\prod_{\text{blocks}} \sum_{j=0}^{m} \binom{d}{j} (p-1)^j,\; \prod_{\text{positions}} R_{\text{dense}}\Bigr)`,
  'xiong2020-lower-corrected': String.raw`\tilde{R}_{\mathcal{N}'} \prod_{l=1}^{L-1} \left\lfloor \frac{d_l}{d_0} \right\rfloor^{h_l w_l d_0}`,
  'maxout-montufar2014-lower': String.raw`k^{L-1}\, k^{\min(n_0,\, n_L)}`,
  'maxout-montufar2014-upper': String.raw`\min\Bigl(\sum_{j=0}^{n_0} \binom{k^2 m}{j},\; k^m\Bigr)`,
  'maxout-serra2018-upper': String.raw`\prod_{l=1}^{L} \sum_{j=0}^{d_l} \binom{n_l\, k(k-1)/2}{j}`,
  'maxout-mrz2022-upper': String.raw`\prod_{l=1}^{L} \sum_{j=0}^{d_l} \binom{n_l}{j} (k-1)^j,\quad d_l = \min(n_0, \dots, n_{l-1})`,
  'maxout-mrz2022-lower': String.raw`\max_{n \le n_0} \prod_{l=1}^{L} \left(\frac{n_l (k-1)}{n} + 1\right)^{n}`,
  'gcn-one-layer-exact': String.raw`\Bigl(\sum_{j=0}^{d_0} \binom{d_1}{j}\Bigr)^{\!n}`,
  'tightest-upper': String.raw`\min_{\text{upper bounds that apply}} B_l \quad\text{after each layer } l`,
  'tightest-upper-linear': String.raw`\min_{\text{upper bounds on linear regions that apply}} B_l \quad\text{after each layer } l`,
  'best-lower': String.raw`\max_{\text{proven lower bounds that apply}} B_l \quad\text{after each layer } l`,
  'simulated-line': mean,
  'simulated-plane': mean,
  'kac-rice-line': String.raw`1 + \sum_{i} \int_0^1 \mathbb{E}\bigl[\,|z_i'(t)| \;\big|\; z_i(t) = b\,\bigr]\, p_{z_i(t)}(b)\,\mathrm{d}t`,
  'kac-rice-plane': String.raw`1 + \mathbb{E}[\text{crossings}] + \tfrac12\,\mathbb{E}[\text{breakpoints on the edge}]`,
};

const typeset = new Map<string, string>();

function mathml(latex: string): string {
  const known = typeset.get(latex) ?? bare(temml.renderToString(latex, { displayMode: true, throwOnError: true }));
  typeset.set(latex, known);
  return known;
}

/** Without what the panel's policy forbids, and its style sheet does in its place. */
function bare(markup: string): string {
  return markup.replace(/\s(style|class)="[^"]*"/g, '');
}

/** The formula of a bound; null for an order of growth, which is not plotted. */
export function boundFormula(id: string): string | null {
  const latex = LATEX[id];
  return latex === undefined ? null : mathml(latex);
}

/**
 * What a layer multiplies, as it is written in words: `Σ_{j≤2} C(24, j)` and the numbers it comes to.
 */
export function layerFormula(formula: string, numbers: string | null): string {
  const latex = (text: string): string =>
    text
      .replace(/Σ_\{([^}]*)\}/g, String.raw`\sum_{$1} `)
      .replaceAll('≤', String.raw`\le `)
      .replace(/C\((\d+), j\)/g, String.raw`\binom{$1}{j}`)
      .replaceAll('·', String.raw`\cdot `)
      .replace(/\^([\d.]+|j)/g, '^{$1}')
      .replace(/(\d),(?=\d{3})/g, '$1{,}')
      .replaceAll('×', String.raw`\times `);
  return mathml(latex(formula) + (numbers === null ? '' : ` = ${latex(numbers)}`));
}
