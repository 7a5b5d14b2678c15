import { nativeNames } from '../../../../../src/formats/source/javascript/natives/globals.ts';

/** Large values that the calls below work on, as the source makes them from those before. */
const largeValues: readonly (readonly [string, string])[] = [
  ['numbers', '[...Array(20000).keys()]'],
  ['texts', `'t,'.repeat(5000).split(',')`],
  ['text', `'abcdefghij'.repeat(1000)`],
  ['page', `[...Array(200).keys()].map((i) => i + 'abcdefghij'.repeat(990))`],
  ['deep', 'Array(100).fill([...Array(100).keys()])'],
  ['pairs', '[...Array(5000).keys()].map((i) => [i, i])'],
  ['object', 'Object.fromEntries([...Array(5000).keys()].map((i) => [i, i]))'],
  ['map', 'new Map([...Array(5000).keys()].map((i) => [i, i]))'],
  ['set', 'new Set([...Array(20000).keys()])'],
];

/** The source with the large values that it speaks of. */
function withValues(source: string): string {
  const used = largeValues.filter(([name]) => new RegExp(`\\b${name}\\b`).test(source));
  return [...used.map(([name, value]) => `const ${name} = ${value};`), source].join('\n');
}

/** Calls of each function that take much work for one step; the rest is called with large values without more. */
const calls: Readonly<Record<string, readonly string[]>> = {
  Array: ['Array(20000)', 'new Array(...numbers)'],
  'Array.from': ['Array.from({ length: 20000 })', 'Array.from(set)', 'Array.from(text)'],
  'Array.of': ['Array.of(...numbers)'],
  'Object.assign': ['Object.assign({}, object, object)'],
  'Object.fromEntries': ['Object.fromEntries(pairs)'],
  'Object.then': ['({}).then(() => numbers.slice())'],
  'Object.hasOwnProperty': ['object.hasOwnProperty("x")'],
  'Promise.all': ['Promise.all([numbers.slice(), numbers.slice()])'],
  structuredClone: ['structuredClone(object)', 'structuredClone(deep)'],
  'JSON.parse': ['JSON.parse("[" + text.slice(0, 9000).replaceAll("abcdefghij", "[1,2,3,4],") + "1]")'],
  'JSON.stringify': ['JSON.stringify(page)', 'JSON.stringify(object)', 'JSON.stringify(deep)'],
  'Array.map': ['numbers.map((x) => x)', 'numbers.map(() => page.join())'],
  'Array.flatMap': ['deep.flatMap((row) => row)'],
  'Array.flat': ['deep.flat()', 'deep.map(() => deep).flat(9)'],
  'Array.reduce': ['numbers.reduce((sum, x) => sum + x, 0)', 'page.reduce((all, part) => all + part)'],
  'Array.includes': ['numbers.includes(-1)', 'page.includes("x" + text)'],
  'Array.indexOf': ['numbers.indexOf(-1)', 'numbers.map(() => text).indexOf(text.slice(1) + "x")'],
  'Array.at': ['numbers.slice().at(-1)'],
  'Array.join': ['numbers.join()', 'page.join(text)', 'numbers.join("")'],
  'Array.concat': ['numbers.concat(numbers)', 'deep.concat(...deep)'],
  'Array.push': ['[].push(...numbers)', 'kept.push(...numbers)'],
  'Array.unshift': ['[].unshift(...numbers)', 'kept.unshift(...numbers)', 'numbers.unshift(0)'],
  'Array.splice': ['numbers.splice(1, 1, ...numbers)', 'numbers.splice(5, 1)'],
  'Array.shift': ['numbers.shift(), numbers.push(1)'],
  'Array.fill': ['numbers.fill(1)', 'Array(20000).fill(text)'],
  'Array.sort': ['numbers.sort()', 'texts.sort()', 'page.sort()', 'texts.sort((a, b) => a.length - b.length)'],
  'Array.toSorted': ['numbers.toSorted()', 'page.toSorted()'],
  'Array.then': ['numbers.then((list) => list.slice())'],
  'String.includes': ['text.includes(text.slice(0, 5000) + "x")'],
  'String.indexOf': ['text.indexOf(text.slice(0, 5000) + "x")'],
  'String.startsWith': ['text.startsWith(text)'],
  'String.endsWith': ['text.endsWith(text)'],
  'String.slice': ['text.slice(1)'],
  'String.substring': ['text.substring(1)'],
  'String.charAt': ['text.charAt(9999)'],
  'String.at': ['text.at(-1)'],
  'String.split': ['text.split("")', 'text.split("a")'],
  'String.replace': ['text.replace("abc", text)', 'text.replace("j", "")'],
  'String.replaceAll': ['text.replaceAll("a", text)', 'text.replaceAll("", "x")', 'text.replaceAll("a", "b")'],
  'String.padStart': ['"".padStart(10000)', '"".padStart(1e9)'],
  'String.padEnd': ['"".padEnd(10000, text)'],
  'String.repeat': ['"x".repeat(10000)', 'text.repeat(1e9)'],
  'String.concat': ['"".concat(text)', 'text.concat(...page)'],
  'Map.get': ['map.get(19999)', 'new Map(pairs).get(1)'],
  'Map.set': ['map.set(map.size, 1)', 'map.set(text + map.size, text)'],
  'Map.delete': ['map.delete(map.size - 1)'],
  'Map.has': ['map.has(-1)'],
  'Set.has': ['set.has(-1)', 'new Set(numbers).has(1)'],
  'Set.add': ['set.add(set.size)', 'set.add(text + set.size)'],
  'Set.delete': ['set.delete(set.size - 1)'],
};

