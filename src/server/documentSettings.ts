import { defaultSettings, type Settings } from './settings.ts';

/** The settings of each document: a folder of the workspace can have its own. Asked once, until a setting changes. */
export class DocumentSettings {
  private readonly known = new Map<string, Promise<Settings>>();

  /** `ask` gets the editor's settings for a document. */
  constructor(private readonly ask: (uri: string) => Promise<Settings>) {}

  /** Never rejects: a client that has no settings has the defaults. */
  of(uri: string): Promise<Settings> {
    let settings = this.known.get(uri);
    if (!settings) {
      settings = this.ask(uri).catch(() => defaultSettings);
      this.known.set(uri, settings);
    }
    return settings;
  }

  forget(uri: string): void {
    this.known.delete(uri);
  }

  clear(): void {
    this.known.clear();
  }
}
