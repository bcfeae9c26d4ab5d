/** Words that say nothing about what a text or a tool is for. */
const COMMON = listed(`
  a about after all also am an and any anything are as ask at available based be been before being between
  both but by call called can could current data default did do does doing done each e either else every
  for from function g get give given go good had has have he hello help her here hey hi him his how i if in
  information input into is it its just know last let like look make many may me more most much must my
  need new next no not now object of off ok okay on one only optional or other our out output over parameter
  please provide provided put query required result return returned run same say see set she should show so
  some something specific specified string such take tell than thank that the their them then there these
  they thing this those to tool try type under up us use used user using value very want was we well were
  what when where whether which while who whose why will with without word would yes you your`)

/** Words that often open a sentence with a capital, and then are no name. */
const OPENERS = listed(`
  add answer book buy calculate cancel check choose close compare compute convert copy count create decide
  define delete describe draft edit explain extract fetch fill find fly generate imagine list look open order
  pick plan play print read remind remove repeat reply rewrite save schedule search select send sort start
  stop store summarise summarize translate turn update weather write today tomorrow dear ai api json`)

/** The lower-case words of a text; `getWeather` and `get_weather` hold two. */
export function wordsOf(text: string): string[] {
  const apart = text.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase()
  return apart.match(/[\p{L}\p{N}]+/gu) ?? []
}

/** The words of a text without a plural's s. */
export function plainWords(text: string): string[] {
  return wordsOf(text).map(singular)
}

/** Those that carry meaning; all of them when there are none but common ones. */
export function tellingWords(text: string): Set<string> {
  const words = plainWords(text).filter((word) => word.length > 1)
  const telling = words.filter((word) => !COMMON.has(word))
  return new Set(telling.length > 0 ? telling : words)
}

/** Whether a capitalised word is probably no name: `What's`, `Please`, `Compare`. */
export function isNoName(word: string): boolean {
  const plain = singular(word.toLowerCase().split(/['’]/u, 1)[0]!)
  // New York.
  if (plain === 'new') return false
  return COMMON.has(plain) || OPENERS.has(plain)
}

function singular(word: string): string {
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word
}

function listed(words: string): Set<string> {
  return new Set(words.trim().split(/\s+/).map(singular))
}
