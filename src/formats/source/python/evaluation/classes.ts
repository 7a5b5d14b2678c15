import { bytesOf, Unknown } from '../../evaluation/values.ts';
import type { ClassDefinition } from '../syntax/ast.ts';
import type { Evaluator } from './evaluator.ts';
import { callArguments } from './expressions.ts';
import { fillNamedTuple, namedFields } from '../builtins/namedTuples.ts';
import { Scope } from './scope.ts';
import { BoundMethod, ClassValue, FunctionValue, Instance, Library, Native, Property, Tuple } from './values.ts';
import type { Argument, Site, Value } from './values.ts';
import { isKerasClass } from '../../library/keras/session.ts';
import { isLinenModule } from '../../library/flax/classes.ts';
import { setUp } from '../../library/flax/apply.ts';
import { isModuleClass } from '../../library/torch/modules.ts';

export function makeClass(e: Evaluator, node: ClassDefinition, scope: Scope): Value {
  const bases = callArguments(e, node.bases, scope)
    .filter(({ name }) => name === undefined)
    .map(({ value }) => value);
  const cls = new ClassValue(e.journal.next(), node, scope, node.name, e.span(node.nameSpan, scope), bases);
  const frame = { ...scope.frame, home: cls };
  const body = new Scope(e.journal.next(), scope, frame, true);
  e.run(node.body, body);
  e.meter.hold(node.body.length * bytesOf.property);
  for (const name of body.names) cls.attributes.set(name, body.get(name));
  const names = node.decorators.map((decorator) => e.text(decorator, scope));
  const isData = names.some((name) => /\bdataclass\b/.test(name));
  const isNamedTuple = bases.some((base) => base instanceof Library && base.path === 'typing.NamedTuple');
  const named = bases.map(namedFields).find((fields) => fields !== undefined);
  const isLinen = cls.libraryBases.some(({ path }) => isLinenModule(path));
  if (named) cls.fields = [...named];
  else if (isData || isNamedTuple || isLinen) cls.fields = fieldsOf(cls);
  if (!scope.frame.module.isForeign) e.classes.push(cls);
  return cls;
}

function fieldsOf(cls: ClassValue): string[] {
  const inherited = cls.lineage.slice(1).flatMap(({ fields }) => fields ?? []);
  const own = cls.node.body.flatMap((statement) =>
    statement.kind === 'annotated' && statement.target.kind === 'name' ? [statement.target.id] : [],
  );
  return [...new Set([...inherited, ...own])];
}

/** `Class(...)` */
export function instantiate(e: Evaluator, cls: ClassValue, args: readonly Argument[], site: Site): Value {
  e.step(cls.lineage.length);
  const library = cls.libraryBases.find(({ path }) => isModuleClass(path) || isKerasClass(path))?.path;
  const object = new Instance(e.journal.next(), cls, library, site);
  object.doubt = cls.unknownBase;
  object.given = args;
  if (library !== undefined) e.instances.push(object);
  const init = cls.attribute('__init__');
  if (init instanceof FunctionValue) e.call(new BoundMethod(init, object), args, site);
  else if (cls.lineage.some(({ fields }) => fields)) {
    const filled = fillFields(e, cls, object, args, site);
    setUp(e, object, site);
    return filled;
  } else if (library !== undefined && !isKerasClass(library)) e.torch.initialize(e, object, args);
  return object;
}

function fillFields(e: Evaluator, cls: ClassValue, object: Instance, args: readonly Argument[], site: Site): Value {
  const fields = cls.lineage.find((each) => each.fields)?.fields ?? [];
  const given = new Map<string, Value>();
  args.forEach(({ name, value }, i) => given.set(name ?? fields[i] ?? '', value));
  const values = fields.map((field) => {
    if (given.has(field)) return given.get(field);
    return cls.attribute(field) ?? new Unknown(field, site.span);
  });
  const named = cls.lineage.flatMap(({ bases }) => bases).find((base) => namedFields(base) !== undefined);
  if (named instanceof Native) return fillNamedTuple(named, args, site);
  if (cls.bases.some((base) => base instanceof Library && base.path === 'typing.NamedTuple'))
    return new Tuple(values, undefined, fields);
  fields.forEach((field, i) => {
    e.set(object, field, values[i]);
  });
  const after = e.get(object, '__post_init__', site);
  if (after instanceof BoundMethod) e.call(after, [], site);
  return object;
}

/** What decorators make of a function or class: those that are not known leave it as it is. */
export function decorated(value: Value, decorator: Value): Value {
  if (!(value instanceof FunctionValue)) return value;
  const { node, scope, name, nameSpan, fallbacks, home } = value;
  if (!(decorator instanceof Library)) return value;
  switch (decorator.path) {
    case 'builtins.property':
    case 'functools.cached_property':
      return new Property(value);
    case 'builtins.staticmethod':
      return new FunctionValue(node, scope, name, nameSpan, fallbacks, home, 'static');
    case 'builtins.classmethod':
      return new FunctionValue(node, scope, name, nameSpan, fallbacks, home, 'class');
    default:
      return value;
  }
}
