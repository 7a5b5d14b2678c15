import path from 'node:path';
import * as esbuild from 'esbuild';
import type { Browser, Page, Route } from 'playwright-core';
import { panelScripts, panelStyles } from '../../../scripts/panelBundle.mjs';
import type { HostMessage, PanelMessage } from '../../../src/protocol/messages.ts';
import type { AnswerOf, Ask, ParamsOf, QuestionName } from '../../../src/protocol/questions.ts';
import {
  comparedCount,
  comparison,
  fitted,
  mlpDistances,
  mlpLine,
  mlpProbe,
  planePictures,
  swept,
  sweepOptions,
} from './scenes.ts';
import { BOUNDARY, snapshotPicture, trainingRuns, trialFrame } from './training.ts';
import themes from './themes.json' with { type: 'json' };
import { panelDocument } from './panelDocument.ts';

export type Theme = keyof typeof themes;
export const THEMES = Object.keys(themes) as Theme[];

/** The address the page seems to come from; nothing is served there. */
const ORIGIN = 'http://panel.test';

/** Texts of the panel's files by their names, as the build makes them. */
export type Bundle = ReadonlyMap<string, string>;

export async function bundlePanel(root: string): Promise<Bundle> {
  const common = {
    absWorkingDir: root,
    outdir: 'dist',
    bundle: true,
    minify: true,
    write: false,
    logLevel: 'silent',
  } as const;
  const [scripts, styles] = await Promise.all([
    esbuild.build({ ...common, ...panelScripts, write: false }),
    esbuild.build({ ...common, ...panelStyles, outdir: undefined, outfile: 'dist/webview.css', write: false }),
  ]);
  return new Map(
    [...scripts.outputFiles, ...styles.outputFiles].map(({ path: file, text }) => [path.basename(file), text]),
  );
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' };

export interface PanelOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** What an earlier page gave to `setState`. */
  readonly state?: unknown;
  /** Translations of its texts. */
  readonly strings?: Readonly<Record<string, string>>;
  /** Let the browser tell when the figures are first painted, as an entry of its element timing. */
  readonly timed?: boolean;
}

/** The panel alone in a browser page, with a stand-in for VS Code's side of it. */
export class PanelPage {
  /** What the panel that is loaded has complained about. */
  readonly problems: string[] = [];
  private options: PanelOptions = {};
  private loads = 0;

