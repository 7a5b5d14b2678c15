import { describeBoundary, samplesIn, type Samples } from '../picture/overlay.ts';
import type { Actions } from '../app/actions.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import type { PanelPicture } from '../../src/protocol/runs.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { button, dropdown, numberField } from '../widgets/toolkit.ts';
import { COORDINATE } from './ranges.ts';

type Over = 'nothing' | 'boundary' | 'data';

/** What is drawn over the regions: the decision boundary, or also the data. */
export class OverlayControls {
  /** The choice, and the level. */
  readonly tools: readonly HTMLElement[];
  /** Below the picture. */
  readonly sentence: HTMLElement;
  readonly #actions: Pick<Actions, 'changeSources' | 'askData'>;
  readonly #changed: () => void;
  readonly #over = dropdown(t('What is drawn over the regions'), (value) => {
    this.#chosen = value as Over;
    this.#changed();
  });
  readonly #levels = numberField(t('level'), COORDINATE, (value) => {
    this.#decided = value;
    this.#changed();
  });
  readonly #saying = element('span');
  readonly #choose = button(t('Choose Data…'), 'secondary', () => this.#actions.changeSources('chooseData'));
  #chosen: Over | null = null;
  /** Where one output decides. */
  #decided = 0;
  /** That in view; null before there is one. */
  #picture: PanelPicture | null = null;
  #askedFor = '';
  /** Kept while it says the same, so that nothing is drawn again without need. */
  #kept: { readonly key: string; readonly samples: Samples | null } = { key: '', samples: null };

  /** `changed` draws the picture again. */
  constructor(actions: Pick<Actions, 'changeSources' | 'askData'>, changed: () => void) {
    this.#actions = actions;
    this.#changed = changed;
    this.tools = [this.#over.element, this.#levels.element];
    this.sentence = element('p', { class: 'muted caption overlaySentence' }, [this.#saying, this.#choose.element]);
  }

  /** The value at which one output decides; null: no boundary is wanted. */
  level(view: View): number | null {
    return this.#shown(view) === 'nothing' ? null : this.#decided;
  }

  samples(view: View): Samples | null {
    if (this.#shown(view) !== 'data') return null;
    const data = view.data?.value?.data ?? null;
    const { place } = view.run?.settings ?? view.settings;
    const key = JSON.stringify([view.network.key, place, data?.label, data?.samples]);
    if (this.#kept.key !== key) this.#kept = { key, samples: samplesIn(place, view.network.inputSize, data) };
    return this.#kept.samples;
  }

  /** What is drawn over the regions, for captions. */
  words(view: View): string {
    if (this.#shown(view) === 'nothing' || this.#picture === null) return '';
    return [describeBoundary(this.#picture, this.#decided), this.#describeData(view)].filter(Boolean).join(' ');
  }

  update(view: View, picture: PanelPicture | null): void {
    this.#picture = picture;
    const what = this.#shown(view);
    const { key } = view.network;
    if (what === 'data' && this.#askedFor !== key) {
      this.#askedFor = key;
      this.#actions.askData();
    }
    this.#over.setChoices(OVERLAYS, what);
    this.#levels.setValue(this.#decided);
    setHidden(this.#levels.element, what === 'nothing' || picture?.outputs !== 1);
    setText(this.#saying, this.words(view));
    const hasNone = what === 'data' && view.data?.value?.data === null;
    setHidden(this.#choose.element, !hasNone);
    setHidden(this.sentence, what === 'nothing');
  }

  /** Trained weights decide something; random ones do only where somebody asks. */
  #shown({ run }: View): Over {
    return this.#chosen ?? (run?.settings.fileWeights === true ? 'boundary' : 'nothing');
  }

  #describeData(view: View): string {
    if (this.#shown(view) !== 'data' || view.data === null) return '';
    const { value, message } = view.data;
    if (message !== null) return message;
    if (value === null) return '';
    if (value.data === null) return t('No data are chosen.');
    if (this.samples(view) === null) return t('Data are drawn in the box of two inputs.');
    return t('Points: {0}.', value.data.label);
  }
}

const OVERLAYS: readonly { readonly value: Over; readonly text: string }[] = [
  { value: 'nothing', text: t('no boundary') },
  { value: 'boundary', text: t('decision boundary') },
  { value: 'data', text: t('boundary and data') },
];
