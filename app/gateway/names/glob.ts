/** Whether a text fits a pattern of `*` and `?`, in time linear in both but for one factor. */
export function fitsGlob(pattern: string, text: string): boolean {
  let at = 0
  let inPattern = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    const sign = pattern[inPattern]
    if (sign === '*') {
      star = inPattern++
      resume = at
    } else if (sign === '?' || sign === text[at]) {
      inPattern++
      at++
    } else if (star >= 0) {
      // The last star takes one character more, and the rest is tried again.
      inPattern = star + 1
      at = ++resume
    } else {
      return false
    }
  }
  while (pattern[inPattern] === '*') inPattern++
  return inPattern === pattern.length
}

export const isGlob = (name: string): boolean => name.includes('*') || name.includes('?')
