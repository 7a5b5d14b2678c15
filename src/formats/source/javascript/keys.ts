import type { Node } from '@babel/types';
import type { Evaluation } from '../evaluation/evaluation.ts';
import type { Scope } from '../evaluation/scope.ts';
import { isPrimitive, Unknown } from '../evaluation/values.ts';

/** The key of a property, method or member access; unknown where it is computed from what is not known. */
export function propertyKey(
  e: Evaluation,
  node: Extract<
    Node,
    {
      type:
        | 'ObjectProperty'
        | 'ObjectMethod'
        | 'ClassMethod'
        | 'ClassProperty'
        | 'ClassPrivateMethod'
        | 'ClassPrivateProperty'
        | 'ClassAccessorProperty'
        | 'MemberExpression'
        | 'OptionalMemberExpression'
        | 'TSEnumMember';
    }
  >,
  scope: Scope,
): string | Unknown {
  const key = 'property' in node ? node.property : node.type === 'TSEnumMember' ? node.id : node.key;
  const computed = 'computed' in node && node.computed === true;
  if (!computed && key.type === 'Identifier') return key.name;
  if (key.type === 'PrivateName') return `#${key.id.name}`;
  const value = e.evaluate(key, scope);
  if (value instanceof Unknown) return value;
  return isPrimitive(value) ? String(value) : new Unknown(e.text(key, scope), e.span(key, scope));
}
