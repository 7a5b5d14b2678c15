import type { CountSettings, PanelMessage } from './panel.ts';

/** Messages from a webview are not to be trusted: anything that is not exactly one of ours is dropped. */
export function isPanelMessage(value: unknown): value is PanelMessage {
  if (!isRecord(value)) return false;
  switch (value.type) {
    case 'ready':
      return true;
    case 'select':
    case 'cancel':
      return isText(value.key);
    case 'reveal':
      return isText(value.key) && isCount(value.layer);
    case 'count':
      return isText(value.key) && isCountSettings(value.settings);
    case 'copy':
      return isText(value.text);
    case 'save':
      return isText(value.text) && isText(value.suggestedName);
    case 'open':
      return isText(value.url) && /^https:\/\//.test(value.url);
    default:
      return false;
  }
}

function isCountSettings(value: unknown): value is CountSettings {
  return (
    isRecord(value) &&
    (value.method === 'line' || value.method === 'plane') &&
    isCount(value.firstSeed) &&
    isCount(value.seeds) &&
    value.seeds >= 1 &&
    value.seeds <= 1000 &&
    typeof value.fileWeights === 'boolean'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
