import { element } from '../../../webview/widgets/dom.ts';
import type { ProblemView } from './protocol.ts';

/** A text area with the numbers of its lines; those of lines with problems are marked. */
export class Editor {
  readonly area: HTMLTextAreaElement;
  readonly node: HTMLElement;
  private readonly numbers = element('pre', { class: 'lineNumbers', attributes: { 'aria-hidden': 'true' } });
  private problems: readonly ProblemView[] = [];

  constructor(changed: () => void) {
    this.area = element('textarea', {
      attributes: {
        'aria-label': 'Definition of a network',
        spellcheck: 'false',
        autocomplete: 'off',
        autocapitalize: 'off',
        wrap: 'off',
        rows: '14',
      },
    });
    this.area.addEventListener('input', () => {
      this.draw();
      changed();
    });
    this.area.addEventListener('scroll', () => (this.numbers.scrollTop = this.area.scrollTop));
    this.node = element('div', { class: 'editor' }, [this.numbers, this.area]);
  }

  get text(): string {
    return this.area.value;
  }

  set text(text: string) {
    this.area.value = text;
    this.area.scrollTop = 0;
    this.mark([]);
  }

  mark(problems: readonly ProblemView[]): void {
    this.problems = problems;
    this.draw();
  }

  /** Selects what a problem is about and brings it into view. */
  show({ line, start, end }: ProblemView): void {
    this.area.focus();
    this.area.setSelectionRange(start, end);
    const lines = this.area.value.split('\n').length;
    this.area.scrollTop = (this.area.scrollHeight * Math.max(0, line - 4)) / lines;
  }

  private draw(): void {
    const marks = new Map<number, string>();
    for (const { line, severity } of this.problems) {
      if (marks.get(line) !== 'error') marks.set(line, severity);
    }
    const count = this.area.value.split('\n').length;
    this.numbers.replaceChildren(
      ...Array.from({ length: count }, (_, i) =>
        element('span', { class: marks.get(i + 1) ?? '', text: `${i + 1}\n` }),
      ),
    );
    this.numbers.scrollTop = this.area.scrollTop;
  }
}