  private constructor(
    readonly page: Page,
    private readonly bundle: Bundle,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.problems.push(message.text());
    });
    page.on('pageerror', (error) => this.problems.push(String(error)));
  }

  /** Without a panel in it yet. */
  static async create(browser: Browser, bundle: Bundle): Promise<PanelPage> {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const panel = new PanelPage(await context.newPage(), bundle);
    await panel.page.route('**/*', (route) => panel.serve(route));
    return panel;
  }

  static async open(browser: Browser, bundle: Bundle, options: PanelOptions = {}): Promise<PanelPage> {
    const panel = await PanelPage.create(browser, bundle);
    await panel.load(options);
    return panel;
  }

  /** Loads a panel in place of the one before, which takes a third of the time of a page of its own. */
  async load(options: PanelOptions): Promise<void> {
    const { width = 1000, height = 1000 } = options;
    this.options = options;
    await this.page.mouse.move(0, 0);
    await this.page.setViewportSize({ width, height });
    this.problems.length = 0;
    // Another address each time: a page that is loaded again is scrolled to where it was.
    await this.page.goto(`${ORIGIN}/?${this.loads++}`);
    await this.waitForMessage('ready');
  }

  private serve(route: Route): Promise<void> {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: this.document() });
    const body = this.bundle.get(pathname.slice(1));
    return body === undefined ? route.abort() : route.fulfill({ contentType: TYPES[path.extname(pathname)], body });
  }

  private document(): string {
    const { theme = 'vscode-dark', state = null, strings = {}, timed = false } = this.options;
    const standInOptions = JSON.stringify({ variables: themes[theme], theme, state }).replaceAll('<', '\\u003c');
    const first = [timed ? `(${timeFigures.toString()})();` : '', `(${standIn.toString()})(${standInOptions});`];
    return panelDocument(ORIGIN, strings, first.join('\n'));
  }

  async send(...messages: readonly HostMessage[]): Promise<void> {
    await this.post(messages);
    await this.settled();
  }

  private async post(messages: readonly HostMessage[]): Promise<void> {
    // Typed arrays do not pass through the driver: they travel as lists with their type's name.
    await this.page.evaluate(
      (list) => window.postFromHost(list),
      messages.map((message) => JSON.stringify(message, packed)),
    );
  }

  /** What was sent is drawn, by a page that is complete, where there is anything to show. */
  async settled(): Promise<void> {
    await this.twoFrames();
    if (await this.page.locator('#panel > .content:not(.skeleton)').isHidden()) return;
    await this.page.locator('#panel:not([aria-busy])').waitFor();
    await this.twoFrames();
  }

  private async twoFrames(): Promise<void> {
    await this.page.evaluate(
      () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
    );
  }

  /** Answers everything the page asks, and what it asks because of the answers, as the extension would. */
  async answer(): Promise<void> {
    let answers = await this.answersDue();
    while (answers.length > 0) {
      // What a row asks next does not wait until the row is drawn.
      for (; answers.length > 0; answers = await this.answersDue()) await this.post(answers);
      await this.settled();
      answers = await this.answersDue();
    }
  }

  private async answersDue(): Promise<HostMessage[]> {
    const messages = await this.page.evaluate(() => {
      const fresh = window.panelMessages.slice(window.panelAnswered);
      window.panelAnswered = window.panelMessages.length;
      return fresh;
    });
    return messages.flatMap((message) => (message.type === 'ask' ? answersTo(message) : []));
  }

  /** The newest question of this name, once the page has drawn what it shows while it waits for the answer. */
  async waitForQuestion<N extends QuestionName>(name: N): Promise<Ask & { readonly params: ParamsOf<N> }> {
    await this.page.waitForFunction(
      (wanted) => window.panelMessages.some((message) => message.type === 'ask' && message.name === wanted),
      name,
    );
    await this.settled();
    const all = await this.messages();
    return all.findLast((message): message is Ask & { params: ParamsOf<N> } => isOf(message, name))!;
  }

  async reply<N extends QuestionName>({ id }: Ask, name: N, answer: AnswerOf<N>): Promise<void> {
    await this.send({ type: 'answer', id, name, answer, error: null });
  }

  messages(): Promise<PanelMessage[]> {
    return this.page.evaluate(() => window.panelMessages);
  }

  async waitForMessage<K extends PanelMessage['type']>(type: K): Promise<Extract<PanelMessage, { type: K }>> {
    await this.page.waitForFunction((wanted) => window.panelMessages.some((message) => message.type === wanted), type);
    await this.settled();
    const all = await this.messages();
    return all.findLast((message): message is Extract<PanelMessage, { type: K }> => message.type === type)!;
  }

  /** As VS Code changes it under a page that is open. */
  async setTheme(theme: Theme): Promise<void> {
    await this.page.evaluate(
      ({ variables, name }) => {
        const { style } = document.documentElement;
        for (const old of [...style]) if (old.startsWith('--vscode-')) style.removeProperty(old);
        for (const [key, value] of Object.entries(variables)) style.setProperty(key, value);
        style.setProperty('background-color', variables['--vscode-editor-background']);
        document.body.classList.remove(...[...document.body.classList].filter((one) => one.startsWith('vscode-')));
        document.body.classList.add(name);
      },
      { variables: themes[theme], name: theme },
    );
    await this.settled();
  }

  keptState(): Promise<unknown> {
    return this.page.evaluate(() => window.panelState);
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

let pictures: ReturnType<typeof planePictures> | undefined;

function isOf(message: PanelMessage, name: QuestionName): boolean {
  return message.type === 'ask' && message.name === name;
}

/** For the network in the plane: real partitions, a real line, and figures like those of the real thing. */
const ANSWERS: { readonly [N in QuestionName]?: (params: ParamsOf<N>) => AnswerOf<N> | null } = {
  picture: ({ source, window, level }) => {
    pictures ??= planePictures(3);
    const picture = pictures.get(source.seed)?.picture;
    const boundary = level === null ? new Float32Array() : BOUNDARY;
    return picture ? { ...picture, window, boundary } : null;
  },
  line: ({ source }) => mlpLine(source.seed),
  distances: ({ source }) => mlpDistances(source.seed),
  probe: ({ x, y }) => mlpProbe(x, y),
  comparison: () => comparison(),
  comparedCount: ({ row, seed }) => comparedCount(row, seed),
  sweepOptions: () => sweepOptions(),
  fit: () => fitted(),
  sweep: ({ value }) => swept(value),
  // Another answer comes when something is new: here, never.
  training: ({ since }) => (since === 0 ? trainingRuns(1) : null),
  trainingSources: () => true,
  data: () => ({ data: trainingRuns(1).data }),
  snapshotPicture: ({ file }) => snapshotPicture(file),
  trial: ({ step }) => trialFrame(step),
  keepTrial: () => true,
};

function answersTo({ id, name, params }: Ask): HostMessage[] {
  const answer = (ANSWERS[name] as ((params: unknown) => unknown) | undefined)?.(params) ?? null;
  return answer === null ? [] : [{ type: 'answer', id, name, answer, error: null }];
}

/** In the page, before anything else. */
function timeFigures(): void {
  new MutationObserver(() => {
    for (const figure of document.querySelectorAll('.tileValue:not([elementtiming])'))
      figure.setAttribute('elementtiming', 'figure');
  }).observe(document, { childList: true, subtree: true });
}

function packed(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value)
    ? { typedArray: value.constructor.name, values: [...(value as Float64Array)] }
    : value;
}

