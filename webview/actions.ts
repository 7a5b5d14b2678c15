import type { CountSettings } from '../src/protocol/panel.ts';
import type { View } from './view.ts';

/** What a user can do in the panel; `main.ts` carries it out. */
export interface Actions {
  select(key: string): void;
  reveal(layer: number): void;
  count(): void;
  cancel(): void;
  changeSettings(settings: CountSettings): void;
  draw(seriesId: string, drawn: boolean): void;
  open(url: string): void;
  copyMarkdown(): void;
  copyCsv(): void;
  savePlot(): void;
  saveCsv(): void;
}

/** A part of the panel: built once, and changed in place at every update, so that nothing flickers or scrolls. */
export interface Section {
  readonly element: HTMLElement;
  update(view: View): void;
}
