/**
 * Compares in a time that depends on `expected` alone: every character of it is looked at, whatever was
 * shown and wherever the two differ.
 */
export function equalsInConstantTime(expected: string, shown: string): boolean {
  const { length } = expected
  let difference = shown.length ^ length
  for (let at = 0; at < length; at++) difference |= expected.charCodeAt(at) ^ shown.charCodeAt(at)
  return difference === 0
}
