import { allBelow, isModule, moduleKind } from '../../library/torch/modules.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { Statement } from '../syntax/ast.ts';
import type { Scope } from '../evaluation/scope.ts';
import { FunctionValue, Site } from '../evaluation/values.ts';
import type { ClassValue, Instance } from '../evaluation/values.ts';
import type { KeptRoot } from './keptUnits.ts';
import type * as found from './units.ts';
import type { Units } from './units.ts';

type Candidate = found.Candidate<Instance | KeptRoot>;
type Candidates = found.Candidates<Instance | KeptRoot>;

/** Functions and classes that are looked at though nobody calls them. */
const MAX_UNCALLED = 150;
/** Networks of one file that are read. */
const MAX_NETWORKS = 200;

/** Follows a file to where networks come from: its top level, then functions and classes that nobody uses. */
export function followFile(e: Evaluator, units: Units): void {
  const scope = e.loader.mainScope();
  const { body } = e.main.file;
  // Definitions that stand behind their use, as in a main block at the beginning, are rare: the order is the file's.
  for (const statement of body)
    units.statement(statement, scope, () => void e.guarded(statement, () => void e.run([statement], scope)));
  followFunctions(e, units, scope, body);
  for (const isOpen of [false, true]) followClasses(e, units, scope, isOpen);
}

function followFunctions(e: Evaluator, units: Units, scope: Scope, body: readonly Statement[]): void {
  const names = new Set(body.flatMap((statement) => (statement.kind === 'function' ? [statement.name] : [])));
  const done = new Set<FunctionValue>();
  for (let round = 0; round < MAX_UNCALLED; round++) {
    const waiting = e.functions.filter(
      (callee) => !done.has(callee) && callee.scope === scope && !e.caller.wasCalled(callee) && names.has(callee.name),
    );
    // Callers first: they know what they call the others with.
    const isMentioned = (callee: FunctionValue) => {
      const pattern = new RegExp(`\\b${callee.name.replace(/\W/g, '')}\\b`);
      return waiting.some((other) => other !== callee && pattern.test(textOf(e, other)));
    };
    const next = waiting.find((callee) => !isMentioned(callee)) ?? waiting[0];
    if (!next) return;
    done.add(next);
    units.unit(next.node, scope, () => {
      followFunction(e, next);
    });
  }
}

function followFunction(e: Evaluator, callee: FunctionValue): void {
  const [before, models] = [e.instances.length, e.keras.models.length];
  e.guarded(callee.node, () => void e.caller.callSymbolically(callee));
  const isOpen = callee.node.params.some(({ name, stars }) => stars === 0 && !callee.fallbacks.has(name));
  if (isOpen) for (const object of e.instances.slice(before)) object.isSymbolic = true;
  if (isOpen) for (const model of e.keras.models.slice(models)) e.keras.symbolic.add(model);
}

function textOf(e: Evaluator, { node }: FunctionValue | ClassValue): string {
  return e.main.file.code.slice(node.start, node.end);
}

/**
 * Makes an instance of each class of modules that the file makes none of, those that make others first: what they make
 * is a part of theirs. `isOpen`: those that need arguments too.
 */
function followClasses(e: Evaluator, units: Units, scope: Scope, isOpen: boolean): void {
  const waiting = new Set(
    e.classes.slice(0, MAX_UNCALLED).filter((cls) => extendsModule(cls) && isOpen === needsArguments(cls)),
  );
  while (waiting.size > 0) {
    const next = makerAmong(e, waiting);
    waiting.delete(next);
    if (e.caller.wasConstructed(next)) continue;
    if (isOpen && rootsAmong(candidatesIn(e, units)).length > 0) return;
    units.unit(next.node, scope, () => {
      const before = e.instances.length;
      e.guarded(next.node, () => void e.caller.constructSymbolically(next, siteOf(next)));
      if (isOpen) for (const object of e.instances.slice(before)) object.isSymbolic = true;
    });
  }
}