const receivers: Readonly<Record<string, string>> = { Array: 'numbers', String: 'text', Map: 'map', Set: 'set' };
/** Methods of lists, maps and sets that take a function. */
const takesFunction = /\.(?:forEach|filter|find|findIndex|some|every|reduceRight|map)$/;

/** Calls of the function with this name. */
function callsOf(name: string): readonly string[] {
  if (Object.hasOwn(calls, name)) return calls[name];
  const [owner, method] = name.split('.', 2);
  if (owner in receivers && !name.startsWith('Array.is')) {
    return [`${receivers[owner]}.${method}(${takesFunction.test(name) ? '(x) => x' : ''})`];
  }
  return owner === 'Math' ? [`${name}(...numbers)`] : [`${name}(object)`, `${name}(numbers)`, `${name}(text)`];
}

/** Ways to have something done very often, or to keep all that it gives. */
const ways: readonly ((call: string) => string)[] = [
  (call) => `for (let i = 0; i < 1e5; i++) ${call};`,
  (call) => `for (let i = 0; i < 1e5; i++) kept.push(${call});`,
  (call) => `function f(n) { ${call}; f(n + 1); f(n + 1); } f(0);`,
  (call) => `for (const n of Array(2000)) if (unknown) { ${call}; }`,
  (call) => `Array(9000).fill(1).forEach(() => Array(9000).fill(1).forEach(() => { ${call}; }));`,
];

/** What does not belong to one function. */
const others: Readonly<Record<string, readonly string[]>> = {
  'a spread list': ['[...numbers, ...numbers]', '[...text]', '[...set]'],
  'a spread object': ['({ ...object })', '({ ...object, ...object })'],
  'a spread argument': ['((...all) => all.length)(...numbers)', 'unknown(...numbers)'],
  'the rest of a pattern': ['(([, ...rest]) => rest)(numbers)', '(({ x, ...rest }) => rest)(object)'],
  'a template': ['`${text.slice(1)}${kept.length}`', 'text.slice(0, 9000) + kept.length'],
  'a comparison of texts': ['text.slice(1) === text.slice(0, -1)'],
  'lists in doubt': ['unknown ? numbers : numbers.slice(1)', 'unknown ? object : { ...object }'],
  'a loop over keys': ['(() => { for (const key in object) break; })()'],
  'an object that is a layer': ['tf.layers.dense(object)', 'tf.layers.dense({ ...object, units: 3 })'],
  'a layer of many tensors': ['tf.layers.add().apply(numbers.map(() => tf.input({ shape: [2] })))'],
  'a model of many layers': ['tf.sequential({ layers: numbers.map(() => tf.layers.reLU()) })'],
  'the shape behind many layers': ['numbers.reduce((x) => tf.layers.reLU().apply(x), tf.input({ shape: [2] })).shape'],
};

/** Sources by what they do too often. Each call stands in one way of doing it often; all ways have their turn. */
export function bombs(): [string, readonly string[]][] {
  const all = [...nativeNames().map((name) => [name, callsOf(name)] as const), ...Object.entries(others)];
  return all.map(([name, forms], turn) => {
    const sources = forms.map((call, i) => withValues(`const kept = []; ${ways[(turn + i) % ways.length](call)}`));
    return [name, sources];
  });
}
