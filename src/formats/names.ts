/** Names given out within one network, each once. */
export class Names {
  private readonly taken = new Set<string>();
  private readonly counts = new Map<string, number>();

  has(name: string): boolean {
    return this.taken.has(name);
  }

  /** The name itself, or with a number after it if it is taken. */
  unique(name: string): string {
    if (!this.taken.has(name)) {
      this.taken.add(name);
      return name;
    }
    return this.next(name, 2);
  }

  /** `dense_1`, `dense_2`, ...: the first of these that is free. */
  numbered(stem: string): string {
    return this.next(stem, 1);
  }

  reserve(name: string): void {
    this.taken.add(name);
  }

  private next(stem: string, first: number): string {
    for (let number = this.counts.get(stem) ?? first; ; number++) {
      const name = `${stem}_${number}`;
      if (this.taken.has(name)) continue;
      this.counts.set(stem, number + 1);
      this.taken.add(name);
      return name;
    }
  }
}

/** A network's name where the file gives none: the file's own, without folders and endings. */
export function nameFromFile(fileName: string): string {
  const base = fileName.replace(/^.*[\\/]/, '').replace(/(\.network)?\.(?:[a-z]+|h5|pt2)$/i, '');
  return base === '' ? 'network' : base;
}
