import type { Mutable } from '../../evaluation/values.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { Scope } from '../evaluation/scope.ts';
import { Instance } from '../evaluation/values.ts';
import type { Callable } from '../evaluation/values.ts';
import type { ClassDefinition } from '../syntax/ast.ts';
import { Components } from '../syntax/components.ts';
import type { Component } from '../syntax/components.ts';
import type { Piece } from '../syntax/pieces.ts';
import { KeptComponent, KeptRoot, KeptUnits } from './keptUnits.ts';
import type { Fit, KeptReading, KeptUnit, RootReading, UnitNode, Work } from './keptUnits.ts';
import { AskedFiles } from './askedFiles.ts';

/** A unit that was followed in this reading. */
interface Followed extends Work {
  readonly node: UnitNode;
  readonly called: ReadonlySet<Callable>;
  readonly constructed: ReadonlySet<ClassDefinition>;
  /** The first of the instances that it made, and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

/** What the units of one component do in this reading. */
class ComponentRecord {
  readonly followed: Followed[] = [];
  readonly keys = new Set<string>();
  /** It says something, or defines what others follow. */
  isOpen = false;
}

/** A unit that did in the version before what it would do in this one. */
interface Replayed {
  readonly roots: readonly KeptRoot[];
  /** How many instances there were before it. */
  readonly at: number;
}

/** What came into being while a unit or a definition was followed. */
interface Birth {
  readonly from: number;
  readonly to: number;
  readonly by: Component | Piece;
}

/** A module that may be a network of its own, and its place among all instances. */
export interface Candidate<Root> {
  readonly root: Root;
  readonly at: number;
}

export interface Candidates<Root> {
  readonly free: readonly Candidate<Root>[];
  readonly held: readonly Candidate<Root>[];
}

/** Code that reads variables by other names than those in it. */
const opaque = /\bglobals\b/;

/**
 * The units of one version of a text. What the version before knows of them is not found out again, as long as nothing
 * reaches from one component into another.
 */
export class Units {
  private readonly components: Components | undefined;
  private readonly records = new Map<Component, ComponentRecord>();
  private readonly kept = new Map<Component, KeptComponent>();
  private readonly replays: Replayed[] = [];
  private readonly counts = new Map<KeptComponent, number>();
  private readonly births: Birth[] = [];
  private readonly readings = new Map<Instance, KeptReading>();
  private isSound = true;

  /**
   * `changing` are definitions of what units change, to which those that are found are added. A text that is not
   * divided is followed as a whole.
   */
  constructor(
    private readonly e: Evaluator,
    private readonly changing: Set<Piece>,
    isDivided: boolean,
    earlier: KeptUnits | undefined,
  ) {
    const { file, text, directives } = e.main;
    if (!isDivided || !directives.isEmpty || opaque.test(text)) return;
    this.components = Components.of(file.pieces.parts, changing);
    for (const component of this.components.all) {
      const kept = earlier?.components.get(component.members[0].piece);
      if (kept?.isSame(component)) this.kept.set(component, kept);
    }
  }

  /** Whether what was taken over from the version before stands. */
  get stand(): boolean {
    return this.counts.size === 0 || this.isClosed;
  }

  /** Whether nothing reached from one component into another. */
  private get isClosed(): boolean {
    const { torch, keras, loader, meter } = this.e;
    if (!this.isSound || !meter.isAmple || loader.count > 0 || torch.imageSizes.length > 0) return false;
    if (keras.models.length > 0 || keras.shapes.size > 0) return false;
    return [...this.counts].every(([{ units }, count]) => units.size === count);
  }

  /** Follows a statement of the module. */
  statement(node: UnitNode, scope: Scope, body: () => void): void {
    const part = this.components?.definitionAt(node.start);
    if (!part) return this.unit(node, scope, body);
    const [before, from] = [this.made(), this.e.journal.now];
    const called = new Set<Callable>();
    this.e.caller.hearing(called, body);
    this.births.push({ from, to: this.e.journal.now, by: part.piece });
    this.isSound &&= called.size === 0 && this.made() === before;
  }

  /** Follows a unit, or does what it did in the version before. */
  unit(node: UnitNode, scope: Scope, body: () => void): void {
    const component = this.components?.at(node.start);
    const kept = component && this.kept.get(component);
    if (kept) this.replay(component, kept, node);
    else if (component) this.record(component, node, scope, body);
    else {
      this.isSound = false;
      body();
    }
  }

  private replay(component: Component, kept: KeptComponent, node: UnitNode): void {
    const { e } = this;
    const count = this.counts.get(kept) ?? 0;
    this.counts.set(kept, count + 1);
    const unit = kept.unitAt(count, node);
    const roots = unit && kept.rootsIn(component, unit, e.main.file);
    if (!roots || !this.spends(unit)) {
      this.isSound = false;
      return;
    }
    if (count === 0) kept.keys = e.passes.keep(kept.keys);
    for (const callee of unit.called) e.caller.noteCalled(callee);
    for (const cls of unit.constructed) e.caller.noteConstructed(cls);
    this.replays.push({ roots, at: e.instances.length });
  }

  private spends({ steps, bytes }: Work): boolean {
    const { meter } = this.e;
    if (!meter.begin() || !meter.hasRoom(steps, bytes)) return false;
    meter.spend(steps, bytes);
    return true;
  }

