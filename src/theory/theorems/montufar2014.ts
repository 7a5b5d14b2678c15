import { magnitudeOf, power } from '../numbers/magnitude.ts';
import { foldingBound } from './folding.ts';

/** (prod over l < L of floor(n_l / n_0)^n_0) sum over j <= n_0 of C(n_L, j), for n_l >= n_0. */
export const montufar2014Lower = foldingBound({
  id: 'montufar2014-lower',
  citation: { label: 'Montúfar et al. 2014, Theorem 4', url: 'https://arxiv.org/abs/1402.1869' },
  unitsPerInput: 1,
  factor: (width, n0) => power(magnitudeOf(Math.floor(width / n0)), n0),
  factorLatex: String.raw`\left\lfloor \frac{n_l}{n_0} \right\rfloor^{n_0}`,
});
