import { boundaryInWords, samplesIn, type Samples } from '../picture/overlay.ts';
import type { Actions } from '../app/actions.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import type { PanelPicture } from '../../src/protocol/runs.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { button, dropdown, numberField } from '../widgets/toolkit.ts';
import { COORDINATE } from './ranges.ts';

type Over = 'nothing' | 'boundary' | 'data';

export interface OverlayControls {
  /** The choice, the level, and the sentence below the picture. */
  readonly tools: readonly HTMLElement[];
  readonly sentence: HTMLElement;
  /** The value at which one output decides; null: no boundary is wanted. */
  level(view: View): number | null;
  samples(view: View): Samples | null;
  /** What is drawn over the regions, for captions. */
  words(view: View): string;
  update(view: View, picture: PanelPicture | null): void;
}

/** What is drawn over the regions: the decision boundary, or also the data. `changed` draws the picture again. */
export function createOverlayControls(actions: Actions, changed: () => void): OverlayControls {
  let chosen: Over | null = null;
  let level = 0;
  /** That of the picture in view; null before there is one. */
  let picture: PanelPicture | null = null;
  let askedFor = '';
  /** Kept while it says the same, so that nothing is drawn again without need. */
  let samples: { readonly key: string; readonly value: Samples | null } = { key: '', value: null };
  const over = dropdown(t('What is drawn over the regions'), (value) => {
    chosen = value as Over;
    changed();
  });
  const levels = numberField(t('level'), COORDINATE, (value) => {
    level = value;
    changed();
  });
  const words = element('span');
  const choose = button(t('Choose Data…'), 'secondary', () => actions.changeSources('chooseData'));
  const sentence = element('p', { class: 'muted caption overlaySentence' }, [words, choose.element]);

  /** Trained weights decide something; random ones do only where somebody asks. */
  function shown({ run }: View): Over {
    return chosen ?? (run?.settings.fileWeights === true ? 'boundary' : 'nothing');
  }

  function samplesOf(view: View): Samples | null {
    if (shown(view) !== 'data') return null;
    const data = view.data?.value?.data ?? null;
    const { place } = view.run?.settings ?? view.settings;
    const key = JSON.stringify([view.network.key, place, data?.label, data?.samples]);
    if (samples.key !== key) samples = { key, value: samplesIn(place, view.network.inputSize, data) };
    return samples.value;
  }

  function dataInWords(view: View): string {
    if (shown(view) !== 'data' || view.data === null) return '';
    const { value, message } = view.data;
    if (message !== null) return message;
    if (value === null) return '';
    if (value.data === null) return t('No data are chosen.');
    if (samplesOf(view) === null) return t('Data are drawn in the box of two inputs.');
    return t('Points: {0}.', value.data.label);
  }

  function inWords(view: View): string {
    if (shown(view) === 'nothing' || picture === null) return '';
    return [boundaryInWords(picture, level), dataInWords(view)].filter(Boolean).join(' ');
  }

  function update(view: View, next: PanelPicture | null): void {
    picture = next;
    const what = shown(view);
    const { key } = view.network;
    if (what === 'data' && askedFor !== key) {
      askedFor = key;
      actions.askData();
    }
    over.setChoices(
      [
        { value: 'nothing', text: t('no boundary') },
        { value: 'boundary', text: t('decision boundary') },
        { value: 'data', text: t('boundary and data') },
      ],
      what,
    );
    levels.setValue(level);
    setHidden(levels.element, what === 'nothing' || picture?.outputs !== 1);
    setText(words, inWords(view));
    const hasNone = what === 'data' && view.data?.value?.data === null;
    setHidden(choose.element, !hasNone);
    setHidden(sentence, what === 'nothing');
  }

  return {
    tools: [over.element, levels.element],
    sentence,
    level: (view) => (shown(view) === 'nothing' ? null : level),
    samples: samplesOf,
    words: inWords,
    update,
  };
}
