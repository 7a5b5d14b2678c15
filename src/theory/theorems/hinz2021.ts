import { TABULATED_WIDTH } from '../recurrence/activationHistogram.ts';
import type { Bound } from '../bound.ts';
import { reluChainOf } from './chain.ts';
import type { StageRule } from '../recurrence/dimensionRecurrence.ts';
import { refused } from './evaluation.ts';
import { recurrenceMemory } from '../recurrence/recurrenceMemory.ts';
import { sharedWeightsNote } from './serra2018.ts';

/** The framework of Hinz and van de Geer 2019 with the activation histograms of Hinz 2021. */
export const hinz2021Upper: Bound = {
  id: 'hinz2021-upper',
  kind: 'upper',
  of: 'activation',
  citation: { label: 'Hinz 2021', url: 'https://arxiv.org/abs/2103.17174' },
  latex: String.raw`\bigl\lVert B_{n_L}^{(\gamma)}\, M_{n_{L-1},\, n_L} \cdots B_{n_1}^{(\gamma)}\, M_{n_0,\, n_1}\, e_{n_0+1} \bigr\rVert_1`,
  hypotheses: 'a chain of layers, ReLUs',
  evaluate(theory) {
    const { network } = theory;
    const found = reluChainOf(theory);
    if ('reason' in found) return refused(found.reason);
    const memory = recurrenceMemory(theory);
    const rule: StageRule = (_, stage) => memory.tightestTransition(memory.denseNumbers(stage.neurons), stage);
    const perLayer = memory.regions(theory, rule);
    const wide = found.chain.stages.some(
      ({ stage, narrowest }) => stage.neurons > TABULATED_WIDTH && 3 * narrowest - 1 > stage.neurons,
    );
    const note = wide
      ? `Layers of more than ${TABULATED_WIDTH} neurons with the binomial histogram (Serra et al. 2018).`
      : undefined;
    return { applies: true, perLayer, note: note ?? sharedWeightsNote(network) };
  },
};