interface StandInOptions {
  readonly variables: Readonly<Record<string, string>>;
  readonly theme: string;
  readonly state: unknown;
}

declare global {
  interface Window {
    panelMessages: PanelMessage[];
    panelAnswered: number;
    panelState: unknown;
    postFromHost: (messages: readonly string[]) => void;
  }
}

/** Runs in the page before anything else: theme variables as VS Code sets them, and its API. */
function standIn({ variables, theme, state }: StandInOptions): void {
  const types = { Float64Array, Float32Array, Uint32Array, Int32Array, Uint8Array };
  window.panelMessages = [];
  window.panelAnswered = 0;
  window.panelState = state;
  window.postFromHost = (messages) => {
    for (const text of messages) {
      const message: unknown = JSON.parse(
        text,
        (_key, value: { typedArray?: keyof typeof types; values?: number[] } | null) =>
          value?.typedArray ? types[value.typedArray].from(value.values ?? []) : value,
      );
      window.postMessage(message, '*');
    }
  };
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(
      `policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
    );
  });
  document.addEventListener('readystatechange', () => {
    if (document.readyState !== 'interactive') return;
    for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
    document.documentElement.style.setProperty('background-color', variables['--vscode-editor-background']);
    document.body.classList.add(theme);
    if (theme === 'vscode-high-contrast-light') document.body.classList.add('vscode-high-contrast');
    document.body.dataset.vscodeThemeKind = theme;
  });
  Object.assign(window, {
    acquireVsCodeApi: () => ({
      postMessage: (message: PanelMessage) => window.panelMessages.push(structuredClone(message)),
      getState: () => window.panelState,
      setState: (next: unknown) => (window.panelState = structuredClone(next)),
    }),
  });
}
