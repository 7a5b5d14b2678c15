import * as vscode from 'vscode';
import type { Assistant } from './host.ts';

interface ToolInput {
  readonly file_path?: unknown;
}

/**
 * The tools for language models that package.json declares. Each call is answered in a process of its own; until then
 * nothing is loaded.
 */
export function registerAssistantTools(context: vscode.ExtensionContext, assistant: Assistant): vscode.Disposable[] {
  const { contributes } = context.extension.packageJSON as {
    readonly contributes: { readonly languageModelTools: readonly { readonly name: string }[] };
  };
  return contributes.languageModelTools.map(({ name }) =>
    vscode.lm.registerTool<ToolInput>(name, {
      prepareInvocation: ({ input }) => ({ invocationMessage: invocationMessage(name, input) }),
      invoke: ({ input }, token) => invoke(assistant, name, input, token),
    }),
  );
}

async function invoke(
  assistant: Assistant,
  name: string,
  input: ToolInput,
  token: vscode.CancellationToken,
): Promise<vscode.LanguageModelToolResult> {
  const control = new AbortController();
  const cancelling = token.onCancellationRequested(() => control.abort(new vscode.CancellationError()));
  try {
    const { text, isError } = await assistant.call({ name, input, texts: textsOf(input) }, control.signal);
    // Its message is what the model reads.
    if (isError) throw new Error(text);
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
  } finally {
    cancelling.dispose();
  }
}

/** What the editor shows of the file, where that is not saved. */
function textsOf({ file_path: path }: ToolInput): Record<string, string> {
  const edited = vscode.workspace.textDocuments.find(({ isDirty, uri }) => isDirty && uri.fsPath === path);
  return edited ? { [edited.uri.fsPath]: edited.getText() } : {};
}

function invocationMessage(name: string, { file_path: path }: ToolInput): string {
  const { t } = vscode.l10n;
  const file =
    typeof path === 'string' ? path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1) : null;
  switch (name) {
    case 'fit_network':
      return file === null ? t('Fitting a network to the budget') : t('Fitting {0} to the budget', file);
    case 'count_regions':
      return file === null ? t('Counting regions of a network') : t('Counting regions of {0}', file);
    default:
      return file === null ? t('Analyzing a network') : t('Analyzing {0}', file);
  }
}
