import { element, setText } from '../../../webview/widgets/dom.ts';
import { countSentence } from './countSentence.ts';
import { Editor } from './editor.ts';
import { Engine } from './client.ts';
import { EXAMPLES, LANGUAGES } from './examples.ts';
import type { AnalysisView, Answer, CountQuestion, Definition, ProblemView } from './protocol.ts';
import { networkNodes } from './tables.ts';

/** Time after a keystroke, in milliseconds, until the definition is read. */
const PAUSE = 200;
const ANALYSIS_PATIENCE = 15_000;
/** A count ends itself after 60 seconds. */
const COUNT_PATIENCE = 90_000;

/** The playground in an empty element, with the address of its engine. The function that is returned ends it. */
export function openPlayground(host: HTMLElement, engine: string): () => void {
  const playground = new Playground(host, engine);
  return () => playground.close();
}

class Playground {
  private readonly editor = new Editor(() => this.changed());
  private readonly example = select(Object.keys(EXAMPLES).map((name) => [name, name]));
  private readonly language = select(Object.entries(LANGUAGES));
  private readonly network = select([]);
  private readonly method = select([
    ['plane', 'in the plane'],
    ['line', 'along a line'],
  ]);
  private readonly seed = element('input', { attributes: { type: 'number', min: '0', step: '1', value: '1' } });
  private readonly countButton = element('button', { text: 'Count', attributes: { type: 'button' } });
  private readonly problems = element('ul', { class: 'problems', attributes: { 'aria-label': 'Problems' } });
  private readonly tables = element('div', { class: 'tables' });
  private readonly networkLabel = labeled('Network', this.network);
  private readonly counts = element('div', { class: 'counts' });
  private readonly result = element('p', { class: 'result', attributes: { role: 'status' } });
  private readonly reader: Engine;
  private readonly counter: Engine;
  private analysis: AnalysisView = { networks: [], problems: [] };
  private pause: ReturnType<typeof setTimeout> | undefined;
  private isCounting = false;
  private chosenMethod: CountQuestion['method'] = 'plane';

  constructor(host: HTMLElement, engine: string) {
    this.reader = new Engine(engine, ANALYSIS_PATIENCE, (answer) => this.read(answer));
    this.counter = new Engine(engine, COUNT_PATIENCE, (answer) => this.counted(answer));
    this.example.addEventListener('change', () => this.showExample(EXAMPLES[this.example.value]));
    this.language.addEventListener('change', () => this.changed());
    this.network.addEventListener('change', () => this.draw());
    this.method.addEventListener('change', () => (this.chosenMethod = methodOf(this.method)));
    this.countButton.addEventListener('click', () => (this.isCounting ? this.endCount('Cancelled.') : this.count()));
    this.counts.append(
      labeled('Count regions', this.method),
      labeled('Seed of random weights', this.seed),
      this.countButton,
      this.result,
    );
    host.replaceChildren(
      element('div', { class: 'choices' }, [
        labeled('Example', this.example),
        labeled('Language', this.language),
        this.networkLabel,
      ]),
      this.editor.node,
      this.problems,
      this.counts,
      this.tables,
    );
    this.networkLabel.hidden = true;
    this.counts.hidden = true;
    this.showExample(EXAMPLES[this.example.value]);
  }

  close(): void {
    clearTimeout(this.pause);
    this.reader.stop();
    this.counter.stop();
  }

  private get definition(): Definition {
    return { text: this.editor.text, fileName: this.language.value };
  }

  private showExample({ text, fileName }: Definition): void {
    this.language.value = fileName;
    this.editor.text = text;
    this.changed();
  }

  /** Counts are of the definition that they were started for. */
  private changed(): void {
    this.endCount('');
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.reader.ask({ kind: 'analyze', ...this.definition }), PAUSE);
  }

  private read(answer: Answer): void {
    if (answer.kind === 'count') return;
    this.analysis =
      answer.kind === 'analysis'
        ? answer.analysis
        : { networks: [], problems: [{ severity: 'error', message: answer.message, line: 1, start: 0, end: 0 }] };
    const { networks, problems } = this.analysis;
    const chosen = this.network.selectedIndex;
    this.network.replaceChildren(...networks.map(({ name }, i) => option(String(i), name)));
    this.network.selectedIndex = chosen >= 0 && chosen < networks.length ? chosen : Math.min(0, networks.length - 1);
    this.networkLabel.hidden = networks.length < 2;
    this.editor.mark(problems);
    this.problems.replaceChildren(...problems.map((problem) => this.problemNode(problem)));
    this.problems.hidden = problems.length === 0;
    this.draw();
  }

  private draw(): void {
    this.endCount('');
    const network = this.analysis.networks[this.network.selectedIndex];
    this.counts.hidden = network === undefined;
    this.tables.replaceChildren(...(network ? networkNodes(network) : []));
    const hasPlane = network?.inputs !== 1;
    this.method.options[0].disabled = !hasPlane;
    this.method.value = hasPlane ? this.chosenMethod : 'line';
  }

  private problemNode(problem: ProblemView): HTMLElement {
    const place = element('button', { text: `Line ${problem.line}`, attributes: { type: 'button' } });
    place.addEventListener('click', () => this.editor.show(problem));
    return element('li', { class: problem.severity }, [place, ` ${problem.severity}: ${problem.message}`]);
  }

  private count(): void {
    const seed = Number(this.seed.value);
    if (this.seed.value === '' || !Number.isSafeInteger(seed) || seed < 0) {
      return setText(this.result, 'A seed is a whole number from 0 on.');
    }
    this.isCounting = true;
    setText(this.countButton, 'Cancel');
    setText(this.result, 'Counting …');
    const method = methodOf(this.method);
    this.counter.ask({ kind: 'count', ...this.definition, network: this.network.selectedIndex, method, seed });
  }

  private counted(answer: Answer): void {
    if (answer.kind === 'analysis') return;
    const { inputs } = this.analysis.networks[this.network.selectedIndex];
    this.isCounting = false;
    setText(this.countButton, 'Count');
    setText(this.result, answer.kind === 'count' ? countSentence(answer.report, inputs) : answer.message);
  }

  private endCount(message: string): void {
    if (this.isCounting) this.counter.stop();
    this.isCounting = false;
    setText(this.countButton, 'Count');
    setText(this.result, message);
  }
}

function methodOf({ value }: HTMLSelectElement): CountQuestion['method'] {
  return value === 'line' ? 'line' : 'plane';
}

function select(options: readonly (readonly [string, string])[]): HTMLSelectElement {
  return element(
    'select',
    {},
    options.map(([value, text]) => option(value, text)),
  );
}

function option(value: string, text: string): HTMLOptionElement {
  return element('option', { text, attributes: { value } });
}

function labeled(text: string, control: HTMLElement): HTMLElement {
  return element('label', {}, [element('span', { text }), control]);
}
