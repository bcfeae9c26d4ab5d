/** What XML may have before its root: a declaration and comments. */
const PROLOG = /^\s*(?:<\?xml\b[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*)*/
const ROOT = /^<speak[\s/>]/

/** SSML from its root on; undefined for a text that is none. */
export function ssmlOf(text: string): string | undefined {
  const root = text.slice(PROLOG.exec(text)![0].length)
  return ROOT.test(root) ? root.trimEnd() : undefined
}
