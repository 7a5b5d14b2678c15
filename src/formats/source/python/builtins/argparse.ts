import { Unknown } from '../../evaluation/values.ts';
import { setAttribute } from '../evaluation/attributes.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { ArgumentParser, Float, Instance, Library } from '../evaluation/values.ts';
import type { Argument, Native, Site, Value } from '../evaluation/values.ts';

/** Options of a command line: a network is read as it is with their defaults. */
export function makeParser(e: Evaluator, site: Site): ArgumentParser {
  return new ArgumentParser(e.journal.next(), undefined, undefined, site);
}

/** A method of a parser. */
export function callParser(e: Evaluator, { name, self }: Native, args: readonly Argument[], site: Site): Value {
  if (!(self instanceof ArgumentParser)) return undefined;
  switch (name.slice('argparse.'.length)) {
    case 'add_argument':
      addOption(e, self, args);
      return null;
    case 'set_defaults':
      for (const { name: key, value } of args) if (key !== undefined) setAttribute(e, self, key, value);
      return null;
    case 'add_argument_group':
    case 'add_mutually_exclusive_group':
      return self;
    case 'parse_args':
      return options(e, self, site);
    case 'parse_known_args':
      return e.tuple([options(e, self, site), e.list([])]);
    default:
      return new Unknown(site.text, site.span, true);
  }
}

function options(e: Evaluator, parser: ArgumentParser, site: Site): Instance {
  const found = new Instance(e.journal.next(), undefined, undefined, site);
  for (const [name, value] of parser.attributes) setAttribute(e, found, name, value);
  return found;
}

/** `--latent_dim` is `latent_dim`; what has to be given has no default. */
function addOption(e: Evaluator, parser: ArgumentParser, args: readonly Argument[]): void {
  const flags = args.flatMap(({ name, value }) => (name === undefined && typeof value === 'string' ? [value] : []));
  const given = (key: string) => args.find(({ name }) => name === key)?.value;
  const destination = given('dest');
  const flag = flags.find((each) => each.startsWith('--')) ?? flags[0];
  if (flag === undefined) return;
  const name = typeof destination === 'string' ? destination : flag.replace(/^-+/, '').replaceAll('-', '_');
  // How long a network is trained is nothing of what it is.
  if (/epoch|iter|steps/i.test(name)) return setAttribute(e, parser, name, new Unknown(name, undefined));
  const isPositional = !flag.startsWith('-');
  const isOpen = isPositional && given('default') === undefined;
  if (isOpen || given('required') === true) return setAttribute(e, parser, name, new Unknown(name, undefined));
  setAttribute(e, parser, name, defaultOf(given('default'), given('action'), given('type')));
}

function defaultOf(value: Value, action: Value, type: Value): Value {
  if (value === undefined) return action === 'store_true' ? false : action === 'store_false' ? true : null;
  // Only a text goes through the type.
  if (typeof value !== 'string' || !(type instanceof Library)) return value;
  const number = Number(value);
  if (type.path === 'builtins.int' && Number.isSafeInteger(number)) return number;
  return type.path === 'builtins.float' && Number.isFinite(number) ? new Float(number) : value;
}