  private record(component: Component, node: UnitNode, scope: Scope, body: () => void): void {
    const { e } = this;
    const record = this.records.get(component) ?? new ComponentRecord();
    this.records.set(component, record);
    const [born, from, functions, said] = [e.journal.now, e.instances.length, e.functions.length, this.said()];
    const before = e.meter.used;
    const called = new Set<Callable>();
    const constructed = new Set<ClassDefinition>();
    const follow = () => e.caller.hearing(called, () => e.caller.hearingClasses(constructed, body));
    e.journal.watching((written) => {
      e.passes.hearing(record.keys, follow);
      this.births.push({ from: born, to: e.journal.now, by: component });
      for (const [holder, names] of written)
        this.isSound = this.isWithin(component, holder, names, scope) && this.isSound;
    });
    record.isOpen ||= this.said() !== said || e.functions.slice(functions).some((made) => made.scope === scope);
    record.followed.push({ node, called, constructed, from, to: e.instances.length, ...this.since(before) });
  }

  /** Whether what a unit changed is of its component. */
  private isWithin(
    component: Component,
    holder: Mutable,
    names: ReadonlySet<string | undefined>,
    scope: Scope,
  ): boolean {
    if (holder === scope) return [...names].every((name) => name !== undefined && component.own.has(name));
    const by = this.births.find((birth) => isBetween(holder.born, birth))?.by;
    if (by && 'statements' in by) this.changing.add(by);
    return by === component;
  }

  /** Among the candidates that were made in this version, those of the version before, in the order of the file. */
  among(made: Candidates<Instance>): Candidates<Instance | KeptRoot> {
    return { free: this.with(made.free, true), held: this.with(made.held, false) };
  }

  private with(made: readonly Candidate<Instance>[], isFree: boolean): Candidate<Instance | KeptRoot>[] {
    const kept = this.replays.flatMap(({ roots, at }) =>
      roots.filter((root) => root.isFree === isFree).map((root) => ({ root, at: at - 0.5 })),
    );
    return kept.length === 0 ? [...made] : [...kept, ...made].sort((a, b) => a.at - b.at);
  }

  /** Reads a network; undefined where that fails, or what is kept of it does not stand. */
  read({ root, at }: Candidate<Instance | KeptRoot>, read: (root: Instance) => RootReading | undefined) {
    if (root instanceof KeptRoot) return this.known(root);
    const { e } = this;
    const record = [...this.records.values()].find(({ followed }) => followed.some((unit) => isBetween(at, unit)));
    const { lastFit: first, searches } = e.torch;
    const [before, said] = [e.meter.used, this.said()];
    let reading: RootReading | undefined;
    e.passes.hearing(record?.keys ?? new Set(), () => {
      reading = read(root);
    });
    if (record) record.isOpen ||= this.said() !== said || !reading;
    const fit = e.torch.searches > searches ? { before: first, after: e.torch.lastFit } : undefined;
    if (reading) this.readings.set(root, { ...reading, fit, ...this.since(before) });
    return reading;
  }

  private known({ reading }: KeptRoot): RootReading | undefined {
    const { torch } = this.e;
    const isSame = !reading?.fit || isSameFit(reading.fit.before, torch.lastFit);
    if (!reading || !isSame || !this.spends(reading)) this.isSound = false;
    else if (reading.fit) torch.lastFit = reading.fit.after;
    return reading;
  }

  /** What the next version of the text may take over: nothing where components reach into each other. */
  finish({ free, held }: Candidates<Instance | KeptRoot>, files: AskedFiles): KeptUnits {
    const found = new Map<Piece, KeptComponent>();
    if (!this.components || !this.isClosed || files.areMany)
      return new KeptUnits(found, this.changing, this.e.main, new AskedFiles());
    for (const [{ members }, kept] of this.kept) if (this.counts.has(kept)) found.set(members[0].piece, kept);
    const roots = [
      ...free.map((each) => ({ ...each, isFree: true })),
      ...held.map((each) => ({ ...each, isFree: false })),
    ];
    for (const [component, { followed, keys, isOpen }] of this.records) {
      const units = new Map(followed.map((unit) => [unit.node, this.keptUnit(unit, roots)]));
      const kept = new KeptComponent(component, units, [...keys]);
      if (!isOpen && units.size === followed.length && kept.hasPlaces(this.e.main.file))
        found.set(component.members[0].piece, kept);
    }
    return new KeptUnits(found, this.changing, this.e.main, files);
  }

  private keptUnit(unit: Followed, all: readonly (Candidate<Instance | KeptRoot> & { isFree: boolean })[]): KeptUnit {
    const { called, constructed, steps, bytes } = unit;
    const roots = all.flatMap(({ root, at, isFree }) =>
      root instanceof Instance && isBetween(at, unit)
        ? [new KeptRoot(root.isSymbolic, isFree, root.cls?.node, this.readings.get(root))]
        : [],
    );
    return { called: [...called], constructed: [...constructed], roots, steps, bytes };
  }

  private since(before: Work): Work {
    const { steps, bytes } = this.e.meter.used;
    return { steps: steps - before.steps, bytes: bytes - before.bytes };
  }

  /** What tells whether something was said, or defined. */
  private said(): string {
    const { notes, stops, classes } = this.e;
    return [notes, stops, classes].map(({ length }) => length).join();
  }

  /** What tells whether a definition made something else. */
  private made(): string {
    const { notes, stops, instances, lasting } = this.e;
    return [...[notes, stops, instances].map(({ length }) => length), lasting].join();
  }
}

function isBetween(place: number, { from, to }: { readonly from: number; readonly to: number }): boolean {
  return from <= place && place < to;
}

function isSameFit(a: Fit, b: Fit): boolean {
  return a?.least === b?.least && a?.greatest === b?.greatest;
}
