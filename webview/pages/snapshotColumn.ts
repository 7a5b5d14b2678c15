import { WHOLE } from '../../src/common/place.ts';
import type { PanelPicture } from '../../src/protocol/runs.ts';
import type { PanelSnapshot, PanelTraining } from '../../src/protocol/training.ts';
import type { Actions } from '../app/actions.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { captionOf } from '../export/exports.ts';
import type { PaperPicture } from '../export/pictureExport.ts';
import { COORDINATE } from '../forms/ranges.ts';
import { describeBoundary, samplesIn } from '../picture/overlay.ts';
import { axesOf, type PictureAxes } from '../picture/pictureAxes.ts';
import { TrainedPicture } from '../picture/trainedPicture.ts';
import { element, setHidden, setText, statusLine, uniqueId } from '../widgets/dom.ts';
import { numberField } from '../widgets/toolkit.ts';
import { hasPlane, snapshotCaption, snapshotSettings, snapshotTitle } from './snapshots.ts';

/** The regions with the weights of the snapshot in view. */
export class SnapshotColumn {
  readonly element: HTMLElement;
  /** The picture, for paper. */
  readonly paper: PaperPicture;
  readonly #actions: Actions;
  readonly #changed: () => void;
  readonly #title = element('h2', { attributes: { id: uniqueId('snapshotTitle') } });
  readonly #picture = new TrainedPicture(t('Regions with the weights of a snapshot'));
  readonly #caption = statusLine('caption');
  readonly #boundary = element('p', { class: 'muted caption' });
  readonly #failure = statusLine('outcome failed');
  readonly #levels = numberField(t('level'), COORDINATE, (value) => {
    this.#level = value;
    this.#changed();
  });
  /** Where one output decides. */
  #level = 0;
  #asked = '';
  /** Of the picture in view. */
  #axes: PictureAxes | null = null;

  /** `player` stands below the picture; `changed` shows the snapshot again. */
  constructor(actions: Actions, player: HTMLElement, changed: () => void) {
    this.#actions = actions;
    this.#changed = changed;
    const parts = [
      this.#title,
      this.#picture.element,
      player,
      this.#caption,
      this.#boundary,
      this.#levels.element,
      this.#failure,
    ];
    this.element = element('section', { class: 'trainedColumn' }, parts);
    this.paper = {
      onPaper: (pixels) => (this.#picture.element.hidden ? null : this.#picture.onPaper(pixels)),
      axes: () => this.#axes,
      title: () => this.#title.textContent,
      caption: (shown) =>
        [this.#caption.textContent, this.#boundary.textContent, captionOf(shown)].filter(Boolean).join(' '),
    };
  }

  show(training: PanelTraining, view: View, snapshot: PanelSnapshot): void {
    const isPlane = hasPlane(view);
    setHidden(this.#picture.element, !isPlane);
    if (isPlane) this.#ask(view, snapshot);
    setText(this.#title, snapshotTitle(training, snapshot));
    setText(this.#caption, snapshotCaption(training, snapshot));
    setText(this.#failure, view.snapshotPicture?.message ?? '');
    this.#draw(training, view, isPlane ? (view.snapshotPicture?.value ?? null) : null);
  }

  /** What was asked for is asked for again: the runs are other ones. */
  forget(): void {
    this.#asked = '';
  }

  resize(): void {
    this.#picture.resize();
  }

  #draw({ data }: PanelTraining, view: View, shown: PanelPicture | null): void {
    const { settings, network } = view;
    setText(this.#boundary, shown === null ? '' : describeBoundary(shown, this.#level));
    setHidden(this.#levels.element, shown?.outputs !== 1);
    this.#levels.setValue(this.#level);
    const samples = samplesIn(settings.place, network.inputSize, data);
    this.#axes = shown && axesOf(settings.place, network.inputSize, shown.sides, WHOLE);
    this.#picture.show(shown, samples, this.#axes, `${this.#title.textContent}. ${this.#caption.textContent}`);
  }

  #ask(view: View, { file, regions }: PanelSnapshot): void {
    const settings = snapshotSettings(view);
    const wanted = JSON.stringify([view.network.fingerprint, settings, file, regions, this.#level]);
    if (wanted === this.#asked) return;
    this.#asked = wanted;
    this.#actions.askSnapshotPicture(file, this.#level, settings);
  }
}
