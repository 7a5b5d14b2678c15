import { ANALYSIS, type StoppedWork, type WatchOptions, type Work } from '../protocol/server.ts';
import { t } from './translation.ts';

/**
 * Tells whoever watches this process which document it is at work on: only from outside can one see which document has
 * blocked it or used up its memory.
 */
export class DocumentWork {
  private stopped: readonly StoppedWork[] = [];
  private isWatched = false;
  private isBusy = false;

  constructor(private readonly report: (work: Work | null) => void) {}

  /** `options` are those of the client, which may be none of ours. */
  begin(options: unknown): void {
    const stopped = (options as Partial<WatchOptions> | null | undefined)?.stopped;
    this.isWatched = Array.isArray(stopped);
    this.stopped = this.isWatched ? stopped! : [];
  }

  /** Does one task on a document. Within another task it belongs to that one. */
  during<T>(work: Work, task: () => T): T {
    if (!this.isWatched || this.isBusy) return task();
    this.isBusy = true;
    this.report(work);
    try {
      return task();
    } finally {
      this.isBusy = false;
      this.report(null);
    }
  }

  /** The sentence why this work must not be begun again, if so. */
  whyNot({ uri, version, method }: Work): string | undefined {
    const found = this.stopped.find((one) => one.uri === uri && one.version === version && one.method === method);
    return found && sentenceOf(found);
  }
}

function sentenceOf({ method, silentSeconds }: StoppedWork): string {
  const what = method === ANALYSIS ? t('The analysis of this file') : t('What was asked about this file');
  const how =
    silentSeconds === null
      ? t('ended the language server, most likely because memory ran out')
      : t('did not finish within {0} seconds and was stopped', silentSeconds);
  return t('{0} {1}. It is tried again when the text changes or the language server is restarted.', what, how);
}
