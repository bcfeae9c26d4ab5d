/**
 * Whether an object in this JSON has a name twice. The engine takes the last and says nothing, so a key, an alias
 * or a denial would be gone in silence. The text must be valid JSON.
 */
export function hasRepeatedName(text: string): boolean {
  const open: Set<string>[] = []
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!
    if (letter === '{' || letter === '[') open.push(new Set())
    else if (letter === '}' || letter === ']') open.pop()
    else if (letter === '"') {
      const end = endOfText(text, at)
      if (isName(text, end)) {
        const name: string = JSON.parse(text.slice(at, end))
        if (open.at(-1)?.has(name)) return true
        open.at(-1)?.add(name)
      }
      at = end - 1
    }
  }
  return false
}

/** Behind the quotation mark that ends what one begins here. */
function endOfText(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** Whether a colon follows. */
function isName(text: string, end: number): boolean {
  let at = end
  while (at < text.length && text[at]!.trim() === '') at++
  return text[at] === ':'
}
