import { magnitudeOf } from '../numbers/magnitude.ts';
import { foldingBound } from './folding.ts';

/** (prod over l < L of floor(n_l / n_0)) sum over j <= n_0 of C(n_L, j), for n_l >= n_0. */
export const pascanu2013Lower = foldingBound({
  id: 'pascanu2013-lower',
  citation: { label: 'Pascanu, Montúfar, Bengio 2013, Theorem 1', url: 'https://arxiv.org/abs/1312.6098' },
  unitsPerInput: 1,
  factor: (width, n0) => magnitudeOf(Math.floor(width / n0)),
  factorLatex: String.raw`\left\lfloor \frac{n_l}{n_0} \right\rfloor`,
});