/** The first class that no other one calls by its name. */
function makerAmong(e: Evaluator, classes: ReadonlySet<ClassValue>): ClassValue {
  const all = [...classes];
  const isCalled = (cls: ClassValue) => {
    const pattern = new RegExp(`\\b${cls.name.replace(/\W/g, '')}\\s*\\(`);
    return all.some((other) => other !== cls && pattern.test(textOf(e, other)));
  };
  return all.find((cls) => !isCalled(cls)) ?? all[0];
}

function siteOf(cls: ClassValue): Site {
  const span = cls.nameSpan ?? { start: cls.node.start, end: cls.node.end };
  return new Site(span, span, cls.scope, span.start, span, cls.name);
}

function extendsModule(cls: ClassValue): boolean {
  return cls.libraryBases.some(
    ({ path }) =>
      path === 'torch.nn.Module' ||
      /^flax\.(?:linen|nnx)\.Module$/.test(path) ||
      /^keras\.(?:[\w.]+\.)?Model$/.test(path) ||
      /LightningModule$|nn\.Sequential$/.test(path),
  );
}

function needsArguments(cls: ClassValue): boolean {
  const init = cls.attribute('__init__');
  if (!(init instanceof FunctionValue))
    return cls.lineage.some(({ fields }) => fields?.some((field) => cls.attributes.get(field) === undefined));
  const [, ...params] = init.node.params;
  return params.some(({ name, stars }) => stars === 0 && !init.fallbacks.has(name));
}

/** Modules that are networks of their own rather than parts of others. */
export function rootsAmong({ free, held }: Candidates): readonly Candidate[] {
  const roots = [...free, ...held];
  const known = roots.filter(({ root }) => !root.isSymbolic);
  return once(known.length > 0 ? known : roots).slice(0, MAX_NETWORKS);
}

/** Modules that no other one holds, and those that have names but are parts of none of these. */
export function candidatesIn(e: Evaluator, units: Units): Candidates {
  const runnable = e.instances.flatMap((root, at) => (isRunnable(e, root) ? [{ root, at }] : []));
  const unheld = runnable.filter(({ root }) => !root.isHeld);
  const all = unheld.map(({ root }) => root);
  const free = unheld.filter(({ root }) => !givesParts(e, root, all));
  const covered = allBelow(
    e,
    free.map(({ root }) => root),
  );
  const held = runnable.filter(({ root }) => root.isHeld && root.bindings.length > 0 && !covered.has(root));
  return units.among({ free, held });
}

/** Whether an imported network is there only for its parts: `resnet18().layer1`, held by another network. */
function givesParts(e: Evaluator, object: Instance, all: readonly Instance[]): boolean {
  if (!object.cls?.scope.frame.module.isForeign || object.bindings.some(({ isGlobal }) => isGlobal)) return false;
  const others = allBelow(
    e,
    all.filter((other) => other !== object),
  );
  return [...allBelow(e, [object])].some((part) => others.has(part));
}

/** A class that is a part of others is not a network of its own where only its default arguments make it one. */
function once(roots: readonly Candidate[]): Candidate[] {
  const seen = new Set<Candidate['root']>();
  return roots.filter(({ root }) => {
    if (seen.has(root)) return false;
    seen.add(root);
    return true;
  });
}

function isRunnable(e: Evaluator, object: Instance): boolean {
  if (!isModule(object) || object.library?.startsWith('keras.')) return false;
  if (e.torch.forwardOf(object)) return true;
  const kind = moduleKind(object) ?? '';
  if (kind === 'Sequential') return object.attributes.size > 0 || object.doubt !== undefined;
  if (/^(?:linen|nnx)\.Sequential$/.test(kind)) return (object.config?.length ?? 0) > 0;
  // A layer alone is a network only if somebody calls it one.
  const isNamed = object.bindings.some(({ name }) => /net|model/i.test(name));
  return isNamed && !object.cls && !/Loss$|^Module(?:List|Dict)$/.test(kind);
}
