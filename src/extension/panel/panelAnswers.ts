import * as vscode from 'vscode';
import type { Answer, AnswerOf, Ask, ParamsOf, QuestionName } from '../../protocol/questions.ts';
import type { NetworkSource } from './panelSession.ts';

/**
 * Answers one kind of question about a network. Errors: an Error whose message says, for people, why there is no
 * answer.
 */
export type Answerer<N extends QuestionName> = (
  source: NetworkSource,
  params: ParamsOf<N>,
  signal: AbortSignal,
) => Promise<AnswerOf<N>>;

export type Answerers = { readonly [N in QuestionName]: Answerer<N> };

/** Where questions come from and answers go to. */
interface Asker {
  network(key: string): Promise<NetworkSource | undefined>;
  post(answer: Answer): void;
}

/** Answers the questions of one panel. A newer question of the same name ends the one before. */
export class PanelAnswers implements vscode.Disposable {
  private readonly running = new Map<QuestionName, AbortController>();

  constructor(
    private readonly asker: Asker,
    private readonly answerers: Answerers,
  ) {}

  async receive({ id, key, name, params }: Ask): Promise<void> {
    this.running.get(name)?.abort();
    const control = new AbortController();
    this.running.set(name, control);
    const post = (answer: unknown, error: string | null): void => {
      if (!control.signal.aborted) this.asker.post({ type: 'answer', id, name, answer, error });
    };
    try {
      const source = await this.asker.network(key);
      if (!source) throw new Error(vscode.l10n.t('The network is not there any more.'));
      // The message was checked to hold parameters of this name.
      const answerer = this.answerers[name] as Answerer<QuestionName>;
      post(await answerer(source, params as ParamsOf<QuestionName>, control.signal), null);
    } catch (error) {
      post(null, error instanceof Error ? error.message : String(error));
    }
  }

  dispose(): void {
    for (const control of this.running.values()) control.abort();
  }
}
