import { t } from '../app/strings.ts';
import { element } from '../widgets/dom.ts';
import { button, slider } from '../widgets/toolkit.ts';

const PLAY_MS = 280;

export interface Played {
  /** The slider was moved there. */
  move(position: number): void;
  /** Goes to the first one from the last. */
  begin(): void;
  /** Goes on where it can; false at the end. */
  advance(): boolean;
}

/** Goes through snapshots: by a slider, or one after the other by itself. */
export class SnapshotPlayer {
  readonly element: HTMLElement;
  readonly #played: Played;
  readonly #play = button(t('Play'), 'secondary', () => (this.#timer === 0 ? this.#start() : this.#stop()));
  readonly #steps = slider(t('Snapshot'), (position) => this.#played.move(position));
  /** 0: it does not play. */
  #timer = 0;

  constructor(played: Played) {
    this.#played = played;
    this.element = element('div', { class: 'player' }, [this.#play.element, this.#steps.element]);
  }

  /** `text` says the position. */
  show(position: number, of: number, text: string): void {
    this.#steps.set(0, of - 1, position, text);
  }

  #start(): void {
    this.#played.begin();
    this.#timer = window.setInterval(() => {
      if (!this.#played.advance()) this.#stop();
    }, PLAY_MS);
    this.#play.setText(t('Pause'));
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#play.setText(t('Play'));
  }
}
