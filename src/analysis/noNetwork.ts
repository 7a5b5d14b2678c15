import { NOWHERE, type Problem } from '../network/definition.ts';
import { foreignText } from '../formats/foreign/texts.ts';
import { looksLikeNetworkSource } from '../formats/source/javascript/sniff.ts';

/** A sentence about a text in no recognized format. */
export function noDefinition(text: string, fileName: string): string {
  return foreignText(text, fileName) ?? 'no network definition found in this file';
}

/** Says of a text whose format was recognized that there is no network in it, and why, if nothing else does. */
export function noNetworkProblem(text: string, fileName: string, problems: readonly Problem[]): Problem {
  return {
    code: 'no-network',
    severity: 'information',
    message: `No network was found in this file${reason(text, fileName, problems)}.`,
    span: NOWHERE,
  };
}

function reason(text: string, fileName: string, problems: readonly Problem[]): string {
  if (problems.length > 0) return ', for the reasons that follow';
  if (!looksLikeNetworkSource(text, fileName)) return ': it lists no layers';
  return /\bload(?:Layers|Graph)Model\b/.test(text)
    ? ': the model that it uses is loaded from another file'
    : ': it makes no model of layers';
}
