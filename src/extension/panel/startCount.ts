import type * as vscode from 'vscode';
import type { PanelNetwork } from '../../protocol/panel.ts';
import type { CountSettings } from '../../protocol/runs.ts';
import { runTheoryRequest } from '../../protocol/server.ts';
import { followParts, settingsOf, whyOtherWeights, type CountInParts } from './countInParts.ts';
import type { NetworkSource, PanelServices } from './panelSession.ts';

/** Starts a count of this network in the store of runs, which shows it in every panel. */
export async function startCount(
  { server, runs, runner }: Pick<PanelServices, 'server' | 'runs' | 'runner'>,
  { key, fingerprint }: PanelNetwork,
  { uri, position, text }: NetworkSource,
  settings: CountSettings,
): Promise<void> {
  const theory = await server.ask(runTheoryRequest, { uri, network: position, settings });
  if (!theory) return;
  await runs.start({ key, fingerprint }, settings, theory, (listener, signal) =>
    runner.run(text, settings, listener, signal),
  );
}

/**
 * Shows a count that others make in parts, as these land, and then the whole. Errors: an Error with a sentence where
 * the parts are of other weights.
 */
export async function startParts(
  { server, runs, commandLine }: Pick<PanelServices, 'server' | 'runs' | 'commandLine'>,
  { key, fingerprint, hasWeights, weightsFile }: PanelNetwork,
  source: vscode.Uri,
  parts: CountInParts,
): Promise<void> {
  if (!commandLine) return;
  const { plan } = parts;
  const other = whyOtherWeights(plan, weightsFile);
  if (other !== null) throw new Error(other);
  const settings = settingsOf(plan, hasWeights);
  const params = { uri: source.toString(), network: plan.network, settings };
  const theory = await server.ask(runTheoryRequest, params);
  if (!theory) return;
  await runs.start({ key, fingerprint }, settings, theory, (listener, signal) =>
    followParts(commandLine, parts, !hasWeights, listener, signal),
  );
}
